"""Tests, by what they need: unit, host (real nameko and buses)."""
