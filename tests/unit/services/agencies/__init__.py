"""The agencies service without I/O."""
