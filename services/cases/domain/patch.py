"""A satellite patch (卫片图斑) as an import file states it, and the rules that accept or refuse a row (domain.md 7)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from services.cases.domain.area_tolerance import differs, exceeds
from services.cases.domain.patch_values import (
    Fault,
    Raw,
    RawValue,
    mu,
    optional_day,
    optional_mu,
    optional_text,
    shown,
    text,
)
from shared.area import exact_mu, m2_from_mu, mu_from_m2
from shared.divisions.register import Division, DivisionLevel, Divisions, within

REQUIRED_COLUMNS = ("JCBH", "XZQBM", "TBLX", "JCMJ")

_PATCH_NO = re.compile(r"[0-9A-Za-z][0-9A-Za-z_\-]{3,49}", re.ASCII)
_DIVISION = re.compile(r"\d{6}(\d{3}){0,2}", re.ASCII)
_LOCATION = re.compile(r"\d{12}(\d{7})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Warned:
    """Something the reader of a good row should know. facts: JSON-safe."""

    code: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shape:
    """A sound polygon, measured, in EPSG:4490.

    area_m2: ellipsoidal (GRS80). longitude, latitude: a point inside. wkb: normalised, little endian, 2D; digest: its
    SHA-256. share_inside: the part that lies in the county, 0..1.
    """

    area_m2: Decimal
    longitude: float
    latitude: float
    wkb: bytes
    digest: str
    share_inside: float = 1.0


@dataclass(frozen=True, slots=True)
class ShapeFault:
    """Why a geometry is refused. facts: JSON-safe."""

    code: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Patch:
    """A good row. Field names of the file in brackets.

    row_no: 1-based in the file. division_code: 12 digits, the village where it is known, else the township.
    area_m2: ellipsoidal, measured here; stated_area_mu: as the file says; farmland_area_m2, pbf_area_m2: from the mu
    of the overlay, None when the file has no overlay yet. geometry_wkb, geometry_digest: as in Shape; empty for a row
    of a table, of which area_m2 is what it states and longitude, latitude may be None.
    """

    row_no: int
    patch_no: str  # JCBH
    batch_no: str | None  # JCPC
    division_code: str  # XZQBM, ZLDWDM
    township_code: str
    village_code: str | None
    patch_type: str  # TBLX
    image_before_on: date | None  # QSX
    image_after_on: date | None  # HSX
    area_m2: Decimal
    stated_area_mu: Decimal  # JCMJ
    farmland_area_m2: Decimal | None  # ZGDMJ
    pbf_area_m2: Decimal | None  # ZJBNTMJ
    longitude: float | None
    latitude: float | None
    geometry_wkb: bytes
    geometry_digest: str
    feature: str | None  # TZ
    note: str | None  # BZ
    raw: dict[str, RawValue]
    warnings: tuple[Warned, ...] = ()
    aliases: tuple[str, ...] = ()  # other numbers of the upper system
    split: bool = False  # cut in child patches already


@dataclass(frozen=True, slots=True)
class RowRejected:
    """A bad row: the field at fault (a column, or "geometry"), a stable code, JSON-safe facts, the row as it was."""

    row_no: int
    field: str
    code: str
    facts: dict[str, Any]
    raw: dict[str, RawValue]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row says it lies: 12-digit codes."""

    division_code: str
    township_code: str
    village_code: str | None


