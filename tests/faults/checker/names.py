"""What the checker knows of this county's services: who reads whom, what follows from what, what a command does.

Written from the contracts, not imported from them: a service that forgets a reaction must not make the checker forget.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tests.faults.checker.kept_by_notify import KEPT_BY_NOTIFY
from tests.faults.checker.reactions import Reaction

SERVICES: Final = ("cases", "agencies", "notify")


def event(source: str, name: str) -> str:
    """Full type of the first version of an event."""
    return f"tianwei.{source}.{name}.v1"


CASE_FILED = event("cases", "case-filed")
STRUCK_OFF = event("cases", "rectification-struck-off")
CONVENED = event("cases", "joint-action-convened")
REASSIGNED = event("cases", "joint-action-task-reassigned")
CANCELLED = event("cases", "joint-action-cancelled")
_CLOSED = event("cases", "joint-action-closed")
_COMPLETE = event("cases", "joint-action-feedback-completed")
_LEDGER = "case-fields-disclosed"
_DISCLOSED = event("cases", _LEDGER)
TASK_ISSUED = event("agencies", "task-issued")
TASK_DELIVERED = event("agencies", "task-delivered")
MESSAGE_DELIVERED = event("agencies", "task-message-delivered")
TASK_EXHAUSTED = event("agencies", "task-delivery-exhausted")
TASK_RESUMED = event("agencies", "task-delivery-resumed")
DOCUMENT_DRAFTED = event("notify", "document-drafted")
DOCUMENT_APPROVED = event("notify", "document-approved")
DOCUMENT_ISSUED = event("notify", "document-issued")
DOCUMENT_DELIVERED = event("notify", "document-delivered")

_CASE_STEPS = (
    *("investigation-started", "investigation-concluded", "review-started", "party-notified"),
    *("decided", "served", "performance-started", "executed", "closed"),
)
# What the system proposes by itself with a step: a person decides later.
_PROPOSALS = ("action-proposed", "action-proposal-raised", "listing-proposed")
# What a reported result does to the case, where it waits for it.
_RESULT_EFFECTS = (
    "case-appraised",
    "case-transfer-moved",
    "case-result-not-taken",
    "police-transfer-due",
    "police-transfer-filed",
    "police-transfer-refused",
)
_LETTER_STEPS = ("requested", "extended", "answered", "refused", "withdrawn")
_TASK_STEPS = ("signed", "accepted", "declined", "reported")
# What moves a task beside them, and what its delivery tells.
_TASK_MOVES = ("delivered", "started", "returned", "done", "expired", "withdrawn")
# At most so many tasks are in one action.
_TASKS = 20
_TASK_DELIVERIES = ("delivery-exhausted", "delivery-resumed")
# A file that came with an answer; the same one again is no second piece of evidence.
_HANDED_IN = "attachment-handed-in"

WANTED: Mapping[tuple[str, str], frozenset[str]] = {
    ("agencies", "cases"): frozenset({CONVENED, REASSIGNED, CANCELLED, _CLOSED, _COMPLETE, _DISCLOSED}),
    ("cases", "agencies"): frozenset(
        event("agencies", f"task-{step}") for step in (*_TASK_STEPS, *_TASK_MOVES, *_TASK_DELIVERIES, _HANDED_IN)
    ),
    ("notify", "agencies"): frozenset(
        {event("agencies", "agency-endpoint-failing"), event("agencies", "agency-endpoint-recovered")}
    ),
    ("notify", "cases"): frozenset(event("cases", name) for name in KEPT_BY_NOTIFY),
}
"""(consumer, producer) -> types it reacts to."""

REACTIONS: Mapping[tuple[str, str], tuple[Reaction, ...]] = {
    ("agencies", "cases"): (
        Reaction(CONVENED, TASK_ISSUED, each="tasks"),
        Reaction(REASSIGNED, TASK_ISSUED),
        Reaction(REASSIGNED, event("agencies", "task-withdrawn"), least=0),
        Reaction(CANCELLED, event("agencies", "task-withdrawn"), each="task_ids", least=0),
        # How many of them are still open, or reported, only agencies knows.
        *(
            Reaction(ending, event("agencies", f"task-{step}"), least=0, most=_TASKS)
            for ending in (_CLOSED, _COMPLETE)
            for step in ("withdrawn", "done")
        ),
    ),
    ("cases", "agencies"): (
        *(
            Reaction(event("agencies", f"task-{step}"), event("cases", f"joint-action-task-{step}"))
            for step in _TASK_STEPS
        ),
        *(
            Reaction(event("agencies", f"task-{step}"), event("cases", "joint-action-task-moved"), least=0)
            for step in _TASK_MOVES
        ),
        *(
            Reaction(event("agencies", f"task-{step}"), event("cases", "joint-action-task-undelivered"), least=0)
            for step in _TASK_DELIVERIES
        ),
        *(
            Reaction(event("agencies", "task-reported"), event("cases", effect), least=0)
            for effect in ("joint-action-closed", *_RESULT_EFFECTS)
        ),
        Reaction(event("agencies", f"task-{_HANDED_IN}"), event("cases", "evidence-added"), least=0),
        # Whatever ends a task may be the last that was waited for.
        *(Reaction(event("agencies", f"task-{step}"), _COMPLETE, least=0) for step in (*_TASK_STEPS, *_TASK_MOVES)),
        # Who takes part learns of the others' results, as far as it may: one entry of the ledger each.
        *(
            Reaction(event("agencies", f"task-{step}"), _DISCLOSED, least=0, most=_TASKS)
            for step in ("signed", "reported")
        ),
    ),
    ("notify", "agencies"): (
        Reaction(event("agencies", "agency-endpoint-failing"), event("notify", "outage-notice-issued")),
        Reaction(event("agencies", "agency-endpoint-recovered"), event("notify", "outage-notice-ended"), least=0),
    ),
    ("notify", "cases"): (
        # A large violation is also drafted as a report, for people to issue (K3).
        Reaction(CASE_FILED, DOCUMENT_DRAFTED, most=2),
        Reaction(CASE_FILED, DOCUMENT_APPROVED),
        Reaction(STRUCK_OFF, DOCUMENT_DRAFTED),
        Reaction(STRUCK_OFF, DOCUMENT_APPROVED),
        # A body without an account is told nothing here.
        *(
            Reaction(event("cases", f"assistance-{step}"), event("notify", "assistance-notice-issued"), least=0)
            for step in _LETTER_STEPS
        ),
    ),
}


@dataclass(frozen=True)
class Kept:
    """An aggregate's table. silent: rows that have told nothing are at version 0; otherwise there are none."""

    table: str
    silent: bool = False


