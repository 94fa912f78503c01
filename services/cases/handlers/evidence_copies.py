"""Copies of evidence for agencies: given for a purpose until a day, read by whom they were given, ended early."""

from services.cases.domain.custody import Copy
from services.cases.handlers.evidence import reading
from services.cases.storage.unit import CasesUnit
from shared.contracts.evidence import CopyView, EvidenceReading, ReadCopy, RevokeCopy, ShareEvidence
from shared.ids import new_id
from shared.operations import Call


def share_evidence(cmd: ShareEvidence, call: Call, unit: CasesUnit) -> CopyView:
    piece = unit.evidence.get_seen(unit.connection, call.by, call.target)
    copy = Copy(id=new_id())
    unit.record(copy, unit.copies, copy.grant(cmd, piece, unit.moment))
    return copy.view()


def read_copy(cmd: ReadCopy, call: Call, unit: CasesUnit) -> EvidenceReading:
    """The first reading is the agency's receipt. After its end a copy is refused."""
    copy = unit.copies.lock_seen(unit.connection, call.by, call.target)
    assert copy.evidence_id is not None
    piece = unit.evidence.get(unit.connection, copy.evidence_id)
    unit.record(copy, unit.copies, copy.read(cmd.why, piece, unit.moment))
    return reading(piece).model_copy(update={"thumbnails": []})


def revoke_copy(cmd: RevokeCopy, call: Call, unit: CasesUnit) -> CopyView:
    copy = unit.copies.lock_seen(unit.connection, call.by, call.target, call.expected_version)
    unit.record(copy, unit.copies, copy.revoke(cmd, unit.moment))
    return copy.view()
