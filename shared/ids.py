"""Identifiers: UUIDv7, so that rows made later sort later."""

from uuid import UUID, uuid5

import uuid_utils

# Namespace of ids derived from other ids, so that the same cause always names the same effect.
DERIVED = UUID("7f0c1e1a-6d5e-5c0e-9d5b-1f2b7a6f5a10")


def new_id() -> UUID:
    """A fresh UUIDv7."""
    return UUID(bytes=uuid_utils.uuid7().bytes)


def derived_id(*parts: object) -> UUID:
    """The same id for the same parts, for ever: repeating an effect finds it already there."""
    return uuid5(DERIVED, "\x1f".join(str(part) for part in parts))