OBJECTS: Mapping[str, Mapping[str, Kept]] = {
    "cases": {
        "clue": Kept("clue"),
        "case": Kept("case"),
        "rectification": Kept("rectification"),
        "joint_action": Kept("joint_action"),
        "evidence": Kept("evidence"),
        "evidence_custody": Kept("evidence_custody"),
        "evidence_copy": Kept("evidence_copy"),
        "disclosure": Kept("disclosure"),
        "clue_duplicate": Kept("clue_duplicate"),
        "clue_reporter": Kept("clue_reporter"),
        "deadline": Kept("deadline", silent=True),
        "action_proposal": Kept("action_proposal"),
        "assistance_request": Kept("assistance_request"),
        "listing": Kept("listing"),
        "police_transfer": Kept("police_transfer"),
        "sealed_record": Kept("sealed_record"),
        "clue_import": Kept("clue_import", silent=True),
        "land_layer": Kept("land_layer", silent=True),
        "overlay": Kept("overlay"),
        "dead_letter": Kept("dead_letter"),
    },
    "agencies": {
        "task": Kept("agency_task"),
        "delivery": Kept("delivery", silent=True),
        "endpoint": Kept("endpoint"),
        "answer": Kept("agency_answer", silent=True),
        "dead_letter": Kept("dead_letter"),
    },
    "notify": {
        "document": Kept("document"),
        "receipt_proof": Kept("receipt_proof"),
        "bulletin": Kept("bulletin"),
        "outage_notice": Kept("outage_notice"),
        "assistance_notice": Kept("assistance_notice"),
        "endpoint": Kept("endpoint"),
        "dead_letter": Kept("dead_letter"),
    },
}
"""service -> aggregate type -> where its present state is kept."""

RECIPIENTS: Final = ("party_committee", "discipline_commission", "organisation_department")
"""Whom a filing and a strike-off are told (article 10): the main recipient, then the copies in their order."""
COPY_KINDS: Mapping[str, str] = {CASE_FILED: "case_filed_copy", STRUCK_OFF: "struck_off_copy"}
"""Event of cases -> type of the copy it asks for."""


