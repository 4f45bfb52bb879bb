"""The parts of `experiments.variants_again`."""
