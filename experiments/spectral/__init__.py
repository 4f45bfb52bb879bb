"""The parts of `experiments.hessian_spectra`."""
