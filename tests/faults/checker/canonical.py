"""Canonical JSON (RFC 8785), written anew from the RFC and ECMA-262, so that it shares no error with the kernel's."""

import json
import math
from typing import Any

_MOST_EXACT = 2**53 - 1
_MOST_64_BIT = 2**64
# What JSON escapes, RFC 8785 3.2.2.2; other control characters as \u00xx.
_SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_ESCAPES = {**{code: f"\\u{code:04x}" for code in range(0x20)}, **{ord(sign): text for sign, text in _SHORT.items()}}


class NotCanonical(ValueError):
    """The value has no canonical form: NaN, infinity, an integer no double holds exactly, half a surrogate pair."""


def canonical(text: str) -> bytes:
    """The canonical form of a JSON text, UTF-8.

    Raises NotCanonical, and ValueError for what is no JSON.
    """
    try:
        return _quick(text)
    except _NeedsCare:
        return encode(_CAREFUL.decode(text))


def encode(value: Any) -> bytes:
    """The canonical form of a value as json.loads gives it."""
    try:
        return _write(value).encode()
    except UnicodeEncodeError as error:
        raise NotCanonical("a lone surrogate") from error


def es6_number(value: float) -> str:
    """Number::toString of ECMA-262: the shortest digits that give the same double, laid out as JavaScript does."""
    if not math.isfinite(value):
        raise NotCanonical(str(value))
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    digits, point = _shortest(abs(value))
    count = len(digits)
    if count <= point <= 21:
        return sign + digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" if count > 1 else ""
    return f"{sign}{digits[0]}{fraction}e{point - 1:+d}"


def _shortest(value: float) -> tuple[str, int]:
    """Digits and place of the point: value = 0.digits * 10**point. repr has the shortest digits, by its contract."""
    mantissa, _, exponent = repr(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    padded = whole + fraction
    digits = padded.lstrip("0")
    point = len(whole) - (len(padded) - len(digits)) + int(exponent or 0)
    return digits.rstrip("0"), point


def _write(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return f'"{value.translate(_ESCAPES)}"'
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, float):
        return es6_number(value)
    if isinstance(value, list):
        return f"[{','.join(map(_write, value))}]"
    if isinstance(value, dict):
        # 3.2.3: members in the order of their names' UTF-16 code units.
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return f"{{{','.join(f'{_write(name)}:{_write(value[name])}' for name in names)}}}"
    raise NotCanonical(type(value).__name__)


def _integer(value: int) -> str:
    if abs(value) > _MOST_EXACT:
        raise NotCanonical(f"integer {value}")
    return str(value)


# ---- the same with the C code of the json module, for texts in which both agree ----------------------------------


class _NeedsCare(Exception):
    """A number or sign for which json's own writer would differ from RFC 8785."""


def _quick(text: str) -> bytes:
    # Beyond the basic plane UTF-16 sorts otherwise than code points; escapes may hide such signs.
    if "\\u" in text or len(text.encode("utf-16-le", "surrogatepass")) != 2 * len(text):
        raise _NeedsCare
    return _ENCODER.encode(_QUICK.decode(text)).encode()


def _quick_float(text: str) -> float | int:
    value = float(text)
    if value.is_integer() and abs(value) <= _MOST_EXACT:
        return int(value)
    if not 1e-4 <= abs(value) < 1e15:
        raise _NeedsCare
    return value


def _quick_int(text: str) -> int:
    if len(text) > 15:
        raise _NeedsCare
    return int(text)


def _careful_int(text: str) -> int | float:
    """Beyond 64 bits a number in a log can only have been a double: PostgreSQL writes 1e300 out in full."""
    value = int(text)
    return value if -_MOST_64_BIT < value < _MOST_64_BIT else float(text)


def _no_constant(name: str) -> Any:
    raise NotCanonical(name)


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False)
_QUICK = json.JSONDecoder(parse_float=_quick_float, parse_int=_quick_int, parse_constant=_no_constant)
_CAREFUL = json.JSONDecoder(parse_int=_careful_int, parse_constant=_no_constant)