@dataclass(frozen=True)
class Route:
    """A command by its address, and what it must and may tell.

    made: the event whose object is new and named by the answer's id; the others' object is the address's {id}.
    versioned: the answer's version is the object's.
    """

    method: str
    path: re.Pattern[str]
    service: str
    must: tuple[str, ...]
    may: tuple[str, ...] = ()
    made: str | None = None
    versioned: bool = True


def _route(
    service: str,
    address: str,
    *must: str,
    may: tuple[str, ...] = (),
    made: str | None = None,
    versioned: bool = True,
    method: str = "POST",
) -> Route:
    pattern = re.compile("^" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", address) + "$")
    types = tuple(event(service, name) for name in must)
    more = tuple(event(service, name) for name in may)
    return Route(method, pattern, service, types, more, made and event(service, made), versioned)


_CASE_VERBS = ("investigate", "conclude", "review", "notice", "decide", "serve", "perform", "execute", "close")
_CLUE_VERBS = {
    "assign": "assigned",
    "sign": "signed",
    "return": "returned",
    "reject": "rejected",
    "start-verification": "verification-started",
    "submit-opinion": "opinion-submitted",
    "close": "closed",
}
_ITEM_VERBS = {
    "report": "reported",
    "check": "township-checked",
    "accept": "accepted",
    "request-review": "review-requested",
    "strike-off": "struck-off",
}

ROUTES: tuple[Route, ...] = (
    _route("cases", "/clues", "clue-received", made="clue-received"),
    *(_route("cases", f"/clues/{{id}}/{verb}", f"clue-{fact}") for verb, fact in _CLUE_VERBS.items()),
    _route(
        "cases",
        "/clues/{id}/file-case",
        "clue-turned-into-case",
        "case-filed",
        may=_PROPOSALS,
        made="case-filed",
    ),
    _route("cases", "/clue-imports", versioned=False),
    *(
        _route("cases", f"/cases/{{id}}/{verb}", f"case-{step}")
        for verb, step in zip(_CASE_VERBS, _CASE_STEPS, strict=True)
    ),
    _route(
        "cases",
        "/cases/{id}/order-rectification",
        "rectification-ordered",
        may=_PROPOSALS,
        made="rectification-ordered",
    ),
    _route(
        "cases",
        "/cases/{id}/joint-actions",
        "joint-action-convened",
        may=("action-proposal-approved", _LEDGER),
        made="joint-action-convened",
    ),
    *(_route("cases", f"/rectifications/{{id}}/{verb}", f"rectification-{fact}") for verb, fact in _ITEM_VERBS.items()),
    *(
        _route("cases", f"/{home}/{{id}}/evidence", "evidence-added", made="evidence-added")
        for home in ("clues", "cases", "rectifications")
    ),
    _route("cases", "/evidence/{id}/pair", "evidence-paired"),
    _route("cases", "/joint-actions/{id}/reassign", "joint-action-task-reassigned", may=(_LEDGER,)),
    _route("agencies", "/tasks/{id}/sign", "task-signed", may=("task-delivered",)),
    _route("agencies", "/tasks/{id}/accept", "task-accepted"),
    _route("agencies", "/tasks/{id}/decline", "task-declined", may=("task-delivered",)),
    _route("agencies", "/tasks/{id}/report", "task-reported"),
    _route("agencies", "/tasks/{id}/report-form", "task-reported"),
    _route("agencies", "/agencies/{code}/kits", "agency-kit-issued", versioned=False),
    _route("agencies", "/agencies/{code}/certificates", "agency-certified", versioned=False),
    _route("agencies", "/agencies/{code}/endpoint", "agency-endpoint-configured", method="PUT", versioned=False),
    _route("notify", "/notices", "document-drafted", "document-approved", made="document-drafted"),
    # A recipient's version is its own receipt's.
    _route("notify", "/notices/{id}/sign", "document-signed-for", versioned=False),
    _route("notify", "/recipients/{code}/endpoint", "recipient-endpoint-configured", method="PUT", versioned=False),
)


def route_of(method: str, path: str) -> tuple[Route, str | None] | None:
    """The command at an address and the id in it; None for what is no command of these services."""
    for route in ROUTES:
        if route.method == method and (found := route.path.match(path)):
            return route, found.groupdict().get("id")
    return None
