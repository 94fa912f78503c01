"""The shipped rules as rows: services/cases/register/*.toml; of shared/register the legal sources and the calendars.

A file: `[[rule]]` tables with key (or id), valid_from, valid_to where known, mark (law, custom, order), unsure, and the
source: basis (a list like "土地管理法 77"), or law and article, or source (words). Whatever else a table has is the
content of the row. `[defaults]` gives what tables leave out. A row without valid_to ends where the next of its key
begins.

No row rests on a text before it is in force (legal_validity.py): a row that was written by today's texts is cut at the
days on which they came into force, and what lies before rests on the former ones, to be confirmed.
"""

import csv
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from services.cases.storage.legal_validity import LawTexts, texts_of
from services.cases.storage.shipped_row import FileInvalid, ShippedRow
from shared.citations import FILE as LEGAL_SOURCES
from shared.contracts.codes import CalendarJurisdiction, RuleMark, RuleRegister
from shared.contracts.rule_values import VALUE_OF, calendar_key
from shared.contracts.rules import ArticleRef, RuleSource

FOLDER = Path(__file__).parents[1] / "register"
_SHARED = LEGAL_SOURCES.parent
_CALENDAR_FILES = {CalendarJurisdiction.CN: "workdays.csv", CalendarJurisdiction.NX: "workdays_nx.csv"}
_FILES = {
    RuleRegister.LEGAL_SOURCE: LEGAL_SOURCES.name,
    RuleRegister.DEADLINE: "deadlines.toml",
    RuleRegister.LADDER: "ladder.toml",
    RuleRegister.VIOLATION_TYPE: "violation_types.toml",
    RuleRegister.COPY_RULE: "copy_rules.toml",
    RuleRegister.CRIMINAL_THRESHOLD: "criminal_thresholds.toml",
    RuleRegister.POWER_GRANT: "power_grants.toml",
    RuleRegister.HOMESTEAD: "homestead.toml",
    RuleRegister.OFFICER_CERTIFICATE: "officer_certificates.toml",
    RuleRegister.REQUIRED_EVIDENCE: "required_evidence.toml",
    RuleRegister.EVIDENCE_ITEM: "evidence_items.toml",
    RuleRegister.EVIDENCE_FLAG: "evidence_flags.toml",
    RuleRegister.PHOTO_RULE: "photo_rules.toml",
    RuleRegister.OPINION_PROOF: "opinion_proofs.toml",
    RuleRegister.REMEDY: "remedies.toml",
    RuleRegister.LISTING_LEVEL: "listing_levels.toml",
    RuleRegister.JOINT_ACTION_TRIGGER: "joint_action_triggers.toml",
    RuleRegister.DISCLOSURE: "disclosure.toml",
    RuleRegister.CLOSED_LIST: "closed_lists.toml",
    RuleRegister.LAND_CLASS: "land_classes.toml",
    RuleRegister.LAND_RULE: "land_rules.toml",
    RuleRegister.CONFIGURATION: "configuration.toml",
}
# Of rows and files that say nothing else: the house's own defaults, which a county confirms or changes.
_FIRST_DAY = date(2020, 1, 1)
_UNCONFIRMED = "惯例，县级尚未发文明确"
# Customary limits are to be confirmed unless a county rule says so (domain.md 3.3, 4.4).
_UNSURE = frozenset({RuleRegister.DEADLINE, RuleRegister.LADDER})
_HEAD = ("key", "id", "valid_from", "valid_to", "mark", "unsure", "basis", "law", "article", "source")
_SOURCE = ("basis", "law", "article", "source")
_DAY = timedelta(days=1)


def read_all(folder: Path = FOLDER, shared: Path = _SHARED) -> list[ShippedRow]:
    """Every shipped row, by register and key, no two of a key on one day. Raises FileInvalid.

    shared: where the legal sources and the calendars lie.
    """
    texts = texts_of(_bounded(_read(shared, RuleRegister.LEGAL_SOURCE)))
    rows = [
        row
        for register in _FILES
        for row in _read(shared if register is RuleRegister.LEGAL_SOURCE else folder, register)
    ]
    for jurisdiction, name in _CALENDAR_FILES.items():
        rows += _calendar(jurisdiction, shared / name)
    return [piece for row in _bounded(rows) for piece in _on_texts_in_force(row, texts)]


