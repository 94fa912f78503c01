"""Invented but realistic satellite patches for the demo, the benchmarks and the tests."""
