"""One module a protocol: how the kit reaches a vendor's system and hears from it."""
