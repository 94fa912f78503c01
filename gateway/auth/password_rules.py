"""What a password may not be: what a list of guesses would begin with. Its length is a matter of the contract. Pure.

Source: 等保 2.0 level 3, 8.1.4.1 a; NIST SP 800-63B 5.1.1.2, whose advice against mixing rules is followed.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from gateway.auth import passwords
from gateway.auth.errors import PasswordWeak

_LIST = Path(__file__).parents[1] / "register" / "common_passwords.txt"
# How many former passwords may not come again, the present one among them.
REMEMBERED = 5
_LEAST_DISTINCT = 5
_SHORTEST_NAME = 3
# What people write for letters, and for figures where a rule once asked for signs.
_AS_LETTERS = str.maketrans("@4301!5$7", "aaeoiisst")
_AS_FIGURES = str.maketrans("!@#$%^&*()", "1234567890")
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
)


def check(password: str, login: str, former: list[str], field: str = "password") -> None:
    """Raises PasswordWeak. former: digests of the last passwords; each costs as much as a login."""
    reason = _fault(password, login)
    if reason is None and any(passwords.matches(password, digest) for digest in former):
        reason = "password_used_before"
    if reason is not None:
        raise PasswordWeak(reason, field)


def _fault(password: str, login: str) -> str | None:
    plain = password.casefold()
    if len(set(plain)) < _LEAST_DISTINCT:
        return "password_few_characters"
    names = [name for name in (login, *re.split(r"[._-]", login)) if len(name) >= _SHORTEST_NAME]
    if any(name in plain for name in names):
        return "password_holds_login"
    if _common(plain) or _is_run(plain.translate(_AS_FIGURES)):
        return "password_common"
    return None


def _common(plain: str) -> bool:
    """Whether it is on the list, as it is or with what people put around and into a word."""
    return not _listed().isdisjoint(_bare_forms(plain))


def _bare_forms(plain: str) -> Iterator[str]:
    yield _bare(plain)
    yield _bare(plain.translate(_AS_FIGURES))
    word = re.sub(r"^[^a-z]+|[^a-z]+$", "", plain)
    for form in (word, word.translate(_AS_LETTERS)):
        yield _bare(form)
        # The same word twice is as good as once.
        first, second = _halves(_bare(form))
        if first == second and first:
            yield first


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text)


def _halves(text: str) -> tuple[str, str]:
    return text[: len(text) // 2], text[len(text) // 2 :]


def _is_run(plain: str) -> bool:
    """Nothing but pieces of rows of keys or letters, forwards or backwards, each but the last of four or more."""
    rows = [row for one in _ROWS for row in (one, one[::-1])]
    at = 0
    while at < len(plain):
        most = max((_run(plain, at, row) for row in rows), default=0)
        if most < 4 and at + most < len(plain):
            return False
        at += most
    return True


def _run(plain: str, at: int, row: str) -> int:
    """How many characters from `at` stand in this row in the same order."""
    place = row.find(plain[at])
    length = 0
    while place >= 0 and place + length < len(row) and at + length < len(plain):
        if plain[at + length] != row[place + length]:
            break
        length += 1
    return length


@cache
def _listed() -> frozenset[str]:
    lines = _LIST.read_text("utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))
