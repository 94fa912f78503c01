"""Numbers that name a person or a firm: whether they can be right, and how they may be shown to who need not know them.

Sources: GB 11643-1999 (resident identity number), GB 32100-2015 (unified social credit code).
"""

import re

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_RESIDENT = re.compile(r"[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]", re.ASCII)
# In running text, where longer rows of digits are something else: digests, positions, codes of places.
_IN_TEXT = re.compile(
    r"(?<![0-9A-Za-z])(?:[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
    r"|1[3-9]\d{9})(?![0-9A-Za-z])",
    re.ASCII,
)
_MOBILE_DIGITS = 11


def is_resident_number(text: str) -> bool:
    """Eighteen signs with a day of birth and the right check sign."""
    if not _RESIDENT.fullmatch(text):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text, strict=False))
    return _CHECKS[total % 11] == text[-1]


def is_credit_code(text: str) -> bool:
    """Eighteen signs of its alphabet with the right check sign. Some identity numbers of residents are such, too."""
    if len(text) != 18 or any(sign not in _CREDIT_SIGNS for sign in text):
        return False
    total = sum(_CREDIT_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(text[:17]))
    return _CREDIT_SIGNS[(31 - total % 31) % 31] == text[17]


def masked_number(text: str) -> str:
    """Of an identity number its ends alone: 640***********01X; of a short one nothing but its length."""
    return f"{text[:3]}{'*' * (len(text) - 6)}{text[-3:]}" if len(text) >= 15 else "*" * len(text)


def masked_phone(text: str) -> str:
    """138****5678; of a shorter one its last two digits."""
    return f"{text[:3]}****{text[-4:]}" if len(text) >= _MOBILE_DIGITS else f"****{text[-2:]}"


def without_numbers(text: str) -> str:
    """A text for a log: identity numbers of residents and mobile numbers in it masked."""
    return _IN_TEXT.sub(_mask, text)


def _mask(match: re.Match[str]) -> str:
    found = match[0]
    return masked_phone(found) if len(found) == _MOBILE_DIGITS else masked_number(found)
