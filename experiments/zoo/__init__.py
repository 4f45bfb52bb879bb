"""The parts of `experiments.variants`: all methods, with and without Stable."""
