"""Benchmarks: each file has `run(json: bool) -> dict` ours over a floor measured in the same run."""
