"""Tests with real service processes on real buses."""
