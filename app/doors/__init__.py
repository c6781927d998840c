"""The two web applications: the centre's, open to the public, and the sponsor's, for staff."""
