"""Bundles that prove something to anybody, offline: a ZIP with a manifest and the program that checks it."""
