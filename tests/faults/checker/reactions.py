"""What a consumer told because of a producer's event: all of it, once, in the order of its causes (R3, R4, R5)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.faults.checker.feeds import Feed
from tests.faults.checker.memory import Memory
from tests.faults.checker.report import Findings

_CAUSES = """
SELECT e.event_id, e.type, e.aggregate_id, o.position, {number}
FROM log_order o JOIN event_log e USING (event_id)
WHERE o.position > %s AND o.position <= %s AND e.type = ANY(%s) ORDER BY o.position
"""
_NUMBER = "CASE WHEN jsonb_typeof(e.payload -> '{each}') = 'array' THEN jsonb_array_length(e.payload -> '{each}') END"
_EFFECTS = """
SELECT e.causation_id, e.type, o.position FROM event_log e LEFT JOIN log_order o USING (event_id)
WHERE e.causation_id = ANY(%s) ORDER BY o.position
"""
_SETTLED_OTHERWISE = """
SELECT i.position, coalesce(p.status, 'unlisted') FROM inbox i LEFT JOIN parked p USING (consumer, producer, position)
WHERE i.consumer = %s AND i.producer = %s AND i.outcome = 'parked'
"""


@dataclass(frozen=True)
class Reaction:
    """An event of type `effect` follows from one of type `cause`, at least `least` and at most `most` times.

    each: a list in the cause's payload; then one for each of its members.
    """

    cause: str
    effect: str
    least: int = 1
    most: int = 1
    each: str | None = None


@dataclass(frozen=True)
class Cause:
    """members: length of the payload's list, where a reaction asks for it."""

    event_id: str
    type: str
    aggregate_id: str
    position: int
    members: int | None

    def __str__(self) -> str:
        return f"{self.type} at {self.position} ({self.event_id})"


Effects = Mapping[str, Mapping[str, list[int | None]]]
"""causing event -> type of effect -> positions in the consumer's log, ascending; None: not numbered yet."""


def check_reactions(
    feed: Feed,
    reactions: Sequence[Reaction],
    findings: Findings,
    memory: Memory | None = None,
    poisoned: Collection[str] = frozenset(),
) -> None:
    """Effects of what was settled since memory. poisoned: aggregates whose events may stay without effect."""
    memory = memory or Memory()
    after, position = memory.settled(*feed.key), feed.position()
    causes = _causes(feed, reactions, after, position)
    effects = _effects(feed, [cause.event_id for cause in causes])
    parked: dict[int, str] = dict(feed.consumer.rows(_SETTLED_OTHERWISE, *feed.key))
    for cause in causes:
        if cause.aggregate_id not in poisoned:
            _check_numbers(feed, cause, reactions, effects.get(cause.event_id, {}), parked, findings)
    replayed = {at for at, status in parked.items() if status == "replayed"}
    _check_order(feed, [cause for cause in causes if cause.position not in replayed], effects, findings)
    findings.looked_at("reactions", len(causes))


def _causes(feed: Feed, reactions: Iterable[Reaction], after: int, position: int) -> list[Cause]:
    each = {reaction.each for reaction in reactions if reaction.each}
    number = f"coalesce({', '.join(_NUMBER.format(each=name) for name in sorted(each))})" if each else "NULL"
    types = sorted({reaction.cause for reaction in reactions})
    return [Cause(*row) for row in feed.producer.rows(_CAUSES.format(number=number), after, position, types)]


def _effects(feed: Feed, causes: list[str]) -> Effects:
    found: dict[str, dict[str, list[int | None]]] = defaultdict(lambda: defaultdict(list))
    for cause, type_, position in feed.consumer.rows(_EFFECTS, causes):
        found[cause][type_].append(position)
    return found


def _check_numbers(
    feed: Feed,
    cause: Cause,
    reactions: Sequence[Reaction],
    effects: Mapping[str, list[int | None]],
    parked: Mapping[int, str],
    findings: Findings,
) -> None:
    applied = parked.get(cause.position, "replayed") == "replayed"
    known = {reaction.effect: reaction for reaction in reactions if reaction.cause == cause.type}
    for type_, reaction in known.items():
        number = len(effects.get(type_, ()))
        least, most = (cause.members or 0,) * 2 if reaction.each else (reaction.least, reaction.most)
        if not applied and number:
            findings.add("phantom", f"{feed.label}: {cause} is parked and has {number} {type_}", number)
        elif applied and number < least:
            findings.add("lost", f"{feed.label}: {cause} has {number} {type_} of {least}", least - number)
        elif number > most:
            findings.add("doubled", f"{feed.label}: {cause} has {number} {type_}, not {most}", number - most)
    for type_ in effects.keys() - known.keys():
        if ".dead-letter-" not in type_:
            findings.add("phantom", f"{feed.label}: {cause} has an unexpected {type_}")


def _check_order(feed: Feed, causes: Iterable[Cause], effects: Effects, findings: Findings) -> None:
    """Effects of one aggregate's events stand in the consumer's log in the order of the events."""
    latest: dict[str, tuple[int, Cause]] = {}
    for cause in causes:
        told = [
            at for type_, of in effects.get(cause.event_id, {}).items() if ".dead-letter-" not in type_ for at in of
        ]
        positions = sorted(at for at in told if at is not None)
        if not positions:
            continue
        before = latest.get(cause.aggregate_id)
        if before is not None and positions[0] < before[0]:
            findings.add("out_of_order", f"{feed.label}: the effect of {cause} comes before that of {before[1]}")
        latest[cause.aggregate_id] = (positions[-1], cause)
