"""In which coordinates a patch file is, by what it declares and by how large its numbers are (domain.md 7.5)."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from pyproj import CRS
from pyproj.exceptions import CRSError

from services.cases.adapters.patch_datum import TITLES
from services.cases.adapters.patch_refusals import CrsContradicted, ProjectionUnknown, ZoneContradicted
from services.cases.domain.patch_values import FORBIDDEN
from shared.contracts.codes import PositionCrs

CGCS2000 = 4490
WGS84 = 4326
ZONE_35 = 4523
"""3-degree Gauss-Kruger, zone number in the easting: 35,5xx,xxx."""
MERIDIAN_105 = 4544
"""The same without zone number: 5xx,xxx."""

# Gauss-Kruger of the whole country: 3-degree zones 25 to 45, 6-degree zones 13 to 23, so that a number names its zone.
_NUMBERED = {4488 + zone: zone for zone in range(25, 46)} | {4478 + zone: zone for zone in range(13, 24)}
_PLAIN = {4509 + zone: zone for zone in range(25, 46)} | {4489 + zone: zone for zone in range(13, 24)}
_EPSG_NUMBERED = {zone: epsg for epsg, zone in _NUMBERED.items()}
_EPSG_PLAIN = {zone: epsg for epsg, zone in _PLAIN.items()}
_ZONES = _NUMBERED | _PLAIN

ACCEPTED = ("EPSG:4490", "EPSG:4326", "GCJ-02", "BD-09", "EPSG:4491-4554 CGCS2000 3-degree, 6-degree Gauss-Kruger")
_GEOGRAPHIC = (CGCS2000, WGS84)
_NAMES = re.compile(r"cgcs.?2000|china.?2000|china.geodetic", re.IGNORECASE)
_GEOJSON = re.compile(r"(?:urn:ogc:def:crs:)?(EPSG|OGC)(?::[0-9.]*)?:(\w+)", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Placement:
    """How to take the coordinates. epsg: geographic, or Gauss-Kruger of a zone. swapped: northing, latitude first.

    bent: degrees that are GCJ-02 or BD-09.
    """

    epsg: int
    swapped: bool
    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    bent: PositionCrs | None = None

    @property
    def title(self) -> str:
        """As a person is told of it."""
        return f"EPSG:{self.epsg}" if self.bent is None else TITLES[self.bent]


def declared_epsg(definition: str | None) -> int:
    """The EPSG code, geographic or Gauss-Kruger, of a .prj text, WKT or "EPSG:n". Raises ProjectionUnknown."""
    try:
        crs = CRS.from_user_input(definition) if definition and _is_plain(definition) else None
    except CRSError:
        crs = None
    if crs is None:
        raise ProjectionUnknown(projection=(definition or "").strip()[:120] or None, accepted=list(ACCEPTED))
    code = crs.to_epsg(min_confidence=70)
    code = code if code in _GEOGRAPHIC or code in _ZONES else _by_parameters(crs)
    if code is None:
        raise ProjectionUnknown(projection=crs.name[:120], accepted=list(ACCEPTED))
    return code


def geojson_epsg(name: str) -> int:
    """The EPSG code of a GeoJSON crs name: urn:ogc:def:crs:EPSG::4490, EPSG:4523, urn:ogc:def:crs:OGC:1.3:CRS84."""
    match = _GEOJSON.fullmatch(name.strip())
    if match is None:
        raise ProjectionUnknown(projection=name[:120], accepted=list(ACCEPTED))
    if match[1].upper() == "OGC" and match[2].upper() == "CRS84":
        return WGS84
    return declared_epsg(f"EPSG:{match[2]}")


def _is_plain(definition: str) -> bool:
    """WKT or an EPSG code; nothing that would have PROJ open a file or a pipeline, no control character."""
    if FORBIDDEN.search(definition):
        return False
    return re.fullmatch(r"\s*(EPSG:[0-9]{4,6}|[A-Z_]{4,20}\s*\[.*\])\s*", definition, re.DOTALL) is not None


def _by_parameters(crs: CRS) -> int | None:
    """Home-made names of the same systems: drawing programs write them with their own titles."""
    datum = crs.datum.name if crs.datum else ""
    if not (_NAMES.search(datum) or _NAMES.search(crs.name)) or crs.ellipsoid is None:
        return None
    if abs(crs.ellipsoid.inverse_flattening - 298.257222101) > 1e-6 or crs.ellipsoid.semi_major_metre != 6378137:
        return None
    if crs.is_geographic:
        return CGCS2000
    operation = crs.coordinate_operation
    if operation is None or operation.method_name not in ("Transverse Mercator", "Gauss-Kruger", "Gauss_Kruger"):
        return None
    found: dict[str, Any] = {parameter.name.lower(): parameter.value for parameter in operation.params}
    if found.get("scale factor at natural origin") != 1:
        return None
    if found.get("latitude of natural origin") or found.get("false northing"):
        return None
    meridian, easting = found.get("longitude of natural origin", 0), found.get("false easting", 0)
    if easting == 500_000:  # of 105 degrees both kinds of zone are the same projection
        return next((_EPSG_PLAIN[zone] for zone in _narrow_first() if meridian_of(zone) == meridian), None)
    zone = int(easting // 1_000_000)
    fits = zone in _EPSG_NUMBERED and easting % 1_000_000 == 500_000 and meridian_of(zone) == meridian
    return _EPSG_NUMBERED[zone] if fits else None


def zone_of(epsg: int) -> int | None:
    """Number of the zone: 25 to 45 of 3 degrees, 13 to 23 of 6 degrees; None for degrees."""
    return _ZONES.get(epsg)


def meridian_of(zone: int) -> int:
    """Degrees east of the middle of a zone."""
    return 3 * zone if zone >= 25 else 6 * zone - 3


def in_zone(epsg: int, zone: int) -> int:
    """The code of another zone, its number in the easting or not as in the code given."""
    return (_EPSG_NUMBERED if epsg in _NUMBERED else _EPSG_PLAIN)[zone]


def zone_of_easting(easting: float) -> int | None:
    """The zone that stands in front of an easting of 8 digits; None where none does."""
    zone = int(easting // 1_000_000)
    return zone if zone in _EPSG_NUMBERED else None


def zones_around(longitude: float) -> list[int]:
    """The zones in which a place lies: of 3 degrees, then of 6."""
    return [zone for zone in (round(longitude / 3), int(longitude // 6) + 1) if zone in _EPSG_NUMBERED]


def _narrow_first() -> list[int]:
    return sorted(_EPSG_PLAIN, reverse=True)


def placed(placement: Placement, bent: PositionCrs | None, stated: PositionCrs | None) -> Placement:
    """With the bend that the file names, or that whoever sent it states: then the file need not name it.

    Raises CrsContradicted where both say something and differ, or where metres of a zone are said to be bent.
    """
    degrees = zone_of(placement.epsg) is None
    used = bent or (stated if stated in TITLES else None)
    named = bent is not None and stated is not None and stated is not bent
    if named or (used is not None and not degrees):
        found = TITLES[bent] if bent is not None else f"EPSG:{placement.epsg}"
        raise CrsContradicted(declared=found, stated=TITLES.get(stated, stated) if stated else found)
    if used is None:
        return placement
    notes = [] if bent is not None else [("file.crs-as-stated", {"declared": placement.title, "used": TITLES[used]})]
    return replace(placement, bent=used, notes=[*placement.notes, *notes])


def place(declared: int, first: float, second: float) -> Placement:
    """Decide by magnitude. first, second: the median of the first and of the second ordinate of the file.

    The numbers win over the declaration, with a note; never over its zone, for one of the two is wrong then.
    Raises ProjectionUnknown for numbers of no accepted system, ZoneContradicted.
    """
    seen = _by_magnitude(first, second, declared)
    swapped = seen is None
    if swapped:
        seen = _by_magnitude(second, first, declared)
    if seen is None:
        raise ProjectionUnknown(
            declared=declared, first=round(first, 4), second=round(second, 4), accepted=list(ACCEPTED)
        )
    zone, found = zone_of(declared), zone_of(seen)
    if zone is not None and found is not None and meridian_of(zone) != meridian_of(found):
        raise ZoneContradicted(declared=f"EPSG:{declared}", zone=zone, found=found)
    notes: list[tuple[str, dict[str, Any]]] = []
    if seen == CGCS2000 and declared in _GEOGRAPHIC:
        seen = declared
    if seen != declared:
        notes.append(("file.projection-contradicted", {"declared": declared, "used": seen}))
    if swapped:
        notes.append(("file.axes-swapped", {"used": seen}))
    return Placement(seen, swapped, notes)


def _by_magnitude(east: float, north: float, declared: int) -> int | None:
    """Digits of the easting: 8 with the zone in front, 6 without, 3 for degrees. North is between 0 and 60 degrees.

    Without a zone in front it is the declared one, and that of the house where none is declared.
    """
    if 70 <= east <= 140 and 0 <= north <= 60:
        return CGCS2000
    if not 0 <= north <= 6_700_000:
        return None
    if (zone := zone_of_easting(east)) is not None:
        return _EPSG_NUMBERED[zone]
    if 100_000 <= east < 1_000_000 and north > 1_000_000:
        zone = zone_of(declared)
        return MERIDIAN_105 if zone is None else _EPSG_PLAIN[zone]
    return None
