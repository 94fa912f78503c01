"""What the steps that prepare a decision tell a dossier: survey, appraisal, review, hearing, court; and proposals."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.notify.domain.dossier import DossierKind, Told
from services.notify.domain.told_by_cases import Tellers, day, instant, tell_case, with_reason
from shared.contracts import action_proposals as p
from shared.contracts import case_path_events as path
from shared.contracts.cases_events import CaseReviewStartedV1
from shared.contracts.codes import title


def _surveyed(event: path.CaseSurveyRecordSignedV1) -> Iterable[Told]:
    signed_for = f"，由见证人{event.witness}签名证明" if event.witness else ""
    return tell_case(
        event,
        {
            "surveyed_at": instant(event.surveyed_at),
            "survey_place": event.place,
            "surveyors": _certified(event.handlers, event.certificates),
            "survey_witness": event.witness,
            "survey_refusal": f"当事人拒绝签名{signed_for}" if event.party_refused else None,
        },
    )


def _certified(names: Sequence[str], certificates: Sequence[str]) -> list[str]:
    """Each with the number of the own certificate; the command names them as pairs."""
    return [f"{name}（执法证号：{number}）" for name, number in zip(names, certificates, strict=True)]


def _appraisal_commissioned(event: path.CaseAppraisalCommissionedV1) -> Iterable[Told]:
    return tell_case(
        event,
        {
            "appraiser": event.appraiser,
            "appraiser_qualification": event.qualification,
            "appraisal_commissioned_on": event.commissioned_on.isoformat(),
            "appraisal_questions": event.questions,
        },
    )


def _opinion_given(event: path.CaseLegalOpinionGivenV1) -> Iterable[Told]:
    return tell_case(event, {"legal_conclusion": "同意" if event.agrees else "不同意", "legal_opinion": event.opinion})


def _deliberated(event: path.CaseDeliberatedV1) -> Iterable[Told]:
    return tell_case(event, {"deliberators": event.members, "deliberation": event.outcome})


def _hearing_announced(event: path.CaseHearingAnnouncedV1) -> Iterable[Told]:
    told = {"hearing_at": instant(event.hearing_at), "hearing_place": event.place, "hearing_chair": event.chair}
    return tell_case(event, told)


def _hearing_held(event: path.CaseHearingHeldV1) -> Iterable[Told]:
    return tell_case(event, {"hearing_held_at": instant(event.held_at), "hearing_chair": event.chair})


def _court_applied(event: path.CaseCourtAppliedV1) -> Iterable[Told]:
    return tell_case(event, {"court": event.court, "court_applied_on": event.applied_on.isoformat()})


def _proposed(event: p.ActionProposedV1) -> Iterable[Told]:
    """A later proposal of the same case is told of in its place."""
    facts = {
        "action_urgency": _urgency(event.urgent),
        "action_triggers": _triggers(event.raised),
        "action_wished": [title(agency) for agency in event.wished],
    }
    yield Told(event.case_id, DossierKind.CASE, facts)


def _raised(event: p.ActionProposalRaisedV1) -> Iterable[Told]:
    more = {"action_triggers": _triggers(event.raised), "action_wished": [title(agency) for agency in event.wished]}
    facts: Mapping[str, Any] = {"action_urgency": _urgency(True)} if event.urgent else {}
    yield Told(event.case_id, DossierKind.CASE, facts, more=more)


def _urgency(urgent: bool) -> str:
    return "紧急" if urgent else "一般"


def _triggers(raised: Iterable[p.Raised]) -> list[str]:
    return [with_reason(title(one.trigger), one.fact) for one in raised]


TELLERS: Tellers = {
    path.CaseSurveyRecordSignedV1: _surveyed,
    path.CaseAppraisalCommissionedV1: _appraisal_commissioned,
    CaseReviewStartedV1: lambda event: tell_case(event, {"reviewers": event.reviewers}),
    path.CaseLegalReviewRequestedV1: lambda event: tell_case(event, {"legal_review_on": day(event.at)}),
    path.CaseLegalOpinionGivenV1: _opinion_given,
    path.CaseDeliberatedV1: _deliberated,
    path.CaseHearingRequestedV1: lambda event: tell_case(event, {"hearing_asked_on": event.asked_on.isoformat()}),
    path.CaseHearingAnnouncedV1: _hearing_announced,
    path.CaseHearingHeldV1: _hearing_held,
    path.CaseCourtAppliedV1: _court_applied,
    p.ActionProposedV1: _proposed,
    p.ActionProposalRaisedV1: _raised,
}
