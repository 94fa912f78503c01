"""Who held, saw and copied a piece of evidence (domain.md 4.6): its custody log, and the copies given to others."""

from dataclasses import dataclass
from datetime import datetime
from functools import singledispatchmethod
from typing import Any, ClassVar
from uuid import UUID

from services.cases.domain.evidence import Evidence
from services.cases.domain.progress import Moment
from services.cases.domain.transitions import COORDINATOR, Row, Transitions
from shared.contracts.codes import Agency, CopyState, DisclosurePurpose, Role
from shared.contracts.custody import CopyView, RevokeCopy, ShareEvidence
from shared.contracts.evidence_events import (
    CopyEvent,
    CustodyEvent,
    EvidenceBundledV1,
    EvidenceCopyGrantedV1,
    EvidenceCopyReadV1,
    EvidenceCopyRevokedV1,
    EvidenceReadV1,
    EvidenceVerifiedV1,
)
from shared.errors import NotAllowed
from shared.ids import derived_id

_AGENCY = frozenset({Role.AGENCY_OFFICER, Role.AGENCY_SYSTEM})

TABLE: Transitions[CopyState] = Transitions(
    "evidence_copy",
    Row("share", None, CopyState.ACTIVE, who=COORDINATOR),
    Row("read", CopyState.ACTIVE, CopyState.ACTIVE, who=_AGENCY),
    Row("revoke", CopyState.ACTIVE, CopyState.REVOKED, who=COORDINATOR),
)


class CopyExpired(NotAllowed):
    """The time for which the copy was given is over."""

    def __init__(self, expired_at: datetime) -> None:
        super().__init__("evidence.copy-expired", None, expired_at=expired_at.isoformat())


class CopyRevoked(NotAllowed):
    def __init__(self) -> None:
        super().__init__("evidence.copy-revoked", None)


def custody_id(evidence_id: UUID) -> UUID:
    """Of the custody of a piece of evidence."""
    return derived_id("evidence_custody", evidence_id)


@dataclass(kw_only=True)
class Custody:
    """The log of one piece of evidence, apart from it: to look at it changes no version of it."""

    TYPE: ClassVar[str] = "evidence_custody"

    id: UUID
    version: int = 0
    jurisdiction: str = ""
    evidence_id: UUID | None = None
    reads: int = 0
    downloads: int = 0
    last_read_at: datetime | None = None
    verified_at: datetime | None = None

    def read(self, evidence: Evidence, way: str, why: str | None, moment: Moment) -> list[CustodyEvent]:
        return [EvidenceReadV1(way=way, reason=why, **self._names(evidence, moment))]

    def verified(
        self, evidence: Evidence, found_sha256: str | None, found_bytes: int, moment: Moment
    ) -> list[CustodyEvent]:
        whole = found_sha256 == evidence.sha256
        return [
            EvidenceVerifiedV1(
                whole=whole, found_sha256=found_sha256, found_bytes=found_bytes, **self._names(evidence, moment)
            )
        ]

    def bundled(self, evidence: Evidence, bundle_id: UUID, moment: Moment) -> list[CustodyEvent]:
        return [EvidenceBundledV1(bundle_id=bundle_id, **self._names(evidence, moment))]

    def apply(self, event: CustodyEvent) -> None:
        self.evidence_id = event.evidence_id
        if isinstance(event, EvidenceReadV1):
            self.reads += 1
            self.downloads += event.way == "download"
            self.last_read_at = event.at
        elif isinstance(event, EvidenceVerifiedV1):
            self.verified_at = event.at

    @staticmethod
    def _names(evidence: Evidence, moment: Moment) -> dict[str, Any]:
        return {"evidence_id": evidence.id, "evidence_no": evidence.evidence_no, "at": moment.now}


