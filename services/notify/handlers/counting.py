"""What notify counts of cases: every event of what a bulletin tells of, and the ladder of its clocks."""

from services.notify.domain.counted import KINDS, after, subject_of
from services.notify.storage import standings
from services.notify.storage.bulletin_settings import keep_setting
from shared.contracts.base import EventMeta
from shared.contracts.cases_events import CasesEvent, DeadlineAlarmRaisedV1, DeadlinesRecountedV1
from shared.contracts.catalogue import of_source
from shared.contracts.codes import RuleRegister, WorkKind
from shared.contracts.rule_events import RuleEvent, RuleSetV1, RuleWithdrawnV1
from shared.delivery.reactor import Reaction
from shared.delivery.unit import Unit

# The ladder is kept of what is named in a bulletin.
_LADDERS = frozenset({WorkKind.CASE.value, WorkKind.RECTIFICATION.value})


def count_event(event: CasesEvent, meta: EventMeta, unit: Unit) -> None:
    """Nothing for an object whose beginning was never told: its events were parked and discarded, or came before
    anything was counted (counting_gap)."""
    subject = subject_of(event)
    if subject is None:
        return
    found = standings.find(unit.connection, subject[1])
    former, last = found or (None, 0)
    # Counted already: what is computed again may come twice.
    if former is not None and last >= meta.position:
        return
    now = after(former, event)
    if now is not None:
        standings.keep(unit.connection, now, former, last, meta.position)


def note_alarm(event: DeadlineAlarmRaisedV1, meta: EventMeta, unit: Unit) -> None:
    if event.object_type in _LADDERS:
        standings.note_step(
            unit.connection,
            event.object_id,
            event.rule_id,
            event.step,
            position=meta.position,
            raised_at=event.at,
            over=event.days_over,
        )


def keep_rhythm(event: RuleEvent, meta: EventMeta, unit: Unit) -> None:
    """How often the county tells (通报周期)."""
    if (event.register_name, event.key) == (RuleRegister.CONFIGURATION, "bulletin_period"):
        keep_setting(unit.connection, event.rule_id, meta.jurisdiction, event.rows)


COUNTING: tuple[Reaction, ...] = (
    *(
        Reaction(event, count_event)
        for event in of_source("cases")
        if issubclass(event, (*KINDS, DeadlinesRecountedV1))
    ),
)
LADDER: tuple[Reaction, ...] = (Reaction(DeadlineAlarmRaisedV1, note_alarm),)
RHYTHM: tuple[Reaction, ...] = (Reaction(RuleSetV1, keep_rhythm), Reaction(RuleWithdrawnV1, keep_rhythm))
REACTIONS = (*COUNTING, *LADDER, *RHYTHM)
