"""What is claimed: methods, simulation, verdicts, closed forms."""
