"""What a photograph's own words are worth, held against the place, the batch and the clock (domain.md 3.6)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from services.cases.domain.evidence_rules import PhotoRule
from services.cases.domain.photo_place import degrees_apart, metres_apart, metres_from
from shared.clock import local_day
from shared.contracts.codes import EvidenceFlagCode, EvidenceSource, EvidenceStage
from shared.contracts.evidence import EvidenceFlag, PhotoFacts, StatedFacts

_C = EvidenceFlagCode
# WGS 84 and CGCS2000 differ by centimetres; what names another datum may be hundreds of metres off.
_DATUMS = frozenset({"wgs84", "wgs1984", "cgcs2000", "epsg4490", "epsg4326", "itrf"})
_AFTER_WORK = frozenset({EvidenceStage.AFTER, EvidenceStage.CHECK})


@dataclass(frozen=True)
class Place:
    """What the evidence is about. geometry: GeoJSON area, or a point alone, or neither.

    issued_on: when the batch of the patch was issued, None for what is no patch. ordered_on: of the rectification.
    """

    geometry: dict[str, Any] | None = None
    point: tuple[float, float] | None = None
    issued_on: date | None = None
    ordered_on: date | None = None

    def metres_from(self, point: tuple[float, float]) -> float | None:
        if self.geometry is not None:
            return metres_from(point, self.geometry)
        return None if self.point is None else metres_apart(point, self.point)


@dataclass(frozen=True)
class Taking:
    """stage, source, stated: as the uploader says. added_at: when it came in."""

    stage: EvidenceStage | None
    source: EvidenceSource
    stated: StatedFacts
    added_at: datetime


def check(photo: PhotoFacts, taking: Taking, place: Place, rule: PhotoRule) -> tuple[float | None, list[EvidenceFlag]]:
    """Distance from the place in metres where it can be told, and every flag, in the order of the codes."""
    distance_m = _distance(photo, place)
    found = [
        *_of_time(photo, taking, place, rule),
        *_of_position(photo, distance_m, rule),
        *_of_azimuth(photo),
        *_of_origin(photo, taking, rule),
    ]
    order = list(_C)
    return distance_m, sorted(found, key=lambda flag: order.index(flag.code))


def _distance(photo: PhotoFacts, place: Place) -> float | None:
    if photo.longitude is None or photo.latitude is None or not _known_datum(photo.datum):
        return None
    metres = place.metres_from((photo.longitude, photo.latitude))
    return None if metres is None else round(metres, 1)


def _known_datum(name: str | None) -> bool:
    return name is None or "".join(filter(str.isalnum, name.lower())) in _DATUMS


def _of_time(photo: PhotoFacts, taking: Taking, place: Place, rule: PhotoRule) -> Iterator[EvidenceFlag]:
    taken = photo.taken_at
    if taken is None:
        yield EvidenceFlag(code=_C.NO_TIME)
        return
    taken_on = local_day(taken)
    if place.issued_on is not None and taken_on < place.issued_on:
        yield _flag(_C.BEFORE_ISSUE, taken_on=taken_on, issued_on=place.issued_on)
    if taking.stage in _AFTER_WORK and place.ordered_on is not None and taken_on < place.ordered_on:
        yield _flag(_C.BEFORE_RECTIFICATION, taken_on=taken_on, ordered_on=place.ordered_on)
    if taken > taking.added_at + timedelta(minutes=rule.future_tolerance_min):
        yield _flag(_C.FUTURE_TIME, taken_at=taken, added_at=taking.added_at)
    elif taking.added_at - taken > timedelta(hours=rule.late_upload_h):
        yield _flag(_C.LATE_UPLOAD, hours=round((taking.added_at - taken) / timedelta(hours=1)))
    if photo.gps_at is not None and _differ(taken, photo.gps_at, rule.clock_tolerance_min):
        yield _flag(_C.CLOCK_WRONG, taken_at=taken, gps_at=photo.gps_at)
    stated = taking.stated.taken_at
    if stated is not None and _differ(taken, stated, rule.stated_tolerance_min):
        yield _flag(_C.TIME_DIFFERS, taken_at=taken, stated_at=stated)


def _of_position(photo: PhotoFacts, distance_m: float | None, rule: PhotoRule) -> Iterator[EvidenceFlag]:
    if photo.longitude is None or photo.latitude is None:
        yield EvidenceFlag(code=_C.NO_POSITION)
    elif not _known_datum(photo.datum):
        yield _flag(_C.DATUM_UNKNOWN, datum=photo.datum)
    elif distance_m is not None and distance_m > rule.max_distance_m:
        yield _flag(_C.TOO_FAR, distance_m=distance_m, most_m=rule.max_distance_m)


def _of_azimuth(photo: PhotoFacts) -> Iterator[EvidenceFlag]:
    if photo.azimuth_deg is None:
        yield EvidenceFlag(code=_C.NO_AZIMUTH)
    elif photo.azimuth_ref == "M":
        yield EvidenceFlag(code=_C.MAGNETIC_AZIMUTH)


def _of_origin(photo: PhotoFacts, taking: Taking, rule: PhotoRule) -> Iterator[EvidenceFlag]:
    if taking.source is EvidenceSource.ALBUM:
        yield EvidenceFlag(code=_C.ALBUM)
    software = (photo.software or "").lower()
    if any(software.startswith(editor) for editor in rule.editors):
        yield _flag(_C.EDITED, software=photo.software)
    elif photo.taken_at is not None and photo.modified_at is not None:
        late = photo.modified_at - photo.taken_at
        if late > timedelta(minutes=rule.edited_after_min):
            yield _flag(_C.EDITED, modified_at=photo.modified_at)


def _differ(one: datetime, other: datetime, minutes: int) -> bool:
    return abs(one - other) > timedelta(minutes=minutes)


def _flag(code: EvidenceFlagCode, **facts: Any) -> EvidenceFlag:
    told = {name: value.isoformat() if isinstance(value, date) else value for name, value in facts.items()}
    return EvidenceFlag(code=code, facts=told)


def may_pair(distance_m: float, azimuth_difference_deg: float, rule: PhotoRule) -> bool:
    """Whether two photographs show one point from one side (domain.md 3.6)."""
    return distance_m <= rule.pair_distance_m and azimuth_difference_deg <= rule.pair_azimuth_deg


def likeness(before: PhotoFacts, after: PhotoFacts) -> tuple[float, float] | None:
    """Metres between the standpoints and degrees between the directions; None where one of them does not say."""
    there = (before.longitude, before.latitude, before.azimuth_deg)
    here = (after.longitude, after.latitude, after.azimuth_deg)
    if None in there or None in here:
        return None
    assert before.longitude is not None
    assert before.latitude is not None
    assert before.azimuth_deg is not None
    assert after.longitude is not None
    assert after.latitude is not None
    assert after.azimuth_deg is not None
    apart = metres_apart((before.longitude, before.latitude), (after.longitude, after.latitude))
    return round(apart, 1), round(degrees_apart(before.azimuth_deg, after.azimuth_deg), 1)
