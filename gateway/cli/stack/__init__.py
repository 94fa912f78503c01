"""How the house is started, watched and stopped on one machine (the embedded default)."""
