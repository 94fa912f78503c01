"""Commands, views, events and codes: what crosses a service's border, defined once."""
