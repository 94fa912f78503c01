"""What a copy says of the fact that asked for it: values by their source, as the fields of its type name them.

What another service tells is printed as it is, but for signs without a shape: each stands as 〓 (缺字符), so that
nothing disappears silently and one odd character does not hold back a copy.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from services.notify.domain.case_brief import CaseBrief, RectificationCount
from services.notify.domain.document_types import Version
from services.notify.domain.documents import whereabouts
from services.notify.domain.wording import MOST_IN_LINE, printable
from shared.clock import local_day
from shared.contracts.base import Event
from shared.contracts.case_path_events import CasePerformanceDemandedV1
from shared.contracts.cases_events import CaseFiledV1
from shared.contracts.codes import title
from shared.contracts.listings import ListingApprovedV1, ListingDelistedV1
from shared.contracts.notify import IssueNotice
from shared.contracts.rectification_events import RectificationStruckOffV1

Known = dict[str, Any]
# A document is no file of its own: what is longer is read where it was written.
_MOST_REQUIREMENTS = 6_000


@dataclass(frozen=True)
class Told:
    """A fact and what is known beside it. case: None when its filing has not been heard of here."""

    fact: Event
    case: CaseBrief | None
    items: RectificationCount


def known_of(told: Told) -> Known:
    """By source, like case.party_name. KeyError for an event that no rule may name."""
    of_case = {} if told.case is None else known_case(told.case)
    return {**of_case, **_KNOWN[told.fact.type](told)}


def known_by_hand(case: CaseBrief, items: RectificationCount, remarks: str) -> Known:
    """Of a copy that a person asks for."""
    done = f"已责令整改{items.ordered}项，销号{items.struck_off}项" if items.ordered else "尚未责令整改"
    return {**known_case(case), "item.summary": done, "hand.remarks": remarks}


def known_case(case: CaseBrief) -> Known:
    return {
        "case.case_no": case.case_no,
        "case.title": printable(case.title),
        "case.party_name": printable(case.party_name),
        "case.place": printable(whereabouts(case.division_name, case.place)),
        "case.filed_on": _day(local_day(case.filed_at)),
        "case.area_m2": float(case.area_m2),
        "case.farmland_area_m2": float(case.farmland_area_m2),
        "case.pbf_area_m2": float(case.pbf_area_m2),
        "case.lead_agency": title(case.lead_agency),
        "case.state": title(case.state),
        "case.violations": "；".join(title(kind) for kind in case.violation_types)[:MOST_IN_LINE],
    }


def facts_of(version: Version, known: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a type that are known; what is then still missing is missed by name when it is composed."""
    return {field.name: known[field.source] for field in version.fields if known.get(field.source) not in (None, "")}


def _filed(told: Told) -> Known:
    event = told.fact
    assert isinstance(event, CaseFiledV1)
    return {"clue.clue_no": event.clue_no, "patch.patch_no": printable(event.patch_no or "")}


def _struck_off(told: Told) -> Known:
    event = told.fact
    assert isinstance(event, RectificationStruckOffV1)
    return {
        "item.case_no": event.case_no,
        "item.item_no": event.item_no,
        "item.title": printable(event.title),
        "item.struck_off_on": _day(local_day(event.at)),
        "item.place": printable(whereabouts(event.division_name, event.place)),
        "item.party_name": printable(told.case.party_name) if told.case else "",
        "item.method": title(event.method),
        "item.area_m2": float(event.area_m2),
        "item.farmland_area_m2": float(event.farmland_area_m2),
        "item.rectified_area_m2": float(event.rectified_area_m2),
        "item.remaining_area_m2": float(max(event.area_m2 - event.rectified_area_m2, Decimal(0))),
    }


def _listed(told: Told) -> Known:
    event = told.fact
    assert isinstance(event, ListingApprovedV1)
    requirements = "\n".join(f"{number}. {printable(one)}" for number, one in enumerate(event.requirements, 1))
    return {
        "listing.listing_no": event.listing_no,
        "listing.change": "挂牌督办",
        "listing.changed_on": _day(local_day(event.at)),
        "listing.target_unit": printable(event.target_unit),
        "listing.requirements": requirements[:_MOST_REQUIREMENTS],
        "listing.term_on": _day(event.term_on) if event.term_on else "",
    }


def _delisted(told: Told) -> Known:
    event = told.fact
    assert isinstance(event, ListingDelistedV1)
    return {
        "listing.listing_no": event.listing_no,
        "listing.change": "解除挂牌督办",
        "listing.changed_on": _day(local_day(event.at)),
    }


def _demanded(told: Told) -> Known:
    event = told.fact
    assert isinstance(event, CasePerformanceDemandedV1)
    return {"case.demanded_on": _day(local_day(event.served_at))}


def _day(day: date) -> str:
    return day.isoformat()


_KNOWN: Mapping[str, Callable[[Told], Known]] = {
    CaseFiledV1.type: _filed,
    RectificationStruckOffV1.type: _struck_off,
    ListingApprovedV1.type: _listed,
    ListingDelistedV1.type: _delisted,
    CasePerformanceDemandedV1.type: _demanded,
}
# What a rule may name as its event: facts that are understood here, and the command by hand.
NAMED = frozenset({*_KNOWN, IssueNotice.operation})
