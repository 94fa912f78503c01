"""Nameko and eventlet glue: the only package of shared that may import them."""
