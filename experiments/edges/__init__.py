"""Networks trained at the edge of stability, and their spectra."""
