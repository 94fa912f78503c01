"""Who handles, reviews, hears: the same person must not do two of them (domain.md 2.1)."""

import unicodedata
from collections.abc import Iterable

from services.cases.domain.transitions import Forbidden
from shared.contracts.codes import Agency


class LedByAnother(Forbidden):
    """A leader decides in the name of his own agency only. agency: the one that was named."""

    def __init__(self, agency: Agency) -> None:
        super().__init__("cases.led-by-another", "lead_agency", "RULES 2.1", agency=agency.value)


def folded(name: str) -> str:
    """Two spellings of one name (full width, blanks) are one person."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def among(names: Iterable[str], others: Iterable[str]) -> list[str]:
    """Those of the names that stand among the others."""
    known = {folded(name) for name in others}
    return [name for name in names if folded(name) in known]


def keep_apart(names: Iterable[str], others: Iterable[str], code: str, field: str | None, law: str) -> None:
    """Raises Forbidden(code) when somebody is on both sides."""
    if both := among(names, others):
        raise Forbidden(code, field, law, names=both)
