"""The formats of exports. Words only, so that the command line knows them without a database."""

FORMATS = ("xlsx", "csv", "sav", "dta", "xpt")
