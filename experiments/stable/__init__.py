"""The parts of `experiments.stability`: runs on neighbouring data sets."""
