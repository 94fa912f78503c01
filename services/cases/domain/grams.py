"""Chinese text cut into what an index can find: single and paired characters, threes and sixes of letters and digits.

PostgreSQL's trigrams do not serve here. Most Chinese words have two characters, and a pattern of fewer than three holds
no trigram, so that every row would be read; under a database locale of C they leave Chinese out without a word. The cut
is made here, the same for what is kept and for what is asked, and depends on no locale.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

LONGEST = 600
"""Characters of a row that are searched."""
_LATIN, _LONG = 3, 6
# Letters and digits of any alphabet that is written with blanks; everything else that is a letter stands alone.
_RUN = re.compile(r"[0-9a-z\u00df-\u024f\u0370-\u052f]+|[^\W\d_a-z]", re.UNICODE)
_WRITTEN = re.compile(r"[0-9a-z\u00df-\u024f\u0370-\u052f]")
# Looked for without taking, so that pairs may share a character.
_SEAM = re.compile(r"(?=([0-9a-z][\u3400-\u9fff]|[\u3400-\u9fff][0-9a-z]))")
_NUMBER = "="


def folded(text: str) -> str:
    """As it is compared: full width as half, capitals as small, blanks as one."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def body_of(parts: Iterable[str]) -> str:
    """What is searched of a row, folded; its parts on lines of their own, so that nothing is found across them."""
    return "\n".join(part for part in map(folded, parts) if part)[:LONGEST]


def grams(body: str) -> set[str]:
    """Of folded text, all by which it is found."""
    lines = body.split("\n")
    found = {gram for line in lines for run, alone in _runs(line) for gram in _kept(run, alone)}
    return found.union(*(_seams(line) for line in lines))


def asked_grams(word: str) -> set[str]:
    """Of folded text that is asked for: as few of grams() as cover all of it, since each costs a list of the index.

    What is found by them is still to be compared.
    """
    seams = _seams(word)
    pieces = {gram for run, alone in _runs(word) for gram in _asked(run, alone)}
    return {piece for piece in pieces if not any(piece in seam for seam in seams)} | seams


def number_gram(number: str) -> str:
    """Of a number as a whole: found only by whoever knows all of it."""
    return _NUMBER + folded(number)


def words(asked: str) -> list[str]:
    """What was asked for, folded, word by word; all of them are to be found."""
    return folded(asked).split()


def _seams(line: str) -> set[str]:
    """Pairs of a digit or letter and a character beside it, as in 12村: numbers of places are short."""
    return set(_SEAM.findall(line))


def _runs(line: str) -> Iterator[tuple[str, bool]]:
    """Letters and digits in a row, and whether they are characters that stand alone."""
    alone, ended = "", -1
    for match in _RUN.finditer(line):
        found = match[0]
        if alone and ended != match.start():
            yield alone, True
            alone = ""
        if found[0].isascii() or len(found) > 1 or _WRITTEN.match(found):
            if alone:
                yield alone, True
            alone = ""
            yield found, False
            continue
        alone, ended = alone + found, match.end()
    if alone:
        yield alone, True


def _kept(run: str, alone: bool) -> Iterator[str]:
    if alone:
        yield from run
        yield from _cut(run, 2)
        return
    yield from _cut(run, _LATIN)
    yield from _cut(run, _LONG)


def _asked(run: str, alone: bool) -> Iterator[str]:
    if alone:
        yield from _laid(run, 2) if len(run) > 1 else (run,)
        return
    yield from _laid(run, _LONG if len(run) >= _LONG else _LATIN)


def _cut(run: str, width: int) -> Iterator[str]:
    return (run[at : at + width] for at in range(len(run) - width + 1))


def _laid(run: str, width: int) -> Iterator[str]:
    """Side by side, the last at the end; none where the run is shorter."""
    last = len(run) - width
    return (run[min(at, last) : min(at, last) + width] for at in range(0, last + width, width) if last >= 0)
