"""Chinese text cut into what an index can find: single and paired characters, and threes of letters and digits.

PostgreSQL's trigrams do not serve here. Most Chinese words have two characters, and a pattern of fewer than three holds
no trigram, so that every row would be read; under a database locale of C they leave Chinese out without a word. The cut
is made here, the same for what is kept and for what is asked, and depends on no locale.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

LONGEST = 600
"""Characters of a row that are searched."""
_LATIN = 3
# Letters and digits of any alphabet that is written with blanks; everything else that is a letter stands alone.
_RUN = re.compile(r"[0-9a-z\u00df-\u024f\u0370-\u052f]+|[^\W\d_a-z]", re.UNICODE)
_NUMBER = "="


def folded(text: str) -> str:
    """As it is compared: full width as half, capitals as small, blanks as one."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def body_of(parts: Iterable[str]) -> str:
    """What is searched of a row, folded; its parts on lines of their own, so that nothing is found across them."""
    return "\n".join(part for part in map(folded, parts) if part)[:LONGEST]


def grams(body: str) -> set[str]:
    """Of folded text."""
    return {gram for line in body.split("\n") for gram in _grams(line)}


def number_gram(number: str) -> str:
    """Of a number as a whole: found only by whoever knows all of it."""
    return _NUMBER + folded(number)


def words(asked: str) -> list[str]:
    """What was asked for, folded, word by word; all of them are to be found."""
    return folded(asked).split()


def _grams(line: str) -> Iterator[str]:
    before, ended = "", -1
    for match in _RUN.finditer(line):
        found = match[0]
        if found[0].isascii() or len(found) > 1:
            before = ""
            yield from (found[at : at + _LATIN] for at in range(len(found) - _LATIN + 1))
            continue
        yield found
        if before and ended == match.start():
            yield before + found
        before, ended = found, match.end()
