"""The limited child on hostile and odd files: whatever it is given, it says what it could read, or dies alone."""

import io
import os
import struct
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image

from gateway.cli.sample_photos import SamplePhoto, write_photo
from services.cases.adapters import photo_parser
from services.cases.adapters.photo_process import PhotoReader, ReadPhoto
from services.cases.adapters.photo_reading import read_photo
from shared.contracts.evidence import PhotoFacts

TAKEN = datetime(2026, 4, 22, 2, 5, tzinfo=UTC)
GOOD = SamplePhoto("good", TAKEN, pixels=(320, 240))
GPS, BASE = ExifTags.GPS, ExifTags.Base


def read(file: Path, **limits: Any) -> ReadPhoto:
    return PhotoReader(**limits).read(file, lambda: None)


def test_all_that_a_good_photograph_says(tmp_path: Path) -> None:
    found = read(write_photo(tmp_path, GOOD))
    assert found.fault is None
    assert found.photo == PhotoFacts(
        format="JPEG",
        width=320,
        height=240,
        taken_at=TAKEN,
        taken_zone="file",
        gps_at=TAKEN,
        modified_at=TAKEN,
        longitude=105.68,
        latitude=37.42,
        datum="WGS-84",
        accuracy_m=4.0,
        altitude_m=1190.0,
        azimuth_deg=45.0,
        azimuth_ref="T",
        pitch_deg=-10.0,
        device="HUAWEI ELS-AN00",
        software=None,
    )
    assert [(picture.size, picture.width) for picture in found.pictures] == [("large", 320), ("small", 320)]


def test_small_pictures_carry_no_position(tmp_path: Path) -> None:
    for picture in read(write_photo(tmp_path, GOOD)).pictures:
        with Image.open(io.BytesIO(picture.content)) as image:
            assert dict(image.getexif()) == {}
            assert "exif" not in image.info


@pytest.mark.parametrize(("format_", "media"), [("PNG", "PNG"), ("WEBP", "WEBP"), ("TIFF", "TIFF"), ("HEIF", "HEIF")])
def test_other_kinds_of_pictures_are_read_too(tmp_path: Path, format_: str, media: str) -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    with Image.open(write_photo(tmp_path, GOOD)) as image:
        file = tmp_path / f"other.{format_.lower()}"
        image.save(file, format_, exif=image.getexif())
    found = read(file)
    assert found.fault is None
    assert found.photo is not None
    assert (found.photo.format, found.photo.latitude, found.photo.taken_at) == (media, 37.42, TAKEN)


def test_without_a_zone_the_time_is_ours_and_said_to_be_assumed(tmp_path: Path) -> None:
    photo = read(write_photo(tmp_path, replace(GOOD, offset=False))).photo
    assert photo is not None
    assert (photo.taken_at, photo.taken_zone) == (TAKEN, "assumed")


def test_a_drone_says_direction_and_pitch_in_xmp(tmp_path: Path) -> None:
    xmp = b'<x drone-dji:GimbalYawDegree="-90.5" drone-dji:GimbalPitchDegree="-45.00"/>'
    file = tmp_path / "drone.jpg"
    Image.new("RGB", (64, 48)).save(file, "JPEG", xmp=xmp)
    photo = read(file).photo
    assert photo is not None
    assert (photo.azimuth_deg, photo.azimuth_ref, photo.pitch_deg) == (269.5, "T", -45.0)


