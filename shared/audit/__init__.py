"""The audit chain of a database: who read, exported, unmasked or tried what; changes are told by the event log."""
