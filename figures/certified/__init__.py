"""The pictures of `experiments.certified_regimes`, one a file."""
