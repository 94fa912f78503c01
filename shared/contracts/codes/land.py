"""Layers, coordinate systems, overlays."""

from enum import StrEnum


class PositionCrs(StrEnum):
    """In which system a position is told (domain.md 7.5); kept in CGCS2000."""

    CGCS2000 = "cgcs2000"
    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


class LandLayerKind(StrEnum):
    """A base layer that geometry is laid over (domain.md 1.1, 6.8)."""

    CULTIVATED_LAND = "cultivated_land"
    PERMANENT_BASIC_FARMLAND = "permanent_basic_farmland"
    ECOLOGICAL_RED_LINE = "ecological_red_line"
    URBAN_BOUNDARY = "urban_boundary"
    PARCEL = "parcel"
    PBF_RESERVE_AREA = "pbf_reserve_area"
    HIGH_STANDARD_FARMLAND = "high_standard_farmland"
    APPROVED_LAND = "approved_land"


class OverlayDay(StrEnum):
    """Why an overlay takes the layers of a day: that of the land as it was before the act."""

    STATED = "stated"
    IMAGE_BEFORE = "image_before"
    FOUND = "found"
    RECEIVED = "received"
    SURVEY = "survey"


class OverlayPurpose(StrEnum):
    """act: what the act took. check: what a later survey finds there (domain.md 6.8, yearly); no area of the act."""

    ACT = "act"
    CHECK = "check"


class OverlayRest(StrEnum):
    """What was decided while an overlay was the newest."""

    FILING = "filing"
    DECISION = "decision"
    STRIKE_OFF = "strike_off"
