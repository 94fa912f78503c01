"""Drafting a bulletin: freeze the figures of a period, then draft the three papers that say them (SEED Art. 10)."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from services.notify.domain.bulletin import Bulletin, bulletin_id
from services.notify.domain.bulletin_facts import BULLETIN, COPY, REPORT
from services.notify.domain.bulletin_period import BulletinPeriod
from services.notify.domain.bulletin_rules import Due
from services.notify.domain.document import Document, Origin
from services.notify.domain.document_table import office_of
from services.notify.domain.errors import (
    BulletinCaseUnknown,
    BulletinExists,
    BulletinPeriodWrong,
    BulletinUnfinished,
)
from services.notify.domain.figures import check
from services.notify.domain.verify_codes import CODE_BYTES, code_of
from services.notify.handlers.bulletin_papers import facts_of
from services.notify.handlers.documents import begin
from services.notify.queries.bulletins import bulletin_view, due_in, unsigned_copies
from services.notify.storage import problem_cases
from services.notify.storage.bulletins import cursor, freeze, frozen, heads, hold_county, unfinished
from services.notify.storage.problem_cases import problem_case
from services.notify.storage.standings import Point
from services.notify.storage.townships import townships_of
from services.notify.storage.unit import NotifyUnit
from shared.clock import local_day
from shared.contracts.bulletins import BulletinSnapshot, BulletinView, DraftBulletin, ProblemCase
from shared.contracts.codes import BulletinKind, DocumentState, Recipient
from shared.contracts.documents import COORDINATION, DocumentContent
from shared.divisions.register import COUNTY_DIGITS, full_code
from shared.errors import NotFound
from shared.ids import derived_id
from shared.operations import Call

# Their document came to nothing, so the period is to be told again.
_GONE = (DocumentState.DISCARDED, DocumentState.WITHDRAWN)


@dataclass(frozen=True)
class _Begun:
    """Which bulletin it becomes. former: what it corrects."""

    bulletin: Bulletin
    period: BulletinPeriod
    revision: int
    former: Bulletin | None = None


def draft_bulletin(cmd: DraftBulletin, call: Call, unit: NotifyUnit) -> BulletinView:
    """Raises BulletinPeriodWrong, BulletinExists, BulletinUnfinished, BulletinFigureWrong, BulletinCaseUnknown,
    DocumentNotInForce for the correction of what is not issued, NotFound."""
    county_code = _county(call)
    hold_county(unit.connection, county_code)
    begun = _begun(cmd, county_code, unit)
    if (why := unfinished(unit.connection)) is not None:
        raise BulletinUnfinished(*why)
    snapshot = _snapshot(cmd, begun, county_code, call, unit)
    made, period = begun.bulletin, begun.period
    due_on = None if _is_occasion(period) else unit.desk.bulletins.due_on(period)[0]
    unit.record(made, unit.bulletins, made.draft(period, begun.revision, snapshot, due_on, call.now))
    _draft_papers(cmd, begun, call, unit)
    unit.flush()
    return bulletin_view(unit.connection, made)


def remind(due: Due, county_code: str, unit: NotifyUnit) -> None:
    """Tell that a bulletin is due; once, however often it is asked for."""
    hold_county(unit.connection, county_code)
    if unit.bulletins.latest(unit.connection, county_code, due.period.said) is not None:
        return
    made = Bulletin(bulletin_id(county_code, due.period), full_code(county_code))
    unit.record(made, unit.bulletins, made.remind(due.period, due.on, unit.now))


def remind_all(unit: NotifyUnit) -> None:
    """Of every county that this house counts, what is due and nobody has drafted."""
    for county_code in unit.desk.offices.counties:
        for due in due_in(unit.connection, county_code, unit.desk.bulletins, local_day(unit.now)):
            remind(due, county_code, unit)


def _begun(cmd: DraftBulletin, county_code: str, unit: NotifyUnit) -> _Begun:
    former = None
    if cmd.corrects is not None:
        if cmd.period or cmd.occasion:
            raise BulletinPeriodWrong("period")
        former = unit.bulletins.get(unit.connection, cmd.corrects)
        if former.jurisdiction != full_code(county_code):
            raise NotFound
        period = former.of
    else:
        period = _period(cmd)
    if period.ends_at > unit.now:
        raise BulletinPeriodWrong("occasion" if cmd.occasion else "period")
    latest = unit.bulletins.latest(unit.connection, county_code, period.said)
    if latest is None or latest.drafted is None:
        if former is not None:
            raise NotFound
        made = latest or Bulletin(bulletin_id(county_code, period), full_code(county_code))
        return _Begun(made, period, 0)
    paper = unit.documents.get(unit.connection, latest.drafted.document_id)
    is_last = former is not None and former.id == latest.id
    if not is_last and paper.state not in _GONE:
        raise BulletinExists(paper.title, _state(paper), paper.number.text if paper.number else None)
    revision = latest.revision + 1
    made = Bulletin(bulletin_id(county_code, period, revision), full_code(county_code))
    return _Begun(made, period, revision, former)


def _snapshot(cmd: DraftBulletin, begun: _Begun, county_code: str, call: Call, unit: NotifyUnit) -> BulletinSnapshot:
    at, connection = cursor(unit.connection), unit.connection
    point = Point(begun.period.ends_at, at.position, known=begun.former is not None)
    points = freeze(connection, begun.bulletin.id, county_code, begun.period, point)
    check(points.this, townships_of(county_code, points.this))
    id_ = begun.bulletin.id
    return BulletinSnapshot(
        ends_at=begun.period.ends_at,
        known=point.known,
        position=at.position,
        log_id=at.log_id,
        figures_sha256=points.this.sha256,
        heads=heads(connection),
        cases=_cases(cmd, county_code, point, unit),
        unsigned=unsigned_copies(connection, county_code, local_day(unit.now), unit.desk.terms),
        demands=cmd.demands,
        proposals=cmd.proposals,
        remarks=cmd.remarks,
        drafted_by=call.by.name,
        document_id=derived_id(id_, BULLETIN),
        report_id=derived_id(id_, REPORT),
        copy_id=derived_id(id_, COPY),
        corrects=begun.former.id if begun.former else None,
    )


def _cases(cmd: DraftBulletin, county_code: str, at: Point, unit: NotifyUnit) -> list[ProblemCase]:
    """Those chosen, each with the reasons that the rule finds for it; else those the rule proposes."""
    rule = unit.desk.bulletins.problem(local_day(unit.now))
    proposed = problem_cases.proposed(unit.connection, county_code, at, rule)
    if cmd.cases is None:
        return [problem_case(row) for row in proposed]
    why = {row["id"]: row for row in proposed}
    rows = problem_cases.chosen(unit.connection, county_code, at, cmd.cases)
    if missing := set(cmd.cases) - {row["id"] for row in rows}:
        raise BulletinCaseUnknown(min(missing))
    return [problem_case(why.get(row["id"], row)) for row in rows]


def _draft_papers(cmd: DraftBulletin, begun: _Begun, call: Call, unit: NotifyUnit) -> None:
    """The bulletin, the report upward, the letter of copy: three drafts, each with a life of its own from here."""
    bulletin = begun.bulletin
    drafted = bulletin.drafted
    if drafted is None:
        raise LookupError(f"bulletin {bulletin.id} is not drafted")
    county = bulletin.jurisdiction
    names = unit.desk.offices.of(county).recipients
    to, copies = unit.desk.bulletins.address(local_day(unit.now))
    points = frozen(unit.connection, bulletin.id)
    papers: list[tuple[str, UUID, list[str], list[str]]] = [
        (BULLETIN, drafted.document_id, to, copies),
        (REPORT, drafted.report_id, [names[Recipient.PARTY_COMMITTEE]], []),
        (
            COPY,
            drafted.copy_id,
            [names[Recipient.DISCIPLINE_COMMISSION], names[Recipient.ORGANISATION_DEPARTMENT]],
            [],
        ),
    ]
    for type_, id_, main, others in papers:
        content = DocumentContent(
            to=main, copies=others, facts=facts_of(type_, bulletin, points, None), contact=cmd.contact
        )
        origin = Origin(
            office=COORDINATION,
            verify_code=code_of(secrets.token_bytes(CODE_BYTES)),
            caused_by=call.command_id,
            by=call.by,
            corrects=_corrected(type_, begun, unit),
        )
        begin(Document(id=id_, jurisdiction=county), type_, content, {}, origin, unit)


def _corrected(document_type: str, begun: _Begun, unit: NotifyUnit) -> Document | None:
    """The paper that this one corrects. The bulletin's must be in force; a report or a letter that never was issued is
    not corrected, but drafted as new."""
    former = begun.former.drafted if begun.former else None
    if former is None:
        return None
    id_ = {BULLETIN: former.document_id, REPORT: former.report_id, COPY: former.copy_id}[document_type]
    found = unit.documents.lock(unit.connection, id_)
    return found if document_type == BULLETIN or found.is_in_force else None


def _period(cmd: DraftBulletin) -> BulletinPeriod:
    if (cmd.period is None) == (cmd.occasion is None):
        raise BulletinPeriodWrong("period")
    if cmd.occasion is not None:
        return BulletinPeriod.occasion(cmd.occasion.since, cmd.occasion.until, cmd.occasion.name)
    return BulletinPeriod.read(str(cmd.period))


def _is_occasion(period: BulletinPeriod) -> bool:
    return period.kind is BulletinKind.OCCASION


def _state(paper: Document) -> DocumentState:
    if paper.state is None:
        raise LookupError(f"document {paper.id} has not begun")
    return paper.state


def _county(call: Call) -> str:
    """6 digits. Raises NotFound for who does not belong to a county's office of the leading group."""
    if office_of(call.by) != COORDINATION or len(call.by.jurisdiction) < COUNTY_DIGITS:
        raise NotFound
    return call.by.jurisdiction[:COUNTY_DIGITS]
