"""Propositions about the toolkit, each against an independent reference."""
