"""Writes this service's chapter of docs/security-matrix.md: `python -m services.notify.security_matrix`."""

from services.notify.operations import OPERATIONS
from services.notify.storage.wall import OPEN, all_tables
from shared.security_matrix import chapter, write

SERVICE = "notify"


def text() -> str:
    """The chapter as committed."""
    return chapter(SERVICE, OPERATIONS, all_tables() - set(OPEN), OPEN)


def main() -> None:
    write(SERVICE, text())


if __name__ == "__main__":
    main()