class PatchRules:
    """The rules for one file: the county it must lie in, the register, and the numbers already seen in it."""

    def __init__(self, divisions: Divisions, county_code: str) -> None:
        self._divisions = divisions
        self._county = divisions.get(county_code)
        self._first_row: dict[str, int] = {}

    def judge(self, row_no: int, raw: Raw, shape: Shape | ShapeFault) -> Patch | RowRejected:
        """Accept or refuse a row: attributes first, in the order of the columns, then the geometry."""
        try:
            return self._accept(row_no, raw, shape)
        except Fault as fault:
            kept = {name: shown(value) for name, value in raw.items()}
            return RowRejected(row_no, fault.field, fault.code, fault.facts, kept)

    def _accept(self, row_no: int, raw: Raw, shape: Shape | ShapeFault) -> Patch:
        patch_no = self._number(row_no, raw)
        place = self.place(raw)
        patch_type = text(raw, "TBLX")
        stated_mu, farmland_mu, pbf_mu = areas(raw)
        before_on, after_on = optional_day(raw, "QSX"), optional_day(raw, "HSX")
        batch_no, feature, note = optional_text(raw, "JCPC"), optional_text(raw, "TZ"), optional_text(raw, "BZ", 4000)
        if isinstance(shape, ShapeFault):
            raise Fault("geometry", shape.code, **shape.facts)
        return Patch(
            row_no=row_no,
            patch_no=patch_no,
            batch_no=batch_no,
            division_code=place.division_code,
            township_code=place.township_code,
            village_code=place.village_code,
            patch_type=patch_type,
            image_before_on=before_on,
            image_after_on=after_on,
            area_m2=shape.area_m2,
            stated_area_mu=stated_mu,
            farmland_area_m2=None if farmland_mu is None else m2_from_mu(farmland_mu),
            pbf_area_m2=None if pbf_mu is None else m2_from_mu(pbf_mu),
            longitude=shape.longitude,
            latitude=shape.latitude,
            geometry_wkb=shape.wkb,
            geometry_digest=shape.digest,
            feature=feature,
            note=note,
            raw=dict(raw),
            warnings=tuple(_warnings(shape, stated_mu, farmland_mu, pbf_mu, before_on, after_on)),
        )

    def _number(self, row_no: int, raw: Raw) -> str:
        patch_no = text(raw, "JCBH")
        if not _PATCH_NO.fullmatch(patch_no):
            raise Fault("JCBH", "attribute.malformed", value=patch_no[:80])
        first = self._first_row.setdefault(patch_no, row_no)
        if first != row_no:
            raise Fault("JCBH", "patch.duplicate-number", value=patch_no, first_row=first)
        return patch_no

    def place(self, raw: Raw) -> Place:
        """The division of a row: XZQBM (6, 9 or 12 digits), made finer by ZLDWDM (12 or 19 digits) where given.

        Raises Fault: malformed, unknown, in another county, contradicting, or no township known.
        """
        stated = self._division("XZQBM", text(raw, "XZQBM"), _DIVISION)
        finest, named_by = stated, "XZQBM"
        if (location := optional_text(raw, "ZLDWDM")) is not None:
            finest, named_by = self._division("ZLDWDM", location, _LOCATION), "ZLDWDM"
            if within(stated.code, finest.code):
                finest, named_by = stated, "XZQBM"
            elif not within(finest.code, stated.code):
                raise Fault("ZLDWDM", "division.contradiction", value=location, division_code=stated.code)
        township = self._divisions.township_of(finest.code)
        if township is None:
            raise Fault(named_by, "division.township-missing", value=finest.code, name=finest.name)
        village = finest.code if finest.level is DivisionLevel.VILLAGE else None
        return Place(finest.code, township.code, village)

    def _division(self, column: str, value: str, form: re.Pattern[str]) -> Division:
        if not form.fullmatch(value):
            raise Fault(column, "division.malformed", value=value[:80])
        division = self._divisions.find(value[:12])
        if division is None:
            raise Fault(column, "division.unknown", value=value)
        if not within(division.code, self._county.code):
            raise Fault(column, "division.outside-county", value=value, name=division.name, county=self._county.name)
        return division


def areas(raw: Raw) -> tuple[Decimal, Decimal | None, Decimal | None]:
    """Patch (JCMJ), farmland (ZGDMJ) and permanent basic farmland (ZJBNTMJ), in mu.

    Raises Fault unless patch >= farmland >= PBF, to 0.01 mu (domain.md 7.4).
    """
    patch, farmland, pbf = mu(raw, "JCMJ"), optional_mu(raw, "ZGDMJ"), optional_mu(raw, "ZJBNTMJ")
    if farmland is not None and exceeds(farmland, patch):
        raise Fault("ZGDMJ", "patch.farmland-exceeds-patch", farmland_mu=str(farmland), patch_mu=str(patch))
    if pbf is not None and exceeds(pbf, patch if farmland is None else farmland):
        whole = {"patch_mu": str(patch)} if farmland is None else {"farmland_mu": str(farmland)}
        raise Fault("ZJBNTMJ", "patch.pbf-exceeds-farmland", pbf_mu=str(pbf), **whole)
    return patch, farmland, pbf


def _warnings(
    shape: Shape,
    stated_mu: Decimal,
    farmland_mu: Decimal | None,
    pbf_mu: Decimal | None,
    before_on: date | None,
    after_on: date | None,
) -> Iterator[Warned]:
    if differs(stated_mu, exact_mu(shape.area_m2)):
        yield Warned("patch.area-differs", {"stated_mu": str(stated_mu), "measured_mu": str(mu_from_m2(shape.area_m2))})
    if farmland_mu is None or pbf_mu is None:
        yield Warned("patch.overlay-missing")
    if before_on and after_on and before_on >= after_on:
        yield Warned("patch.image-dates-reversed", {"before": before_on.isoformat(), "after": after_on.isoformat()})
    if shape.share_inside < 1:
        yield Warned("patch.crosses-county-border", {"share_inside": round(shape.share_inside, 4)})
