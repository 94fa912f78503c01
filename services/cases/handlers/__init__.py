"""Use cases of cases, one function each."""
