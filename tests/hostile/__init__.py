"""Attacks on one running house, each with what must happen. docs/security.md names what each answers."""
