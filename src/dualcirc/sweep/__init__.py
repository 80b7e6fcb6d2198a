"""Scenarios times draws: planned, sampled, run through the engine, kept as Datasets."""
