"""Patch files that are not what they should be, or mean harm: refused with which reason."""

import struct
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.sample_patches import write_sample
from services.cases.adapters.patch_limits import PatchLimits
from tests.integration.services.cases.patch_reading import read, refusal
from tests.integration.services.cases.patch_writing import (
    row,
    shapefile_parts,
    small_zip,
    square,
    write_layer,
    zip_of,
    zip_shapefile,
)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.zip", b"hello", "file.not-a-zip"),
        ("a.zip", b"", "file.not-a-zip"),
        ("a.zip", b"PK\x03\x04 and then nothing", "file.not-a-zip"),
        ("a.rar", b"Rar!\x1a\x07", "file.kind-unknown"),
        ("a.shp", b"\x00\x00\x27\x0a", "file.kind-unknown"),
        ("patches", b"PK\x03\x04", "file.kind-unknown"),
        ("a.gpkg", b"hello", "file.kind-mismatch"),
        ("a.gpkg", b"SQLite format 3\x00" + bytes(100), "file.kind-mismatch"),
        ("a.geojson", b"PK\x03\x04", "file.kind-mismatch"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": [', "file.damaged"),
        ("a.geojson", b'{"type": "Feature"}', "file.damaged"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": []}', "file.no-patches"),
        ("a.json", b'{"a":' * 5000, "file.damaged"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert refusal(path).code == code


def test_a_geopackage_cut_short_is_refused(tmp_path: Path) -> None:
    whole = write_sample(tmp_path, rows=30, kind="geopackage").path
    path = tmp_path / "half.gpkg"
    path.write_bytes(whole.read_bytes()[:20_000])
    assert refusal(path).code == "file.damaged"


@pytest.mark.parametrize("missing", [".dbf", ".shx", ".prj", ".shp"])
def test_a_missing_part_is_named(tmp_path: Path, missing: str) -> None:
    problem = refusal(zip_shapefile(tmp_path / "a.zip", shapefile_parts(tmp_path / "p"), without=[missing]))
    assert (problem.code, problem.facts["missing"]) == ("file.member-missing", [missing])


def test_several_shapefiles_in_one_zip_are_refused(tmp_path: Path) -> None:
    parts = shapefile_parts(tmp_path / "p")
    path = zip_of(tmp_path / "a.zip", {f"{stem}{end}": content for stem in "ab" for end, content in parts.items()})
    problem = refusal(path)
    assert (problem.code, problem.facts["layers"]) == ("file.several-layers", ["a", "b"])


def test_several_layers_in_a_geopackage_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    write_layer(path, [row(1)], [square()], layer="one")
    write_layer(path, [row(1)], [square()], layer="two", append=True)
    assert refusal(path).code == "file.several-layers"


def test_upper_case_extensions_a_folder_and_mac_files_are_no_obstacle(tmp_path: Path) -> None:
    parts = shapefile_parts(tmp_path / "p")
    members = {f"数据/PATCHES{end.upper()}": content for end, content in parts.items() if end != ".cpg"}
    path = zip_of(tmp_path / "A.ZIP", {**members, "__MACOSX/._PATCHES.SHP": b"x", "readme.txt": b"x"})
    assert len(read(path)[1]) == 2


def test_a_file_without_patches_is_refused(tmp_path: Path) -> None:
    parts = shapefile_parts(tmp_path / "p")
    parts[".dbf"] = parts[".dbf"][:4] + struct.pack("<I", 0) + parts[".dbf"][8:]
    parts[".shp"] = parts[".shp"][:24] + struct.pack(">i", 50) + parts[".shp"][28:100]
    parts[".shx"] = parts[".shx"][:24] + struct.pack(">i", 50) + parts[".shx"][28:100]
    assert refusal(zip_shapefile(tmp_path / "a.zip", parts)).code == "file.no-patches"


def test_missing_columns_are_listed(tmp_path: Path) -> None:
    rows = [{"XZQBM": "640521104", "TZ": "棚"}]
    problem = refusal(zip_shapefile(tmp_path / "a.zip", shapefile_parts(tmp_path / "p", rows, [square()])))
    assert (problem.code, problem.facts["missing"]) == ("file.columns-missing", ["JCBH", "TBLX", "JCMJ"])


@pytest.mark.parametrize("kind", ["shapefile", "geopackage", "geojson"])
def test_too_many_rows_are_refused(tmp_path: Path, kind: Any) -> None:
    sample = write_sample(tmp_path, rows=12, broken=0, kind=kind)
    problem = refusal(sample.path, PatchLimits(rows=11))
    assert (problem.code, problem.facts) == ("file.too-many-rows", {"most": 11, "found": 12})


def test_a_file_beyond_its_size_is_refused(tmp_path: Path) -> None:
    sample = write_sample(tmp_path)
    assert refusal(sample.path, PatchLimits(file_bytes=1000)).code == "file.too-large"


@pytest.mark.parametrize("part", [".dbf", ".shp"])
def test_a_part_cut_short_is_refused(tmp_path: Path, part: str) -> None:
    parts = shapefile_parts(tmp_path / "p")
    parts[part] = parts[part][:-150]
    assert refusal(zip_shapefile(tmp_path / "a.zip", parts)).code in {"file.damaged", "file.no-patches"}


@pytest.mark.parametrize("table", [b"KKKKKKKK" * 200, b"\x03" + bytes(64), bytes(range(256)) * 8])
def test_a_table_that_is_no_table_is_damaged_and_not_too_long(tmp_path: Path, table: bytes) -> None:
    problem = refusal(zip_shapefile(tmp_path / "a.zip", {**shapefile_parts(tmp_path / "p"), ".dbf": table}))
    assert (problem.code, problem.facts["part"]) == ("file.damaged", ".dbf")


@pytest.mark.parametrize("part", [".shp", ".shx"])
def test_what_a_library_says_of_a_broken_part_is_not_passed_on(tmp_path: Path, part: str) -> None:
    parts = shapefile_parts(tmp_path / "p")
    parts[part] = parts[part][:60]
    problem = refusal(zip_shapefile(tmp_path / "a.zip", parts))
    assert (problem.code, problem.facts["reason"]) == ("file.damaged", "cannot-be-read")


@pytest.mark.parametrize("mark", ["\0", "\x01", "\x1b", "\u202e"])
def test_a_projection_with_control_characters_is_unknown(tmp_path: Path, mark: str) -> None:
    parts = shapefile_parts(tmp_path / "p")
    parts[".prj"] = parts[".prj"].replace(b"PROJCS[", f"PROJCS{mark}[".encode(), 1)
    broken = parts[".prj"] + mark.encode()
    for projection in (parts[".prj"], broken, mark.encode() * 3):
        path = zip_shapefile(tmp_path / "a.zip", {**parts, ".prj": projection})
        assert refusal(path).code == "file.projection-unknown"


def test_shapes_and_records_must_be_as_many(tmp_path: Path) -> None:
    parts, fewer = shapefile_parts(tmp_path / "p"), shapefile_parts(tmp_path / "q", [row(1)], [square()])
    problem = refusal(zip_shapefile(tmp_path / "a.zip", {**parts, ".shp": fewer[".shp"], ".shx": fewer[".shx"]}))
    assert (problem.code, problem.facts["shapes"], problem.facts["records"]) == ("file.damaged", 1, 2)


def test_a_zip_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    parts = {**shapefile_parts(tmp_path / "p"), ".sbn": bytes(20_000_000)}
    problem = refusal(zip_shapefile(tmp_path / "a.zip", parts))
    assert (problem.code, problem.facts["limit"]) == ("file.archive-too-large", "ratio")


def test_a_zip_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = zip_shapefile(tmp_path / "a.zip", shapefile_parts(tmp_path / "p"))
    problem = refusal(path, PatchLimits(total_bytes=500))
    assert (problem.code, problem.facts["limit"]) == ("file.archive-too-large", "bytes")


def test_a_zip_whose_directory_lies_about_sizes_is_refused(tmp_path: Path) -> None:
    path = zip_shapefile(tmp_path / "a.zip", shapefile_parts(tmp_path / "p"))
    content = bytearray(path.read_bytes())
    entry = content.find(b"PK\x01\x02")
    while entry != -1:
        struct.pack_into("<I", content, entry + 24, 10)
        entry = content.find(b"PK\x01\x02", entry + 4)
    path.write_bytes(content)
    assert refusal(path).code == "file.damaged"


def test_a_zip_of_countless_members_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "a.zip", {f"{number}.txt": b"" for number in range(65)})
    problem = refusal(path)
    assert (problem.code, problem.facts) == ("file.archive-too-large", {"limit": "members", "most": 64, "found": 65})


@pytest.mark.parametrize("name", ["inner.zip", "inner.7z", "卫片图斑.shp"])
def test_an_archive_in_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    parts = shapefile_parts(tmp_path / "p")
    members = {f"卫片图斑{end}": content for end, content in parts.items()}
    path = zip_of(tmp_path / "a.zip", {**members, name: small_zip({"x": b"x"})})
    assert refusal(path).code == "file.archive-nested"


@pytest.mark.parametrize("name", ["../a.shp", "/a.shp", "x/../../a.shp", "..\\a.shp", "C:\\a.shp"])
def test_a_member_that_would_leave_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    assert refusal(zip_of(tmp_path / "a.zip", {name: b"x"})).code == "file.archive-unsafe-path"


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    path = zip_shapefile(tmp_path / "a.zip", shapefile_parts(tmp_path / "p"))
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        entry = content.find(mark)
        while entry != -1:
            content[entry + offset] |= 1
            entry = content.find(mark, entry + 4)
    path.write_bytes(content)
    assert refusal(path).code == "file.archive-encrypted"
