"""Sample photographs of evidence with EXIF written by code: `python -m gateway.cli.sample_photos --out FOLDER`.

For the demonstration, the benchmarks and the tests: good ones, and ones with a wrong clock, no azimuth, a far place.
What draws them (Pillow) is loaded when a file is written, not with the command line.
"""

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from PIL.Image import Exif, Image

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class SamplePhoto:
    """What the file will say. None leaves a fact out. taken_at: aware; offset: whether EXIF says the zone.

    azimuth_ref: T true, M magnetic north. gps_at: of the satellites' clock, the same as taken_at unless given.
    pixels: width and height; bytes_at_least: noise makes the file as large as a phone's.
    """

    name: str
    taken_at: datetime | None
    longitude: float | None = 105.68
    latitude: float | None = 37.42
    azimuth_deg: float | None = 45.0
    azimuth_ref: str = "T"
    pitch_deg: float | None = -10.0
    altitude_m: float | None = 1190.0
    datum: str | None = "WGS-84"
    accuracy_m: float | None = 4.0
    gps_at: datetime | None = None
    offset: bool = True
    make: str = "HUAWEI"
    model: str = "ELS-AN00"
    software: str | None = None
    modified_at: datetime | None = None
    pixels: tuple[int, int] = (800, 600)
    noise: bool = False
    seed: int = 0


def write_photo(folder: Path, photo: SamplePhoto) -> Path:
    """Write a JPEG; the same description gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{photo.name}.jpg"
    path.write_bytes(photo_bytes(photo))
    return path


def photo_bytes(photo: SamplePhoto) -> bytes:
    """The JPEG itself."""
    drawn = BytesIO()
    _drawn(photo).save(drawn, "JPEG", quality=90, exif=_exif(photo))
    return drawn.getvalue()


def sample_set(taken_at: datetime, longitude: float = 105.68, latitude: float = 37.42) -> list[SamplePhoto]:
    """One of each kind: three good ones around a place, then one of every fault."""
    good = SamplePhoto("全景", taken_at, longitude, latitude, azimuth_deg=10.0)
    return [
        good,
        replace(good, name="近景东", azimuth_deg=90.0, taken_at=taken_at + timedelta(minutes=2), seed=1),
        replace(good, name="近景西", azimuth_deg=270.0, taken_at=taken_at + timedelta(minutes=4), seed=2),
        replace(good, name="时钟错误", taken_at=taken_at + timedelta(days=400), gps_at=taken_at, seed=3),
        replace(good, name="早于下发", taken_at=taken_at - timedelta(days=30), seed=4),
        replace(good, name="无方位角", azimuth_deg=None, seed=5),
        replace(good, name="无位置", longitude=None, latitude=None, seed=6),
        replace(good, name="位置偏离", longitude=longitude + 0.02, seed=7),
        replace(good, name="无时间", taken_at=None, seed=8),
        replace(good, name="经过编辑", software="Adobe Photoshop 25.0", seed=9),
    ]


def _drawn(photo: SamplePhoto) -> "Image":
    from PIL import Image, ImageDraw

    dice = random.Random(f"{photo.name}/{photo.seed}")
    if photo.noise:
        width, height = photo.pixels
        return Image.frombytes("RGB", photo.pixels, dice.randbytes(width * height * 3))
    picture = Image.new("RGB", photo.pixels, (150, 190, 230))
    draw = ImageDraw.Draw(picture)
    width, height = photo.pixels
    draw.rectangle((0, height // 2, width, height), fill=(170, 140, 90))
    for _ in range(12):
        x, y = dice.randrange(width), dice.randrange(height // 2, height)
        draw.ellipse((x, y, x + width // 10, y + height // 14), fill=tuple(dice.randrange(60, 200) for _ in "rgb"))
    return picture


def _exif(photo: SamplePhoto) -> "Exif":
    from PIL import Image
    from PIL.ExifTags import GPS, IFD, Base

    exif = Image.Exif()
    exif[Base.Make], exif[Base.Model] = photo.make, photo.model
    if photo.software is not None:
        exif[Base.Software] = photo.software
    if (modified := photo.modified_at or photo.taken_at) is not None:
        exif[Base.DateTime] = _local(modified)
    camera: dict[int, Any] = {}
    if photo.taken_at is not None:
        camera[Base.DateTimeOriginal] = camera[Base.DateTimeDigitized] = _local(photo.taken_at)
        if photo.offset:
            camera[Base.OffsetTime] = camera[Base.OffsetTimeOriginal] = "+08:00"
    if photo.pitch_deg is not None:
        camera[Base.CameraElevationAngle] = photo.pitch_deg
    exif._ifds[IFD.Exif] = camera
    gps: dict[int, Any] = {GPS.GPSVersionID: b"\2\3\0\0"}
    if photo.longitude is not None and photo.latitude is not None:
        gps |= {
            GPS.GPSLatitudeRef: "N" if photo.latitude >= 0 else "S",
            GPS.GPSLatitude: _degrees(photo.latitude),
            GPS.GPSLongitudeRef: "E" if photo.longitude >= 0 else "W",
            GPS.GPSLongitude: _degrees(photo.longitude),
        }
        if photo.datum is not None:
            gps[GPS.GPSMapDatum] = photo.datum
        if photo.accuracy_m is not None:
            gps[GPS.GPSHPositioningError] = photo.accuracy_m
        if photo.altitude_m is not None:
            gps |= {GPS.GPSAltitudeRef: b"\0", GPS.GPSAltitude: photo.altitude_m}
    if photo.azimuth_deg is not None:
        gps |= {GPS.GPSImgDirectionRef: photo.azimuth_ref, GPS.GPSImgDirection: photo.azimuth_deg}
    if (fixed := photo.gps_at or photo.taken_at) is not None:
        utc = fixed.astimezone(UTC)
        gps[GPS.GPSDateStamp] = utc.strftime("%Y:%m:%d")
        gps[GPS.GPSTimeStamp] = (float(utc.hour), float(utc.minute), float(utc.second))
    exif._ifds[IFD.GPSInfo] = gps
    # An IFD is written when the main directory points to it.
    exif[IFD.Exif], exif[IFD.GPSInfo] = 0, 0
    return exif


def _local(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).strftime("%Y:%m:%d %H:%M:%S")


def _degrees(ordinate: float) -> tuple[float, float, float]:
    value = abs(ordinate)
    degrees = int(value)
    minutes = int((value - degrees) * 60)
    return float(degrees), float(minutes), round((value - degrees - minutes / 60) * 3600, 6)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a set into a folder and print what is in it as one JSON array."""
    parser = argparse.ArgumentParser(prog="sample_photos", description="Write sample photographs of evidence.")
    parser.add_argument("--out", type=Path, required=True, help="folder")
    parser.add_argument("--longitude", type=float, default=105.68)
    parser.add_argument("--latitude", type=float, default=37.42)
    parser.add_argument("--taken-at", type=datetime.fromisoformat, default=None, help="like 2026-04-22T10:05:00+08:00")
    options = parser.parse_args(arguments)
    taken_at = options.taken_at or datetime.now(SHANGHAI).replace(microsecond=0)
    photos = sample_set(taken_at, options.longitude, options.latitude)
    print(json.dumps([str(write_photo(options.out, photo)) for photo in photos], ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
