"""The ways to a recipient, a module each: carried by the sender process."""
