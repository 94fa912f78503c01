"""What a case is, and how its events change it; its steps are decided in case.py (domain.md 3.2)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import singledispatchmethod
from typing import Any, ClassVar
from uuid import UUID

from services.cases.domain.area_basis import claim, warnings_of
from services.cases.domain.case_table import TABLE as TABLE
from services.cases.domain.people import folded
from services.cases.domain.procedure import noted
from services.cases.domain.progress import Charged, Progress
from shared.area import mu_from_m2
from shared.areas import counted
from shared.contracts.area_basis import AreaBasis, ClaimedAreas
from shared.contracts.case_import_events import CaseTakenOverV1
from shared.contracts.case_path_events import CaseLandFoundV1, CaseRecusalDecidedV1, CaseReopenedV1
from shared.contracts.cases import (
    CaseView,
)
from shared.contracts.cases_events import (
    CaseClosedV1,
    CaseDecidedV1,
    CaseEvent,
    CaseInvestigationStartedV1,
    CaseOpenedEvent,
    CasePartyNotifiedV1,
    CaseServedV1,
    CasesEvent,
)
from shared.contracts.codes import Agency, CaseState, ClosingGround, ViolationType
from shared.contracts.joint_action_events import ActionBrief
from shared.contracts.parts import DeadlineView
from shared.contracts.procedure import Procedure


@dataclass(kw_only=True)
class CaseRecord(Progress):
    TYPE: ClassVar[str] = "case"

    case_no: str = ""
    state: CaseState | None = None
    title: str = ""
    violation_types: list[ViolationType] = field(default_factory=list)
    party_name: str = ""
    party_kind: str = ""
    lead_agency: Agency = Agency.NATURAL_RESOURCES
    officers: list[str] = field(default_factory=list)
    clue_id: UUID | None = None
    clue_no: str = ""
    patch_no: str | None = None
    division_code: str = ""
    division_name: str = ""
    place: str = ""
    longitude: float | None = None
    latitude: float | None = None
    area_m2: Decimal = Decimal(0)
    farmland_area_m2: Decimal = Decimal(0)
    pbf_area_m2: Decimal = Decimal(0)
    filed_at: datetime | None = None
    notice_served_at: datetime | None = None
    decision_no: str | None = None
    decided_at: datetime | None = None
    served_at: datetime | None = None
    closed_at: datetime | None = None
    closing_ground: ClosingGround | None = None
    old_no: str | None = None
    basis: AreaBasis | None = None
    procedure: Procedure = field(default_factory=Procedure)

    @property
    def names(self) -> dict[str, Any]:
        return {"case_id": self.id, "case_no": self.case_no}

    def charged(self, clock: DeadlineView) -> Charged:
        return replace(super().charged(clock), agencies=(self.lead_agency,))

    @property
    def claimed(self) -> ClaimedAreas:
        """As the opinion stated the areas, whatever counts."""
        if self.basis is not None:
            return self.basis.claimed
        return claim(self.area_m2, self.farmland_area_m2, self.pbf_area_m2)

    @property
    def largest_m2(self) -> Decimal:
        """The official area, or the claim where that is larger: no appraiser finds more destroyed."""
        return self.area_m2 if self.basis is None else max(self.area_m2, self.basis.claimed.area_m2)

    @property
    def interested(self) -> list[str]:
        """The party, and officers who are declared its near relatives, decided or not."""
        related = [one.officer for one in self.procedure.recusals if one.ground == "near_relative"]
        return [self.party_name, *related]

    def brief(self) -> ActionBrief:
        """What every agency is told of the case."""
        return ActionBrief(
            case_no=self.case_no,
            case_title=self.title,
            party_name=self.party_name,
            violation_types=self.violation_types,
            division_code=self.division_code,
            division_name=self.division_name,
            place=self.place,
            longitude=self.longitude,
            latitude=self.latitude,
            area_m2=self.area_m2,
            farmland_area_m2=self.farmland_area_m2,
            pbf_area_m2=self.pbf_area_m2,
        )

    # changes

    def _note(self, event: CasesEvent) -> None:
        super()._note(event)
        if isinstance(event, CaseEvent):
            self.procedure = noted(self.procedure, event)

    @singledispatchmethod
    def _change(self, event: CaseEvent) -> None:
        """Of most steps the state and the procedure alone change."""

    @_change.register
    def _(self, event: CaseTakenOverV1) -> None:
        self._opened(event, event.filed_at)
        self.old_no = event.old_no
        self.notice_served_at, self.served_at = event.notice_served_at, event.served_at
        self.decision_no, self.decided_at = event.decision_no, event.decided_at
        self.closed_at, self.closing_ground = event.closed_at, event.closing_ground

    @_change.register
    def _(self, event: CaseOpenedEvent) -> None:
        self._opened(event, event.at)

    def _opened(self, event: CaseOpenedEvent, filed_at: datetime) -> None:
        self.case_no, self.title = event.case_no, event.title
        self.violation_types = event.violation_types
        self.party_name, self.party_kind = event.party_name, event.party_kind
        self.lead_agency, self.officers = event.lead_agency, event.officers
        self.clue_id, self.clue_no, self.patch_no = event.clue_id, event.clue_no, event.patch_no
        self.division_code = self.jurisdiction = event.division_code
        self.division_name, self.place = event.division_name, event.place
        self.longitude, self.latitude = event.longitude, event.latitude
        self.area_m2, self.farmland_area_m2 = event.area_m2, event.farmland_area_m2
        self.pbf_area_m2, self.basis = event.pbf_area_m2, event.basis
        self.filed_at = filed_at

    @_change.register
    def _(self, event: CaseLandFoundV1) -> None:
        if event.basis is not None:
            areas, self.basis = counted(event.basis), event.basis
            self.area_m2, self.farmland_area_m2, self.pbf_area_m2 = areas.area_m2, areas.farmland_m2, areas.pbf_m2

    @_change.register
    def _(self, event: CaseInvestigationStartedV1) -> None:
        self.officers = event.officers

    @_change.register
    def _(self, event: CaseRecusalDecidedV1) -> None:
        if event.granted:
            left = [name for name in self.officers if folded(name) != folded(event.officer)]
            self.officers = [*left, *([event.replaced_by] if event.replaced_by else [])]

    @_change.register
    def _(self, _: CaseReopenedV1) -> None:
        self.closing_ground = self.closed_at = self.notice_served_at = None

    @_change.register
    def _(self, event: CasePartyNotifiedV1) -> None:
        self.notice_served_at = event.served_at

    @_change.register
    def _(self, event: CaseDecidedV1) -> None:
        self.decision_no, self.decided_at = event.decision_no, event.at

    @_change.register
    def _(self, event: CaseServedV1) -> None:
        self.served_at = event.served_at

    @_change.register
    def _(self, event: CaseClosedV1) -> None:
        self.closing_ground, self.closed_at = event.ground, event.at

    def view(self, rectification_ids: Sequence[UUID], joint_action_ids: Sequence[UUID]) -> CaseView:
        """The ids of what was opened beside the case, oldest first, come from outside it."""
        assert self.state is not None
        assert self.filed_at is not None
        assert self.clue_id is not None
        return CaseView(
            id=self.id,
            case_no=self.case_no,
            version=self.version,
            state=self.state,
            title=self.title,
            violation_types=self.violation_types,
            party_name=self.party_name,
            lead_agency=self.lead_agency,
            division_code=self.division_code,
            division_name=self.division_name,
            area_m2=self.area_m2,
            area_mu=float(mu_from_m2(self.area_m2)),
            filed_at=self.filed_at,
            due_on=self.due_on,
            clue_id=self.clue_id,
            clue_no=self.clue_no,
            party_kind=self.party_kind,
            place=self.place,
            longitude=self.longitude,
            latitude=self.latitude,
            farmland_area_m2=self.farmland_area_m2,
            pbf_area_m2=self.pbf_area_m2,
            officers=self.officers,
            decision_no=self.decision_no,
            decided_at=self.decided_at,
            closed_at=self.closed_at,
            closing_ground=self.closing_ground,
            old_no=self.old_no,
            documents=self.documents,
            deadlines=self.deadlines,
            rectification_ids=list(rectification_ids),
            joint_action_ids=list(joint_action_ids),
            procedure=self.procedure,
            basis=self.basis,
            warnings=warnings_of(self.basis),
        )
