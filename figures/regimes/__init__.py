"""Pictures of learning-rate regimes."""
