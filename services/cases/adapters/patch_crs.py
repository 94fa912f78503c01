"""In which coordinates a patch file is, by what it declares and by how large its numbers are (domain.md 7.5)."""

import re
from dataclasses import dataclass, field
from typing import Any

from pyproj import CRS
from pyproj.exceptions import CRSError

from services.cases.adapters.patch_refusals import ProjectionUnknown
from services.cases.domain.patch_values import FORBIDDEN

CGCS2000 = 4490
WGS84 = 4326
ZONE_35 = 4523
"""3-degree Gauss-Kruger, zone number in the easting: 35,5xx,xxx."""
MERIDIAN_105 = 4544
"""The same without zone number: 5xx,xxx."""

ACCEPTED = (CGCS2000, WGS84, ZONE_35, MERIDIAN_105)
_GEOGRAPHIC = (CGCS2000, WGS84)
_NAMES = re.compile(r"cgcs.?2000|china.?2000|china.geodetic", re.IGNORECASE)
_GEOJSON = re.compile(r"(?:urn:ogc:def:crs:)?(EPSG|OGC):[0-9.]*:?(\w+)", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Placement:
    """How to take the coordinates. epsg: one of ACCEPTED. swapped: northing or latitude stands first."""

    epsg: int
    swapped: bool
    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


def declared_epsg(definition: str | None) -> int:
    """The EPSG code, one of ACCEPTED, of a .prj text, WKT or "EPSG:n". Raises ProjectionUnknown."""
    try:
        crs = CRS.from_user_input(definition) if definition and _is_plain(definition) else None
    except CRSError:
        crs = None
    if crs is None:
        raise ProjectionUnknown(projection=(definition or "").strip()[:120] or None, accepted=list(ACCEPTED))
    code = crs.to_epsg(min_confidence=70)
    code = code if code in ACCEPTED else _by_parameters(crs)
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
    if found.get("longitude of natural origin") != 105 or found.get("scale factor at natural origin") != 1:
        return None
    if found.get("latitude of natural origin") or found.get("false northing"):
        return None
    return {35_500_000: ZONE_35, 500_000: MERIDIAN_105}.get(found.get("false easting", 0))


def place(declared: int, first: float, second: float) -> Placement:
    """Decide by magnitude. first, second: the median of the first and of the second ordinate of the file.

    The numbers win over the declaration, with a note. Raises ProjectionUnknown for numbers of no accepted system.
    """
    seen = _by_magnitude(first, second)
    swapped = seen is None
    if swapped:
        seen = _by_magnitude(second, first)
    if seen is None:
        raise ProjectionUnknown(
            declared=declared, first=round(first, 4), second=round(second, 4), accepted=list(ACCEPTED)
        )
    notes: list[tuple[str, dict[str, Any]]] = []
    if seen == CGCS2000 and declared in _GEOGRAPHIC:
        seen = declared
    if seen != declared:
        notes.append(("file.projection-contradicted", {"declared": declared, "used": seen}))
    if swapped:
        notes.append(("file.axes-swapped", {"used": seen}))
    return Placement(seen, swapped, notes)


def _by_magnitude(east: float, north: float) -> int | None:
    """Digits of the easting: 8 with zone 35 in front, 6 without, 3 for degrees. North is between 0 and 60 degrees."""
    if 70 <= east <= 140 and 0 <= north <= 60:
        return CGCS2000
    if not 0 <= north <= 6_700_000:
        return None
    if 35_000_000 <= east < 36_000_000:
        return ZONE_35
    if 100_000 <= east < 1_000_000 and north > 1_000_000:
        return MERIDIAN_105
    return None
