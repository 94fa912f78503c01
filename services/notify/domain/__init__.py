"""Pure rules of notices: receipts, copy rules, what each document says."""
