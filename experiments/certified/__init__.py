"""The parts of `experiments.certified_regimes`."""
