"""The sender over a real PostgreSQL and loopback receivers."""
