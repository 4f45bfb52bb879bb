"""Pictures of the ledger."""
