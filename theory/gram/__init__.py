"""Points as linear combinations: what a step is for every function at once."""
