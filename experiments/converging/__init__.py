"""The parts of `experiments.convergence`: rates, worst cases, floors."""
