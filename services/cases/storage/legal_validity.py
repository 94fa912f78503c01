"""No shipped row rests on a text before it is in force (APL 37: the law is that of the day of the act).

A row written by today's texts is cut where one of them came into force. Before that day it rests on the former text of
that law, whose articles were not read, and is to be confirmed: clocks, powers and choices still exist for older acts.
Where no text of any of its laws was in force, it is custom; a power of an agency that no law gave does not exist.
Whatever a former text is known to have said otherwise is a row of its own in the file, with its last day.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from services.cases.storage.shipped_row import ShippedRow
from shared.contracts.codes import RuleMark, RuleRegister
from shared.contracts.rules import ArticleRef, RuleSource

_DAY = timedelta(days=1)
_UNREAD = "当时有效的文本条文待核"
_NO_TEXT = "所依据的文件施行前的惯例，待核"


@dataclass(frozen=True)
class LawText:
    """A text of a law. valid_from: the first day on which it is cited."""

    title: str
    version: str
    valid_from: date
    valid_to: date | None

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class LawTexts:
    """laws: the texts of each law, in the order of their days; one title is that of one law."""

    def __init__(self, laws: Iterable[tuple[LawText, ...]]) -> None:
        self._of = {text.title: law for law in laws for text in law}

    def cut(self, row: ShippedRow) -> Iterator[ShippedRow]:
        """The row for the days of each text it rests on. Raises KeyError for a law that is not shipped."""
        named = [(article, self._of[article.law]) for article in row.source.basis]
        if not named:
            yield row
            return
        starts = {text.valid_from for _, law in named for text in law}
        inside = sorted(day for day in starts if row.valid_from < day and (row.valid_to is None or day <= row.valid_to))
        pieces = pairwise([row.valid_from, *inside, None])
        for first, following in pieces:
            assert first is not None
            piece = _piece(row, named, first, row.valid_to if following is None else following - _DAY)
            if piece is not None:
                yield piece


def texts_of(rows: Iterable[ShippedRow]) -> LawTexts:
    """rows: of the register of legal sources, bounded."""
    laws: dict[str, list[LawText]] = {}
    for row in rows:
        text = LawText(row.value["title"], row.value["version"], row.valid_from, row.valid_to)
        laws.setdefault(row.key, []).append(text)
    return LawTexts(tuple(law) for law in laws.values())


def _piece(
    row: ShippedRow, named: list[tuple[ArticleRef, tuple[LawText, ...]]], first: date, last: date | None
) -> ShippedRow | None:
    # The articles of a row are those of the texts in force on its last day.
    until = row.valid_to or date.max
    basis, unread = [], False
    for article, law in named:
        text = next((text for text in law if text.holds(first)), None)
        meant = next((text for text in law if text.holds(until)), None)
        unread = unread or text is not meant
        if text is not None:
            told = article.article if text is meant else None
            basis.append(ArticleRef(law=text.title, article=told, version=text.version))
    if not basis and row.register is RuleRegister.POWER_GRANT:
        return None
    piece = replace(row, valid_from=first, valid_to=last)
    if not unread:
        return replace(piece, source=RuleSource(basis=basis, text=row.source.text))
    value = dict(row.value)
    if "basis_doc" in value:
        articles = (f"《{one.law}》（{one.version}）" + (f"第{one.article}条" if one.article else "") for one in basis)
        value["basis_doc"] = "、".join(articles) + "，其余条文待核"
    return replace(
        piece,
        value=value,
        mark=row.mark if basis else RuleMark.CUSTOM,
        unsure=True,
        source=RuleSource(basis=basis, text=_UNREAD if basis else _NO_TEXT),
    )
