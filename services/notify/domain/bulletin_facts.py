"""What the documents of a bulletin say, out of its frozen figures: the bulletin, the report to the Party committee, the
letter to the discipline commission and the organisation department. The same figures give the same facts, so whoever
issues one can be told where it says something else.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.notify.domain.bulletin_period import BulletinPeriod
from services.notify.domain.documents import chinese_date
from services.notify.domain.figures import COLUMNS, COUNTY, Figures, Township
from shared.area import mu_from_m2
from shared.contracts.audit import Chain
from shared.contracts.bulletins import BulletinSnapshot, LogHead, ProblemCase, UnsignedCopy
from shared.contracts.codes import CaseState, title
from shared.statistics import Sum

NOT_NUMBERED = "文号待通报印发后填入"
BULLETIN, REPORT, COPY = "bulletin", "report_to_party", "copy_notice"
_NOTHING = "—"
_COMPARED = (
    *("found", "verified", "violations", "dismissed", "cases", "cases_closed", "transfers"),
    *("items", "in_rectification", "struck_off", "overdue", "listed"),
)
_IN_WORDS = ("found", "violations", "in_rectification", "struck_off", "overdue", "listed")
_WHY = {"listed": "挂牌督办", "overdue": "逾期未整改到位", "pbf": "占用永久基本农田面积大", "chosen": "情节典型"}
_SERVICES = {"cases": "案件", "agencies": "协作", "notify": "文书", "gateway": "门户"}


@dataclass(frozen=True)
class Points:
    """The end of the period, of the former one, and of the same a year before."""

    this: Figures
    before: Figures
    year_before: Figures


def facts(
    document_type: str,
    period: BulletinPeriod,
    points: Points,
    townships: Sequence[Township],
    said: BulletinSnapshot,
    bulletin_no: str | None = None,
) -> dict[str, Any]:
    """By the document's fields. bulletin_no: None while the bulletin has none."""
    made = {BULLETIN: _bulletin, REPORT: _report, COPY: _copy}[document_type](period, points, townships, said)
    if document_type != BULLETIN:
        made["bulletin_no"] = bulletin_no or NOT_NUMBERED
    return {name: value for name, value in made.items() if value not in ("", [], None)}


def _bulletin(
    period: BulletinPeriod, points: Points, townships: Sequence[Township], said: BulletinSnapshot
) -> dict[str, Any]:
    this = points.this
    whole = {name: this.of(COUNTY, name) for name in COLUMNS}
    rows = [*townships, Township(COUNTY, "合计")]
    return {
        "period": period.name,
        "as_of": period.until.isoformat(),
        **{name: whole[name].items for name in _COUNTS},
        "found_area": float(whole["found"].area_m2),
        "violation_area": float(whole["violations"].area_m2),
        "farmland": float(whole["violations"].farmland_area_m2),
        "pbf": float(whole["violations"].pbf_area_m2),
        "item_area": float(whole["items"].area_m2),
        "verified_rate": _percent(this.rate(COUNTY, "verified_rate")),
        "rate": _percent(this.rate(COUNTY, "strike_off_rate")),
        "area_rate": _percent(this.rate(COUNTY, "strike_off_rate", by_area=True)),
        "situation": [*_compared_in_words(points), *(["本次统计包含期后补报的当期事项。"] if said.known else [])],
        "remarks": said.remarks,
        "problems": [_problem(case) for case in said.cases],
        "unsigned": [_unsigned(copy) for copy in said.unsigned],
        "demands": list(said.demands),
        "townships": [_counts_row(this, one) for one in rows],
        "areas": [_areas_row(this, one) for one in rows],
        "comparison": list(_comparison(points)),
        "area_comparison": list(_area_comparison(points)),
        "heads": [_head(head) for head in said.heads],
    }


_COUNTS = (
    *("found", "verified", "violations", "dismissed", "items", "in_rectification"),
    *("struck_off", "overdue", "listed"),
)


def _report(period: BulletinPeriod, points: Points, _: Sequence[Township], said: BulletinSnapshot) -> dict[str, Any]:
    return {
        "period": period.name,
        "as_of": period.until.isoformat(),
        **_totals(points.this),
        "situation": [*_compared_in_words(points), *_paragraphs(said.remarks)],
        "problems": [_problem(case) for case in said.cases],
        "proposals": list(said.proposals),
    }


def _copy(
    period: BulletinPeriod, points: Points, townships: Sequence[Township], said: BulletinSnapshot
) -> dict[str, Any]:
    columns = ("found", "violations", "in_rectification", "struck_off", "overdue")
    this = points.this
    return {
        "period": period.name,
        **_totals(this),
        "summary": [
            {"township": one.name, **{name: str(this.of(one.code, name).items) for name in columns}}
            for one in (*townships, Township(COUNTY, "合计"))
        ],
        "cases": [
            {
                "case_no": case.case_no,
                "title": case.title,
                "area_mu": str(mu_from_m2(case.area_m2)),
                "state": title(CaseState(case.state)),
            }
            for case in said.cases
        ],
    }


