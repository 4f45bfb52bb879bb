"""Pictures drawn from saved results: one a file."""
