"""Side by side, equality first, ratios from one run."""
