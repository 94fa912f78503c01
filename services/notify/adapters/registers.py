"""Reads the registers of the release: copy rules, terms of receipt, issuing offices, types of documents."""

import tomllib
from pathlib import Path
from typing import Any

from services.notify.domain.bulletin_rules import BulletinRules
from services.notify.domain.copy_rules import CopyRules
from services.notify.domain.document_types import DocumentTypes
from services.notify.domain.offices import Offices
from services.notify.domain.receipt_terms import ReceiptTerms
from shared.divisions.register import COUNTY_DIGITS
from shared.workdays import LOCAL_FILE, WorkDays, read_days

REGISTER = Path(__file__).parent.parent / "register"


def read_copy_rules(file: Path = REGISTER / "copy_rules.toml") -> CopyRules:
    """Raises TypeError, ValueError or KeyError for a wrong row: a process must not start on it."""
    return CopyRules.from_register(tomllib.loads(file.read_text(encoding="utf-8")))


def read_receipt_terms(file: Path = REGISTER / "receipts.toml") -> ReceiptTerms:
    """Likewise."""
    return ReceiptTerms.from_register(tomllib.loads(file.read_text(encoding="utf-8")), WorkDays.load())


def read_offices(
    county_code: str, name: str | None = None, mark: str | None = None, file: Path = REGISTER / "offices.toml"
) -> Offices:
    """The register; name and mark, when given, replace those of the own county (county_code, 12 digits)."""
    own = {key: value for key, value in (("name", name), ("mark", mark)) if value}
    county = county_code[:COUNTY_DIGITS]
    return Offices.from_rows({**row, **own} if row["county"] == county else row for row in _rows(file, "office"))


def _rows(file: Path, key: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tomllib.loads(file.read_text(encoding="utf-8"))[key]
    return rows


def read_document_types(folder: Path = REGISTER / "documents") -> DocumentTypes:
    """One file a type; ValueError, TypeError or KeyError for a wrong one: a process must not start on it."""
    return DocumentTypes.from_files(
        tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.toml"))
    )


def read_bulletin_rules(file: Path = REGISTER / "bulletins.toml") -> BulletinRules:
    """With the working calendar of the house. Raises ValueError or KeyError for a wrong row."""
    days = WorkDays.load().laid_over(read_days(LOCAL_FILE))
    return BulletinRules(tomllib.loads(file.read_text(encoding="utf-8")), days)
