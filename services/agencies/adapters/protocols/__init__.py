"""One module a transport."""
