"""A row of the rules as it is shipped."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.contracts.codes import RuleMark, RuleRegister
from shared.contracts.rules import RuleSource


class FileInvalid(Exception):
    """A shipped file has a row that cannot be. Names file and key."""


@dataclass(frozen=True)
class ShippedRow:
    """value: as JSON, only the fields that the file names."""

    register: RuleRegister
    key: str
    value: dict[str, Any]
    valid_from: date
    valid_to: date | None
    mark: RuleMark
    unsure: bool
    source: RuleSource
