"""The fault suite: real processes, injected faults, an independent checker (issue 3)."""
