"""From the database and a definition to the tables that `exports` writes; frozen cuts; exports asked for and built."""
