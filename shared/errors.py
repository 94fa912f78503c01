"""The error tree.

TianweiError
├── InvalidInput   422  the request itself is wrong; names the field
├── NotFound       404  absent, or not the caller's to see
├── NotAllowed     403  the caller may see it but not do this
├── Conflict       409  the state or version forbids it now
└── Unavailable    503  no answer; repeat it later under the same key

A code is stable, crosses the bus and has one Chinese text in gateway/problems.py. A class path never crosses.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import orjson


class TianweiError(Exception):
    """Base. code: stable dotted name. field: path of the input at fault. facts: JSON-safe values for the text.

    remote: a callee said so, and has written it down.
    """

    kind: ClassVar[str] = "internal"
    remote = False

    def __init__(self, code: str, field: str | None = None, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.facts: dict[str, Any] = facts

    def __str__(self) -> str:
        place = f" at {self.field}" if self.field else ""
        return f"{self.code}{place} {self.facts}" if self.facts else f"{self.code}{place}"

    def as_problem(self) -> dict[str, Any]:
        """The error as it crosses the bus: {code, kind, field, facts}, plain JSON; codes and dates as their text."""
        facts = orjson.loads(orjson.dumps(self.facts, default=str))
        return {"code": self.code, "kind": self.kind, "field": self.field, "facts": facts}


class InvalidInput(TianweiError):
    kind = "invalid-input"


class NotFound(TianweiError):
    kind = "not-found"

    def __init__(self, code: str = "not-found", field: str | None = None, **facts: Any) -> None:
        super().__init__(code, field, **facts)


class NotAllowed(TianweiError):
    kind = "not-allowed"


class Unauthenticated(NotAllowed):
    """No token, or one that does not prove who is calling. 401 at the gateway."""

    kind = "unauthenticated"


class Conflict(TianweiError):
    kind = "conflict"


class StaleVersion(Conflict):
    """The caller decided on an older version than the one stored (If-Match). facts: what the object is by now."""

    kind = "stale-version"

    def __init__(self, expected: int, actual: int, **facts: Any) -> None:
        super().__init__("stale-version", "If-Match", expected=expected, actual=actual, **facts)


class Unavailable(TianweiError):
    kind = "unavailable"

    def __init__(
        self, code: str = "unavailable", field: str | None = None, *, retry_after_s: int = 5, **facts: Any
    ) -> None:
        super().__init__(code, field, retry_after_s=retry_after_s, **facts)


_KINDS: dict[str, type[TianweiError]] = {
    cls.kind: cls for cls in (InvalidInput, NotFound, NotAllowed, Unauthenticated, Conflict, Unavailable)
}


def from_problem(problem: Mapping[str, Any]) -> TianweiError:
    """The error a callee reported, as one of ours; an unknown kind becomes a plain TianweiError."""
    cls = _KINDS.get(str(problem.get("kind")), Conflict if problem.get("kind") == "stale-version" else TianweiError)
    error = TianweiError.__new__(cls)
    TianweiError.__init__(error, str(problem.get("code")), problem.get("field"), **dict(problem.get("facts") or {}))
    error.remote = True
    if problem.get("kind") == "stale-version":
        error.__class__ = StaleVersion
    return error
