"""Ids of a trial. The house's own come from uuid_utils, which a vendor need not install."""

from uuid import UUID, uuid4


def random_id() -> UUID:
    return uuid4()
