"""What the notebooks drag, move and hover: computing and drawing, without a cell."""
