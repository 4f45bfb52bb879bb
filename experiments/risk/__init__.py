"""The parts of `experiments.excess_risk`: excess risk on resampled training sets."""
