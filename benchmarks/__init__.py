"""The numbers of the house, measured on a fresh embedded stack: `make bench`."""
