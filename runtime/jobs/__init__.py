"""Jobs: when they fire, the ledger of their runs, and the worker that does them."""
