"""Networks trained and measured by the experiments."""
