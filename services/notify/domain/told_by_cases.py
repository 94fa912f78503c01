"""What clues, cases and evidence tell a dossier: event by event, the facts that documents ask for."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from services.notify.domain.documents import chinese_date, whereabouts
from services.notify.domain.dossier import DossierKind, Told, papers
from shared.clock import SHANGHAI, local_day
from shared.contracts import case_path_events as path
from shared.contracts import cases_events as c
from shared.contracts.area_basis import AreaBasis
from shared.contracts.base import Event
from shared.contracts.case_import_events import CaseTakenOverV1, ClueTakenOverV1
from shared.contracts.clue_events import ClueDutyRuledV1, ClueShapeAddedV1, ClueSplitOffV1
from shared.contracts.clue_parts import OpinionProof
from shared.contracts.codes import Measure, ViolationType, title
from shared.contracts.evidence_events import EvidenceAddedV1, EvidenceExcludedV1, EvidenceQuarantinedV1

Tellers = Mapping[type[Event], Callable[[Any], Iterable[Told]]]
PARTY_KINDS: Mapping[str, str] = {
    "person": "个人",
    "individual_business": "个体工商户",
    "firm": "企业",
    "village_collective": "农村集体经济组织",
    "state_unit": "机关、事业单位",
    "other": "其他",
}
# What an opinion names as paper of the use of land, with what it is called.
_PAPERS: Mapping[str, str] = {
    "approval_no": "用地批准",
    "land_supply_no": "土地供应",
    "registration_no": "不动产权",
    "temporary_use_no": "临时用地",
    "facility_filing_no": "设施农用地备案",
}


def day(at: datetime | None) -> str | None:
    """The day in Shanghai, as a draft has it."""
    return local_day(at).isoformat() if at else None


def instant(at: datetime | None) -> str | None:
    """As a draft has it: in Shanghai, with its offset."""
    return at.astimezone(SHANGHAI).isoformat() if at else None


def m2(area: Decimal | None) -> float | None:
    return None if area is None else float(area)


def with_reason(words: str, reason: str | None) -> str:
    return f"{words}：{reason}" if reason else words


def _clue(event: c.ClueEvent, facts: Mapping[str, Any]) -> Iterable[Told]:
    yield Told(event.clue_id, DossierKind.CLUE, facts, more={"papers": papers(event.documents)})


def _clue_begun(event: c.ClueReceivedV1 | ClueSplitOffV1 | ClueTakenOverV1) -> Iterable[Told]:
    violation = event.violation_type if isinstance(event, ClueTakenOverV1) else event.suspected_type
    patch = None if isinstance(event, ClueTakenOverV1) else event.patch
    found_at = None if isinstance(event, ClueTakenOverV1) else event.found_at
    assignee = event.agency if isinstance(event, ClueSplitOffV1) else None
    return _clue(
        event,
        {
            "clue_no": event.clue_no,
            "source": title(event.clue_source),
            "received_on": day(event.at if isinstance(event, c.ClueReceivedV1) else event.received_at),
            "found_on": day(found_at),
            "place": whereabouts(event.division_name, event.place),
            "description": event.description,
            "violation_types": violation and title(violation),
            "patch_no": patch and patch.patch_no,
            "area_m2": m2(event.area_m2),
            "farmland_area_m2": m2(event.farmland_area_m2),
            "pbf_area_m2": m2(event.pbf_area_m2),
            "assignee": assignee and title(assignee),
            "agency": assignee and assignee.value,
        },
    )


def _clue_assigned(event: c.ClueAssignedV1 | ClueDutyRuledV1) -> Iterable[Told]:
    """township_code: named by whoever keeps the dossier, who has the register of divisions."""
    agency = event.agency
    told = {"assignee": agency and title(agency), "agency": agency and agency.value}
    return _clue(event, {**told, "township_code": None if agency else event.township_code})


def _verifying(event: c.ClueVerificationStartedV1) -> Iterable[Told]:
    at = (event.visited_at or event.at).isoformat()
    return _clue(event, {"officers": event.officers, "verified_at": at})


def _opinion(event: c.ClueOpinionSubmittedV1) -> Iterable[Told]:
    return _clue(
        event,
        {
            "verification": event.facts,
            "opinion": title(event.opinion),
            "papers_of_use": event.proof and _papers_of_use(event.proof),
            "violation_types": event.suspected_type and title(event.suspected_type),
            "area_m2": m2(event.area_m2),
            "farmland_area_m2": m2(event.farmland_area_m2),
            "pbf_area_m2": m2(event.pbf_area_m2),
        },
    )


def _papers_of_use(proof: OpinionProof) -> str:
    told = [(called, getattr(proof, name)) for name, called in _PAPERS.items()]
    return "、".join(f"{called}（{number}）" for called, number in told if number)


def _shape(event: ClueShapeAddedV1) -> Iterable[Told]:
    return _clue(event, {"patch_no": event.patch.patch_no, "area_m2": m2(event.area_m2)})


def tell_case(event: c.CaseEvent, facts: Mapping[str, Any], **more: Any) -> Iterable[Told]:
    """Facts of a case, with the papers that the step brought."""
    yield Told(event.case_id, DossierKind.CASE, facts, more={"papers": papers(event.documents)}, **more)


def _opened(event: c.CaseOpenedEvent) -> Iterable[Told]:
    facts = {
        "case_no": event.case_no,
        "title": event.title,
        "party_name": event.party_name,
        "party_kind": PARTY_KINDS.get(event.party_kind),
        "place": whereabouts(event.division_name, event.place),
        "violation_types": violations(event.violation_types),
        "violations": violations(event.violation_types),
        "officers": event.officers,
        "lead_agency": title(event.lead_agency),
        "lead_code": event.lead_agency.value,
        **_areas(event.area_m2, event.farmland_area_m2, event.pbf_area_m2),
    }
    return tell_case(event, {**facts, **_opening(event)}, parent_id=event.clue_id)


def _opening(event: c.CaseOpenedEvent) -> dict[str, Any]:
    """What the kind of its beginning says. A case is filed when all five conditions are met (NRP 16)."""
    match event:
        case c.CaseFiledV1():
            conditions = ("condition_actor", "condition_fact", "condition_liability")
            met = dict.fromkeys((*conditions, "condition_competence", "condition_time"), "是")
            return {"filed_on": day(event.at), "handler_opinion": event.reason, **met}
        case CaseTakenOverV1():
            return {
                "filed_on": day(event.filed_at),
                "decision_no": event.decision_no,
                "decided_on": day(event.decided_at),
                "closing_ground": event.closing_ground and title(event.closing_ground),
            }
        case path.CaseFilingDeclinedV1():
            return {"no_filing_reason": with_reason(title(event.ground), event.reason)}
    return {}


def violations(types: Iterable[ViolationType]) -> str:
    return "；".join(title(kind) for kind in types)


def _areas(area: Decimal, farmland: Decimal, pbf: Decimal) -> dict[str, float]:
    return {
        "area_m2": float(area),
        "farmland_area_m2": float(farmland),
        "pbf_area_m2": float(pbf),
        "other_farmland_area_m2": float(max(farmland - pbf, Decimal(0))),
    }


def _land_found(event: path.CaseLandFoundV1) -> Iterable[Told]:
    return tell_case(event, {} if event.basis is None else _counted(event.basis))


def _counted(basis: AreaBasis) -> dict[str, float]:
    """Official areas; where no layer says so, the claim (domain.md 9 #10)."""
    claimed, official = basis.claimed, basis.official
    if official is None:
        return _areas(claimed.area_m2, claimed.farmland_area_m2, claimed.pbf_area_m2)
    pbf = claimed.pbf_area_m2 if official.pbf_area_m2 is None else official.pbf_area_m2
    farmland = claimed.farmland_area_m2 if official.farmland_area_m2 is None else official.farmland_area_m2
    return _areas(official.area_m2, max(farmland, pbf), pbf)


def _dropped(event: path.CaseDroppedV1) -> Iterable[Told]:
    return tell_case(event, {"no_filing_reason": with_reason(title(event.ground), event.reason)})


def _recusal(event: path.CaseRecusalDecidedV1) -> Iterable[Told]:
    return tell_case(event, {}, instead={"officers": (event.officer, event.replaced_by)} if event.granted else {})


def _notified(event: c.CasePartyNotifiedV1) -> Iterable[Told]:
    told = {"intended_penalty": event.intended_penalty, "notified_on": day(event.served_at)}
    return tell_case(
        event,
        {**told, "hearing": "你（单位）有要求举行听证的权利" if event.hearing_offered else None, **_penalty(event)},
    )


def _decided(event: c.CaseDecidedV1) -> Iterable[Told]:
    told = {"decision": event.decision, "decision_no": event.decision_no, "decided_on": day(event.at)}
    return tell_case(event, {**told, **_penalty(event)})


def _penalty(event: c.CasePartyNotifiedV1 | c.CaseDecidedV1) -> dict[str, Any]:
    fine = f"{event.fine_yuan:.2f}" if event.fine_yuan else None
    money = [f"罚款{fine}元"] if fine else []
    duties = [title(measure) for measure in event.measures if measure is not Measure.FINE]
    return {"duties": [*duties, *money], "amount": fine}


def _executed(event: c.CaseExecutedV1) -> Iterable[Told]:
    return tell_case(event, {"execution": event.reason or f"已于{chinese_date(local_day(event.at))}执行完毕。"})


def _appraised(event: path.CaseAppraisedV1) -> Iterable[Told]:
    damage = "种植条件严重毁坏" if event.destroyed else "种植条件未达到严重毁坏"
    return tell_case(event, {"appraisal": f"{damage}（{event.opinion_no}）"})


def _evidence(event: EvidenceAddedV1) -> Iterable[Told]:
    facts = {
        "title": event.title,
        "photo": event.media_type.startswith("image/"),
        "evidence_no": event.evidence_no,
        "kind": title(event.kind),
        "taken_on": day(event.stated.taken_at or event.at),
        "taken_by": event.taken_by,
        "preserved": event.registered_in_advance,
    }
    yield Told(event.evidence_id, DossierKind.PIECE, facts, event.object_id)


def _evidence_out(event: EvidenceQuarantinedV1 | EvidenceExcludedV1) -> Iterable[Told]:
    yield Told(event.evidence_id, DossierKind.PIECE, {"out": True})


TELLERS: Tellers = {
    **dict.fromkeys((c.ClueReceivedV1, ClueSplitOffV1, ClueTakenOverV1), _clue_begun),
    **dict.fromkeys((c.ClueAssignedV1, ClueDutyRuledV1), _clue_assigned),
    c.ClueVerificationStartedV1: _verifying,
    c.ClueOpinionSubmittedV1: _opinion,
    ClueShapeAddedV1: _shape,
    **dict.fromkeys((c.CaseFiledV1, path.CaseStoppedV1, path.CaseFilingDeclinedV1, CaseTakenOverV1), _opened),
    path.CaseLandFoundV1: _land_found,
    path.CaseDroppedV1: _dropped,
    c.CaseInvestigationStartedV1: lambda event: tell_case(event, {"officers": event.officers}),
    path.CaseRecusalDecidedV1: _recusal,
    c.CaseInvestigationConcludedV1: lambda event: tell_case(event, {"facts": event.conclusion}),
    c.CasePartyNotifiedV1: _notified,
    c.CaseDecidedV1: _decided,
    c.CaseServedV1: lambda event: tell_case(event, {"served_on": day(event.served_at)}),
    c.CaseExecutedV1: _executed,
    path.CasePerformanceDemandedV1: lambda event: tell_case(event, {"demanded_on": day(event.served_at)}),
    c.CaseClosedV1: lambda event: tell_case(event, {"closing_ground": title(event.ground)}),
    path.CaseAppraisedV1: _appraised,
    EvidenceAddedV1: _evidence,
    **dict.fromkeys((EvidenceQuarantinedV1, EvidenceExcludedV1), _evidence_out),
}
