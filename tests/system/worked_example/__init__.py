"""The worked example of domain.md 8, played day by day on its own dates over the public API."""
