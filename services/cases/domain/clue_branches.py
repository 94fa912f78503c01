"""Ways a clue leaves the main path (domain.md 3.1, 7.2): found to be another, cut in parts, transferred, archived."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.cases.domain import clocks
from services.cases.domain.area_tolerance import differs
from services.cases.domain.areas import check_land
from services.cases.domain.clue_errors import (
    AlreadyPassedOn,
    CaseBeside,
    ClueNotAssigned,
    DuplicatesUndecided,
    PatchAlreadySplit,
    ReporterNotTold,
)
from services.cases.domain.clue_review import ClueReview
from services.cases.domain.clue_table import TABLE
from services.cases.domain.progress import Moment
from services.cases.domain.standstill import asked_day, extension, proof
from services.cases.domain.transitions import Row
from shared.area import exact_mu
from shared.clock import local_day
from shared.contracts.cases_events import ClueEvent
from shared.contracts.clue_events import (
    ClueAliasesAddedV1,
    ClueArchivedV1,
    ClueDeduplicatedV1,
    ClueFilingExtendedV1,
    ClueLinkedV1,
    ClueReboundNotedV1,
    ClueShapeAddedV1,
    ClueSplitOffV1,
    ClueSplitV1,
    ClueTransferAnsweredV1,
    ClueTransferredOutV1,
)
from shared.contracts.clue_parts import AliasRef, ChildFact, ReboundFact
from shared.contracts.clue_steps import (
    AddAliases,
    AnswerTransfer,
    ArchiveClue,
    ChildPatch,
    ConfirmUnique,
    ExtendFiling,
    SplitClue,
    TransferOut,
)
from shared.contracts.codes import Agency, ClueState, DocumentKind, Role, TransferReply
from shared.contracts.parts import DeadlineView, PatchFacts
from shared.errors import InvalidInput


class ClueBranches(ClueReview):
    # found to be another, or not

    def confirm_unique(self, cmd: ConfirmUnique, moment: Moment, undecided: int) -> list[ClueEvent]:
        """undecided: proposals nobody has decided. Raises DuplicatesUndecided."""
        row = TABLE.permit(self.state, "deduplicate", moment.by)
        if undecided:
            raise DuplicatesUndecided(undecided)
        return [ClueDeduplicatedV1(**self.told(row, moment, reason=cmd.reason))]

    def link(self, into: "ClueBranches", duplicate_id: UUID, moment: Moment, reason: str) -> list[ClueEvent]:
        """It ends, and keeps its number; what is to be done is done under the other's. Raises CaseBeside."""
        row = TABLE.permit(self.state, "link", moment.by)
        self._stand_alone("link")
        told = self.told(row, moment, reason=reason)
        return [ClueLinkedV1(duplicate_id=duplicate_id, into_id=into.id, into_no=into.clue_no, **told)]

    def take_aliases(self, aliases: Sequence[AliasRef], moment: Moment, reason: str | None = None) -> list[ClueEvent]:
        """Numbers it was not known by yet; nothing is told when there are none."""
        row = TABLE.permit(self.state, "add-aliases", moment.by)
        known = {alias.number for alias in self.numbers}
        fresh = list({alias.number: alias for alias in aliases if alias.number not in known}.values())
        return [ClueAliasesAddedV1(aliases=fresh, **self.told(row, moment, reason=reason))] if fresh else []

    def add_aliases(self, cmd: AddAliases, moment: Moment) -> list[ClueEvent]:
        return self.take_aliases(cmd.aliases, moment)

    def take_shape(
        self,
        patch: PatchFacts,
        geometry: dict[str, Any],
        longitude: float | None,
        latitude: float | None,
        area_m2: Decimal,
        moment: Moment,
    ) -> list[ClueEvent]:
        """The shape of a patch that a table named; nothing for what ended. area_m2: until there is an opinion."""
        if "take-shape" not in TABLE.verbs(self.state):
            return []
        row = TABLE.permit(self.state, "take-shape", moment.by)
        return [
            ClueShapeAddedV1(
                patch=patch,
                geometry=geometry,
                longitude=longitude,
                latitude=latitude,
                area_m2=area_m2 if self.opinion is None else self.area_m2,
                **self.told(row, moment),
            )
        ]

    def note_rebound(self, former: ReboundFact, duplicate_id: UUID, moment: Moment, reason: str) -> list[ClueEvent]:
        """It goes on as a clue of its own, and points at the struck-off item at whose place it lies."""
        row = TABLE.permit(self.state, "note-rebound", moment.by)
        told = self.told(row, moment, reason=reason)
        return [ClueReboundNotedV1(duplicate_id=duplicate_id, former=former, **told)]

    # cut in parts

    def split_up(self, cmd: SplitClue, moment: Moment, ids: Sequence[UUID]) -> list[ClueSplitV1]:
        """The patch ends; split_off() gives what each child begins with. ids: of the children, in order.

        A sum of areas that differs from the parent's by more than 0.01 mu is told, not refused (domain.md 8.5 g).
        Raises PatchAlreadySplit, CaseBeside, AreaExceeds.
        """
        row = self.permit_verifier("split", moment)
        self._stand_alone("split")
        if self.parent_no is not None:
            raise PatchAlreadySplit(self.parent_no)
        for child in cmd.children:
            check_land(child.area_m2, child.farmland_area_m2, child.pbf_area_m2)
        children = [self._child(number, id_, cmd.children[number - 1]) for number, id_ in enumerate(ids, start=1)]
        total = sum((child.area_m2 for child in children), Decimal(0))
        whole = self.area_m2 if self.area_m2 is not None else total
        told = self.told(row, moment, reason=cmd.reason)
        return [
            ClueSplitV1(
                children=children,
                difference_mu=round(float(exact_mu(total) - exact_mu(whole)), 4),
                within_tolerance=not differs(exact_mu(total), exact_mu(whole)),
                **told,
            )
        ]

    def _child(self, number: int, id_: UUID, child: ChildPatch) -> ChildFact:
        return ChildFact(
            clue_id=id_,
            clue_no=f"{self.clue_no}_{number}",
            patch_no=self.patch_no and f"{self.patch_no}_{number}",
            child_no=number,
            area_m2=child.area_m2,
            farmland_area_m2=child.farmland_area_m2,
            pbf_area_m2=child.pbf_area_m2,
        )

    def split_off(
        self,
        parent: "ClueBranches",
        fact: ChildFact,
        child: ChildPatch,
        running: Sequence[DeadlineView],
        centre: tuple[float, float] | None,
        moment: Moment,
    ) -> list[ClueEvent]:
        """This new clue begins as a child. running: clocks of the parent. centre: of the child's shape."""
        row: Row[ClueState] = TABLE.permit(None, "split-off", moment.by)
        assert parent.received_at is not None
        starts = [clocks.again(clock, moment.deadlines.count(clock), moment.now) for clock in running]
        patch = parent.patch and parent.patch.model_copy(
            update={"patch_no": fact.patch_no, "geometry_digest": None, "stated_area_mu": None, "warnings": []}
        )
        longitude, latitude = centre or (parent.longitude, parent.latitude)
        return [
            ClueSplitOffV1(
                clue_id=self.id,
                clue_no=fact.clue_no,
                parent_id=parent.id,
                parent_no=parent.patch_no or parent.clue_no,
                child_no=fact.child_no,
                clue_source=parent.source,
                division_code=parent.division_code,
                division_name=parent.division_name,
                place=parent.place,
                description=child.note or parent.description,
                longitude=longitude,
                latitude=latitude,
                area_m2=fact.area_m2,
                farmland_area_m2=fact.farmland_area_m2,
                pbf_area_m2=fact.pbf_area_m2,
                suspected_type=parent.suspected_type,
                received_at=parent.received_at,
                found_at=parent.found_at,
                township_code=parent.township_code,
                agency=parent.agency,
                officers=parent.officers,
                patch=patch,
                geometry=child.geometry,
                review_required=parent.review_required,
                **self.step(row, moment, starts=starts),
            )
        ]

    # more time

    def extend_filing(self, cmd: ExtendFiling, moment: Moment) -> list[ClueEvent]:
        """For agriculture's decision on a filing (D09). Raises ClueNotAssigned, and what domain/clocks.py refuses."""
        row = TABLE.permit(self.state, "extend-filing", moment.by, {document.kind for document in cmd.documents})
        theirs = self.agency is Agency.AGRICULTURE and moment.by.org_code == self.agency
        if not (theirs or moment.by.has(Role.COORDINATOR)):
            raise ClueNotAssigned(self.township_code)
        extends = extension(
            proof(cmd.documents, DocumentKind.EXTENSION_APPROVAL),
            rule_id="D09",
            amount=cmd.days,
            unit="calendar_day",
            reason=cmd.reason,
            approved_by=cmd.approved_by,
            asked_on=asked_day(cmd.asked_on, cmd.documents, self.clock("D09"), moment),
        )
        told = self.told(row, moment, reason=cmd.reason, documents=cmd.documents, extends=extends)
        return [ClueFilingExtendedV1(days=cmd.days, approved_by=cmd.approved_by, **told)]

    # given away

    def transfer_out(self, cmd: TransferOut, moment: Moment) -> list[ClueEvent]:
        """Raises AlreadyPassedOn, CaseBeside."""
        row = TABLE.permit(self.state, "transfer-out", moment.by, self.held(cmd.documents))
        self._stand_alone("transfer-out")
        if self.transfer is not None:
            raise AlreadyPassedOn(self.transfer.body)
        told = self.told(row, moment, reason=cmd.reason, documents=cmd.documents)
        return [ClueTransferredOutV1(body=cmd.body, letter_no=cmd.letter_no, **told)]

    def answer_transfer(self, cmd: AnswerTransfer, moment: Moment) -> list[ClueEvent]:
        row = TABLE.permit(self.state, "answer-transfer", moment.by, (), cmd.reply)
        assert self.transfer is not None
        sent_on = local_day(self.transfer.at)
        if not sent_on <= cmd.replied_on <= local_day(moment.now):
            code = "cases.before-earlier-step" if cmd.replied_on < sent_on else "cases.in-the-future"
            facts: dict[str, Any] = {"value": cmd.replied_on.isoformat(), "earlier": sent_on.isoformat()}
            raise InvalidInput(code, "replied_on", **facts)
        told = self.told(row, moment, reason=cmd.note)
        return [ClueTransferAnsweredV1(reply=cmd.reply, replied_on=cmd.replied_on, reply_no=cmd.reply_no, **told)]

    def archive(self, cmd: ArchiveClue, moment: Moment, reporter_waits: bool) -> list[ClueEvent]:
        """reporter_waits: somebody who gave a name has not been told the outcome. Raises ReporterNotTold."""
        outcome = TransferReply.ACCEPTED if self._was_accepted else ""
        row = TABLE.permit(self.state, "archive", moment.by, (), outcome)
        if reporter_waits:
            raise ReporterNotTold
        return [ClueArchivedV1(archive_no=cmd.archive_no, **self.told(row, moment))]

    def _stand_alone(self, verb: str) -> None:
        """Raises CaseBeside: the order to stop has opened a case, which would lose its clue."""
        if self.case_id is not None:
            raise CaseBeside(verb, self.case_id, TABLE.law(verb))

    @property
    def _was_accepted(self) -> bool:
        return (
            self.state is ClueState.TRANSFERRED_OUT
            and self.transfer is not None
            and self.transfer.reply == TransferReply.ACCEPTED
        )