def _png_claiming(width: int, height: int) -> bytes:
    """A bomb: a small file that claims to be enormous."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 10_000_000))


HOSTILE: dict[str, bytes] = {
    "too-many-pixels": _png_claiming(60_000, 60_000),
    "too-large": _png_claiming(14_000, 14_000),
    "not-a-picture": b"\xff\xd8\xff\xe1" + b"\xff" * 5000,
    "nothing": b"",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_picture_is_a_fault_and_nothing_else(tmp_path: Path, name: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(HOSTILE[name])
    found = read(file)
    assert found.pictures == ()
    assert found.fault == ("not-a-picture" if name == "nothing" else name)


def test_a_photograph_cut_short_still_tells_its_facts(tmp_path: Path) -> None:
    file = write_photo(tmp_path, replace(GOOD, noise=True))
    file.write_bytes(file.read_bytes()[:20_000])
    found = read(file)
    assert (found.fault, found.pictures) == ("picture-damaged", ())
    assert found.photo is not None
    assert found.photo.latitude == 37.42


def test_a_huge_exif_is_as_if_there_were_none(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[BASE.ImageDescription] = "x" * 3_000_000
    exif[BASE.Make] = "HUAWEI"
    file = tmp_path / "huge.png"
    Image.new("RGB", (64, 48)).save(file, "PNG", exif=exif)
    found = read(file)
    assert found.fault is None
    assert found.photo is not None
    assert found.photo.device is None


def test_a_directory_that_points_to_itself_ends(tmp_path: Path) -> None:
    # One entry: the pointer to the EXIF directory, which is this directory.
    tiff = b"II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, ExifTags.IFD.Exif, 4, 1, 8) + struct.pack("<I", 8)
    file = tmp_path / "loop.jpg"
    Image.new("RGB", (64, 48)).save(file, "JPEG", exif=b"Exif\0\0" + tiff)
    found = read(file, most_s=20)
    assert found.fault is None


def test_a_child_that_hangs_is_ended(tmp_path: Path) -> None:
    fifo = tmp_path / "never.jpg"
    os.mkfifo(fifo)
    pulses = []
    assert PhotoReader(most_s=2.0).read(fifo, lambda: pulses.append(1)).fault == "reader-crashed"
    assert len(pulses) >= 2


def test_the_child_is_confined_before_it_reads() -> None:
    source = Path(photo_parser.__file__).read_text(encoding="utf-8")
    assert source.index("_confine()") < source.index("from services.cases.adapters.photo_reading")


ODD: list[tuple[int, Any]] = [
    (GPS.GPSLatitude, (91.0, 0.0, 0.0)),
    (GPS.GPSLatitude, (37.0, 61.0, 0.0)),
    (GPS.GPSLatitudeRef, "X"),
    (GPS.GPSLongitude, (float("inf"), 0.0, 0.0)),
]


@pytest.mark.parametrize(("tag", "value"), ODD)
def test_a_position_that_makes_no_sense_is_none(tmp_path: Path, tag: int, value: Any) -> None:
    with Image.open(write_photo(tmp_path, GOOD)) as image:
        exif = image.getexif()
        exif.get_ifd(ExifTags.IFD.GPSInfo)[tag] = value
        file = tmp_path / "odd.jpg"
        image.save(file, "JPEG", exif=exif)
    photo = read_photo(file)["photo"]
    assert (photo["longitude"], photo["latitude"]) == (None, None)


def test_the_gulf_of_guinea_is_a_device_without_a_fix(tmp_path: Path) -> None:
    photo = read_photo(write_photo(tmp_path, replace(GOOD, longitude=0.0, latitude=0.0)))["photo"]
    assert (photo["longitude"], photo["latitude"]) == (None, None)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 255)), min_size=1, max_size=40))
def test_bytes_changed_anywhere_in_the_head_never_break_the_reader(
    tmp_path: Path, noise: list[tuple[int, int]]
) -> None:
    """In this process, so that many are tried; what it says is always what the contract takes."""
    content = bytearray(write_photo(tmp_path, replace(GOOD, pixels=(64, 48))).read_bytes())
    for at, byte in noise:
        content[at % len(content)] = byte
    file = tmp_path / "noisy.jpg"
    file.write_bytes(content)
    said = read_photo(file)
    if said["photo"] is not None:
        PhotoFacts.model_validate(said["photo"])
