"""The question a step asks before it is taken: is all evidence there that the rules ask for?

How a transition uses it: in its handler, when the aggregate has decided and before that is recorded, so that a step
that is not allowed says so first: `require_evidence(unit, EvidenceObject.RECTIFICATION, item.id,
EvidenceStep.STRIKE_OFF)`. It raises EvidenceMissing, which names what is missing; nothing has changed then. Which steps
refuse is the dated setting evidence_asked_at; what each asks for, the register required_evidence.
"""

from uuid import UUID

from services.cases.domain.evidence_needs import asked, require
from services.cases.storage.evidence_land import about, known_conditions, violation_types
from services.cases.storage.evidence_pieces import pieces_for
from services.cases.storage.unit import CasesUnit
from shared.clock import local_day
from shared.contracts.codes import EvidenceObject, EvidenceStep, ViolationType


def require_evidence(unit: CasesUnit, object_: EvidenceObject, id_: UUID, step: EvidenceStep) -> None:
    """Raises EvidenceMissing, NotFound, RuleMissing. Reads nothing when nothing is asked for at this step."""
    rules, on = unit.evidence_rules, local_day(unit.now)
    if not rules.is_asked_at(step, on) or not rules.needs(step, on, ViolationType):
        return
    subject = about(unit.connection, unit.by, object_, id_)
    types = violation_types(unit.connection, subject)
    pieces = pieces_for(unit.connection, None, subject)
    known = known_conditions(unit.connection, subject)
    require(object_, step, asked(rules, step, on, types, pieces, known))
