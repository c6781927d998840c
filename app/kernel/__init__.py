"""Database, settings, keys, clock and errors: what every room stands on. No word of the domain lives here."""
