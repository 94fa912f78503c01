"""The read side, by theme."""
