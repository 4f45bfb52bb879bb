"""Pictures of excess risk on resampled training sets."""
