"""One module a resource: which addresses it has."""
