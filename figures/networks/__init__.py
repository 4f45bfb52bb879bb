"""Pictures of networks: edges of stability, learning-rate regimes, saddles."""
