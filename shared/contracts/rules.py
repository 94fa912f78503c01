"""Rules as dated data: commands that change them, queries, views. Row contents: shared/contracts/rule_values.py.

A row holds from valid_from to valid_to, both days included, in Asia/Shanghai; valid_to null: until further notice. At
every day at most one row of a key holds. Nothing is deleted: what an edit replaced stays, with when it was replaced.
"""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from shared.contracts.base import Audited, Bool, Command, Contract, Instant, Query, Sha256, ShortText, Text, View
from shared.contracts.codes import CalendarJurisdiction, RuleMark, RuleRegister
from shared.contracts.rule_values import CalendarDay

RuleKey = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_.\-]{1,80}$"), Field(description="the rule within its register: D10")
]
_MOST_CSV = 100_000


class ArticleRef(Contract):
    """An article as data. law: the short name in the register legal_source; version: of the text that was read."""

    law: ShortText
    article: ShortText | None = None
    version: ShortText | None = None


class SourceDocument(Contract):
    """The paper on which an edit rests."""

    title: ShortText
    document_no: ShortText | None = None
    dated_on: date | None = None
    sha256: Sha256 | None = None
    url: ShortText | None = None


class RuleSource(Contract):
    """Where a row comes from: articles, words like a county's decision, a document; at least one of them."""

    basis: list[ArticleRef] = Field(default_factory=list, max_length=10)
    text: Text | None = None
    document: SourceDocument | None = None


def _said(source: RuleSource) -> RuleSource:
    if not (source.basis or source.text or source.document):
        raise PydanticCustomError("source_missing", "names no article, text or document")
    return source


class RuleFact(Contract):
    """A row as events and stores carry it. origin: of the files that are shipped, or of an edit."""

    row_id: UUID
    value: dict[str, Any]
    valid_from: date
    valid_to: date | None = None
    mark: RuleMark = RuleMark.CUSTOM
    unsure: bool = Field(False, description="differs by place or time, or was not checked: to be confirmed")
    source: RuleSource
    origin: Literal["seed", "edit"]
    recorded_at: Instant

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class RuleEdit(Contract):
    """What every edit says. correction: it sets right what already held, which needs source.document."""

    reason: Text
    source: Annotated[RuleSource, AfterValidator(_said)]
    correction: Bool = False


class RuleSetting(RuleEdit):
    """Set what holds from a day on. replaces: the row that ends for it; any other it overlaps is refused."""

    value: dict[str, Any] = Field(description="the content of the register's row: shared/contracts/rule_values.py")
    valid_from: date
    valid_to: date | None = None
    mark: RuleMark = RuleMark.CUSTOM
    unsure: Bool = False
    replaces: UUID | None = None


class RuleWithdrawal(RuleEdit):
    """End a row. last_on: its last day; the day before its first takes away a row that never held."""

    row_id: UUID
    last_on: date


class SetRule(RuleSetting, Command, on="rule", verb="set"):
    """Set what a rule is from a day on. Clocks that run and decisions that were taken keep the rule as it was."""

    register_name: RuleRegister
    key: RuleKey


class WithdrawRule(RuleWithdrawal, Command, on="rule", verb="withdraw"):
    """End a row of a rule."""

    register_name: RuleRegister
    key: RuleKey


class LoadCalendarYear(RuleEdit, Command, on="calendar", verb="load-year"):
    """Load the days of a year that differ from Monday to Friday, as a list or as CSV (date,kind,name,source)."""

    jurisdiction: CalendarJurisdiction = CalendarJurisdiction.CN
    year: Annotated[int, Field(ge=2000, le=2200)]
    days: Annotated[list[CalendarDay], Field(max_length=366)] | None = None
    csv: Annotated[str, StringConstraints(max_length=_MOST_CSV)] | None = None


class SetCalendarDay(RuleEdit, Command, on="calendar", verb="set-day"):
    """Say of one day what it is. kind weekend or workday where the week says so itself: no exception any more."""

    jurisdiction: CalendarJurisdiction = CalendarJurisdiction.CN
    date: date
    kind: Literal["workday", "weekend", "holiday", "rest", "makeup_workday"]
    name: ShortText


class RuleRow(View):
    """A row. superseded_at: when an edit or a release took its place; null: it is what is believed now."""

    row_id: UUID
    register_name: RuleRegister
    key: str
    value: dict[str, Any]
    valid_from: date
    valid_to: date | None
    mark: RuleMark
    unsure: bool
    source: RuleSource
    origin: Literal["seed", "edit"]
    recorded_at: Instant
    superseded_at: Instant | None = None


class RuleView(View):
    """rows: in the order of their days. former: replaced, newest first. shipped: beside what was edited."""

    id: UUID
    version: int = Field(description="number of edits; 0: as shipped")
    register_name: RuleRegister
    key: str
    rows: list[RuleRow]
    former: list[RuleRow]
    shipped: list[RuleRow]


class RegisterSummary(View):
    register_name: RuleRegister
    title: str
    keys: int
    edited: int = Field(description="rules that people have edited")
    unsure: int = Field(description="rules of today that are still to be confirmed")


class RegisterList(View):
    items: list[RegisterSummary]


class RuleList(View):
    """What holds on a day, by key."""

    register_name: RuleRegister
    title: str
    on: date
    items: list[RuleRow]


class RuleChange(View):
    """An edit, or the loading of shipped rows. former: what it replaced; rows: the whole rule after it."""

    at: Instant
    actor: str
    actor_name: str
    what: Literal["shipped", "set", "withdrawn", "calendar-year-loaded", "calendar-day-set"]
    title: str
    version: int
    reason: str | None
    correction: bool
    source: RuleSource | None
    former: list[RuleFact]
    rows: list[RuleFact]


class RuleChanges(View):
    """Oldest first."""

    items: list[RuleChange]


class CalendarDayView(View):
    date: date
    kind: Literal["workday", "holiday", "rest", "makeup_workday"]
    name: str
    source: str


class CalendarYearView(View):
    """known: false while the year is not loaded; terms into it are provisional."""

    jurisdiction: CalendarJurisdiction
    year: int
    known: bool
    version: int
    days: list[CalendarDayView]


class ListRegisters(Query, operation="rule.registers", audited=Audited.NOT):
    """The registers."""


class ListRules(Query, operation="rule.list", audited=Audited.NOT):
    """The rows of a register that hold on a day (default: today), as known at an instant (default: now)."""

    register_name: RuleRegister
    on: date | None = None
    known_at: Instant | None = None


class GetRule(Query, operation="rule.get", audited=Audited.NOT):
    """A rule with all its rows."""

    register_name: RuleRegister
    key: RuleKey


class GetRuleChanges(Query, operation="rule.changes", audited=Audited.NOT):
    """Who changed a rule when, why and on what paper."""

    register_name: RuleRegister
    key: RuleKey


class GetCalendarYear(Query, operation="calendar.year", audited=Audited.NOT):
    """The days of a year that differ from Monday to Friday."""

    year: Annotated[int, Field(ge=2000, le=2200)]
    jurisdiction: CalendarJurisdiction = CalendarJurisdiction.CN
