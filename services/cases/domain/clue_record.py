"""What is kept of a clue, how its events change it, and how it is shown."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import singledispatchmethod
from typing import Any, ClassVar, Literal
from uuid import UUID

from services.cases.domain.area_basis import claim, warnings_of
from services.cases.domain.progress import Progress
from shared.area import mu_from_m2
from shared.areas import Areas, counted
from shared.contracts import cases_events as e
from shared.contracts import clue_events as ce
from shared.contracts.area_basis import AreaBasis, ClaimedAreas
from shared.contracts.case_import_events import ClueTakenOverV1
from shared.contracts.clue_parts import (
    AliasRef,
    ClueWarning,
    DutyFacts,
    OpinionProof,
    ReboundFact,
    ReportFacts,
    SentBackFact,
    SplitFacts,
    TransferFact,
)
from shared.contracts.clues import ClueView
from shared.contracts.codes import (
    ILLEGAL_OPINIONS,
    Agency,
    AliasKind,
    ClueSource,
    ClueState,
    RejectReason,
    ReturnReason,
    ReviewState,
    VerificationOpinion,
    ViolationType,
)
from shared.contracts.parts import PatchFacts
from shared.divisions.register import TOWNSHIP_DIGITS

_LEGAL = frozenset({VerificationOpinion.LEGAL, VerificationOpinion.FACILITY_AGRI_LAND, VerificationOpinion.RURAL_ROAD})


@dataclass(kw_only=True)
class ClueRecord(Progress):
    """review_state: of the verification, also beside a case. submitted_by: account of who submitted the opinion."""

    TYPE: ClassVar[str] = "clue"

    clue_no: str = ""
    state: ClueState | None = None
    source: ClueSource = ClueSource.PATROL
    division_code: str = ""
    division_name: str = ""
    place: str = ""
    description: str = ""
    longitude: float | None = None
    latitude: float | None = None
    area_m2: Decimal | None = None
    farmland_area_m2: Decimal | None = None
    pbf_area_m2: Decimal | None = None
    suspected_type: ViolationType | None = None
    received_at: datetime | None = None
    found_at: datetime | None = None
    township_code: str | None = None
    officers: list[str] = field(default_factory=list)
    opinion: VerificationOpinion | None = None
    facts: str | None = None
    patch: PatchFacts | None = None
    geometry: dict[str, Any] | None = None
    import_id: UUID | None = None
    case_id: UUID | None = None
    agency: Agency | None = None
    review_state: ReviewState | None = None
    review_required: bool = False
    submitted_by: str | None = None
    proof: OpinionProof | None = None
    missing_proofs: list[str] = field(default_factory=list)
    build_age: Literal["new", "stock"] | None = None
    basis: AreaBasis | None = None
    sent_back: list[SentBackFact] = field(default_factory=list)
    aliases: list[AliasRef] = field(default_factory=list)
    report: ReportFacts | None = None
    reject_reason: RejectReason | None = None
    linked_to_id: UUID | None = None
    linked_to_no: str | None = None
    rebound: ReboundFact | None = None
    parent_id: UUID | None = None
    parent_no: str | None = None
    child_no: int | None = None
    split: SplitFacts | None = None
    transfer: TransferFact | None = None
    duty: DutyFacts | None = None
    archive_no: str | None = None

    @property
    def is_split(self) -> bool:
        """Cut in child patches: counted as an original patch, not as a verified one."""
        return self.state is ClueState.SPLIT or self.split is not None

    @property
    def patch_no(self) -> str | None:
        return None if self.patch is None else self.patch.patch_no

    @property
    def numbers(self) -> list[AliasRef]:
        """Every number by which others may know it, its own first."""
        own = [AliasRef(number=self.clue_no, kind=AliasKind.CLUE)]
        if self.patch_no:
            own.append(AliasRef(number=self.patch_no, kind=AliasKind.PATCH))
        return [*own, *self.aliases]

    @property
    def known_since(self) -> datetime | None:
        """When the act was found, as it was told or at the latest when the clue came in: nothing on site is older."""
        told = [at for at in (self.found_at, self.received_at) if at is not None]
        return min(told, default=None)

    @property
    def outcome(self) -> str:
        """What the verification opinion comes to: illegal, legal, other; empty before it was submitted."""
        if self.opinion is None:
            return ""
        if self.opinion in ILLEGAL_OPINIONS:
            return "illegal"
        return "legal" if self.opinion in _LEGAL else "other"

    @property
    def claimed(self) -> ClaimedAreas:
        """As told by a file or a report, and from the opinion on as that states them."""
        return claim(self.area_m2, self.farmland_area_m2, self.pbf_area_m2)

    @property
    def counted(self) -> Areas | None:
        """What counts of its areas once there is an opinion: official ones before the claim."""
        return None if self.basis is None else counted(self.basis)

    @property
    def warnings(self) -> list[ClueWarning]:
        """What a person should look at."""
        found = []
        if self.split is not None and not self.split.within_tolerance:
            facts = {"difference_mu": self.split.difference_mu}
            found.append(ClueWarning(code="cases.split-areas-differ", facts=facts))
        if self.missing_proofs:
            found.append(ClueWarning(code="cases.proof-missing", facts={"missing": self.missing_proofs}))
        return found + warnings_of(self.basis)

    @singledispatchmethod
    def _change(self, event: e.ClueEvent) -> None:
        """Deduplicated, signed, returned, closed: the state alone changes."""

    @_change.register
    def _(self, event: e.ClueReceivedV1) -> None:
        self._begin(event)
        self.received_at = event.at
        self.import_id = event.import_id
        self.aliases, self.report = event.aliases, event.report

    @_change.register
    def _(self, event: ce.ClueSplitOffV1) -> None:
        self._begin(event)
        self.received_at = event.received_at
        self.township_code, self.agency, self.officers = event.township_code, event.agency, event.officers
        self.review_state = ReviewState.VERIFYING

    def _begin(self, event: e.ClueReceivedV1 | ce.ClueSplitOffV1) -> None:
        self.clue_no = event.clue_no
        self.source = event.clue_source
        self.division_code = self.jurisdiction = event.division_code
        self.division_name = event.division_name
        self.place, self.description = event.place, event.description
        self.longitude, self.latitude = event.longitude, event.latitude
        self.area_m2, self.farmland_area_m2 = event.area_m2, event.farmland_area_m2
        self.pbf_area_m2 = event.pbf_area_m2
        self.suspected_type = event.suspected_type
        self.found_at = event.found_at
        self.patch, self.geometry = event.patch, event.geometry
        self.review_required = event.review_required
        self.parent_id, self.parent_no, self.child_no = event.parent_id, event.parent_no, event.child_no

    @_change.register
    def _(self, event: ClueTakenOverV1) -> None:
        self.clue_no, self.source, self.case_id = event.clue_no, event.clue_source, event.case_id
        self.division_code = self.jurisdiction = event.division_code
        self.division_name = event.division_name
        self.place, self.description = event.place, event.description
        self.longitude, self.latitude = event.longitude, event.latitude
        self.area_m2, self.farmland_area_m2 = event.area_m2, event.farmland_area_m2
        self.pbf_area_m2, self.suspected_type = event.pbf_area_m2, event.violation_type
        self.received_at = event.received_at

    @_change.register
    def _(self, event: e.ClueReturnedV1) -> None:
        if event.return_reason is ReturnReason.NOT_OUR_DUTY:
            before = self.duty.returned_by if self.duty else []
            unit = self.agency or self.township_code or self.division_code[:TOWNSHIP_DIGITS].ljust(12, "0")
            self.duty = (self.duty or DutyFacts()).model_copy(update={"returned_by": [*before, str(unit)]})

    @_change.register
    def _(self, event: ce.ClueDutyRuledV1) -> None:
        self.township_code, self.agency = event.township_code, event.agency
        ruled = {"ruling": event.reason or "", "ruled_by": event.ruled_by, "ruled_at": event.at}
        self.duty = (self.duty or DutyFacts()).model_copy(update=ruled)

    @_change.register
    def _(self, event: e.ClueAssignedV1) -> None:
        self.township_code, self.agency = event.township_code, event.agency

    @_change.register
    def _(self, event: e.ClueRejectedV1) -> None:
        self.reject_reason = event.reject_reason

    @_change.register
    def _(self, event: e.ClueVerificationStartedV1) -> None:
        self.officers = event.officers
        self.review_state = ReviewState.VERIFYING

    @_change.register
    def _(self, event: e.ClueOpinionSubmittedV1) -> None:
        self.opinion, self.facts = event.opinion, event.facts
        self.area_m2, self.farmland_area_m2 = event.area_m2, event.farmland_area_m2
        self.pbf_area_m2 = event.pbf_area_m2
        self.suspected_type = event.suspected_type
        self.review_state = ReviewState.OPINION_SUBMITTED
        self.submitted_by = event.submitted_by
        self.proof, self.missing_proofs = event.proof, event.missing_proofs
        self.build_age, self.basis = event.build_age, event.basis

    @_change.register(e.ClueTurnedIntoCaseV1)
    @_change.register(e.ClueActStoppedV1)
    def _(self, event: e.ClueTurnedIntoCaseV1 | e.ClueActStoppedV1) -> None:
        self.case_id = event.case_id

    @_change.register
    def _(self, event: ce.ClueReviewEvent) -> None:
        self.review_state = event.review_state

    @_change.register
    def _(self, event: ce.ClueSentBackV1) -> None:
        self.review_state = event.review_state
        back = SentBackFact(at=event.at, level=event.level, reasons=event.reasons, note=event.reason)
        self.sent_back = [*self.sent_back, back]

    @_change.register
    def _(self, event: ce.ClueLinkedV1) -> None:
        self.linked_to_id, self.linked_to_no = event.into_id, event.into_no

    @_change.register
    def _(self, event: ce.ClueAliasesAddedV1) -> None:
        self.aliases = [*self.aliases, *event.aliases]

    @_change.register
    def _(self, event: ce.ClueShapeAddedV1) -> None:
        self.patch, self.geometry, self.area_m2 = event.patch, event.geometry, event.area_m2
        self.longitude, self.latitude = event.longitude, event.latitude

    @_change.register
    def _(self, event: ce.ClueReboundNotedV1) -> None:
        self.rebound = event.former

    @_change.register
    def _(self, event: ce.ClueSplitV1) -> None:
        self.split = SplitFacts(
            children=event.children, difference_mu=event.difference_mu, within_tolerance=event.within_tolerance
        )

    @_change.register
    def _(self, event: ce.ClueTransferredOutV1) -> None:
        self.transfer = TransferFact(body=event.body, at=event.at, letter_no=event.letter_no)
        self.township_code = self.agency = None

    @_change.register
    def _(self, event: ce.ClueTransferAnsweredV1) -> None:
        assert self.transfer is not None
        said = {"reply": event.reply.value, "replied_on": event.replied_on, "reply_no": event.reply_no}
        self.transfer = self.transfer.model_copy(update={**said, "reply_note": event.reason})

    @_change.register
    def _(self, _: ce.ClueFilingExtendedV1) -> None:
        """Its clock alone changes."""

    @_change.register
    def _(self, event: ce.ClueArchivedV1) -> None:
        self.archive_no = event.archive_no

    def view(self) -> ClueView:
        assert self.state is not None
        assert self.received_at is not None
        return ClueView(
            id=self.id,
            clue_no=self.clue_no,
            version=self.version,
            state=self.state,
            source=self.source,
            division_code=self.division_code,
            division_name=self.division_name,
            place=self.place,
            longitude=self.longitude,
            latitude=self.latitude,
            area_m2=self.area_m2,
            area_mu=None if self.area_m2 is None else float(mu_from_m2(self.area_m2)),
            patch_no=self.patch_no,
            township_code=self.township_code,
            suspected_type=self.suspected_type,
            received_at=self.received_at,
            case_id=self.case_id,
            due_on=self.due_on,
            description=self.description,
            farmland_area_m2=self.farmland_area_m2,
            pbf_area_m2=self.pbf_area_m2,
            found_at=self.found_at,
            officers=self.officers,
            opinion=self.opinion,
            facts=self.facts,
            documents=self.documents,
            deadlines=self.deadlines,
            patch=self.patch,
            geometry=self.geometry,
            review_state=self.review_state,
            review_required=self.review_required,
            agency=self.agency,
            parent_id=self.parent_id,
            parent_no=self.parent_no,
            child_no=self.child_no,
            is_split=self.is_split,
            linked_to_id=self.linked_to_id,
            linked_to_no=self.linked_to_no,
            rebound_item_id=self.rebound and self.rebound.item_id,
            rebound=self.rebound,
            aliases=self.aliases,
            report=self.report,
            reject_reason=self.reject_reason,
            proof=self.proof,
            missing_proofs=self.missing_proofs,
            build_age=self.build_age,
            basis=self.basis,
            sent_back=self.sent_back,
            split=self.split,
            transfer=self.transfer,
            duty=self.duty,
            archive_no=self.archive_no,
            warnings=self.warnings,
        )
