"""The pictures of `experiments.convergence`."""
