"""Writes this service's chapter of docs/security-matrix.md: `python -m services.cases.security_matrix`."""

from services.cases.operations import OPERATIONS
from services.cases.storage.wall import OPEN, all_tables
from shared.security_matrix import chapter, write

SERVICE = "cases"


def text() -> str:
    """The chapter as committed."""
    return chapter(SERVICE, OPERATIONS, all_tables() - set(OPEN), OPEN)


def main() -> None:
    write(SERVICE, text())


if __name__ == "__main__":
    main()
