"""The suite that every protocol inherits, with real peers."""
