"""The read side of cases."""
