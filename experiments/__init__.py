"""Sweeps that take seconds to minutes: one a file, run as a module."""
