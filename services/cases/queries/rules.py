"""Rules as anybody may read them: registers, what holds on a day, one rule with its past, who changed it."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from services.cases.domain.rule import rule_id
from services.cases.storage.rule_tables import rule
from services.cases.storage.rules import FACT, believed, fact_of, find, row_view, shipped_rows, view_of
from shared.clock import local_day
from shared.contracts import rule_events as e
from shared.contracts.codes import RuleRegister, title
from shared.contracts.rule_values import CalendarValue, calendar_key
from shared.contracts.rules import (
    CalendarDayView,
    CalendarYearView,
    GetCalendarYear,
    GetRule,
    GetRuleChanges,
    ListRegisters,
    ListRules,
    RegisterList,
    RegisterSummary,
    RuleChange,
    RuleChanges,
    RuleFact,
    RuleList,
    RuleSource,
    RuleView,
)
from shared.delivery.tables import event_log
from shared.errors import NotFound
from shared.principal import Actor

_WHAT = {
    e.RuleSetV1.type: ("set", "设定"),
    e.RuleWithdrawnV1.type: ("withdrawn", "终止"),
    e.CalendarYearLoadedV1.type: ("calendar-year-loaded", "装载年度日历"),
    e.CalendarDaySetV1.type: ("calendar-day-set", "改定一天"),
}


def list_registers(_: ListRegisters, __: Actor, connection: Connection) -> RegisterList:
    """Every register, in the order of their names in the contract."""
    today = connection.execute(sa.select(sa.func.timezone("Asia/Shanghai", sa.func.now()).cast(sa.Date))).scalar_one()
    rows = believed("unsure", "valid_from", "valid_to", "superseded_at").subquery()
    now = sa.and_(rows.c.superseded_at.is_(None), rows.c.valid_from <= today)
    holds = sa.and_(now, sa.or_(rows.c.valid_to.is_(None), rows.c.valid_to >= today))
    counted = connection.execute(
        sa.select(
            rows.c.register,
            sa.func.count(rows.c.key.distinct()).filter(rows.c.superseded_at.is_(None)).label("keys"),
            sa.func.count().filter(holds, rows.c.unsure).label("unsure"),
        ).group_by(rows.c.register)
    )
    found = {row.register: row for row in counted}
    counts = connection.execute(sa.select(rule.c.register, sa.func.count().label("number")).group_by(rule.c.register))
    edited = {row.register: row.number for row in counts}
    return RegisterList(
        items=[
            RegisterSummary(
                register_name=register,
                title=title(register),
                keys=found[register].keys if register in found else 0,
                edited=edited.get(register.value, 0),
                unsure=found[register].unsure if register in found else 0,
            )
            for register in RuleRegister
        ]
    )


def list_rules(q: ListRules, _: Actor, connection: Connection) -> RuleList:
    on = q.on or local_day(q.known_at or connection.execute(sa.select(sa.func.now())).scalar_one())
    rows = believed(*FACT, "superseded_at").subquery()
    c = rows.c
    believed_then = (
        c.superseded_at.is_(None)
        if q.known_at is None
        else sa.and_(c.recorded_at <= q.known_at, sa.or_(c.superseded_at.is_(None), c.superseded_at > q.known_at))
    )
    holds = sa.and_(c.valid_from <= on, sa.or_(c.valid_to.is_(None), c.valid_to >= on))
    found = connection.execute(
        sa.select(rows).where(c.register == q.register_name.value, believed_then, holds).order_by(c.key)
    ).mappings()
    items = [row_view(q.register_name, row["key"], fact_of(row), row["superseded_at"]) for row in found]
    return RuleList(register_name=q.register_name, title=title(q.register_name), on=on, items=items)


def get_rule(q: GetRule, _: Actor, connection: Connection) -> RuleView:
    """NotFound for a key that nobody shipped or edited."""
    found = find(connection, q.register_name, q.key)
    if found is None:
        raise NotFound
    return view_of(found, connection)


def get_rule_changes(q: GetRuleChanges, _: Actor, connection: Connection) -> RuleChanges:
    """What was shipped, then every edit, oldest first. NotFound as get_rule."""
    shipped = shipped_rows(connection, q.register_name, q.key)
    c = event_log.c
    edits = connection.execute(
        sa.select(c.actor, c.actor_name, c.type, c.aggregate_seq, c.payload)
        .where(c.aggregate_id == rule_id(q.register_name, q.key))
        .order_by(c.aggregate_seq)
    ).all()
    if not shipped and not edits:
        raise NotFound
    return RuleChanges(items=[*_shipments(shipped), *map(_edit, edits)])


def get_calendar_year(q: GetCalendarYear, _: Actor, connection: Connection) -> CalendarYearView:
    """A year that is not loaded is an answer too: not known, no days."""
    found = find(connection, RuleRegister.CALENDAR, calendar_key(q.jurisdiction, q.year))
    values = [CalendarValue.model_validate(row.value) for row in found.rows] if found else []
    return CalendarYearView(
        jurisdiction=q.jurisdiction,
        year=q.year,
        known=bool(values),
        version=found.version if found else 0,
        days=[CalendarDayView(**dict(day)) for value in values for day in value.days],
    )


def _shipments(shipped: list[tuple[RuleFact, Any]]) -> list[RuleChange]:
    """One entry for each release that brought rows. former: those of the release before that it replaced."""
    return [
        RuleChange(
            at=at,
            actor="release",
            actor_name="系统装载",
            what="shipped",
            title="随版本装载",
            version=0,
            reason=None,
            correction=False,
            source=None,
            former=[fact for fact, ended in shipped if ended == at],
            rows=[fact for fact, ended in shipped if fact.recorded_at <= at and (ended is None or ended > at)],
        )
        for at in sorted({fact.recorded_at for fact, _ in shipped})
    ]


def _edit(row: Any) -> RuleChange:
    said = row.payload
    what, told = _WHAT[row.type]
    return RuleChange(
        at=said["at"],
        actor=row.actor,
        actor_name=row.actor_name,
        what=what,
        title=told,
        version=row.aggregate_seq,
        reason=said["reason"],
        correction=said["correction"],
        source=RuleSource.model_validate(said["rests_on"]),
        former=[RuleFact.model_validate(fact) for fact in said["former"]],
        rows=[RuleFact.model_validate(fact) for fact in said["rows"]],
    )