@dataclass(kw_only=True)
class Copy:
    """A copy for one agency, for one purpose, until an instant. The owner keeps the original."""

    TYPE: ClassVar[str] = "evidence_copy"

    id: UUID
    version: int = 0
    jurisdiction: str = ""
    state: CopyState | None = None
    evidence_id: UUID | None = None
    evidence_no: str = ""
    title: str = ""
    sha256: str = ""
    sm3: str = ""
    size_bytes: int = 0
    media_type: str = ""
    file_name: str = ""
    division_code: str = ""
    to_agency: Agency = Agency.NATURAL_RESOURCES
    purpose: str = ""
    granted_by: str = ""
    granted_at: datetime | None = None
    expires_at: datetime | None = None
    received_at: datetime | None = None
    reads: int = 0

    def grant(self, cmd: ShareEvidence, evidence: Evidence, moment: Moment) -> list[CopyEvent]:
        """Where its receiver may not know title or name (disclosure), the number stands for them.

        Raises NotDisclosable, what evidence.may_be_read raises, and InvalidInput for an end in the past.
        """
        row = TABLE.permit(self.state, cmd.verb, moment.by)
        evidence.may_be_read()
        told = moment.rules.disclosure(cmd.to_agency, DisclosurePurpose.EVIDENCE_COPY, moment.today)
        told.require("content")
        moment.ahead(cmd.expires_at, "expires_at")
        if cmd.expires_at <= moment.now:
            raise CopyExpired(cmd.expires_at)
        self.jurisdiction = evidence.division_code
        return [
            EvidenceCopyGrantedV1(
                at=moment.now,
                copy_id=self.id,
                evidence_id=evidence.id,
                from_state=row.at,
                to_state=row.to,
                evidence_no=evidence.evidence_no,
                title=evidence.title if "title" in told.fields else evidence.evidence_no,
                sha256=evidence.sha256,
                sm3=evidence.sm3,
                size_bytes=evidence.size_bytes,
                media_type=evidence.media_type,
                file_name=evidence.file_name if "file_name" in told.fields else evidence.evidence_no,
                division_code=evidence.division_code,
                to_agency=cmd.to_agency,
                purpose=cmd.purpose,
                granted_by=moment.by.name,
                expires_at=cmd.expires_at,
            )
        ]

    def read(self, why: str | None, evidence: Evidence, moment: Moment) -> list[CopyEvent]:
        """Raises CopyRevoked, CopyExpired, and what evidence.may_be_read raises."""
        if self.state is CopyState.REVOKED:
            raise CopyRevoked
        assert self.expires_at is not None
        if moment.now >= self.expires_at:
            raise CopyExpired(self.expires_at)
        evidence.may_be_read()
        return [EvidenceCopyReadV1(**self._step("read", moment), reason=why)]

    def revoke(self, cmd: RevokeCopy, moment: Moment) -> list[CopyEvent]:
        return [EvidenceCopyRevokedV1(**self._step(cmd.verb, moment), reason=cmd.reason)]

    def apply(self, event: CopyEvent) -> None:
        self.state = event.to_state
        self._change(event)

    @singledispatchmethod
    def _change(self, event: CopyEvent) -> None:
        """Revoked: the state alone changes."""

    @_change.register
    def _(self, event: EvidenceCopyGrantedV1) -> None:
        self.evidence_id, self.evidence_no, self.title = event.evidence_id, event.evidence_no, event.title
        self.sha256, self.sm3, self.size_bytes = event.sha256, event.sm3, event.size_bytes
        self.media_type, self.file_name = event.media_type, event.file_name
        self.division_code = self.jurisdiction = event.division_code
        self.to_agency, self.purpose, self.granted_by = event.to_agency, event.purpose, event.granted_by
        self.granted_at, self.expires_at = event.at, event.expires_at

    @_change.register
    def _(self, event: EvidenceCopyReadV1) -> None:
        self.received_at = self.received_at or event.at
        self.reads += 1

    def view(self) -> CopyView:
        return CopyView.model_validate({name: getattr(self, name) for name in CopyView.model_fields})

    def _step(self, verb: str, moment: Moment) -> dict[str, Any]:
        row = TABLE.permit(self.state, verb, moment.by)
        return {
            "at": moment.now,
            "copy_id": self.id,
            "evidence_id": self.evidence_id,
            "from_state": row.at,
            "to_state": row.to,
        }
