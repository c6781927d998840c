"""Pure writers: tables in, bytes out. Nothing here knows a database, a request or a questionnaire file."""
