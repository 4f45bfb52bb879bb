"""The pictures that `figures.saddle_escape` offers: one a file."""
