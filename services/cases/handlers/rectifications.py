"""Rectification items: reported, checked, accepted, reviewed, struck off."""

from services.cases.domain.rectification import Rectification
from services.cases.handlers.evidence_check import require_evidence
from services.cases.storage.unit import CasesUnit
from shared.contracts.codes import EvidenceObject, EvidenceStep
from shared.contracts.rectification_events import RectificationEvent
from shared.contracts.rectifications import (
    AcceptRectification,
    CheckRectification,
    RectificationView,
    ReportRectification,
    RequestReview,
    StrikeOff,
)
from shared.operations import Call


def report_rectification(cmd: ReportRectification, call: Call, unit: CasesUnit) -> RectificationView:
    item = _locked(call, unit)
    _record(item, item.report(cmd, unit.moment), EvidenceStep.REPORT, unit)
    return item.view()


def check_rectification(cmd: CheckRectification, call: Call, unit: CasesUnit) -> RectificationView:
    item = _locked(call, unit)
    _record(item, item.check(cmd, unit.moment), EvidenceStep.CHECK, unit)
    return item.view()


def accept_rectification(cmd: AcceptRectification, call: Call, unit: CasesUnit) -> RectificationView:
    item = _locked(call, unit)
    _record(item, item.accept(cmd, unit.moment), EvidenceStep.ACCEPT, unit)
    return item.view()


def request_review(cmd: RequestReview, call: Call, unit: CasesUnit) -> RectificationView:
    item = _locked(call, unit)
    unit.record(item, unit.rectifications, item.request_review(cmd, unit.moment))
    return item.view()


def strike_off(cmd: StrikeOff, call: Call, unit: CasesUnit) -> RectificationView:
    """A review that has ended stays so: it is read without a lock."""
    item = _locked(call, unit)
    assert item.case_id is not None
    above = unit.clues.review_of_case(unit.connection, item.case_id)
    _record(item, item.strike_off(cmd, unit.moment, above), EvidenceStep.STRIKE_OFF, unit)
    return item.view()


def _record(item: Rectification, told: list[RectificationEvent], step: EvidenceStep, unit: CasesUnit) -> None:
    require_evidence(unit, EvidenceObject.RECTIFICATION, item.id, step)
    unit.record(item, unit.rectifications, told)


def _locked(call: Call, unit: CasesUnit) -> Rectification:
    return unit.rectifications.lock_seen(unit.connection, call.by, call.target, call.expected_version)
