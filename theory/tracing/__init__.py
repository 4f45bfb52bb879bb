"""Boundaries between labels in a plane of nodes, found by asking about few of them."""
