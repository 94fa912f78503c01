"""The delivery kernel: the database log is the truth, the bus a doorbell (reliability.md 2 to 7)."""
