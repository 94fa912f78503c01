"""What a rule rests on, as papers write it: "APL 38" is 《行政处罚法》第三十八条, "HOUSE.clue" 系统规程“线索办理”.

Rules and refusals carry the key and the article; the words are data: the shipped register of legal sources
(register/legal_sources.toml), over which a county's own rows lie in the database of cases (RuleBook.cite).
"""

import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "register" / "legal_sources.toml"
# After a procedure of the system, wherever somebody is refused by it.
INVITATION = "（本县可在规则中登记自己的文件）"
_DIGITS = "零一二三四五六七八九"
# How the source of a key is written with an article; None: no register has the key.
Naming = Callable[[str, str], str | None]


@cache
def _sources() -> Mapping[str, tuple[Mapping[str, Any], ...]]:
    table = tomllib.loads(FILE.read_text(encoding="utf-8"))
    sources: dict[str, list[Mapping[str, Any]]] = {}
    for row in table["rule"]:
        sources.setdefault(row["key"], []).append({**table["defaults"], **row})
    return {key: tuple(sorted(rows, key=lambda row: row["valid_from"])) for key, rows in sources.items()}


def keys() -> frozenset[str]:
    """Of every shipped source."""
    return frozenset(_sources())


def known(citation: str) -> bool:
    """Whether every part of a citation ("APL 44; APL 62") names a source of the register."""
    return all(part.split()[0] in _sources() for part in citation.split("; "))


def cite(citation: str, on: date | None = None) -> str:
    """A citation in words; what no register knows stands for itself. on: the day whose text is meant; None: today's."""
    return cited(citation, lambda key, article: shipped(key, article, on))


def cited(citation: str, named: Naming) -> str:
    """A citation in words, each of its parts as `named` writes it."""
    parts = [part.partition(" ") for part in citation.split("; ")]
    return "、".join(named(key, article) or f"{key} {article}".strip() for key, _, article in parts)


def written(source: Mapping[str, Any], article: str = "") -> str:
    """A source with an article as papers write them. source: the content of its row (LegalSourceValue).

    A procedure of the system is called one: it has no article that an officer could cite.
    """
    name = source.get("cited_as") or source["title"]
    if source.get("house"):
        return f"系统规程“{name}”{INVITATION}"
    # An article that the row itself names is that of the county's document, which stands for a whole procedure.
    told = source.get("article") or article
    return f"《{name}》{f'第{chinese(int(told))}条' if told.isdigit() else told}"


def shipped(key: str, article: str, on: date | None = None) -> str | None:
    """A part of a citation as the shipped register writes it; None for what it does not know."""
    rows = _sources().get(key)
    if rows is None:
        return None
    return written(next((row for row in reversed(rows) if on is None or row["valid_from"] <= on), rows[0]), article)


def chinese(number: int) -> str:
    """1 to 999 as articles are numbered: 十、二十一、一百零三、一百一十二."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones else "")
