"""Copies of evidence for agencies: given for a purpose until a day, read by whom they were given, ended early."""

from services.cases.domain.custody import Copy
from services.cases.domain.disclosure import Permission
from services.cases.domain.evidence import Evidence
from services.cases.handlers.disclosures import enter, permitted
from services.cases.handlers.evidence import reading
from services.cases.storage.unit import CasesUnit
from shared.contracts.codes import DisclosurePurpose
from shared.contracts.custody import CopyView, ReadCopy, RevokeCopy, ShareEvidence
from shared.contracts.evidence import EvidenceReading
from shared.ids import new_id
from shared.operations import Call


def share_evidence(cmd: ShareEvidence, call: Call, unit: CasesUnit) -> CopyView:
    """What of it the agency may not know is not said of the copy either. Raises NotDisclosable."""
    piece = unit.evidence.get_seen(unit.connection, call.by, call.target)
    by = permitted(unit, cmd.to_agency, DisclosurePurpose.EVIDENCE_COPY)
    copy = Copy(id=new_id())
    unit.record(copy, unit.copies, copy.grant(cmd, piece, unit.moment))
    _enter(unit, by, copy, piece, by.fields & {"title", "file_name"})
    return copy.view()


def read_copy(cmd: ReadCopy, call: Call, unit: CasesUnit) -> EvidenceReading:
    """The first reading is the agency's receipt. After its end a copy is refused."""
    copy = unit.copies.lock_seen(unit.connection, call.by, call.target)
    assert copy.evidence_id is not None
    piece = unit.evidence.get(unit.connection, copy.evidence_id)
    by = permitted(unit, copy.to_agency, DisclosurePurpose.EVIDENCE_COPY)
    by.require("content")
    unit.record(copy, unit.copies, copy.read(cmd.why, piece, unit.moment))
    _enter(unit, by, copy, piece, by.fields & {"file_name", "content"})
    # Its name as it was given, or a name that says nothing.
    return reading(piece).model_copy(update={"thumbnails": [], "file_name": copy.file_name})


def _enter(unit: CasesUnit, by: Permission, copy: Copy, piece: Evidence, fields: frozenset[str]) -> None:
    subject = {"case_id": piece.case_id, "clue_id": piece.clue_id}
    enter(unit, copy.division_code, by, copy.id, sorted(fields), **subject)


def revoke_copy(cmd: RevokeCopy, call: Call, unit: CasesUnit) -> CopyView:
    copy = unit.copies.lock_seen(unit.connection, call.by, call.target, call.expected_version)
    unit.record(copy, unit.copies, copy.revoke(cmd, unit.moment))
    return copy.view()
