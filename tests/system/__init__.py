"""Tests of the shipped processes, as processes."""
