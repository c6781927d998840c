"""Simulated answers for demonstrations and benchmarks: plausible, seeded, and always said to be simulated."""
