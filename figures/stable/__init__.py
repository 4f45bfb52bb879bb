"""Panels of `figures.stability`."""