def _on_texts_in_force(row: ShippedRow, texts: LawTexts) -> Iterator[ShippedRow]:
    try:
        yield from texts.cut(row)
    except KeyError as error:
        raise FileInvalid(f"{_FILES[row.register]}: {row.key}: {error}") from error


def _read(folder: Path, register: RuleRegister) -> Iterator[ShippedRow]:
    file = folder / _FILES[register]
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    defaults: dict[str, Any] = table.get("defaults", {})
    for given in table.get("rule", table.get("step", [])):
        # A row that says where it comes from does not come from where the others do.
        own = any(name in given for name in _SOURCE)
        general = {name: value for name, value in defaults.items() if not (own and name in _SOURCE)}
        yield _row(register, {**general, **given}, file.name)


def _row(register: RuleRegister, given: Mapping[str, Any], file: str) -> ShippedRow:
    content = {name: value for name, value in given.items() if name not in _HEAD}
    try:
        value, mark = VALUE_OF[register].model_validate(content), RuleMark(given.get("mark", RuleMark.CUSTOM))
        key = given.get("key") or given.get("id") or value.own_key
        if key is None or value.own_key not in (None, key):
            raise ValueError(f"key {key} does not fit its content, which asks for {value.own_key}")
        return ShippedRow(
            register=register,
            key=key,
            value=value.model_dump(mode="json", exclude_unset=True),
            valid_from=given.get("valid_from", _FIRST_DAY),
            valid_to=given.get("valid_to"),
            mark=mark,
            unsure=given.get("unsure", register in _UNSURE and mark is RuleMark.CUSTOM),
            source=_source(given),
        )
    except (ValueError, KeyError) as error:
        raise FileInvalid(f"{file}: {given.get('key') or given.get('id') or content}: {error}") from error


def _source(given: Mapping[str, Any]) -> RuleSource:
    named = [text.partition(" ")[::2] for text in given.get("basis", [])]
    if "law" in given:
        named.append((given["law"], given.get("article", "")))
    text = given.get("source")
    if not named and text is None:
        text = _UNCONFIRMED
    basis = [ArticleRef(law=law, article=article or None) for law, article in named]
    return RuleSource(basis=basis, text=text)


def _calendar(jurisdiction: CalendarJurisdiction, file: Path) -> Iterator[ShippedRow]:
    """One row a year of a file with the columns date, kind, name, source; none without the file."""
    if not file.exists():
        return
    with file.open(encoding="utf-8", newline="") as lines:
        days = list(csv.DictReader(lines))
    for year, found in groupby(sorted(days, key=lambda day: day["date"]), key=lambda day: int(day["date"][:4])):
        listed = [{name: day[name] for name in ("date", "kind", "name", "source")} for day in found]
        content = {"jurisdiction": jurisdiction.value, "year": year, "days": listed}
        value = VALUE_OF[RuleRegister.CALENDAR].model_validate(content)
        yield ShippedRow(
            register=RuleRegister.CALENDAR,
            key=calendar_key(jurisdiction, year),
            value=value.model_dump(mode="json"),
            valid_from=date(year, 1, 1),
            valid_to=date(year, 12, 31),
            mark=RuleMark.LAW,
            unsure=False,
            source=RuleSource(text=listed[0]["source"]),
        )


def _bounded(rows: Iterable[ShippedRow]) -> list[ShippedRow]:
    """Each row ended where the next of its key begins. Raises FileInvalid for two on one day."""
    bounded: list[ShippedRow] = []
    ordered = sorted(rows, key=lambda row: (row.register, row.key, row.valid_from))
    for (register, key), found in groupby(ordered, key=lambda row: (row.register, row.key)):
        of_key = list(found)
        for row, following in zip(of_key, [*of_key[1:], None], strict=True):
            if following is None or (row.valid_to is not None and row.valid_to < following.valid_from):
                bounded.append(row)
            elif row.valid_to is None and row.valid_from < following.valid_from:
                bounded.append(replace(row, valid_to=following.valid_from - _DAY))
            else:
                raise FileInvalid(f"{register} {key}: two rows hold on {following.valid_from}")
    return bounded
