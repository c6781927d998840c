"""Conditions, checks and derived values: a small total language. Everything it can say ends, and nothing it
says is executed as Python."""
