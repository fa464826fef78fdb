"""What was published: records, the ledger that holds them, and histories read from it."""
