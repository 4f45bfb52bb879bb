"""What networks did, for the experiments' tables and the ledger of claims."""
