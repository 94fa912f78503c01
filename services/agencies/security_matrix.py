"""Writes this service's chapter of docs/security-matrix.md: `python -m services.agencies.security_matrix`."""

from services.agencies.adapters.seals import Ed25519Seals
from services.agencies.operations import operations
from services.agencies.ports import Registry
from services.agencies.storage.wall import OPEN, all_tables
from shared.keys import is_public_key
from shared.security_matrix import chapter, write

SERVICE = "agencies"


def text() -> str:
    """The chapter as committed."""
    # Which agencies there are makes no difference to who may ask.
    nobody = Registry(integrations={}, transports={}, is_public_key=is_public_key, seals=Ed25519Seals())
    return chapter(SERVICE, operations(nobody), all_tables() - set(OPEN), OPEN)


def main() -> None:
    write(SERVICE, text())


if __name__ == "__main__":
    main()
