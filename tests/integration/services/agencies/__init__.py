"""The agencies service over a real PostgreSQL and loopback receivers."""
