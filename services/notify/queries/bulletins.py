"""The read side of bulletins: what there is and what is due, figures and what is behind them, what came late."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import islice
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection

from services.notify.domain.bulletin import Bulletin, bulletin_id
from services.notify.domain.bulletin_facts import Points
from services.notify.domain.bulletin_period import BulletinPeriod
from services.notify.domain.bulletin_rules import BulletinRules, Due
from services.notify.domain.document_table import office_of
from services.notify.domain.errors import BulletinFigureWrong, BulletinPeriodWrong
from services.notify.domain.figures import COLUMNS, COUNTY, RATE_TITLES, RATES, Figures, Township, check
from services.notify.domain.receipt_terms import ReceiptTerms
from services.notify.queries.receipts import unsigned
from services.notify.storage import problem_cases
from services.notify.storage.bulletin_settings import rhythm_on
from services.notify.storage.bulletin_tables import bulletin, bulletin_group, counted_object, standing
from services.notify.storage.bulletins import BulletinStore, cursor, frozen, places, unfinished, visible
from services.notify.storage.late_events import late_events
from services.notify.storage.problem_cases import problem_case
from services.notify.storage.standings import Point, count, first_told_at
from services.notify.storage.tables import document
from services.notify.storage.townships import townships_of
from shared.clock import local_day
from shared.contracts import bulletins as c
from shared.contracts.base import Page
from shared.contracts.codes import BulletinKind, BulletinState, DocumentState, Recipient
from shared.contracts.documents import COORDINATION
from shared.divisions.register import COUNTY_DIGITS
from shared.errors import InvalidInput, NotFound
from shared.paging import Listing, page
from shared.principal import Actor

_STORE = BulletinStore()
_b, _d = bulletin.c, document.c
_ROW = [
    *(_b[name] for name in c.BulletinRow.model_fields if name in _b),
    _d.state.label("document_state"),
    _d.number,
]
_SOURCE = bulletin.outerjoin(document, _d.id == _b.document_id)
_LISTING = Listing(_ROW, keys=(_b.told_at, _b.id), source=_SOURCE)
_ROWS = TypeAdapter(list[c.BulletinRow])
_MEMBERS = TypeAdapter(list[c.FigureMember])
_GONE = (DocumentState.DISCARDED, DocumentState.WITHDRAWN)
_FEW = 500
_MOST_COPIES = 50
_RECIPIENTS = frozenset(Recipient)
Rules = Callable[[], BulletinRules]


class BulletinColumnUnknown(InvalidInput):
    """No bulletin has such a figure."""

    def __init__(self, column: str) -> None:
        super().__init__("notify.bulletin-column-unknown", "column", value=column)


def list_bulletins(
    rules: Rules, q: c.ListBulletins, by: Actor, connection: Connection, now: datetime
) -> Page[c.BulletinRow]:
    """rules: reads the register. Due ones hang on no process: they are computed here, told of or not."""
    if not q.due:
        return page(
            _LISTING, [visible(by), _b.state == BulletinState.DRAFTED.value], q, connection, _ROWS.validate_python
        )
    county_code = _county(by)
    found = [] if county_code is None else list(due_in(connection, county_code, rules(), local_day(now)))
    return Page(items=[_due_row(county_code or "", due) for due in found[: q.limit]], total=len(found))


def due_in(connection: Connection, county_code: str, rules: BulletinRules, today: date) -> Iterator[Due]:
    """What is due in a county and not drafted, of periods since it is counted; the oldest first."""
    first = first_told_at(connection, county_code)
    if first is None:
        return
    rhythm = rhythm_on(connection, county_code, today)
    for due in rules.due(rhythm, local_day(first), today):
        latest = _STORE.latest(connection, county_code, due.period.said)
        if latest is None or latest.drafted is None or _came_to_nothing(connection, latest.drafted.document_id):
            yield due


def get_bulletin(q: c.GetBulletin, by: Actor, connection: Connection) -> c.BulletinView:
    return bulletin_view(connection, _STORE.get_seen(connection, q.id, by))


def preview_bulletin(
    rules: Rules,
    terms: Callable[[], ReceiptTerms],
    q: c.PreviewBulletin,
    by: Actor,
    connection: Connection,
    now: datetime,
) -> c.BulletinPreview:
    """Raises BulletinPeriodWrong, NotFound."""
    county_code = _county(by)
    if county_code is None:
        raise NotFound
    period, at = _asked(q), cursor(connection)
    this, before, year_before = (
        Figures(tuple(count(connection, county_code, Point(ends_at, at.position))))
        for ends_at in (period.ends_at, period.begins_at, period.year_before_ends_at)
    )
    points, today = Points(this, before, year_before), local_day(now)
    point = Point(period.ends_at, at.position)
    proposed = problem_cases.proposed(connection, county_code, point, rules().problem(today))
    return c.BulletinPreview(
        kind=period.kind,
        name=period.name,
        since=period.since,
        until=period.until,
        ended=period.ends_at <= now,
        position=at.position,
        figures=_figures(points, townships_of(county_code, this)),
        proposed=[problem_case(row) for row in proposed],
        unsigned=unsigned_copies(connection, county_code, today, terms()),
        wrong=list(_wrong(connection, county_code, this)),
    )


def unsigned_copies(connection: Connection, county_code: str, today: date, terms: ReceiptTerms) -> list[c.UnsignedCopy]:
    """Copies that nobody has signed for though their time is over, the longest overdue first (domain.md 4.9).

    Those to whoever receives copies (Recipient) alone: a bulletin names no party that has not signed for its paper.
    """
    late = (row for row in unsigned(connection, county_code, today, terms) if row.code in _RECIPIENTS)
    return [
        c.UnsignedCopy(
            number=row.number, title=row.title, recipient=row.recipient, due_on=row.due_on, days_late=row.days_late
        )
        for row in islice(late, _MOST_COPIES)
    ]


def list_figure_members(q: c.ListFigureMembers, by: Actor, connection: Connection) -> Page[c.FigureMember]:
    """Raises NotFound, BulletinColumnUnknown."""
    found = _STORE.get_seen(connection, q.id, by)
    column = COLUMNS.get(q.column)
    if column is None:
        raise BulletinColumnUnknown(q.column)
    if found.drafted is None:
        raise NotFound
    g, o, s = bulletin_group.c, counted_object.c, standing.c
    case = counted_object.alias()
    groups = places(connection, found.id)
    taken = [place for place, group in groups if q.township in (COUNTY, group.township_code) and column.takes(group)]
    at = Point(found.of.ends_at, found.drafted.position, found.drafted.known)
    member = (
        sa.select(sa.func.unnest(g.members).label("id"))
        .where(g.bulletin_id == found.id, g.point == "this", g.place.in_(taken))
        .subquery("member")
    )
    held = sa.and_(s.object_id == member.c.id, *at.holds(found.jurisdiction[:COUNTY_DIGITS]))
    source = (
        member.join(counted_object, o.id == member.c.id).join(standing, held).outerjoin(case, case.c.id == o.case_id)
    )
    columns = [o.id, o.kind, o.number, o.title, o.case_id, case.c.number.label("case_no"), s.state, s.outcome]
    areas = [s.area_m2, s.farmland_area_m2, s.pbf_area_m2]
    listing = Listing([*columns, *areas], keys=(o.number, o.id), rising=True, source=source)
    shown = page(listing, [], q.model_copy(update={"with_total": False}), connection, _MEMBERS.validate_python)
    total = sum(group.sum.items for place, group in groups if place in taken) if q.with_total else None
    return shown.model_copy(update={"total": total})


def explain_bulletin(q: c.ExplainBulletin, by: Actor, connection: Connection) -> c.BulletinDifference:
    """What came after the figures, and what it would change. Raises NotFound."""
    found = _STORE.get_seen(connection, q.id, by)
    said = found.drafted
    if said is None:
        raise NotFound
    county_code, at = found.jurisdiction[:COUNTY_DIGITS], cursor(connection)
    before = frozen(connection, found.id).this
    ends_at = found.of.ends_at
    now = Figures(tuple(count(connection, county_code, Point(ends_at, at.position, known=True))))
    events, more = late_events(connection, county_code, ends_at, said.position, known=said.known, most=_FEW)
    return c.BulletinDifference(
        position=said.position,
        now_position=at.position,
        changes=list(_changes(county_code, before, now)),
        events=events,
        more_events=more,
    )


def bulletin_view(connection: Connection, found: Bulletin) -> c.BulletinView:
    row = connection.execute(sa.select(*_ROW).select_from(_SOURCE).where(_b.id == found.id)).mappings().one()
    figures = None
    if found.drafted is not None:
        points = frozen(connection, found.id)
        figures = _figures(points, townships_of(found.jurisdiction[:COUNTY_DIGITS], points.this))
    return c.BulletinView(**row, snapshot=found.drafted, figures=figures)


def _figures(points: Points, townships: list[Township]) -> c.BulletinFigures:
    return c.BulletinFigures(
        columns=[c.BulletinColumnView(name=one.name, title=one.title, kind=one.kind) for one in COLUMNS.values()],
        townships=[_township(points, one) for one in townships],
        county=_township(points, Township(COUNTY, "合计")),
    )


def _township(points: Points, of: Township) -> c.BulletinTownship:
    return c.BulletinTownship(
        code=of.code,
        name=of.name,
        figures=[
            c.BulletinFigure(
                column=name,
                this=points.this.of(of.code, name).told(),
                before=points.before.of(of.code, name).told(),
                year_before=points.year_before.of(of.code, name).told(),
            )
            for name in COLUMNS
        ],
        rates=[_rate(points.this, of.code, name) for name in RATES],
    )


def _rate(this: Figures, township_code: str, name: str) -> c.BulletinRate:
    by_items, by_area = this.rate(township_code, name), this.rate(township_code, name, by_area=True)
    return c.BulletinRate(
        name=name,
        title=RATE_TITLES[name],
        by_items=None if by_items is None else float(by_items),
        by_area=None if by_area is None else float(by_area),
    )


def _changes(county_code: str, before: Figures, now: Figures) -> Iterator[c.FigureChange]:
    both = Figures((*before.groups, *now.groups))
    for place in (*townships_of(county_code, both), Township(COUNTY, "合计")):
        for name, column in COLUMNS.items():
            frozen_, counted = before.of(place.code, name), now.of(place.code, name)
            if frozen_ != counted:
                yield c.FigureChange(
                    township=place.code,
                    township_name=place.name,
                    column=name,
                    title=column.title,
                    frozen=frozen_.told(),
                    now=counted.told(),
                )


def _wrong(connection: Connection, county_code: str, this: Figures) -> Iterator[str]:
    if (why := unfinished(connection)) is not None:
        yield f"notify.bulletin-unfinished:{why[0]}"
    try:
        check(this, townships_of(county_code, this))
    except BulletinFigureWrong as wrong:
        yield f"{wrong.code}:{wrong.field}"


def _asked(q: c.PreviewBulletin) -> BulletinPeriod:
    if q.period is not None:
        if q.since or q.until:
            raise BulletinPeriodWrong("period")
        return BulletinPeriod.read(q.period)
    if q.since is None or q.until is None:
        raise BulletinPeriodWrong("period")
    return BulletinPeriod.occasion(q.since, q.until, "")


def _due_row(county_code: str, due: Due) -> c.BulletinRow:
    period = due.period
    return c.BulletinRow(
        id=bulletin_id(county_code, period),
        version=0,
        kind=BulletinKind(period.kind),
        period=period.said,
        name=period.name,
        since=period.since,
        until=period.until,
        state=BulletinState.DUE,
        due_on=due.on,
        revision=0,
        told_at=period.ends_at,
        document_id=None,
        document_state=None,
        number=None,
    )


def _came_to_nothing(connection: Connection, document_id: UUID) -> bool:
    state = connection.execute(sa.select(_d.state).where(_d.id == document_id)).scalar_one()
    return DocumentState(state) in _GONE


def _county(by: Actor) -> str | None:
    """6 digits; None for who sees no bulletins."""
    if office_of(by) != COORDINATION or len(by.jurisdiction) < COUNTY_DIGITS:
        return None
    return by.jurisdiction[:COUNTY_DIGITS]
