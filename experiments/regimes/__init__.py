"""Parts of `experiments.learning_rate_regimes`."""
