"""Schedule, addresses, signatures."""
