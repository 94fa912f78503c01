"""The chapters of docs/security-matrix.md: a service's table of operations as people read it. Same code, same text.

Every service writes its own (services/<name>/security_matrix.py), the gateway the head and the routes.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from shared.audit_desk import AuditDesk
from shared.clock import SystemClock
from shared.contracts.codes import Role
from shared.dead_letter_desk import DeadLetterDesk
from shared.delivery.dead_letters import DeadLetterBook
from shared.operations import CommandOperation, Operation, QueryOperation

FILE = Path(__file__).parents[1] / "docs" / "security-matrix.md"
MARKS = ("●", "○", "")
"""May; is answered by the transition table alone, which refuses; is refused at the door."""


SERVICES = "## Service "
"""Every chapter of a service begins so."""


def heading(service: str) -> str:
    return f"{SERVICES}`{service}`"


def chapter(service: str, operations: Iterable[Operation], walled: Iterable[str], unwalled: Mapping[str, str]) -> str:
    """walled: tables with row-level policies; unwalled: those without, with the reason."""
    desk = DeadLetterDesk(DeadLetterBook(service), {}, SystemClock()).operations()
    rows = sorted((*operations, *desk, *AuditDesk(service).operations()), key=_order)
    return "\n".join(_lines(service, rows, sorted(walled), unwalled)) + "\n"


def mark(operation: Operation, role: Role) -> str:
    """Of MARKS, for one role."""
    if isinstance(operation, QueryOperation) and operation.public:
        return MARKS[0]
    if role not in operation.roles:
        return MARKS[2]
    acts = operation.acts if isinstance(operation, CommandOperation) else None
    return MARKS[0] if acts is None or role in acts else MARKS[1]


def write(service: str, text: str) -> None:
    """Put a chapter in its place; the others stay as they are."""
    FILE.write_text(replaced(FILE.read_text(encoding="utf-8"), service, text), encoding="utf-8")


def replaced(document: str, service: str, text: str) -> str:
    """The document with this chapter, at its old place or at the end."""
    before, found, rest = document.partition(heading(service) + "\n")
    if not found:
        return f"{document.rstrip()}\n\n{text}"
    _, more, after = rest.partition("\n## ")
    return before + text + (f"\n## {after}" if more else "")


def committed(service: str) -> str:
    """The chapter as it is in the file."""
    _, found, rest = FILE.read_text(encoding="utf-8").partition(heading(service) + "\n")
    return found + rest.partition("\n## ")[0].rstrip("\n") + "\n"


def _order(operation: Operation) -> tuple[bool, str]:
    return isinstance(operation, QueryOperation), operation.name


def _lines(service: str, operations: list[Operation], walled: list[str], unwalled: Mapping[str, str]) -> Iterator[str]:
    yield f"{heading(service)}\n"
    yield f"Written by `python -m services.{service}.security_matrix` from `services/{service}/operations.py`.\n"
    yield "| scope | whose rows |\n| --- | --- |"
    for rule in sorted({operation.scope for operation in operations}, key=lambda rule: rule.name):
        house = "; to people of another county it is not there" if rule.house else ""
        yield f"| {rule.name} | {rule.says}{house} |"
    yield ""
    yield f"| operation | scope | {' | '.join(_short(role) for role in Role)} |"
    yield f"| --- | --- |{' --- |' * len(Role)}"
    for operation in operations:
        kind = "" if isinstance(operation, CommandOperation) else "# " if operation.counts else "? "
        marks = " | ".join(mark(operation, role) for role in Role)
        yield f"| {kind}`{operation.name}` | {operation.scope.name} | {marks} |"
    yield ""
    held = ", ".join(f"`{name}`" for name in walled)
    yield f"Row-level policies (`services/{service}/storage/wall.py`) hold: {held}.\n"
    yield "| table without one | why |\n| --- | --- |"
    for name, why in sorted(unwalled.items()):
        yield f"| `{name}` | {why} |"


def _short(role: Role) -> str:
    return role.value.replace("_", " ")
