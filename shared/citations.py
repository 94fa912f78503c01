"""What a rule rests on, as papers write it: "APL 38" is 《行政处罚法》第三十八条.

Rules and refusals carry the key and the article; the words are data (register/citations.toml).
"""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent / "register" / "citations.toml"
_DIGITS = "零一二三四五六七八九"


@cache
def _laws() -> Mapping[str, tuple[Mapping[str, Any], ...]]:
    laws: dict[str, list[Mapping[str, Any]]] = {}
    for row in tomllib.loads(_FILE.read_text(encoding="utf-8"))["law"]:
        laws.setdefault(row["key"], []).append(row)
    return {key: tuple(sorted(rows, key=lambda row: row["valid_from"])) for key, rows in laws.items()}


def known(citation: str) -> bool:
    """Whether every part of a citation ("APL 44; APL 62") names a law of the register."""
    return all(part.split()[0] in _laws() for part in citation.split("; "))


def cite(citation: str, on: date | None = None) -> str:
    """A citation in words; what no register knows stands for itself. on: the day whose text is meant; None: today's."""
    return "、".join(_cite(part, on) for part in citation.split("; "))


def _cite(part: str, on: date | None) -> str:
    key, _, article = part.partition(" ")
    rows = _laws().get(key)
    if rows is None:
        return part
    row = next((row for row in reversed(rows) if on is None or row["valid_from"] <= on), rows[0])
    told = row.get("article", "第{}条").format(chinese(int(article)) if article.isdigit() else article)
    return f"《{row['title']}》{told if article else ''}"


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