def _totals(this: Figures) -> dict[str, Any]:
    items, done = this.of(COUNTY, "items"), this.of(COUNTY, "struck_off")
    return {
        "total": items.items,
        "total_area": float(items.area_m2),
        "done": done.items,
        "done_area": float(done.area_m2),
        "late": this.of(COUNTY, "overdue").items,
    }


def _counts_row(this: Figures, of: Township) -> dict[str, str]:
    columns = ("found", "violations", "dismissed", "in_rectification", "struck_off", "overdue", "listed")
    counts = {name: str(this.of(of.code, name).items) for name in columns}
    return {"township": of.name, **counts, "rate": _percent(this.rate(of.code, "strike_off_rate"))}


def _areas_row(this: Figures, of: Township) -> dict[str, str]:
    violations = this.of(of.code, "violations")
    return {
        "township": of.name,
        "found": _mu(this.of(of.code, "found")),
        "violations": _mu(violations),
        "farmland": str(mu_from_m2(violations.farmland_area_m2)),
        "pbf": str(mu_from_m2(violations.pbf_area_m2)),
        "items": _mu(this.of(of.code, "items")),
        "struck_off": _mu(this.of(of.code, "struck_off")),
        "rate": _percent(this.rate(of.code, "strike_off_rate", by_area=True)),
    }


def _comparison(points: Points) -> Iterator[dict[str, str]]:
    for name in _COMPARED:
        this, before, year = (one.of(COUNTY, name).items for one in (points.this, points.before, points.year_before))
        yield {
            "figure": COLUMNS[name].title,
            "this": str(this),
            "before": str(before),
            "change": _signed(Decimal(this - before)),
            "year_before": str(year),
            "year_change": _signed(Decimal(this - year)),
        }


def _area_comparison(points: Points) -> Iterator[dict[str, str]]:
    """In mu; each is converted once, so that the difference is that of what is printed."""
    told = [*(("areas", name) for name in ("found", "violations", "items", "struck_off")), ("pbf", "violations")]
    for what, name in told:
        m2 = [
            (one.of(COUNTY, name).pbf_area_m2 if what == "pbf" else one.of(COUNTY, name).area_m2)
            for one in (points.this, points.before, points.year_before)
        ]
        this, before, year = (mu_from_m2(value) for value in m2)
        yield {
            "figure": f"{COLUMNS[name].title}：永久基本农田" if what == "pbf" else COLUMNS[name].title,
            "this": str(this),
            "before": str(before),
            "change": _signed(this - before),
            "year_before": str(year),
            "year_change": _signed(this - year),
        }


def _compared_in_words(points: Points) -> list[str]:
    return [
        f"与{name}相比，{'，'.join(_changes(points.this, other))}。"
        for name, other in (("上期末", points.before), ("去年同期末", points.year_before))
    ]


def _changes(this: Figures, other: Figures) -> Iterable[str]:
    for name in _IN_WORDS:
        by = this.of(COUNTY, name).items - other.of(COUNTY, name).items
        yield f"{COLUMNS[name].title}{'持平' if by == 0 else f'增加{by}个' if by > 0 else f'减少{-by}个'}"


def _problem(case: ProblemCase) -> str:
    why = "、".join(_WHY[one] for one in case.why)
    area, pbf = mu_from_m2(case.area_m2), mu_from_m2(case.pbf_area_m2)
    where = f"{case.township}，" if case.township not in case.title else ""
    stage = title(CaseState(case.state))
    return f"{case.title}（{case.case_no}）：{where}占地{area}亩，其中永久基本农田{pbf}亩，{stage}；{why}。"


def _unsigned(copy: UnsignedCopy) -> str:
    due = chinese_date(copy.due_on)
    number = f"（{copy.number}）" if copy.number else ""
    return f"{copy.recipient}：《{copy.title}》{number}，应于{due}前签收，已逾期{copy.days_late}个工作日。"


def _head(head: LogHead) -> str:
    """In groups of eight, so that a line may break and a person may compare."""
    groups = " ".join(head.hash[at : at + 8] for at in range(0, len(head.hash), 8))
    name = _SERVICES.get(head.service, head.service)
    which = "日志" if head.chain is Chain.CHANGES else "访问记录"
    return f"{name}系统：{which} {head.log_id or _NOTHING}，第{head.position}号，链头 {groups}"


def _paragraphs(text: str) -> list[str]:
    return [line.strip()[:500] for line in text.splitlines() if line.strip()]


def _mu(of: Sum) -> str:
    return str(mu_from_m2(of.area_m2))


def _percent(rate: Decimal | None) -> str:
    return _NOTHING if rate is None else f"{(rate * 100).quantize(Decimal('0.01'))}%"


def _signed(by: Decimal) -> str:
    return f"+{by}" if by > 0 else str(by)
