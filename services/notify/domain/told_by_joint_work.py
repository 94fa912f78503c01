"""What joint actions, their tasks, letters of assistance, listings and hand-overs to the police tell a dossier."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from services.notify.domain.documents import chinese_date
from services.notify.domain.dossier import DossierKind, Told, papers
from services.notify.domain.told_by_cases import Tellers, day, instant, with_reason
from shared.contracts import action_step_events as st
from shared.contracts import assistance as a
from shared.contracts import joint_action_events as j
from shared.contracts import listings as ls
from shared.contracts import police_transfer_events as t
from shared.contracts.codes import title

_DONE = "已办结"


def _convened(event: j.JointActionConvenedV1) -> Iterable[Told]:
    last = [task.sign_due_on for task in event.tasks if task.sign_due_on]
    facts = {
        "action_no": event.action_no,
        "title": event.title,
        "place": event.place,
        "starts_at": instant(event.acting_at),
        "lead_agency": title(event.lead_agency),
        "members": [title(task.letter.agency) for task in event.tasks],
        "sign_due": max(last).isoformat() if last else None,
        "tasks": [_duty(task, agency=title(task.letter.agency)) for task in event.tasks],
    }
    yield from _action(event, facts)
    for task in event.tasks:
        yield _task(event, task)


def _reassigned(event: j.JointActionTaskReassignedV1) -> Iterable[Told]:
    yield _task(event, event.task)


def _task(event: j.JointActionEvent, task: j.ConvenedTask) -> Told:
    facts = {
        "agency": title(task.letter.agency),
        "agency_code": task.letter.agency.value,
        "duties": [_duty(task, output=task.letter.output or "")],
        "sign_due": task.sign_due_on and task.sign_due_on.isoformat(),
        "letter_no": event.action_no,
        "letter_title": f"联合执法任务书（{task.letter.matter}）",
    }
    return Told(task.task_id, DossierKind.TASK, facts, event.action_id)


def _duty(task: j.ConvenedTask, **more: str) -> dict[str, str]:
    due = task.feedback_due_on
    told = {"task": task.letter.matter, "law": task.letter.legal_basis or ""}
    return {**told, "due": chinese_date(due) if due else "", **more}


def _task_reported(event: j.JointActionTaskReportedV1) -> Iterable[Told]:
    facts = {"result": _DONE, "report": event.result.get("conclusion"), "answer_papers": papers(event.documents)}
    yield Told(event.task_id, DossierKind.TASK, facts, event.action_id)


def _rescheduled(event: j.JointActionRescheduledV1) -> Iterable[Told]:
    return _action(event, {"starts_at": instant(event.acting_at)})


def _action(event: j.JointActionEvent, facts: Mapping[str, Any]) -> Iterable[Told]:
    yield Told(event.action_id, DossierKind.ACTION, facts, event.case_id)


def _met(event: st.JointActionMetV1) -> Iterable[Told]:
    met = event.meeting
    present = [title(agency) for agency in met.attended]
    return _action(event, {"met_at": instant(met.met_at), "meeting_present": present, "meeting": met.account})


def _acted(event: st.JointActionActedV1) -> Iterable[Told]:
    """The muster has names alone: certificates are written into the record by hand."""
    acting = event.acting
    on_site = [
        {"agency": title(entry.agency), "name": name, "certificate_no": ""}
        for entry in acting.muster
        for name in entry.persons
    ]
    times = {"acted_from": instant(acting.started_at), "acted_until": instant(acting.ended_at)}
    return _action(event, {**times, "on_site": on_site, "acted": acting.account})


def _letter(event: a.AssistanceEvent, facts: Mapping[str, Any]) -> Iterable[Told]:
    yield Told(event.assistance_id, DossierKind.LETTER, facts, event.case_id)


def _asked(event: a.AssistanceRequestedV1) -> Iterable[Told]:
    ends = [fact.due_on for fact in event.starts if fact.due_on]
    return _letter(
        event,
        {
            "letter_no": event.letter_no,
            "letter_title": "协助函",
            "asking": event.from_agency.value,
            "asked": event.to_agency and event.to_agency.value,
            "matters": [*map(title, event.matters), *(line for line in event.details.splitlines())],
            "answer_form": title(event.answer_form),
            "reply_due": _iso(max(ends, default=None)),
        },
    )


def _more_time(event: a.AssistanceExtendedV1) -> Iterable[Told]:
    ends = [fact.due_on for fact in event.recounts if fact.due_on]
    return _letter(event, {"reply_due": _iso(max(ends, default=None))})


def _answered(event: a.AssistanceAnsweredV1) -> Iterable[Told]:
    told = {"result": title(event.result), "report": event.account, "answer_papers": papers(event.documents)}
    return _letter(event, {**told, "answer_reason": event.reason})


def _refused(event: a.AssistanceRefusedV1) -> Iterable[Told]:
    grounds = with_reason(f"{title(event.ground)}（{event.law}）", event.reason)
    return _letter(event, {"result": "不能协助", "report": grounds, "answer_reason": grounds})


def _listing(event: ls.ListingEvent, facts: Mapping[str, Any]) -> Iterable[Told]:
    yield Told(event.listing_id, DossierKind.LISTING, {"listing_no": event.listing_no, **facts}, event.case_id)


def _proposed(event: ls.ListingProposedV1) -> Iterable[Told]:
    told = {"level": event.level_title, "target_unit": event.target_unit}
    return _listing(event, {**told, "reason": event.reason or event.basis, "requirements": event.requirements})


def _listing_extension_asked(event: ls.ListingExtensionRequestedV1) -> Iterable[Told]:
    reason = with_reason(title(event.delay_reason), event.reason)
    told = {"extension_asked_on": event.asked_on.isoformat(), "extension_days": event.days}
    return _listing(event, {**told, "extension_reason": reason})


def _approved(event: ls.ListingApprovedV1) -> Iterable[Told]:
    told = {"target_unit": event.target_unit, "requirements": event.requirements}
    return _listing(event, {**told, "term_on": _iso(event.term_on), "due_on": _iso(event.term_on)})


def _listing_extended(event: ls.ListingExtendedV1) -> Iterable[Told]:
    ends = [fact.due_on for fact in event.recounts if fact.due_on]
    return _listing(event, {"term_on": _iso(max(ends, default=None)), "new_due_on": _iso(max(ends, default=None))})


def _transfer(event: t.TransferEvent, facts: Mapping[str, Any]) -> Iterable[Told]:
    told = {"transfer_no": event.transfer_no, **facts}
    named = papers(event.documents)
    yield Told(event.transfer_id, DossierKind.TRANSFER, told, event.case_id, more={"papers": named})


def _transfer_reported(event: t.PoliceTransferReportedV1) -> Iterable[Told]:
    return _transfer(event, {"suspected_crime": event.suspected_crime, "report": event.report})


def _handed_over(event: t.PoliceTransferHandedOverV1) -> Iterable[Told]:
    return _transfer(event, {"police_organ": event.police_organ, "handed_on": day(event.received_at)})


def _police_refused(event: t.PoliceTransferRefusedV1) -> Iterable[Told]:
    told = {"decision_no": event.document_no, "decided_on": event.received_on.isoformat()}
    return _transfer(event, {**told, "refusal": event.reason})


def _iso(on: date | None) -> str | None:
    return on.isoformat() if on else None


TELLERS: Tellers = {
    j.JointActionConvenedV1: _convened,
    j.JointActionTaskReassignedV1: _reassigned,
    j.JointActionTaskReportedV1: _task_reported,
    j.JointActionRescheduledV1: _rescheduled,
    st.JointActionMetV1: _met,
    st.JointActionActedV1: _acted,
    a.AssistanceRequestedV1: _asked,
    a.AssistanceExtendedV1: _more_time,
    a.AssistanceAnsweredV1: _answered,
    a.AssistanceRefusedV1: _refused,
    ls.ListingProposedV1: _proposed,
    ls.ListingApprovedV1: _approved,
    ls.ListingNotifiedV1: lambda event: _listing(event, {"notice_no": event.notice_no}),
    ls.ListingExtensionRequestedV1: _listing_extension_asked,
    ls.ListingExtendedV1: _listing_extended,
    ls.ListingDoneReportedV1: lambda event: _listing(event, {"result": event.account}),
    ls.ListingVerifiedV1: lambda event: _listing(event, {"result": event.account} if event.passed else {}),
    t.PoliceTransferDueV1: lambda event: _transfer(event, {}),
    t.PoliceTransferReportedV1: _transfer_reported,
    t.PoliceTransferHandedOverV1: _handed_over,
    t.PoliceTransferRefusedV1: _police_refused,
}
