"""The question a step asks before it is taken: is all evidence there that the rules ask for?

How a transition uses it: in its handler, before the aggregate decides,
`require_evidence(unit, EvidenceObject.RECTIFICATION, item.id, "strike-off")`. It raises EvidenceMissing, which names
what is missing; nothing has changed then.
"""

from collections.abc import Iterable
from uuid import UUID

from services.cases.domain.evidence_needs import asked, require
from services.cases.storage.evidence_land import about, violation_types
from services.cases.storage.evidence_pieces import pieces_for
from services.cases.storage.evidence_rules import evidence_rules
from services.cases.storage.unit import CasesUnit
from shared.clock import local_day
from shared.contracts.codes import EvidenceObject


def require_evidence(
    unit: CasesUnit, object_: EvidenceObject, id_: UUID, step: str, conditions: Iterable[str] = ()
) -> None:
    """Raises EvidenceMissing, NotFound. conditions: what is known to hold, see domain/evidence_needs.py."""
    subject = about(unit.connection, unit.by, object_, id_)
    rules = evidence_rules(unit.connection)
    types = violation_types(unit.connection, subject)
    pieces = pieces_for(unit.connection, unit.by, subject)
    require(step, asked(rules, step, local_day(unit.now), types, pieces, conditions), rules)
