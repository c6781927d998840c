"""A seeded generator of simulated authorisation lists with their truth; all names in it are invented."""
