"""The receipt code (domain.md 4.10): what is typed in when a receipt comes back from a network that nothing reaches.

    7ZZZZ-….-DISCIPLINE_COMMISSION-202604271830-47
    package id (Crockford's base 32)  receiver  time, Asia/Shanghai  check digits (ISO 7064, mod 97-10)

Any one wrong character and any two swapped neighbours show.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from services.notify.domain.errors import ReceiptCodeWrong
from shared.clock import SHANGHAI

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ORDER = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
_VALUES = {char: value for value, char in enumerate(_ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_ID_CHARACTERS = 26
_GROUPS = (5, 5, 5, 5, 6)
_TIME = "%Y%m%d%H%M"
_LONGEST = 200
_DASHES = re.compile("[\u2010-\u2015\u2212\uff0d\u30fc]")
# Any number of blanks, and dashes however they were typed.
_CODE = re.compile(r"([0-9A-Z-]+?)-([A-Z_]{2,40})-([0-9]{12})-([0-9]{2})", re.ASCII)


@dataclass(frozen=True)
class ReceiptCode:
    """receiver: its code, as the register of the county has it. at: when it took it, to the minute."""

    package_id: UUID
    receiver: str
    at: datetime

    def __str__(self) -> str:
        body = f"{package_text(self.package_id)}-{self.receiver.upper()}-{self.at.astimezone(SHANGHAI):{_TIME}}"
        return f"{body}-{_check(body):02d}"

    @classmethod
    def parse(cls, typed: str) -> "ReceiptCode":
        """However it was typed: full-width, small letters, blanks, O for 0. Raises ReceiptCodeWrong."""
        if len(typed) > _LONGEST:
            raise ReceiptCodeWrong("form")
        plain = _DASHES.sub("-", unicodedata.normalize("NFKC", typed)).upper()
        match = _CODE.fullmatch("".join(plain.split()))
        if match is None:
            raise ReceiptCodeWrong("form")
        characters = match[1].replace("-", "")
        if len(characters) != _ID_CHARACTERS or any(char not in _VALUES for char in characters):
            raise ReceiptCodeWrong("package-id")
        number = 0
        for char in characters:
            number = number * 32 + _VALUES[char]
        if number >> 128:
            raise ReceiptCodeWrong("package-id")
        package_id = UUID(int=number)
        body = f"{package_text(package_id)}-{match[2]}-{match[3]}"
        if _check(body) != int(match[4]):
            raise ReceiptCodeWrong("check-digits")
        try:
            at = datetime.strptime(match[3], _TIME).replace(tzinfo=SHANGHAI).astimezone(UTC)
        except ValueError as error:
            raise ReceiptCodeWrong("time") from error
        return cls(package_id, match[2].lower(), at)


def package_text(package_id: UUID) -> str:
    """The first part of a receipt code, which is known before anybody has received anything."""
    characters = "".join(_ALPHABET[package_id.int >> 5 * place & 31] for place in reversed(range(_ID_CHARACTERS)))
    groups, start = [], 0
    for length in _GROUPS:
        groups.append(characters[start : start + length])
        start += length
    return "-".join(groups)


def _check(body: str) -> int:
    """98 minus the rest. Two digits a character, so that every wrong one and every swap changes the rest."""
    digits = "".join(f"{_ORDER.index(char):02d}" for char in body if char != "-")
    return 98 - int(digits) * 100 % 97
