"""A lemma somebody typed: read, tried, reported; `theory.adjudicate` commands it."""
