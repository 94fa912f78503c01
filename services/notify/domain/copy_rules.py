"""Which fact asks for which document, and to whom it goes: the rows of register/copy_rules.toml (抄告规则).

Every type of event that cases and agencies tell has a row or stands under an explicit "none" with its reason, so that a
missing row can never mean silence. A change of law ends a row and adds another.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from services.notify.domain.errors import RuleMissing
from services.notify.domain.receipt_terms import Valid
from shared.contracts.codes import ChannelKind

# 1 mu is 2000/3 m2: areas are compared without rounding (domain.md 2.6).
_MU_M2 = 2000


class Issue(StrEnum):
    """automatic: issued by the rule itself, which is then the signer of record. checked: it waits for people."""

    AUTOMATIC = "automatic"
    CHECKED = "checked"


# Whose document it is: the office of the leading group, or the agency that leads the case.
LEAD_AGENCY = "lead_agency"


@dataclass(frozen=True)
class Condition:
    """A field of the event (less another) is at least so many mu, or one of some values."""

    field: str
    minus: str = ""
    least_mu: int | None = None
    among: frozenset[str] = frozenset()

    def holds(self, event: object) -> bool:
        said = getattr(event, self.field)
        if self.least_mu is None:
            values = said if isinstance(said, (list, tuple)) else [said]
            return any(str(value) in self.among for value in values)
        less = Decimal(getattr(event, self.minus)) if self.minus else Decimal(0)
        return (Decimal(said) - less) * 3 >= self.least_mu * _MU_M2


@dataclass(frozen=True)
class CopyRule(Valid):
    """event: type of the fact. when: any of them; none: always. to, copies: codes of the county's register.

    channels: the order of ways, empty for that of the kind of recipient. title: what the rule is called.
    """

    event: str
    title: str
    document: str
    office: str
    to: tuple[str, ...]
    copies: tuple[str, ...]
    issue: Issue
    channels: tuple[ChannelKind, ...] = ()
    when: tuple[Condition, ...] = ()

    def asks(self, event: object) -> bool:
        return not self.when or any(condition.holds(event) for condition in self.when)

    def signer(self, office: str) -> str:
        """Who stands as its signer when it is issued by the rule. office: 发文机关."""
        return f"{office}（按抄告规则{self.id}自动签发）"


@dataclass(frozen=True)
class NoCopy:
    """Events that nobody outside the matter is told of, and why."""

    events: frozenset[str]
    reason: str
    valid_from: date
    valid_to: date | None = None

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class CopyRules:
    def __init__(self, rules: Iterable[CopyRule], silences: Iterable[NoCopy]) -> None:
        self.rules, self.silences = tuple(rules), tuple(silences)

    @classmethod
    def from_register(cls, register: Mapping[str, Any]) -> "CopyRules":
        """TypeError, ValueError or KeyError for a wrong row."""
        return cls(
            (_rule(row) for row in register["rule"]),
            (NoCopy(**{**row, "events": frozenset(row["events"])}) for row in register["none"]),
        )

    def one_for(self, fact: str, on: date) -> CopyRule:
        """The rule on which a notice by hand rests. Raises RuleMissing."""
        rules = self.in_force(fact, on)
        if not rules:
            raise RuleMissing(fact)
        return rules[0]

    def in_force(self, fact: str, on: date) -> Sequence[CopyRule]:
        """Whatever they ask of the event."""
        return [rule for rule in self.rules if rule.event == fact and rule.holds(on)]

    def asked_by(self, event: Any, on: date) -> Sequence[CopyRule]:
        """The documents a fact asks for on a day."""
        return [rule for rule in self.in_force(event.type, on) if rule.asks(event)]

    def by_id(self, rule_id: str, on: date) -> CopyRule | None:
        return next((rule for rule in self.rules if rule.id == rule_id and rule.holds(on)), None)

    def is_silent(self, fact: str, on: date) -> bool:
        """Whether the register says that nobody is told of it."""
        return any(fact in silence.events for silence in self.silences if silence.holds(on))


def _rule(row: Mapping[str, Any]) -> CopyRule:
    values = {"valid_to": None, **row}
    values["issue"] = Issue(values["issue"])
    values["channels"] = tuple(map(ChannelKind, values.get("channels", ())))
    values["when"] = tuple(
        Condition(**{**condition, "among": frozenset(condition.get("among", ()))})
        for condition in values.get("when", ())
    )
    values["to"], values["copies"] = tuple(values["to"]), tuple(values["copies"])
    named = [*values["to"], *values["copies"]]
    if len(set(named)) < len(named) or not values["to"]:
        raise ValueError(f"copy rule {values['id']}: a recipient twice, or nobody to address")
    return CopyRule(**values)
