"""Rules as dated data (规则库) and the working calendar: read by everybody, edited by an administrator."""

from gateway.forwarding import Api, CommandRoute, QueryRoute
from shared.contracts.rules import (
    CalendarYearView,
    GetCalendarYear,
    GetRule,
    GetRuleChanges,
    ListRegisters,
    ListRules,
    LoadCalendarYear,
    RegisterList,
    RuleChanges,
    RuleList,
    RuleSetting,
    RuleView,
    RuleWithdrawal,
    SetCalendarDay,
    SetRule,
    WithdrawRule,
)

_TAG = "rules"
_ONE = "/rules/{register_name}/{key}"
_PLACE = {"register_name": "register_name", "key": "key"}


def add_to(api: Api) -> None:
    api.query(QueryRoute("cases", ListRegisters, "/rules", RegisterList), _TAG)
    api.query(QueryRoute("cases", ListRules, "/rules/{register_name}", RuleList), _TAG)
    api.query(QueryRoute("cases", GetRule, _ONE, RuleView, single=True), _TAG)
    api.query(QueryRoute("cases", GetRuleChanges, f"{_ONE}/changes", RuleChanges), _TAG)
    api.command(_edit(SetRule, RuleSetting), _TAG)
    api.command(_edit(WithdrawRule, RuleWithdrawal), _TAG)
    api.query(QueryRoute("cases", GetCalendarYear, "/calendar/{year}", CalendarYearView), _TAG)
    api.command(CommandRoute("cases", LoadCalendarYear, "/calendar/load-year", RuleView, target=None), _TAG)
    api.command(CommandRoute("cases", SetCalendarDay, "/calendar/set-day", RuleView, target=None), _TAG)


def _edit(command: type[SetRule | WithdrawRule], body: type[RuleSetting | RuleWithdrawal]) -> CommandRoute:
    """The address says which rule, the body what becomes of it."""
    return CommandRoute(
        "cases", command, f"{_ONE}/{command.verb}", RuleView, target=None, from_path=_PLACE, body=body, etag_at=_ONE
    )
