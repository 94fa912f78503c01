"""Computing projections again from the logs, comparing them with the live ones, putting right what differs."""
