"""What a photograph says of itself, and small pictures of it. Runs in the limited child alone (photo_parser.py).

EXIF comes from strangers: every value may be missing, absurd or of another type, and each is taken only when it makes
sense by itself. What makes none is as if it were not there.
"""

import base64
import io
import math
import re
import warnings
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pillow_heif
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from shared.clock import SHANGHAI

# What several pictures in one JPEG are (MPO) comes with JPEG.
_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "HEIF")
# Phones take up to 200 million pixels; decoding is done at a fraction of that where the format can.
_MOST_PIXELS = 250_000_000
# Of formats that are decoded whole, at 3 bytes a pixel and a copy.
_MOST_WHOLE_PIXELS = 100_000_000
_MOST_EXIF_BYTES = 512 * 1024
_SIZES = (("large", 1600, 75), ("small", 320, 70))
_SHOWN = re.compile(r"[^\x20-\x7e\u00a0-\ud7ff\uf900-\ufffd]")
_PITCH = re.compile(rb'GimbalPitchDegree[="> ]+([+-]?\d{1,3}(?:\.\d{1,6})?)')
_YAW = re.compile(rb'GimbalYawDegree[="> ]+([+-]?\d{1,3}(?:\.\d{1,6})?)')
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")

_BASE, _EXIF, _GPS = ExifTags.Base, ExifTags.IFD.Exif, ExifTags.GPS


def read_photo(file: Path) -> dict[str, Any]:
    """The child's answer. Raises MemoryError when a limit is reached."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd files: what matters is what could be read
        return _read(file)


def _read(file: Path) -> dict[str, Any]:
    pillow_heif.register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = None  # judged here, before anything is decoded
    try:
        with Image.open(file, formats=_FORMATS) as image:
            if image.width * image.height > _MOST_PIXELS:
                return _said(None, "too-many-pixels")
            photo = _facts(image)
            try:
                return _said(photo, None, _thumbnails(image))
            except (OSError, SyntaxError, ValueError, EOFError, OverflowError, Image.DecompressionBombError):
                return _said(photo, "picture-damaged")
            except MemoryError:
                return _said(photo, "too-large")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, OverflowError, TypeError):
        return _said(None, "not-a-picture")


def _said(photo: Any, fault: str | None, thumbnails: Any = ()) -> dict[str, Any]:
    return {"photo": photo, "fault": fault, "thumbnails": list(thumbnails)}


def _facts(image: Image.Image) -> dict[str, Any]:
    main, exif, gps = _directories(image)
    xmp = _xmp(image)
    taken, zone = _taken(exif)
    facts: dict[str, Any] = {
        "format": str(image.format),
        "width": image.width,
        "height": image.height,
        "taken_at": taken and taken.isoformat(),
        "taken_zone": zone,
        "gps_at": _gps_time(gps),
        "modified_at": _modified(main, exif),
        "datum": _text(gps.get(_GPS.GPSMapDatum)),
        "accuracy_m": _bounded(_number(gps.get(_GPS.GPSHPositioningError)), 0, 1_000_000),
        "altitude_m": _altitude(gps),
        "device": _text(" ".join(filter(None, (_text(main.get(_BASE.Make)), _text(main.get(_BASE.Model)))))),
        "software": _text(main.get(_BASE.Software)),
        **_position(gps),
        **_direction(gps, exif, xmp),
    }
    return facts


def _directories(image: Image.Image) -> tuple[dict[int, Any], dict[int, Any], dict[int, Any]]:
    """The main, the EXIF and the GPS directory; empty where one is missing or broken."""
    raw = image.info.get("exif")
    if isinstance(raw, bytes) and len(raw) > _MOST_EXIF_BYTES:
        return {}, {}, {}
    try:
        whole = image.getexif()
    except Exception:  # noqa: BLE001 - a broken directory is no directory, whatever the library makes of it
        return {}, {}, {}
    return dict(_items(whole)), _directory(whole, _EXIF), _directory(whole, ExifTags.IFD.GPSInfo)


def _directory(whole: Image.Exif, which: int) -> dict[int, Any]:
    try:
        return dict(whole.get_ifd(which))
    except Exception:  # noqa: BLE001 - as above
        return {}


def _items(whole: Image.Exif) -> list[tuple[int, Any]]:
    try:
        return list(whole.items())
    except Exception:  # noqa: BLE001 - as above
        return []


def _xmp(image: Image.Image) -> bytes:
    found = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    raw = found.encode("utf-8", "replace") if isinstance(found, str) else bytes(found)
    return raw[:_MOST_EXIF_BYTES]


def _taken(exif: dict[int, Any]) -> tuple[datetime | None, str | None]:
    """When it was taken, and whether the zone is the file's or assumed to be ours."""
    local = _moment(exif.get(_BASE.DateTimeOriginal)) or _moment(exif.get(_BASE.DateTimeDigitized))
    if local is None:
        return None, None
    zone = _zone(exif.get(_BASE.OffsetTimeOriginal)) or _zone(exif.get(_BASE.OffsetTime))
    return local.replace(tzinfo=zone or SHANGHAI).astimezone(UTC), "file" if zone else "assumed"


def _modified(main: dict[int, Any], exif: dict[int, Any]) -> str | None:
    local = _moment(main.get(_BASE.DateTime))
    zone = _zone(exif.get(_BASE.OffsetTime)) or SHANGHAI
    return None if local is None else local.replace(tzinfo=zone).astimezone(UTC).isoformat()


