"""What every event of a case makes of its procedure: a value in, a value out, so that replay gives the same."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

from shared.clock import local_day
from shared.contracts import case_path_events as e
from shared.contracts import cases_events as main
from shared.contracts.case_import_events import CaseTakenOverV1
from shared.contracts.cases_events import CaseEvent
from shared.contracts.procedure import (
    Appraisal,
    Crime,
    Hearing,
    Penalty,
    Procedure,
    Publication,
    Recusal,
    SameAct,
)

E = TypeVar("E", bound=CaseEvent)
Noted = Callable[[Procedure, Any], dict[str, Any]]

_NOTED: dict[type[CaseEvent], Noted] = {}


def noted(procedure: Procedure, event: CaseEvent) -> Procedure:
    """The procedure after an event; those that are not named here leave it as it is."""
    change = _NOTED.get(type(event))
    return procedure if change is None else procedure.model_copy(update=change(procedure, event))


def _on(kind: type[E]) -> Callable[[Callable[[Procedure, E], dict[str, Any]]], Noted]:
    def register(change: Callable[[Procedure, E], dict[str, Any]]) -> Noted:
        _NOTED[kind] = change
        return change

    return register


def _told_by(kind: type[E]) -> Callable[[Callable[[E], dict[str, Any]]], Callable[[E], dict[str, Any]]]:
    """Of an event that says all by itself."""

    def register(change: Callable[[E], dict[str, Any]]) -> Callable[[E], dict[str, Any]]:
        _NOTED[kind] = lambda _, event: change(event)
        return change

    return register


def crime_of(procedure: Procedure) -> Crime:
    """The crime part, which only a reader without insight does not have."""
    return procedure.crime or Crime()


def _crime(procedure: Procedure, **changes: Any) -> dict[str, Any]:
    return {"crime": crime_of(procedure).model_copy(update=changes)}


def _handlers(procedure: Procedure, *more: str) -> list[str]:
    return list(dict.fromkeys([*procedure.handlers, *more]))


def _flagged(procedure: Procedure, more: list[str]) -> list[str]:
    return list(dict.fromkeys([*procedure.uncertified, *more]))


@_on(main.CaseFiledV1)
def _filed(was: Procedure, event: main.CaseFiledV1) -> dict[str, Any]:
    crime = _crime(
        was,
        area_threshold_met=event.area_threshold_met,
        near_threshold=event.near_threshold,
        summed=event.summed,
    )
    return {**crime, "handlers": _handlers(was, *event.officers)}


@_on(CaseTakenOverV1)
def _taken_over(was: Procedure, event: CaseTakenOverV1) -> dict[str, Any]:
    """What its state rests on, as far as a list can tell: a penalty was notified, a penalty was decided."""
    crime = _crime(was, area_threshold_met=event.area_threshold_met, near_threshold=event.near_threshold)
    penalty = Penalty(fine_yuan=event.fine_yuan, deciding_agency=event.lead_agency, paid_yuan=Decimal(0))
    told = {"intended": Penalty(fine_yuan=event.fine_yuan)} if event.notice_served_at else {}
    decided = {"penalty": penalty} if event.decided_at else {}
    return {**crime, **told, **decided, "handlers": _handlers(was, *event.officers)}


@_on(main.CaseInvestigationStartedV1)
def _started(was: Procedure, event: main.CaseInvestigationStartedV1) -> dict[str, Any]:
    return {"handlers": _handlers(was, *event.officers), "uncertified": event.uncertified}


@_on(main.CaseReviewStartedV1)
def _review(was: Procedure, event: main.CaseReviewStartedV1) -> dict[str, Any]:
    """A review that starts again needs new opinions; a legal review owed after a hearing stays owed."""
    reviewers = event.reviewers or was.reviewers
    return {
        "reviewers": reviewers,
        "major": event.major or was.major,
        "legal_opinion": None,
        "deliberated": False,
    }


@_told_by(main.CasePartyNotifiedV1)
def _noticed(event: main.CasePartyNotifiedV1) -> dict[str, Any]:
    return {
        "intended": _penalty(event),
        "hearing_offered": event.hearing_offered,
        "publication": None,
    }


@_told_by(main.CaseDecidedV1)
def _decided(event: main.CaseDecidedV1) -> dict[str, Any]:
    return {
        "penalty": _penalty(event).model_copy(update={"deciding_agency": event.deciding_agency}),
        "penalty_revoked": False,
    }


def _penalty(event: main.CasePartyNotifiedV1 | main.CaseDecidedV1) -> Penalty:
    least = event.fine_least_yuan
    return Penalty(
        measures=event.measures,
        fine_yuan=event.fine_yuan,
        gains_yuan=event.gains_yuan,
        fine_least_yuan=least,
        fine_most_yuan=event.fine_most_yuan,
        below_least=least is not None and 0 < event.fine_yuan < least,
    )


@_on(main.CaseClosedV1)
def _closed(was: Procedure, event: main.CaseClosedV1) -> dict[str, Any]:
    return {"transferred_to": event.transferred_to, "same_acts": _settled(was)}


@_on(e.CaseStoppedV1)
def _stopped(was: Procedure, event: e.CaseStoppedV1) -> dict[str, Any]:
    return {
        "stop_order_no": event.order_no,
        "stopped_at": event.ordered_at,
        "handlers": _handlers(was, *event.officers),
    }


@_told_by(e.CaseStopReportedV1)
def _stop_reported(event: e.CaseStopReportedV1) -> dict[str, Any]:
    return {"act_continues": event.continues}


@_on(e.CaseAppraisalCommissionedV1)
def _commissioned(was: Procedure, event: e.CaseAppraisalCommissionedV1) -> dict[str, Any]:
    appraisal = Appraisal(
        appraiser=event.appraiser, qualification=event.qualification, commissioned_on=event.commissioned_on
    )
    return _crime(was, appraisal=appraisal)


@_on(e.CaseAppraisedV1)
def _appraised(was: Procedure, event: e.CaseAppraisedV1) -> dict[str, Any]:
    crime = crime_of(was)
    appraisal = crime.appraisal and crime.appraisal.model_copy(
        update={
            "opinion_on": event.opinion_on,
            "opinion_no": event.opinion_no,
            "destroyed": event.destroyed,
            "destroyed_area_m2": event.destroyed_area_m2,
            "destroyed_pbf_area_m2": event.destroyed_pbf_area_m2,
            "recoverability": event.recoverability,
        }
    )
    return _crime(
        was,
        appraisal=appraisal,
        tillage_destroyed=event.destroyed,
        due=event.transfer_due,
        near_threshold=event.near_threshold,
        summed=event.summed,
    )


@_on(e.CaseActsSummedV1)
def _summed(was: Procedure, event: e.CaseActsSummedV1) -> dict[str, Any]:
    return _crime(
        was,
        summed=event.summed,
        area_threshold_met=event.area_threshold_met,
        near_threshold=event.near_threshold,
        due=event.transfer_due,
    )


@_on(e.CaseLandFoundV1)
def _land_found(was: Procedure, event: e.CaseLandFoundV1) -> dict[str, Any]:
    return _crime(was, area_threshold_met=event.area_threshold_met, near_threshold=event.near_threshold)


@_on(e.CaseThresholdReviewedV1)
def _threshold(was: Procedure, event: e.CaseThresholdReviewedV1) -> dict[str, Any]:
    return _crime(was, near_threshold=False, due=crime_of(was).due or event.hand_over)


@_on(e.CaseTransferMovedV1)
def _transfer(was: Procedure, event: e.CaseTransferMovedV1) -> dict[str, Any]:
    return _crime(
        was,
        transfer_id=event.transfer_id,
        transfer_no=event.transfer_no,
        transfer_state=event.transfer_state,
    )


@_on(e.CaseRecusalRequestedV1)
def _recusal_asked(was: Procedure, event: e.CaseRecusalRequestedV1) -> dict[str, Any]:
    asked = Recusal(officer=event.officer, ground=event.ground, reason=event.reason or "", requested_at=event.at)
    return {"recusals": [*was.recusals, asked]}


@_on(e.CaseRecusalDecidedV1)
def _recusal_decided(was: Procedure, event: e.CaseRecusalDecidedV1) -> dict[str, Any]:
    recusals = [
        one.model_copy(update={"granted": event.granted, "replaced_by": event.replaced_by})
        if one.granted is None and one.officer == event.officer
        else one
        for one in was.recusals
    ]
    handlers = was.handlers if event.replaced_by is None else _handlers(was, event.replaced_by)
    return {"recusals": recusals, "handlers": handlers, "uncertified": _flagged(was, event.uncertified)}


@_told_by(e.CaseLegalOpinionGivenV1)
def _legal(event: e.CaseLegalOpinionGivenV1) -> dict[str, Any]:
    return {
        "legal_opinion": "agreed" if event.agrees else "disagreed",
        "opinion_against": not event.agrees,
        "review_owed": False,
    }


@_told_by(e.CaseHearingRequestedV1)
def _hearing_asked(event: e.CaseHearingRequestedV1) -> dict[str, Any]:
    return {"hearing": Hearing(asked_on=event.asked_on)}


@_on(e.CaseHearingAnnouncedV1)
def _hearing_announced(was: Procedure, event: e.CaseHearingAnnouncedV1) -> dict[str, Any]:
    told = {
        "announced_on": event.announced_on,
        "first_day_on": event.first_day_on,
        "at": event.hearing_at,
        "place": event.place,
        "chair": event.chair,
    }
    return {"hearing": was.hearing and was.hearing.model_copy(update=told)}


@_on(e.CaseHearingHeldV1)
def _hearing_held(was: Procedure, event: e.CaseHearingHeldV1) -> dict[str, Any]:
    """What was found before the hearing is to be looked at again (APL 58)."""
    held = {"held_at": event.held_at, "chair": event.chair}
    hearing = was.hearing and was.hearing.model_copy(update=held)
    return {"hearing": hearing, "review_owed": True, "legal_opinion": None, "deliberated": False}


@_told_by(e.CasePaperPublishedV1)
def _published(event: e.CasePaperPublishedV1) -> dict[str, Any]:
    published = Publication(paper=event.paper, published_on=event.published_on, served_on=event.served_on)
    return {"publication": published}


@_on(e.CaseFinePaidV1)
def _paid(was: Procedure, event: e.CaseFinePaidV1) -> dict[str, Any]:
    penalty = was.penalty or Penalty()
    paid = {"paid_yuan": penalty.paid_yuan + event.amount_yuan, "added_yuan": max(penalty.added_yuan, event.added_yuan)}
    return {"penalty": penalty.model_copy(update=paid)}


@_told_by(e.CaseTerminatedV1)
def _terminated(event: e.CaseTerminatedV1) -> dict[str, Any]:
    return {"terminated": event.ground}


@_told_by(e.CasePenaltyWaivedV1)
def _waived(event: e.CasePenaltyWaivedV1) -> dict[str, Any]:
    return {"waived": event.ground}


@_told_by(e.CaseDecisionPublishedV1)
def _decision_published(event: e.CaseDecisionPublishedV1) -> dict[str, Any]:
    return {"decision_published_on": event.published_on}


@_told_by(e.CaseRemedySoughtV1)
def _remedy(event: e.CaseRemedySoughtV1) -> dict[str, Any]:
    return {"remedy_running": event.kind, "remedy_since": event.since}


@_on(e.CaseRemedyEndedV1)
def _remedy_ended(was: Procedure, event: e.CaseRemedyEndedV1) -> dict[str, Any]:
    return {"remedy_running": None, "remedy_since": None, "penalty_revoked": was.penalty_revoked or not event.upheld}


@_on(e.CasePerformanceDemandedV1)
def _demanded(was: Procedure, event: e.CasePerformanceDemandedV1) -> dict[str, Any]:
    penalty = was.penalty and was.penalty.model_copy(update={"added_yuan": event.added_yuan})
    return {"demanded_on": local_day(event.served_at), "penalty": penalty, "publication": None}


@_told_by(e.CaseCourtRuledV1)
def _court_ruled(event: e.CaseCourtRuledV1) -> dict[str, Any]:
    return {"court": "granted" if event.granted else "not_granted", "court_on": event.ruled_on}


@_on(e.CaseReopenedV1)
def _reopened(was: Procedure, event: e.CaseReopenedV1) -> dict[str, Any]:
    """A new round of review, notice and decision; a penalty that was not revoked stands (APL 29)."""
    return {
        "legal_opinion": None,
        "opinion_against": False,
        "deliberated": False,
        "hearing_offered": False,
        "hearing": None,
        "review_owed": False,
        "publication": None,
        "intended": None,
        "demanded_on": None,
        "court": None,
        "court_on": None,
        "remedy_running": None,
        "remedy_since": None,
        "transferred_to": None,
        "terminated": None,
        "waived": None,
        "penalty_revoked": was.penalty_revoked or event.revokes_penalty,
    }


@_on(e.CaseConflictReportedV1)
def _conflict(was: Procedure, event: e.CaseConflictReportedV1) -> dict[str, Any]:
    others = [one for one in was.same_acts if one.case_id != event.other_case_id]
    other = SameAct(case_id=event.other_case_id, case_no=event.other_case_no, disputed=event.disputed)
    return {"same_acts": [*others, other]}


def _settled(was: Procedure) -> list[SameAct]:
    return [one.model_copy(update={"disputed": False}) for one in was.same_acts]


# Those whose coming alone says it.
_NOTED.update(
    {
        main.CaseServedV1: lambda _was, _event: {"publication": None},
        e.CaseSurveyRecordSignedV1: lambda was, event: {
            "surveys": was.surveys + 1,
            "uncertified": _flagged(was, event.uncertified),
        },
        e.CaseLegalReviewRequestedV1: lambda _was, _event: {"legal_opinion": None},
        e.CasePublicationWithdrawnV1: lambda _was, _event: {"decision_published_on": None},
        e.CaseDeliberatedV1: lambda _was, _event: {"deliberated": True},
        e.CaseCourtAppliedV1: lambda _was, event: {"court": "applied", "court_on": event.applied_on},
        e.CaseCourtRefusedV1: lambda _was, event: {"court": "refused", "court_on": event.refused_on},
        e.CaseHigherCourtAskedV1: lambda _was, event: {"court": "higher_asked", "court_on": event.asked_on},
        e.CaseCourtAcceptedV1: lambda _was, event: {"court": "accepted", "court_on": event.accepted_on},
        e.CaseJurisdictionSettledV1: lambda was, _event: {"same_acts": _settled(was)},
    }
)
