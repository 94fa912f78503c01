"""What rectification items and their clocks tell a dossier."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.notify.domain.documents import whereabouts
from services.notify.domain.dossier import DossierKind, Told, papers
from services.notify.domain.told_by_cases import Tellers, day, m2, with_reason
from shared.contracts import rectification_events as r
from shared.contracts.cases_events import DeadlineAlarmRaisedV1
from shared.contracts.codes import Agency, title

# What the land is like at its acceptance (domain.md 5.6).
TILLAGE: Mapping[str, str] = {
    "ready_to_sow": "可直接耕种",
    "needs_levelling": "需平整",
    "needs_topsoil": "需客土",
    "seriously_destroyed": "严重毁坏",
}
_OBJECTS: Mapping[str, DossierKind] = {
    "clue": DossierKind.CLUE,
    "case": DossierKind.CASE,
    "rectification": DossierKind.ITEM,
    "joint_action": DossierKind.ACTION,
}


def _item(event: r.RectificationEvent, facts: Mapping[str, Any]) -> Iterable[Told]:
    named = {"item_no": event.item_no, **facts}
    yield Told(event.item_id, DossierKind.ITEM, named, event.case_id, more={"papers": papers(event.documents)})


def _begun(event: r.RectificationOrderedV1 | r.RectificationOpenedV1) -> Iterable[Told]:
    plan = _plan(event) if isinstance(event, r.RectificationOrderedV1) else {}
    return _item(
        event,
        {
            "title": event.title,
            "place": whereabouts(event.division_name, event.place),
            "area_m2": m2(event.area_m2),
            "farmland_area_m2": m2(event.farmland_area_m2),
            **plan,
        },
    )


def _plan(event: r.RectificationOrderedV1 | r.RectificationPlanSetV1) -> dict[str, Any]:
    return {
        "method": title(event.method),
        "term_on": event.term_on.isoformat(),
        "due_on": event.term_on.isoformat(),
        "responsible_person": event.responsible_person,
        "requirement": event.requirement,
    }


def _extension_asked(event: r.RectificationExtensionRequestedV1) -> Iterable[Told]:
    reason = with_reason(title(event.delay_reason), event.reason)
    told = {"extension_asked_on": event.asked_on.isoformat(), "extension_days": event.days}
    return _item(event, {**told, "extension_reason": reason})


def _extended(event: r.RectificationExtendedV1) -> Iterable[Told]:
    ends = [fact.due_on.isoformat() for fact in event.recounts if fact.due_on]
    return _item(event, {"new_due_on": ends[-1] if ends else None})


def _reported(event: r.RectificationReportedV1) -> Iterable[Told]:
    return _item(event, {"rectified_area_m2": m2(event.rectified_area_m2), "situation": event.account})


def _accepted(event: r.RectificationAcceptedV1) -> Iterable[Told]:
    """on_site is younger than members: events of older releases have names alone."""
    on_site = [{"agency": title(one.agency), "name": one.name} for one in event.on_site]
    rows = on_site or [{"agency": "", "name": name} for name in event.members]
    told = {
        "accepted_on": day(event.at),
        "rectified_area_m2": m2(event.rectified_area_m2),
        "tillage_state": TILLAGE.get(event.tillage_state, event.tillage_state),
        "acceptance_members": [{**row, "certificate_no": ""} for row in rows],
        "opinion": event.account,
    }
    return _item(event, told)


def _struck_off(event: r.RectificationStruckOffV1) -> Iterable[Told]:
    told = {"struck_off_on": day(event.at), "rectified_area_m2": m2(event.rectified_area_m2)}
    return _item(event, {**told, "method": title(event.method)})


def _checked(event: r.RectificationTownshipCheckedV1) -> Iterable[Told]:
    passed = "核查通过" if event.passed else "核查未通过"
    return _item(event, {"township_opinion": with_reason(passed, event.account)})


def _alarm(event: DeadlineAlarmRaisedV1) -> Iterable[Told]:
    """Working days over: counted by the ladder of cases, which has the calendar; not counted again here."""
    if (kind := _OBJECTS.get(event.object_type)) is not None and event.days_over > 0:
        holders = [title(Agency(agency)) for agency in event.agencies]
        told = {"due_on": event.due_on.isoformat(), "days_late": event.days_over, "overdue": event.title}
        yield Told(event.object_id, kind, {**told, "overdue_holders": holders})


TELLERS: Tellers = {
    **dict.fromkeys((r.RectificationOrderedV1, r.RectificationOpenedV1), _begun),
    r.RectificationPlanSetV1: lambda event: _item(event, _plan(event)),
    r.RectificationPbfDecidedV1: lambda event: _item(event, {"method": title(event.method)}),
    r.RectificationExtensionRequestedV1: _extension_asked,
    r.RectificationExtendedV1: _extended,
    r.RectificationReportedV1: _reported,
    r.RectificationTownshipCheckedV1: _checked,
    r.RectificationAcceptedV1: _accepted,
    r.RectificationStruckOffV1: _struck_off,
    DeadlineAlarmRaisedV1: _alarm,
}
