"""What cases tells, kept as facts thing by thing: documents are drafted without asking another service."""

from functools import cache
from typing import Any

from services.notify.domain import told_by_cases, told_by_items, told_by_joint_work, told_by_procedure
from services.notify.domain.dossier import Told
from services.notify.domain.told_by_cases import Tellers
from services.notify.storage import dossiers
from shared.contracts.base import EventMeta
from shared.delivery.reactor import Reaction
from shared.delivery.unit import Unit
from shared.divisions.register import Divisions

TELLERS: Tellers = {
    **told_by_cases.TELLERS,
    **told_by_procedure.TELLERS,
    **told_by_items.TELLERS,
    **told_by_joint_work.TELLERS,
}
# Read when the first township is named: a table of reactions is imported where no service runs.
_divisions = cache(Divisions.load)


def keep_dossiers(event: Any, meta: EventMeta, unit: Unit) -> None:
    for told in TELLERS[type(event)](event):
        dossiers.add(unit.connection, _named(told), meta.jurisdiction)


def _named(told: Told) -> Told:
    """With the name of the township that it was assigned to."""
    code = told.facts.get("township_code")
    township = _divisions().find(code) if code else None
    if township is None:
        return told
    return Told(told.id, told.kind, {**told.facts, "assignee": township.name}, told.parent_id, told.more)


REACTIONS: tuple[Reaction, ...] = tuple(Reaction(event, keep_dossiers) for event in TELLERS)
