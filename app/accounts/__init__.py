"""Staff of the sponsor: accounts, roles, passwords and sessions. It knows no web framework and no study."""
