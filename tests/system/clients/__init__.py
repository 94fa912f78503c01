"""A joint action from its convening to its summary, by clients made from docs/openapi.json. Run by their own tools."""
