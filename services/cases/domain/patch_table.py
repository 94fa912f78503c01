"""Rows of the ministry's working table (domain.md 7.6): patches without a shape, and what does not add up in them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.cases.domain.area_tolerance import TOLERANCE_MU, differs, exceeds
from services.cases.domain.patch import Patch, PatchRules, Place, RowRejected, Warned, areas
from services.cases.domain.patch_columns import ColumnBook
from services.cases.domain.patch_values import (
    Fault,
    Raw,
    RawValue,
    optional_day,
    optional_mu,
    optional_text,
    shown,
)
from shared.area import m2_from_mu
from shared.divisions.register import Division, DivisionLevel

REQUIRED = ("patch_no", "area")
"""Keys that a table must have; a division or the name of a township too."""

# What a row is called by where the rules for Shapefiles look at it.
_FIELDS = {
    "patch_no": "JCBH",
    "area": "JCMJ",
    "farmland": "ZGDMJ",
    "pbf": "ZJBNTMJ",
}
_VILLAGE_ENDS = ("村民委员会", "居民委员会", "村委会", "居委会", "社区", "村")
_SPLIT_PARENT = "被拆分"
_SHARES = ("approval_share", "land_supply_share", "registration_share", "temporary_use_share", "facility_share")


@dataclass(frozen=True, slots=True)
class TableRow:
    """row_no: of the sheet. raw: header -> value, as the file has it. point: longitude, latitude, where clear."""

    row_no: int
    raw: dict[str, RawValue]
    point: tuple[float, float] | None = None


class TableRules(PatchRules):
    """headers: key -> header of this file."""

    def __init__(self, divisions: Any, county_code: str, headers: Mapping[str, str], book: ColumnBook) -> None:
        super().__init__(divisions, county_code)
        self._headers = headers
        self._book = book

    def judge_row(self, row: TableRow) -> Patch | RowRejected:
        """Accept or refuse a row; what does not add up in a good one is a warning."""
        given = {key: row.raw.get(header) for key, header in self._headers.items()}
        try:
            return self._accept_row(row, given)
        except Fault as fault:
            kept = {name: shown(value) for name, value in row.raw.items()}
            field = self._headers.get(_key_of(fault.field), fault.field)
            return RowRejected(row.row_no, field, fault.code, fault.facts, kept)

    def _accept_row(self, row: TableRow, given: Raw) -> Patch:
        as_fields = {_FIELDS[key]: given.get(key) for key in _FIELDS}
        patch_no = self._number(row.row_no, as_fields)
        place = self._place(given)
        stated_mu, farmland_mu, pbf_mu = areas(as_fields)
        before_on, after_on = optional_day(given, "image_before_on"), optional_day(given, "image_after_on")
        longitude, latitude = row.point or (None, None)
        clue_no = optional_text(given, "clue_no", 80)
        return Patch(
            row_no=row.row_no,
            patch_no=patch_no,
            batch_no=optional_text(given, "batch_no"),
            division_code=place.division_code,
            township_code=place.township_code,
            village_code=place.village_code,
            patch_type=optional_text(given, "patch_type") or "",
            image_before_on=before_on,
            image_after_on=after_on,
            area_m2=m2_from_mu(stated_mu),
            stated_area_mu=stated_mu,
            farmland_area_m2=None if farmland_mu is None else m2_from_mu(farmland_mu),
            pbf_area_m2=None if pbf_mu is None else m2_from_mu(pbf_mu),
            longitude=longitude,
            latitude=latitude,
            geometry_wkb=b"",
            geometry_digest="",
            feature=optional_text(given, "feature"),
            note=optional_text(given, "account", 4000),
            raw=dict(row.raw),
            warnings=tuple(row_warnings(given)),
            aliases=() if clue_no in (None, patch_no) else (str(clue_no),),
            split=_SPLIT_PARENT in (optional_text(given, "patch_state"), optional_text(given, "split_state")),
        )

    def _place(self, given: Raw) -> Place:
        """By code where the table has one, else by the names of township and village. Raises Fault."""
        if (code := optional_text(given, "division_code")) is not None:
            found = self.place({"XZQBM": code[:12] if re.fullmatch(r"\d{19}", code, re.ASCII) else code})
            if given.get("village_name") is None or found.village_code is not None:
                return found
            return self._in(found.township_code, given)
        name = optional_text(given, "township_name")
        if name is None:
            raise Fault("township_name", "attribute.missing")
        for township in self._divisions.children(self._county.code):
            if township.level is DivisionLevel.TOWNSHIP and _same(township.name, name):
                return self._in(township.code, given)
        raise Fault("township_name", "division.name-unknown", value=name[:80], county=self._county.name)

    def _in(self, township_code: str, given: Raw) -> Place:
        """The village by its name; a name that nobody knows leaves the township."""
        name = optional_text(given, "village_name")
        villages: list[Division] = [] if name is None else list(self._divisions.children(township_code))
        village = next((village.code for village in villages if _same_village(village.name, str(name))), None)
        return Place(village or township_code, township_code, village)


def row_warnings(given: Raw) -> Iterator[Warned]:
    """What does not add up in a row (domain.md 7.4). Each names the columns by their keys. Raises Fault."""
    mu = {key: optional_mu(given, key) for key in _MU_KEYS if key in given}
    yield from _part_warnings(mu)
    yield from _sum_warnings(mu)
    if mu.get("farmland") is None or mu.get("pbf") is None:
        yield Warned("patch.overlay-missing")
    for key in _SHARES:
        share = _number(given.get(key))
        if share is not None and not 0 <= share <= 100:
            yield Warned("patch.share-out-of-range", {"column": key, "value": str(share)})


_PARTS = (
    ("other_agri", "area"),
    ("unused", "area"),
    ("red_line", "area"),
    ("non_agri", "area"),
    ("non_agri_farmland", "non_agri"),
    ("non_agri_farmland", "farmland"),
    ("non_agri_pbf", "non_agri_farmland"),
    ("non_grain", "area"),
    ("non_grain_farmland", "non_grain"),
    ("non_grain_pbf", "non_grain_farmland"),
    ("remaining", "area"),
)
_MU_KEYS = (
    "area",
    "farmland",
    "pbf",
    "other_agri",
    "unused",
    "construction",
    "red_line",
    "non_agri",
    "non_agri_farmland",
    "non_agri_pbf",
    "non_grain",
    "non_grain_farmland",
    "non_grain_pbf",
    "demolished",
    "formalities",
    "remaining",
)


def _part_warnings(mu: Mapping[str, Decimal | None]) -> Iterator[Warned]:
    """A part is not larger than its whole."""
    for part, whole in _PARTS:
        small, large = mu.get(part), mu.get(whole)
        if small is not None and large is not None and exceeds(small, large):
            facts = {"part": part, "part_mu": str(small), "whole": whole, "whole_mu": str(large)}
            yield Warned("patch.part-exceeds-whole", facts)


def _sum_warnings(mu: Mapping[str, Decimal | None]) -> Iterator[Warned]:
    """Farm land, construction land and unused land make up the patch; what was put right and what is left, the rest."""
    area, agri = mu.get("area"), _sum(mu, "farmland", "other_agri")
    whole = _sum(mu, "farmland", "other_agri", "unused", "construction")
    if area is not None and whole is not None and differs(whole, area):
        yield Warned("patch.land-sum-differs", {"sum_mu": str(whole), "patch_mu": str(area)})
    elif area is not None and whole is None and agri is not None:
        known = agri + (mu.get("unused") or 0) + (mu.get("construction") or 0)
        if exceeds(known, area):
            yield Warned("patch.land-sum-differs", {"sum_mu": str(known), "patch_mu": str(area)})
    done, illegal = _sum(mu, "demolished", "formalities", "remaining"), _some(mu, "non_agri", "non_grain")
    if done is not None and illegal is not None and abs(done - illegal) > TOLERANCE_MU:
        yield Warned("patch.rectified-sum-differs", {"sum_mu": str(done), "illegal_mu": str(illegal)})


def _sum(mu: Mapping[str, Decimal | None], *keys: str) -> Decimal | None:
    """None unless all are known."""
    parts = [mu.get(key) for key in keys]
    return None if None in parts else sum((part for part in parts if part is not None), Decimal(0))


def _some(mu: Mapping[str, Decimal | None], *keys: str) -> Decimal | None:
    """The sum of those known; None when none is."""
    parts = [part for key in keys if (part := mu.get(key)) is not None]
    return sum(parts, Decimal(0)) if parts else None


def _number(value: RawValue) -> Decimal | None:
    """A share as written: 85, 85.5, "85%"; None for what is none."""
    text = str(value).strip().removesuffix("%") if value is not None and not isinstance(value, bool) else ""
    return Decimal(text) if re.fullmatch(r"-?\d{1,9}(\.\d{1,9})?", text, re.ASCII) else None


def _key_of(field: str) -> str:
    """The key of a field that the rules for Shapefiles named."""
    named = {name: key for key, name in _FIELDS.items()} | {"XZQBM": "division_code"}
    return named.get(field, field)


def _same(one: str, other: str) -> bool:
    return _bare(one) == _bare(other)


def _same_village(one: str, other: str) -> bool:
    return _without_end(_bare(one)) == _without_end(_bare(other))


def _bare(name: str) -> str:
    return "".join(name.split())


def _without_end(name: str) -> str:
    end = next((end for end in _VILLAGE_ENDS if name.endswith(end) and len(name) > len(end)), "")
    return name.removesuffix(end)
