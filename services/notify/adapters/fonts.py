"""The fonts at hand, and whether they can print a document: a character is never a box and never silently gone."""

import importlib.util
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import typst
from fontTools.ttLib import TTFont

from services.notify.domain.blocks import Document, Face, texts
from services.notify.domain.errors import FontsMissing, GlyphMissing
from services.notify.domain.layout import FIXED, verify_words

REGISTER = Path(__file__).parent.parent / "register" / "fonts.toml"
_PACKAGE = "pylopdf_fonts_zh_cn"
_BOLD, _BOLD_WEIGHT = ":bold", 600
FREE = Path(__file__).parents[3] / ".fonts"  # where `make fonts` puts them


class FontSet:
    """Fonts of some folders, the first folder first; read once.

    Raises FontsMissing when a face has no font at all.
    """

    def __init__(self, folders: Sequence[Path], register: Path = REGISTER) -> None:
        rows = tomllib.loads(register.read_text(encoding="utf-8"))
        self.fonts = typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=False,
            font_paths=[str(folder) for folder in _existing(folders)],
        )
        at_hand: dict[str, list[tuple[str, int]]] = {}
        offered = set()
        for font in self.fonts.fonts():
            if font.path is not None:
                at_hand.setdefault(font.family, []).append((font.path, font.index))
                offered |= {font.family, f"{font.family}{_BOLD}"} if font.weight >= _BOLD_WEIGHT else {font.family}
        rare = [family for family in rows["rare"]["families"] if family in at_hand]
        self.families: Mapping[Face, tuple[str, ...]] = {
            face: tuple(
                dict.fromkeys(
                    [
                        *[name.removesuffix(_BOLD) for name in rows["face"][face]["families"] if name in offered][:1],
                        *rare,
                    ]
                )
            )
            for face in Face
        }
        for face, families in self.families.items():
            if not families:
                raise FontsMissing(face)
        # Faces in a family that is not theirs, since none of theirs is at hand: 仿宋, 楷体 with the pip package alone.
        self.substituted: Mapping[Face, str] = {
            face: families[0]
            for face, families in self.families.items()
            if not any(name.removesuffix(_BOLD) == families[0] for name in rows["face"][face]["families"])
        }
        # A family may be several files (regular, bold): a sign must be in each, whichever is chosen for the weight.
        signs = {
            family: frozenset.intersection(*(_signs(*font) for font in at_hand[family]))
            for family in {family for families in self.families.values() for family in families}
        }
        # What each family must leave to the next one (a regular expression), so that a letter is never put together.
        self.covers: Mapping[str, str] = {family: _covers(found) for family, found in signs.items()}
        self._signs = {face: tuple(signs[family] for family in families) for face, families in self.families.items()}

    def require(self, document: Document) -> None:
        """Raises GlyphMissing, naming the field (or "wording") and the first character without a glyph."""
        for name, text in document.values:
            for face in Face:
                self._have(name, text, face)
        for text, face in [(FIXED, Face.FANG), (verify_words(document), Face.SONG), *texts(document)]:
            self._have("wording", text, face)

    def _have(self, field: str, text: str, face: Face) -> None:
        for sign in text:
            if not any(ord(sign) in signs for signs in self._signs[face]):
                raise GlyphMissing(field, sign)


def folders(office: Path | None = None, free: Path | None = FREE) -> tuple[Path, ...]:
    """Where fonts are looked for: the office's own, what `make fonts` fetched, the pip package."""
    return tuple(folder for folder in (office, free, _package()) if folder is not None)


def word_names(register: Path = REGISTER) -> tuple[Mapping[Face, str], str, str]:
    """Names for a DOCX: of each face, of what lies outside GB 2312, of what lies outside the basic plane."""
    rows: dict[str, Any] = tomllib.loads(register.read_text(encoding="utf-8"))
    return {face: rows["face"][face]["word"] for face in Face}, rows["rare"]["word"], rows["rare"]["word_beyond"]


@cache
def _composed() -> tuple[int, ...]:
    """Characters that are canonically another one or several, Hangul apart.

    A shaper that finds no glyph for one takes those it consists of. Then 'ć' is drawn with the glyph of 'c', which a
    reader of the PDF thereafter takes for 'ć' everywhere, and a compatibility ideograph is drawn as another character.
    """
    planes = (*range(0x80, 0xAC00), *range(0xF900, 0xFFFE), *range(0x2F800, 0x2FA20))
    return tuple(
        sign for sign in planes if (parts := unicodedata.decomposition(chr(sign))) and not parts.startswith("<")
    )


def _covers(signs: frozenset[int]) -> str:
    absent = [f"\\u{{{sign:x}}}" for sign in _composed() if sign not in signs]
    return f"[^{''.join(absent)}]" if absent else ""


def _existing(candidates: Iterable[Path]) -> list[Path]:
    return [folder for folder in candidates if folder.is_dir()]


def _package() -> Path | None:
    found = importlib.util.find_spec(_PACKAGE)
    return Path(found.origin).parent if found and found.origin else None


@cache
def _signs(path: str, index: int) -> frozenset[int]:
    with TTFont(path, lazy=True, fontNumber=index) as font:
        return frozenset(font.getBestCmap() or ())
