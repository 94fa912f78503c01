"""Which fact asks for which notice, and to whom it goes (article 10): the rows of register/copy_rules.toml."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.notify.domain.documents import FACTS
from services.notify.domain.errors import RuleMissing
from services.notify.domain.notice import address
from shared.contracts.codes import NoticeKind, Recipient
from shared.contracts.notify import NoticeLine


@dataclass(frozen=True)
class CopyRule:
    """fact: type of the event that asks for the notice. basis: the article. Valid from and to, both days included."""

    id: str
    fact: str
    kind: NoticeKind
    recipients: tuple[NoticeLine, ...]
    basis: str
    valid_from: date
    valid_to: date | None = None

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class CopyRules:
    """The rules of the register, by fact."""

    def __init__(self, rules: Iterable[CopyRule]) -> None:
        self._rules = tuple(rules)

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]]) -> "CopyRules":
        """Rows as the register has them; ValueError, KeyError or RecipientNamedTwice for one that is wrong."""
        return cls(_rule(row) for row in rows)

    def one_for(self, fact: str, on: date) -> CopyRule:
        """The rule on which a notice by hand rests. Raises RuleMissing."""
        rules = self.asked_by(fact, on)
        if not rules:
            raise RuleMissing(fact)
        return rules[0]

    def asked_by(self, fact: str, on: date) -> list[CopyRule]:
        """The notices a fact asks for on a day; none when no rule names it."""
        return [rule for rule in self._rules if rule.fact == fact and rule.holds(on)]


def _rule(row: Mapping[str, Any]) -> CopyRule:
    known = {"id", "fact", "kind", "main", "copies", "basis", "valid_from", "valid_to"}
    if unknown := row.keys() - known:
        raise ValueError(f"copy rule {row.get('id')}: unknown keys {sorted(unknown)}")
    if FACTS[row["fact"]] != row["kind"]:
        raise ValueError(f"copy rule {row['id']}: {row['fact']} asks for {FACTS[row['fact']]}")
    return CopyRule(
        id=row["id"],
        fact=row["fact"],
        kind=NoticeKind(row["kind"]),
        recipients=address(Recipient(row["main"]), [Recipient(code) for code in row["copies"]]),
        basis=row["basis"],
        valid_from=row["valid_from"],
        valid_to=row.get("valid_to"),
    )
