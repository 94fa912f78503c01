"""What each kind of notice says: its fields, ready for the eye of the reader. How it reads is templates/<kind>/."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from services.notify.domain.case_brief import CaseBrief, RectificationCount
from services.notify.domain.offices import IssuingOffice
from shared.area import mu_from_m2, square_metres
from shared.clock import local_day
from shared.contracts.cases_events import CaseFiledV1
from shared.contracts.codes import NoticeKind, ViolationType, title
from shared.contracts.notify import IssueNotice, NoticeLine
from shared.contracts.rectification_events import RectificationStruckOffV1


@dataclass(frozen=True)
class Heading:
    """What every notice has. to: 主送; copies: 抄送, empty when there are none; basis: the article that asks for it."""

    to: str
    copies: str
    office: str
    dated_on: str
    basis: str


@dataclass(frozen=True)
class Area:
    """One area in both units, each with two decimals; mu is made from square metres, never summed."""

    mu: str
    m2: str


@dataclass(frozen=True)
class CaseFiledText:
    kind: ClassVar[NoticeKind] = NoticeKind.CASE_FILED_COPY

    heading: Heading
    case_no: str
    case_title: str
    filed_on: str
    lead_agency: str
    place: str
    party: str
    violations: str
    area: Area
    farmland: Area
    pbf: Area
    clue_no: str
    patch_no: str


@dataclass(frozen=True)
class StruckOffText:
    """party: empty when the filing of the case is not known here."""

    kind: ClassVar[NoticeKind] = NoticeKind.STRUCK_OFF_COPY

    heading: Heading
    case_no: str
    item_no: str
    item_title: str
    struck_off_on: str
    place: str
    party: str
    method: str
    area: Area
    farmland: Area
    rectified: Area
    remaining: Area


@dataclass(frozen=True)
class CaseReportText:
    """remarks: paragraphs in the words of who issued the notice."""

    kind: ClassVar[NoticeKind] = NoticeKind.CASE_REPORT_COPY

    heading: Heading
    case_no: str
    case_title: str
    filed_on: str
    lead_agency: str
    state: str
    place: str
    party: str
    violations: str
    area: Area
    farmland: Area
    pbf: Area
    items_ordered: int
    items_struck_off: int
    remarks: tuple[str, ...]


# What may ask for a notice, and the only kind it can ask for.
FACTS: dict[str, NoticeKind] = {
    CaseFiledV1.type: NoticeKind.CASE_FILED_COPY,
    RectificationStruckOffV1.type: NoticeKind.STRUCK_OFF_COPY,
    IssueNotice.operation: NoticeKind.CASE_REPORT_COPY,
}

NoticeText = CaseFiledText | StruckOffText | CaseReportText
TEXTS: dict[NoticeKind, type[NoticeText]] = {text.kind: text for text in (CaseFiledText, StruckOffText, CaseReportText)}


def heading(office: IssuingOffice, lines: Iterable[NoticeLine], dated_on: date, basis: str) -> Heading:
    named = [(line.line, office.recipients[line.recipient]) for line in lines]
    return Heading(
        to="、".join(name for line, name in named if line == "main"),
        copies="，".join(name for line, name in named if line == "copy"),
        office=office.name,
        dated_on=chinese_date(dated_on),
        basis=basis,
    )


def case_filed(event: CaseFiledV1, head: Heading) -> CaseFiledText:
    return CaseFiledText(
        heading=head,
        case_no=event.case_no,
        case_title=one_line(event.title),
        filed_on=chinese_date(local_day(event.at)),
        lead_agency=title(event.lead_agency),
        place=whereabouts(event.division_name, event.place),
        party=one_line(event.party_name),
        violations=_violations(event.violation_types),
        area=area(event.area_m2),
        farmland=area(event.farmland_area_m2),
        pbf=area(event.pbf_area_m2),
        clue_no=event.clue_no,
        patch_no=one_line(event.patch_no or ""),
    )


def struck_off(event: RectificationStruckOffV1, case: CaseBrief | None, head: Heading) -> StruckOffText:
    return StruckOffText(
        heading=head,
        case_no=event.case_no,
        item_no=event.item_no,
        item_title=one_line(event.title),
        struck_off_on=chinese_date(local_day(event.at)),
        place=whereabouts(event.division_name, event.place),
        party=one_line(case.party_name) if case else "",
        method=title(event.method),
        area=area(event.area_m2),
        farmland=area(event.farmland_area_m2),
        rectified=area(event.rectified_area_m2),
        remaining=area(max(event.area_m2 - event.rectified_area_m2, Decimal(0))),
    )


def case_report(case: CaseBrief, items: RectificationCount, remarks: str, head: Heading) -> CaseReportText:
    return CaseReportText(
        heading=head,
        case_no=case.case_no,
        case_title=one_line(case.title),
        filed_on=chinese_date(local_day(case.filed_at)),
        lead_agency=title(case.lead_agency),
        state=title(case.state),
        place=whereabouts(case.division_name, case.place),
        party=one_line(case.party_name),
        violations=_violations(case.violation_types),
        area=area(case.area_m2),
        farmland=area(case.farmland_area_m2),
        pbf=area(case.pbf_area_m2),
        items_ordered=items.ordered,
        items_struck_off=items.struck_off,
        remarks=tuple(line for raw in remarks.splitlines() if (line := one_line(raw))),
    )


def area(m2: Decimal) -> Area:
    """8400 m² is 12.60 亩, 8400.00 平方米."""
    return Area(mu=str(mu_from_m2(m2)), m2=str(square_metres(m2)))


def chinese_date(day: date) -> str:
    """2026年4月24日: Arabic numerals without leading zeros (GB/T 9704)."""
    return f"{day.year}年{day.month}月{day.day}日"


def whereabouts(division_name: str, place: str) -> str:
    """The place with its division in front, said once."""
    division, where = one_line(division_name), one_line(place)
    return where if division in where else f"{division}{where}"


def one_line(text: str) -> str:
    """User text as one line without control characters, so that it cannot pass for a paragraph of the document."""
    plain = "".join(" " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign for sign in text)
    return " ".join(plain.split())


def _violations(types: Iterable[ViolationType]) -> str:
    return "；".join(title(kind) for kind in types)
