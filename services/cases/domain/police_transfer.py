"""The hand-over of a suspected crime to public security (domain.md 3.5), beside its case and as strict with its terms.

Only the chief, or who stands in for the chief, approves. The police answer in writing; a refusal may be reconsidered or
put before the procuratorate; in the end the case lies with the police or is back at the agency.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import singledispatchmethod
from typing import Any, ClassVar
from uuid import UUID

from services.cases.domain.case import Case
from services.cases.domain.clocks import ClockNotRunning
from services.cases.domain.police_transfer_table import TABLE as TABLE
from services.cases.domain.progress import Moment, Progress
from services.cases.domain.transitions import Forbidden
from shared.clock import local_day, noon
from shared.contracts import police_transfer_events as e
from shared.contracts import police_transfers as c
from shared.contracts.codes import Agency, DocumentKind, TransferState

_STATE = TransferState
_DOC = DocumentKind
# Clocks that run from a question to which a written answer comes.
_ASKED = frozenset({"T05", "T07", "T09", "T10"})


@dataclass(kw_only=True)
class PoliceTransfer(Progress):
    TYPE: ClassVar[str] = "police_transfer"

    transfer_no: str = ""
    state: TransferState | None = None
    case_id: UUID | None = None
    case_no: str = ""
    lead_agency: Agency = Agency.NATURAL_RESOURCES
    division_code: str = ""
    mandatory: bool = False
    opened_at: datetime | None = None
    facts: c.TransferFacts = field(default_factory=c.TransferFacts)

    @property
    def names(self) -> dict[str, Any]:
        return {"transfer_id": self.id, "transfer_no": self.transfer_no, "case_id": self.case_id}

    # decisions

    def become_due(self, case: Case, moment: Moment, transfer_no: str) -> list[e.TransferEvent]:
        """The system's own task: the hand-over is mandatory."""
        row = TABLE.permit(self.state, "become-due", moment.by)
        return [e.PoliceTransferDueV1(**_head(self.id, case, transfer_no, mandatory=True), **self.step(row, moment))]

    def suspect(self, cmd: c.SuspectCrime, case: Case, moment: Moment, transfer_no: str) -> list[e.TransferEvent]:
        """A team suspects a crime on its own grounds."""
        held = {document.kind for document in cmd.documents}
        row = TABLE.permit(self.state, "report", moment.by, held)
        told = self.step(row, moment, reason=cmd.reason, documents=cmd.documents)
        head = _head(self.id, case, transfer_no, mandatory=False)
        said = {"suspected_crime": cmd.suspected_crime, "report": cmd.report, "team": cmd.team}
        return [e.PoliceTransferReportedV1(**head, **said, **told)]

    def report(self, cmd: c.ReportTransfer, moment: Moment) -> list[e.TransferEvent]:
        """To the chief, who has three days (T01)."""
        told = self._take(cmd, moment)
        head = {
            "case_no": self.case_no,
            "lead_agency": self.lead_agency,
            "division_code": self.division_code,
            "mandatory": self.mandatory,
        }
        said = {"suspected_crime": cmd.suspected_crime, "report": cmd.report, "team": cmd.team}
        return [e.PoliceTransferReportedV1(**head, **said, **told)]

    def approve(self, cmd: c.ApproveTransfer, moment: Moment) -> list[e.TransferEvent]:
        return [e.PoliceTransferApprovedV1(approved_by=moment.by.name, **self._take(cmd, moment))]

    def refuse_approval(self, cmd: c.RefuseTransfer, moment: Moment) -> list[e.TransferEvent]:
        """What is mandatory stays due for all that: it is to be reported again (S11)."""
        starts = [moment.deadlines.start("S11", moment.now)] if self.mandatory else []
        return [e.PoliceTransferNotApprovedV1(refused_by=moment.by.name, **self._take(cmd, moment, starts=starts))]

    def hand_over(self, cmd: c.HandOver, moment: Moment) -> list[e.TransferEvent]:
        """The whole package (T310 6), with the appraisal where it is mandatory; police terms run from the receipt."""
        received_at = moment.after(cmd.received_at, self._approved_at(), "received_at")
        approved_at = self._approved_at()
        approved_on = None if approved_at is None else local_day(approved_at)
        copied_on = moment.past_day(cmd.copied_to_procuratorate_on, "copied_to_procuratorate_on", approved_on)
        told = self._take(cmd, moment, started_at=received_at)
        if self.mandatory and _DOC.APPRAISAL_OPINION not in self.held(cmd.documents):
            raise Forbidden("cases.appraisal-needed", "documents", "T310 6")
        return [
            e.PoliceTransferHandedOverV1(
                police_organ=cmd.police_organ,
                received_at=received_at,
                received_by=cmd.received_by,
                receipt_no=cmd.receipt_no,
                channel=cmd.channel,
                copied_to_procuratorate_on=copied_on,
                **told,
            )
        ]

    def pass_on(self, cmd: c.PassOn, moment: Moment) -> list[e.TransferEvent]:
        received_at = moment.after(cmd.received_at, self.facts.received_at, "received_at")
        told = self._take(cmd, moment, started_at=received_at)
        return [e.PoliceTransferPassedOnV1(police_organ=cmd.police_organ, received_at=received_at, **told)]

    def ask_supplement(self, cmd: c.AskSupplement, moment: Moment) -> list[e.TransferEvent]:
        asked_at = moment.after(cmd.asked_at, self.facts.received_at, "asked_at")
        told = self._take(cmd, moment, started_at=asked_at)
        return [e.PoliceTransferSupplementAskedV1(asked_at=asked_at, missing=cmd.missing, **told)]

    def supplement(self, cmd: c.Supplement, moment: Moment) -> list[e.TransferEvent]:
        asked = self.clock("T04A")
        received_at = moment.after(
            cmd.received_at, asked.started_at if asked else self.facts.received_at, "received_at"
        )
        return [
            e.PoliceTransferSupplementedV1(received_at=received_at, **self._take(cmd, moment, started_at=received_at))
        ]

    def police_file(self, cmd: c.PoliceFile, moment: Moment) -> list[e.TransferEvent]:
        return [e.PoliceTransferFiledV1(**self._reply(cmd, moment))]

    def police_refuse(self, cmd: c.PoliceRefuse, moment: Moment) -> list[e.TransferEvent]:
        """T06 or T08 runs from the day the refusal came."""
        return [e.PoliceTransferRefusedV1(**self._reply(cmd, moment))]

    def reconsider(self, cmd: c.AskReconsideration, moment: Moment) -> list[e.TransferEvent]:
        """Asked late, the right is lost. Raises Forbidden."""
        on = moment.past_day(cmd.asked_on, "asked_on", self.facts.refused_on)
        told = self._take(cmd, moment, started_at=noon(on))
        self._check_in_time("T06", on)
        return [e.PoliceTransferReconsiderationAskedV1(asked_on=on, **told)]

    def suggest_supervision(self, cmd: c.SuggestSupervision, moment: Moment) -> list[e.TransferEvent]:
        """In its term after a refusal; of police who do not answer, once their term is over. Raises Forbidden."""
        on = moment.past_day(cmd.asked_on, "asked_on", self.facts.refused_on or self._received_on())
        told = self._take(cmd, moment)
        if self.state is _STATE.RECEIPTED:
            term = self.clock("T05")
            if term is not None and term.due_on is not None and on <= term.due_on:
                raise Forbidden("cases.police-term-running", "asked_on", "T310 8", until=term.due_on.isoformat())
        else:
            self._check_in_time("T06" if self.state is _STATE.REFUSED else "T08", on)
        return [e.PoliceTransferSupervisionSuggestedV1(asked_on=on, **told)]

    def procuratorate_asks(self, cmd: c.ProcuratorateAsks, moment: Moment) -> list[e.TransferEvent]:
        on = moment.past_day(cmd.asked_on, "asked_on", self._received_on())
        told = self._take(cmd, moment, started_at=noon(on))
        if self.is_running("T09"):
            raise Forbidden("cases.reasons-asked", None, "PP 10")
        return [e.PoliceTransferReasonsAskedV1(asked_on=on, **told)]

    def police_explain(self, cmd: c.PoliceExplain, moment: Moment) -> list[e.TransferEvent]:
        told = self._reply(cmd, moment)
        self._require("T09")
        return [e.PoliceTransferReasonsGivenV1(**told)]

    def order_filing(self, cmd: c.OrderFiling, moment: Moment) -> list[e.TransferEvent]:
        told = self._reply(cmd, moment)
        if self.is_running("T10"):
            raise Forbidden("cases.filing-ordered", None, "PSC 182")
        return [e.PoliceTransferFilingOrderedV1(**told)]

    def hand_material(self, cmd: c.HandMaterial, moment: Moment) -> list[e.TransferEvent]:
        on = moment.past_day(cmd.handed_on, "handed_on", self.facts.filed_on)
        told = self._take(cmd, moment)
        self._require("T11")
        return [e.PoliceTransferMaterialHandedV1(handed_on=on, **told)]

    def close_admin(self, cmd: c.CloseAdmin, moment: Moment) -> list[e.TransferEvent]:
        on = moment.past_day(cmd.back_on, "back_on", self.facts.refused_on or self._received_on())
        return [e.PoliceTransferReturnedV1(back_on=on, **self._take(cmd, moment))]

    def end(self, cmd: c.EndTransfer, moment: Moment) -> list[e.TransferEvent]:
        return [e.PoliceTransferEndedV1(outcome=cmd.outcome, **self._reply(cmd, moment))]

    def _take(self, cmd: c.TransferStep, moment: Moment, **more: Any) -> dict[str, Any]:
        row = TABLE.permit(self.state, cmd.verb, moment.by, self.held(cmd.documents))
        return self.told(row, moment, reason=cmd.reason, documents=cmd.documents, **more)

    def _reply(self, cmd: c.PoliceReply, moment: Moment) -> dict[str, Any]:
        """A written answer; terms that follow run from the day it came."""
        on = moment.past_day(cmd.received_on, "received_on", self._awaited_since())
        told = self._take(cmd, moment, started_at=noon(on))
        return {"document_no": cmd.document_no, "received_on": on, **told}

    def _check_in_time(self, rule_id: str, on: date) -> None:
        term = self.clock(rule_id)
        if term is not None and term.due_on is not None and on > term.due_on:
            raise Forbidden("cases.right-lost", "asked_on", "T310 9", until=term.due_on.isoformat())

    def _require(self, rule_id: str) -> None:
        if not self.is_running(rule_id):
            raise ClockNotRunning(rule_id, (clock.rule_id for clock in self.running))

    def _approved_at(self) -> datetime | None:
        term = self.clock("T02")
        return None if term is None else term.started_at

    def _awaited_since(self) -> date | None:
        """The day from which the answer is awaited: of what was asked last, at the earliest of the receipt."""
        asked = [local_day(clock.started_at) for clock in self.running if clock.rule_id in _ASKED]
        received_on = self._received_on()
        return max([*asked, *([] if received_on is None else [received_on])], default=None)

    def _received_on(self) -> date | None:
        return None if self.facts.received_at is None else local_day(self.facts.received_at)

    # changes

    def _set(self, **facts: Any) -> None:
        self.facts = self.facts.model_copy(update=facts)

    @singledispatchmethod
    def _change(self, event: e.TransferEvent) -> None:
        """Asked, supplemented, put before the procuratorate: the state alone changes."""

    @_change.register
    def _(self, event: e.TransferOpenedEvent) -> None:
        if self.opened_at is None:
            self.opened_at = event.at
        self.transfer_no, self.case_id, self.case_no = event.transfer_no, event.case_id, event.case_no
        self.lead_agency, self.mandatory = event.lead_agency, event.mandatory
        self.division_code = self.jurisdiction = event.division_code
        if isinstance(event, e.PoliceTransferReportedV1):
            self._set(suspected_crime=event.suspected_crime, report=event.report, team=event.team)

    @_change.register
    def _(self, event: e.PoliceTransferApprovedV1) -> None:
        self._set(approved_by=event.approved_by, refusal_by_chief=None)

    @_change.register
    def _(self, event: e.PoliceTransferNotApprovedV1) -> None:
        self._set(refusal_by_chief=event.reason)

    @_change.register
    def _(self, event: e.PoliceTransferHandedOverV1) -> None:
        names = ("police_organ", "received_at", "received_by", "receipt_no", "channel", "copied_to_procuratorate_on")
        self._set(**{name: getattr(event, name) for name in names})

    @_change.register
    def _(self, event: e.PoliceTransferPassedOnV1) -> None:
        self._set(police_organ=event.police_organ, received_at=event.received_at)

    @_change.register
    def _(self, event: e.PoliceTransferSupplementAskedV1) -> None:
        self._set(missing=event.missing)

    @_change.register
    def _(self, event: e.PoliceTransferFiledV1) -> None:
        self._set(filed_on=event.received_on, filing_no=event.document_no)

    @_change.register
    def _(self, event: e.PoliceTransferRefusedV1) -> None:
        self._set(refused_on=event.received_on, refusal=event.reason)

    @_change.register
    def _(self, event: e.PoliceTransferFilingOrderedV1) -> None:
        self._set(filing_ordered_on=event.received_on)

    @_change.register
    def _(self, event: e.PoliceTransferMaterialHandedV1) -> None:
        self._set(material_handed_on=event.handed_on)

    @_change.register
    def _(self, event: e.PoliceTransferReturnedV1) -> None:
        self._set(back_on=event.back_on)

    @_change.register
    def _(self, event: e.PoliceTransferEndedV1) -> None:
        self._set(outcome=event.outcome)

    def view(self) -> c.PoliceTransferView:
        assert self.state is not None
        assert self.case_id is not None
        assert self.opened_at is not None
        return c.PoliceTransferView(
            id=self.id,
            transfer_no=self.transfer_no,
            version=self.version,
            state=self.state,
            case_id=self.case_id,
            case_no=self.case_no,
            lead_agency=self.lead_agency,
            division_code=self.division_code,
            mandatory=self.mandatory,
            opened_at=self.opened_at,
            due_on=self.due_on,
            facts=self.facts,
            documents=self.documents,
            deadlines=self.deadlines,
        )


def _head(transfer_id: UUID, case: Case, transfer_no: str, *, mandatory: bool) -> dict[str, Any]:
    return {
        "transfer_id": transfer_id,
        "transfer_no": transfer_no,
        "case_id": case.id,
        "case_no": case.case_no,
        "lead_agency": case.lead_agency,
        "division_code": case.division_code,
        "mandatory": mandatory,
    }
