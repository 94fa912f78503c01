"""The Chinese of a code, from `titles.toml`."""

import tomllib
from enum import StrEnum
from pathlib import Path

_FILE = Path(__file__).with_name("titles.toml")
_TITLES: dict[str, dict[str, str]] = tomllib.loads(_FILE.read_text("utf-8"))
_OF_ANY = _TITLES["any"]


def title(code: StrEnum) -> str:
    """The Chinese name of a code, as the glossary has it; codes without one stand for themselves."""
    of_its_list = _TITLES.get(type(code).__name__, {})
    return of_its_list.get(code.value) or _OF_ANY.get(code.value, code.value)
