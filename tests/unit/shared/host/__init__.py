"""Fast tests without servers."""
