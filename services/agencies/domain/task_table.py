"""The transition table of a task: who may do what in which state (domain.md 4.3 to 4.5). What has no row is refused."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.agencies.domain.errors import TaskTransitionNotAllowed
from shared.contracts.codes import TaskState
from shared.contracts.hand_over import OPEN, PENDING


class Hand(StrEnum):
    """Whose act a step is. TRANSPORT: the proof that it arrived; TERM: time that ran out."""

    AGENCY = "agency"
    COORDINATOR = "coordinator"
    TRANSPORT = "transport"
    TERM = "term"


@dataclass(frozen=True)
class Row:
    """at: states in which the step is allowed; to: the state after it."""

    verb: str
    at: frozenset[TaskState]
    to: TaskState
    who: Hand


_S = TaskState

TABLE: Mapping[str, Row] = {
    row.verb: row
    for row in (
        Row("deliver", frozenset({_S.OFFERED}), _S.DELIVERED, Hand.TRANSPORT),
        Row("sign", frozenset({_S.OFFERED, _S.DELIVERED}), _S.SIGNED, Hand.AGENCY),
        Row("enter-receipt", frozenset({_S.OFFERED, _S.DELIVERED}), _S.SIGNED, Hand.COORDINATOR),
        Row("accept", frozenset({_S.SIGNED}), _S.ACCEPTED, Hand.AGENCY),
        Row("decline", PENDING, _S.DECLINED, Hand.AGENCY),
        Row("start", frozenset({_S.ACCEPTED}), _S.IN_PROGRESS, Hand.AGENCY),
        Row("report", frozenset({_S.ACCEPTED, _S.IN_PROGRESS, _S.RETURNED}), _S.REPORTED, Hand.AGENCY),
        Row("return", frozenset({_S.REPORTED}), _S.RETURNED, Hand.COORDINATOR),
        Row("complete", frozenset({_S.REPORTED}), _S.DONE, Hand.COORDINATOR),
        Row("withdraw", OPEN, _S.WITHDRAWN, Hand.COORDINATOR),
        Row("expire", PENDING, _S.EXPIRED, Hand.TERM),
    )
}


def permit(verb: str, state: TaskState, version: int) -> Row:
    """The row of a step. Raises TaskTransitionNotAllowed, which tells what the task is by now."""
    row = TABLE[verb]
    if state not in row.at:
        raise TaskTransitionNotAllowed(verb, state, version, verbs(state, row.who))
    return row


def verbs(state: TaskState, who: Hand) -> list[str]:
    """Steps that this hand may take in a state: nobody is told to do what only another may."""
    return sorted(row.verb for row in TABLE.values() if state in row.at and row.who is who)


def arrows() -> Iterator[tuple[TaskState, TaskState, Row]]:
    """Every step from a state to another, in the order of the states."""
    for at in TaskState:
        for row in TABLE.values():
            if at in row.at:
                yield at, row.to, row
