"""Pictures of all methods side by side."""
