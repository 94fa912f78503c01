"""Who handles, reviews, hears: the same person must not do two of them (domain.md 2.1)."""

import unicodedata
from collections.abc import Iterable

from services.cases.domain.transitions import Forbidden
from shared.contracts.codes import Agency


class LedByAnother(Forbidden):
    """A leader decides in the name of his own agency only. agency: the one that was named."""

    def __init__(self, agency: Agency) -> None:
        super().__init__("cases.led-by-another", "lead_agency", "HOUSE.separation", agency=agency.value)


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


def free_of_interest(officers: Iterable[str], interested: Iterable[str], field: str) -> None:
    """Nobody handles a case in which he is the party, a near relative of it, or who reported it (APL 43).

    One refusal for all of them, which names nobody: who reported is sealed, and would be told by a code of its own, by
    the name, or by elimination. Whoever names officers must choose others and learns no more; names are all the house
    has of an officer, so a namesake is refused as well. Raises Forbidden.
    """
    if among(officers, interested):
        raise Forbidden("cases.officer-must-withdraw", field, "APL 43")
