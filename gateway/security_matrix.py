"""Writes head and routes of docs/security-matrix.md: `python -m gateway.security_matrix`. Same code, same text.

A route that hands over to a service is allowed to whom the service's table allows its operation; the few that the
gateway answers by itself are said here. A route that is neither has no row, and the test of the matrix fails.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fastapi.routing import APIRoute

from gateway.app import create_app
from gateway.openapi import never
from shared.contracts.base import Command, Query
from shared.contracts.codes import ADMINISTRATORS, Role, title
from shared.security_matrix import FILE, SERVICES

_EVERYBODY = frozenset(Role)
_SYSTEM = frozenset({Role.ADMINISTRATOR})
_SECURITY = frozenset({Role.SECURITY_ADMINISTRATOR})
_AUDIT = frozenset({Role.AUDIT_ADMINISTRATOR})

PUBLIC: Mapping[str, str] = {
    "token": "whoever proves an account",
    "session-open": "whoever proves an account",
    "sign-on-providers": "anybody: at whom people may sign in",
    "calendar-read": "whoever has the address of a calendar: the clocks of its account, asked of cases as its owner",
    "document-verify": "anybody, by the code printed on an issued document",
    "document-verify-file": "anybody, likewise",
}
OWN: Mapping[str, frozenset[Role]] = {
    "logout": _EVERYBODY,
    "me": _EVERYBODY,
    "calendar-make": _EVERYBODY,
    "calendar-end": _EVERYBODY,
    "case-import-template": _EVERYBODY,
    "session-get": _EVERYBODY,
    "session-list": _EVERYBODY,
    "session-end": _EVERYBODY,
    "sign-on-logout": _EVERYBODY,
    "password-change": _EVERYBODY,
    "second-factor-begin": _EVERYBODY,
    "second-factor-confirm": _EVERYBODY,
    "recovery-codes-renew": _EVERYBODY,
    "account-list": ADMINISTRATORS,
    "account-create": _SYSTEM,
    "account-enable": _SYSTEM,
    "account-disable": _SYSTEM | _SECURITY,
    "account-password": _SECURITY,
    "account-second-factor-reset": _SECURITY,
    "account-sessions": _SECURITY | _AUDIT,
    "account-sessions-revoke": _SECURITY,
    "account-log": _AUDIT,
    "grant-propose": _SYSTEM | _SECURITY,
    "grant-list": ADMINISTRATORS,
    "grant-approve": _SECURITY,
    "grant-reject": _SYSTEM | _SECURITY,
    "identity-propose": _SYSTEM | _SECURITY,
    "identity-list": _SYSTEM | _SECURITY,
    "identity-confirm": _SECURITY,
    "identity-end": _SYSTEM | _SECURITY,
    "audit-list": _AUDIT,
    "audit-export": _AUDIT,
    "audit-chain": _AUDIT,
    "audit-checkpoints": _AUDIT,
    "audit-checkpoint": _AUDIT,
}
"""What the gateway answers by itself, about the caller's own account or as one of the three administrators."""
ASKS: Mapping[str, str] = {
    "stream": "change.list",
    "statistic-table-export": "cases.statistic_table",
    "evidence-thumbnail": "evidence.get",
    "document-receipt-photo": "document.get",
    "document-receipt-photo-get": "document.receipt-proofs",
}
"""Routes that are named otherwise than the operation whose answer lets them go on."""
_OBJECTS = ("clue", "joint-action", "rectification")

_HEAD = f"""# Who may do what: roles, operations, scope

Written by `make docs` from the tables that the services enforce; tests/contract compares it, and
tests/integration/matrix asks every operation and every route as every role. What has no row does not exist, and what
names no role does not start.

The gateway signs who asks; the service verifies the signature, looks up the operation's row, refuses a role that is
not in it (403 `role-not-allowed`), and finds the object by the row's scope. What the scope does not show is answered
exactly like what does not exist: 404. Behind the queries PostgreSQL compares every row with who stands behind the
transaction (row-level security), so that a forgotten condition shows nothing of another county or of another's case.

In the tables of the services: ● may; ○ is answered, so that who sees the object is told which rule refuses him;
empty: is refused at the door. `?` marks a query, `#` one that answers numbers of rows, also to who may open none of
them: PostgreSQL's wall does not stand before it.

Roles: {", ".join(f"{role.value.replace('_', ' ')} {title(role)}" for role in Role)}.

## Routes of the gateway

| method | path | service's operation, or who |
| --- | --- | --- |"""


@dataclass(frozen=True)
class Route:
    """operation: whose row in a service's table decides; else who: the roles, None for whoever comes."""

    method: str
    path: str
    name: str
    operation: str | None
    who: frozenset[Role] | None


class RouteWithoutRow(Exception):
    """Nothing says who may call it."""


def routes() -> list[Route]:
    """Every route of the API, as served. Raises RouteWithoutRow."""
    known = {operation.replace(".", "-").replace("_", "-"): operation for operation in _operations()}
    found = []
    for route in create_app(never).routes:
        if isinstance(route, APIRoute) and route.include_in_schema:
            for method in sorted((route.methods or set()) - {"HEAD"}):
                found.append(_route(method, route.path, str(route.operation_id), known))
    return found


def _route(method: str, path: str, name: str, known: Mapping[str, str]) -> Route:
    if name in PUBLIC:
        return Route(method, path, name, None, None)
    if name in OWN:
        return Route(method, path, name, None, OWN[name])
    plain = next((name.removesuffix(f"-of-{one}") for one in _OBJECTS if name.endswith(f"-of-{one}")), name)
    operation = ASKS.get(name) or known.get(name) or known.get(plain)
    if operation is None:
        raise RouteWithoutRow(f"{method} {path} {name}")
    return Route(method, path, name, operation, None)


def _operations() -> Iterator[str]:
    waiting: list[type[Command] | type[Query]] = [Command, Query]
    while waiting:
        contract = waiting.pop()
        waiting += contract.__subclasses__()
        if contract.operation.strip("."):
            yield contract.operation


def text() -> str:
    """Head and routes as committed."""
    return "\n".join([_HEAD, *(_line(route) for route in routes())]) + "\n"


def _line(route: Route) -> str:
    if route.operation is not None:
        who = f"`{route.operation}`"
    elif route.who is None:
        who = PUBLIC[route.name]
    else:
        who = "whoever is signed in" if route.who == _EVERYBODY else ", ".join(sorted(route.who))
    return f"| {route.method} | {route.path} | {who} |"


def main() -> None:
    """What the services have written behind it stays."""
    old = FILE.read_text(encoding="utf-8") if FILE.exists() else ""
    _, found, rest = old.partition(SERVICES)
    FILE.write_text(text() + (f"\n{found}{rest}" if found else ""), encoding="utf-8")


if __name__ == "__main__":
    main()
