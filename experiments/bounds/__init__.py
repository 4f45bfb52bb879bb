"""Whose bound on stability is the least, map by map."""
