"""A part of `experiments.variants` a file: its table, and its sentences."""
