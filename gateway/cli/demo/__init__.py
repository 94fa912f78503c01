"""The story of design.md 8, played over the public API: `tianwei demo`, and the county that `make run` loads."""
