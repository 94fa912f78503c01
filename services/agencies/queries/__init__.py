"""The read side of the agencies service."""