def _moment(said: Any) -> datetime | None:
    """Of `2026:04-22 10:05:00`; None for zeros, blanks, and years that no camera had."""
    text = _text(said)
    try:
        found = datetime.strptime(text or "", "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
    return found if 1990 <= found.year <= 2200 else None


def _zone(said: Any) -> timezone | None:
    match = _OFFSET.fullmatch(_text(said) or "")
    if match is None:
        return None
    hours, minutes = int(match[2]), int(match[3])
    if hours > 14 or minutes > 59:
        return None
    span = timedelta(hours=hours, minutes=minutes)
    return timezone(-span if match[1] == "-" else span)


def _gps_time(gps: dict[int, Any]) -> str | None:
    day = (_text(gps.get(_GPS.GPSDateStamp)) or "").replace("-", ":")
    clock = _numbers(gps.get(_GPS.GPSTimeStamp), 3)
    if clock is None:
        return None
    try:
        start = datetime.strptime(day, "%Y:%m:%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    hours, minutes, seconds = clock
    if not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 62 and 1990 <= start.year <= 2200):
        return None
    return (start + timedelta(hours=hours, minutes=minutes, seconds=seconds)).isoformat()


def _position(gps: dict[int, Any]) -> dict[str, float | None]:
    longitude = _ordinate(gps.get(_GPS.GPSLongitude), gps.get(_GPS.GPSLongitudeRef), "EW", 180)
    latitude = _ordinate(gps.get(_GPS.GPSLatitude), gps.get(_GPS.GPSLatitudeRef), "NS", 90)
    # What a device without a fix writes is the Gulf of Guinea.
    if longitude is None or latitude is None or (longitude == 0 and latitude == 0):
        return {"longitude": None, "latitude": None}
    return {"longitude": round(longitude, 8), "latitude": round(latitude, 8)}


def _ordinate(said: Any, reference: Any, sides: str, most: float) -> float | None:
    parts = _numbers(said, 3)
    side = (_text(reference) or "").upper()[:1]
    if parts is None or side not in tuple(sides):
        return None
    degrees, minutes, seconds = parts
    if degrees < 0 or not 0 <= minutes < 60 or not 0 <= seconds < 60:
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if value > most:
        return None
    return value if side == sides[0] else -value


def _altitude(gps: dict[int, Any]) -> float | None:
    metres = _number(gps.get(_GPS.GPSAltitude))
    if metres is None:
        return None
    below = gps.get(_GPS.GPSAltitudeRef) in (1, b"\x01", "1")
    return _bounded(-metres if below else metres, -1000, 20_000)


def _direction(gps: dict[int, Any], exif: dict[int, Any], xmp: bytes) -> dict[str, Any]:
    """Azimuth with its reference, and pitch: by EXIF, else by what drones write into XMP."""
    azimuth = _bounded(_number(gps.get(_GPS.GPSImgDirection)), 0, 360)
    reference: str | None = (_text(gps.get(_GPS.GPSImgDirectionRef)) or "T").upper()[:1]
    if azimuth is None:
        turned = _of_xmp(_YAW, xmp)
        azimuth, reference = None if turned is None else turned % 360, "T"
    if azimuth is None or reference not in ("T", "M"):
        reference = None if azimuth is None else "T"
    pitch = _number(exif.get(_BASE.CameraElevationAngle))
    return {
        "azimuth_deg": None if azimuth is None else round(azimuth % 360, 2),
        "azimuth_ref": reference,
        "pitch_deg": _bounded(_of_xmp(_PITCH, xmp) if pitch is None else pitch, -90, 90),
    }


def _of_xmp(pattern: re.Pattern[bytes], xmp: bytes) -> float | None:
    match = pattern.search(xmp)
    return None if match is None else float(match[1])


def _number(said: Any) -> float | None:
    try:
        value = float(said)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def _numbers(said: Any, count: int) -> list[float] | None:
    if not isinstance(said, tuple | list) or len(said) != count:
        return None
    values = [_number(part) for part in said]
    return None if None in values else [value for value in values if value is not None]


def _bounded(value: float | None, least: float, most: float) -> float | None:
    return value if value is not None and least <= value <= most else None


def _text(said: Any) -> str | None:
    """Plain short text, or None."""
    if isinstance(said, bytes):
        said = said.decode("utf-8", "replace")
    if not isinstance(said, str):
        return None
    return _SHOWN.sub("", said).strip()[:100] or None


def _thumbnails(image: Image.Image) -> list[dict[str, Any]]:
    """WebP without any metadata, turned upright; the small one is made of the large one."""
    if image.format in ("JPEG", "MPO"):
        image.draft("RGB", (_SIZES[0][1], _SIZES[0][1]))
    elif image.width * image.height > _MOST_WHOLE_PIXELS:
        raise MemoryError
    turned = ImageOps.exif_transpose(image)
    picture = (turned or image).convert("RGB")
    made = []
    for size, most, quality in _SIZES:
        picture.thumbnail((most, most))
        target = io.BytesIO()
        picture.save(target, "WEBP", quality=quality, exif=b"", icc_profile=b"")
        content = base64.b64encode(target.getvalue()).decode()
        made.append({"size": size, "width": picture.width, "height": picture.height, "content": content})
    return made
