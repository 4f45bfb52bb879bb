"""How functions that refute are made, run and kept; `theory.counterexample` asks."""
