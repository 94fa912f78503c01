"""What cases tells of its rules: every edit with what it replaced and the whole rule after it."""

from datetime import date
from uuid import UUID

from shared.contracts.cases_events import CasesEvent
from shared.contracts.codes import CalendarJurisdiction, RuleRegister
from shared.contracts.rules import RuleFact, RuleSource


class RuleEvent(CasesEvent):
    """former: rows that this edit took the place of. rows: every row of the rule after it. rests_on: its source."""

    rule_id: UUID
    register_name: RuleRegister
    key: str
    correction: bool
    rests_on: RuleSource
    former: list[RuleFact]
    rows: list[RuleFact]


class RuleSetV1(RuleEvent):
    row_id: UUID


class RuleWithdrawnV1(RuleEvent):
    row_id: UUID
    last_on: date


class CalendarYearLoadedV1(RuleEvent):
    jurisdiction: CalendarJurisdiction
    year: int


class CalendarDaySetV1(RuleEvent):
    jurisdiction: CalendarJurisdiction
    day: date
    kind: str
    name: str
