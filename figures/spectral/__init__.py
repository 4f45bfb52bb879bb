"""The pictures of `experiments.hessian_spectra`."""
