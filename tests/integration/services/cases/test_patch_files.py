"""Patch files as agencies send them: what is read, and what is refused with which reason."""

import hashlib
import struct
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import CRS, Transformer

from gateway.cli.sample_patches import SampleFile, write_sample
from services.cases.adapters.patch_files import PatchHeader, read_patches
from services.cases.adapters.patch_limits import PatchLimits
from services.cases.adapters.patch_refusals import FileRefused
from services.cases.domain.patch import Patch, RowRejected
from shared.divisions.boundaries import Boundaries
from shared.divisions.register import Divisions
from tests.integration.services.cases.patch_writing import (
    CENTRE,
    geojson,
    ring,
    row,
    shapefile_parts,
    small_zip,
    square,
    write_layer,
    zip_of,
    zip_shapefile,
)

DIVISIONS, BOUNDARIES = Divisions.load(), Boundaries.load()
Outcomes = list[Patch | RowRejected]


def read(path: Path, limits: PatchLimits | None = None, name: str | None = None) -> tuple[PatchHeader, Outcomes]:
    patches = read_patches(path, name or path.name, "640521000000", DIVISIONS, BOUNDARIES, limits or PatchLimits())
    return patches.header, list(patches.outcomes)


def refusal(path: Path, limits: PatchLimits | None = None) -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        read(path, limits)
    assert refused.value.field == "file"
    return refused.value


def only(path: Path) -> Patch | RowRejected:
    _, (outcome,) = read(path)
    return outcome


def patch_in(path: Path) -> Patch:
    outcome = only(path)
    assert isinstance(outcome, Patch), outcome
    return outcome


def rejection_in(path: Path) -> RowRejected:
    outcome = only(path)
    assert isinstance(outcome, RowRejected), outcome
    return outcome


def one_shape(folder: Path, shape: Any, **options: Any) -> Path:
    return zip_shapefile(folder / "one.zip", shapefile_parts(folder / "one", [row(1)], [shape], **options))


def codes(header: PatchHeader) -> list[str]:
    return [warning.code for warning in header.warnings]


# Good files


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> SampleFile:
    return write_sample(tmp_path_factory.mktemp("sample"))


def test_the_sample_is_read_with_its_broken_rows_named(sample: SampleFile) -> None:
    header, outcomes = read(sample.path)
    assert (header.kind, header.rows, header.crs, header.encoding) == ("shapefile", 60, "EPSG:4523", "GB18030")
    assert header.sample["XZQMC"] in {township.name for township in DIVISIONS.children("640521")}
    assert [outcome.row_no for outcome in outcomes] == list(range(1, 61))
    bad = [(outcome.row_no, outcome.field) for outcome in outcomes if isinstance(outcome, RowRejected)]
    assert bad == [(fault.row_no, fault.field) for fault in sample.broken]
    assert len({fault.how for fault in sample.broken}) == 3
    assert sample.good == 57


def test_the_sand_yard_of_the_worked_example_is_in_the_sample(sample: SampleFile) -> None:
    _, outcomes = read(sample.path)
    (yard,) = (each for each in outcomes if isinstance(each, Patch) and each.patch_no == sample.special_no)
    assert (yard.area_m2, yard.stated_area_mu) == (Decimal("8400.00"), Decimal("12.60"))
    assert (yard.farmland_area_m2, yard.pbf_area_m2) == (Decimal("7000.00"), Decimal("4200.00"))
    assert yard.township_code == "640521104000"
    assert yard.warnings == ()


def test_good_sample_rows_raise_no_warning(sample: SampleFile) -> None:
    _, outcomes = read(sample.path)
    assert [each.warnings for each in outcomes if isinstance(each, Patch) and each.warnings] == []


def test_every_way_of_breaking_a_sample_row_is_found(tmp_path: Path) -> None:
    sample = write_sample(tmp_path, rows=40, broken=5)
    _, outcomes = read(sample.path)
    bad = {each.row_no: (each.field, each.code) for each in outcomes if isinstance(each, RowRejected)}
    assert list(bad) == [fault.row_no for fault in sample.broken]
    assert sorted(code for _, code in bad.values()) == [
        "attribute.missing",
        "attribute.wrong-type",
        "division.unknown",
        "patch.outside-county",
        "patch.self-crossing",
    ]


def test_the_same_sample_is_the_same_bytes(sample: SampleFile, tmp_path: Path) -> None:
    assert write_sample(tmp_path).path.read_bytes() == sample.path.read_bytes()


def test_a_sample_of_another_county_lies_in_that_county(tmp_path: Path) -> None:
    sample = write_sample(tmp_path, rows=20, broken=0, county="640522")
    patches = read_patches(sample.path, sample.path.name, "640522", DIVISIONS, BOUNDARIES)
    assert all(isinstance(outcome, Patch) for outcome in patches.outcomes)


@pytest.mark.parametrize(
    ("kind", "epsg"),
    [
        ("shapefile", 4544),
        ("shapefile", 4490),
        ("shapefile", 4326),
        ("geopackage", 4490),
        ("geopackage", 4523),
        ("geopackage", 4544),
        ("geojson", 4490),
        ("geojson", 4326),
        ("geojson", 4523),
        ("geojson", 4544),
    ],
)
def test_each_kind_and_system_gives_the_same_patches_within_a_millimetre(
    sample: SampleFile, tmp_path: Path, kind: Any, epsg: int
) -> None:
    header, outcomes = read(write_sample(tmp_path, kind=kind, epsg=epsg).path)
    _, expected = read(sample.path)
    assert (header.kind, header.crs, header.warnings) == (kind, f"EPSG:{epsg}", ())
    for mine, theirs in zip(outcomes, expected, strict=True):
        assert type(mine) is type(theirs)
        if isinstance(mine, Patch) and isinstance(theirs, Patch):
            assert _metres_apart(mine, theirs) < (0.02 if (kind, epsg) == ("geojson", 4326) else 0.001)
            blank = {"geometry_wkb": b"", "geometry_digest": "", "raw": {}, "area_m2": 0, "longitude": 0, "latitude": 0}
            assert replace(mine, **blank) == replace(theirs, **blank)  # type: ignore[arg-type]


def _metres_apart(one: Patch, other: Patch) -> float:
    to_metres = Transformer.from_crs(4490, 4523, always_xy=True)

    def metres(patch: Patch) -> Any:
        shape = shapely.from_wkb(patch.geometry_wkb)
        return shapely.transform(shape, lambda points: np.column_stack(to_metres.transform(*points.T)))

    return float(shapely.hausdorff_distance(metres(one), metres(other)))


def test_the_check_point_of_the_domain_lies_where_it_should(tmp_path: Path) -> None:
    """domain.md 7.5. The point is in 沙坡头区."""
    east, north = 35515916.59, 4152017.36
    corners = [(east, north), (east + 50, north), (east + 50, north + 50), (east, north + 50)]
    parts = shapefile_parts(tmp_path / "p", [row(1, XZQBM="640502106")], [shapely.Polygon(corners)])
    path = zip_shapefile(tmp_path / "check.zip", parts)
    (patch,) = read_patches(path, path.name, "640502", DIVISIONS, BOUNDARIES).outcomes
    assert isinstance(patch, Patch)
    points = shapely.get_coordinates(shapely.from_wkb(patch.geometry_wkb))
    assert np.abs(points - (105.18, 37.50)).max(axis=1).min() < 1e-7


def test_the_digest_is_that_of_the_stored_geometry_wherever_the_ring_begins(tmp_path: Path) -> None:
    corners = [(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0)]
    turned = [*corners[2:], *corners[:2]][::-1]
    shapes = (ring(*corners), ring(*turned))
    parts = [shapefile_parts(tmp_path / f"p{index}", [row(1)], [shape]) for index, shape in enumerate(shapes)]
    one, other = (patch_in(zip_shapefile(tmp_path / f"{index}.zip", each)) for index, each in enumerate(parts))
    assert one.geometry_digest == other.geometry_digest
    assert one.geometry_wkb == other.geometry_wkb
    assert one.geometry_digest == hashlib.sha256(one.geometry_wkb).hexdigest()


def test_the_area_is_ellipsoidal_and_holes_do_not_count(tmp_path: Path) -> None:
    outer, inner = square(side=100), square(25, 25, 50)
    patch = patch_in(one_shape(tmp_path, outer.difference(inner)))
    assert abs(patch.area_m2 - Decimal(7500)) < 2
    assert shapely.contains_xy(shapely.from_wkb(patch.geometry_wkb), patch.longitude, patch.latitude)


# Text


def test_gbk_without_a_cpg_is_read_as_chinese(tmp_path: Path) -> None:
    parts = shapefile_parts(tmp_path / "p")
    header, outcomes = read(zip_shapefile(tmp_path / "a.zip", parts))
    assert (header.encoding, header.sample) == ("GB18030", {"XZQMC": "恩和镇", "TZ": "彩钢棚"})
    assert [outcome.raw["TZ"] for outcome in outcomes] == ["彩钢棚"] * 2


@pytest.mark.parametrize(("encoding", "without"), [("UTF-8", []), ("UTF-8", [".cpg"]), ("GBK", [])])
def test_each_encoding_with_and_without_a_cpg_gives_the_same_text(
    tmp_path: Path, encoding: str, without: list[str]
) -> None:
    parts = shapefile_parts(tmp_path / "p", encoding=encoding)
    header, _ = read(zip_shapefile(tmp_path / "a.zip", parts, without=without))
    assert header.sample["XZQMC"] == "恩和镇"
    assert header.warnings == ()


def test_a_cpg_that_its_table_contradicts_is_overruled_with_a_warning(tmp_path: Path) -> None:
    parts = {**shapefile_parts(tmp_path / "p"), ".cpg": b"UTF-8"}
    header, _ = read(zip_shapefile(tmp_path / "a.zip", parts, without=()))
    assert header.sample["XZQMC"] == "恩和镇"
    assert codes(header) == ["file.encoding-contradicted"]


# Coordinates


@pytest.mark.parametrize(
    ("prj", "shift", "used"),
    [(4523, -35_000_000.0, "EPSG:4544"), (4544, 0.0, "EPSG:4523"), (4490, 0.0, "EPSG:4523")],
)
def test_coordinates_win_over_a_prj_that_says_otherwise(tmp_path: Path, prj: int, shift: float, used: str) -> None:
    path = one_shape(tmp_path, square(shift), crs=f"EPSG:{prj}")
    header, (outcome,) = read(path)
    assert isinstance(outcome, Patch)
    assert (header.crs, codes(header)) == (used, ["file.projection-contradicted"])
    assert header.warnings[0].facts == {"declared": prj, "used": int(used[5:])}


def test_northing_before_easting_is_seen_by_magnitude(tmp_path: Path) -> None:
    header, (outcome,) = read(one_shape(tmp_path, shapely.transform(square(), lambda points: points[:, ::-1])))
    assert isinstance(outcome, Patch)
    assert codes(header) == ["file.axes-swapped"]
    assert abs(outcome.longitude - 105.7386) < 0.001


def test_a_system_under_a_home_made_name_is_known_by_its_parameters(tmp_path: Path) -> None:
    prj = CRS.from_epsg(4523).to_wkt("WKT1_ESRI").replace("CGCS2000_3_Degree_GK_Zone_35", "my_local_grid_CGCS2000")
    parts = {**shapefile_parts(tmp_path / "p"), ".prj": prj.encode()}
    header, _ = read(zip_shapefile(tmp_path / "a.zip", parts))
    assert header.crs == "EPSG:4523"


@pytest.mark.parametrize(
    "prj",
    [
        "",
        "no projection",
        CRS.from_epsg(2359).to_wkt("WKT1_ESRI"),
        CRS.from_epsg(32648).to_wkt("WKT1_ESRI"),
        CRS.from_epsg(4524).to_wkt("WKT1_ESRI"),
        "+proj=tmerc +lon_0=105 +nadgrids=/etc/hostname",
        "/etc/hostname",
    ],
)
def test_an_unknown_projection_is_refused(tmp_path: Path, prj: str) -> None:
    parts = {**shapefile_parts(tmp_path / "p"), ".prj": prj.encode()}
    problem = refusal(zip_shapefile(tmp_path / "a.zip", parts))
    assert problem.code == "file.projection-unknown"
    assert problem.facts["accepted"] == [4490, 4326, 4523, 4544]


def test_numbers_of_no_known_system_are_refused(tmp_path: Path) -> None:
    assert refusal(one_shape(tmp_path, square(1_000_000))).code == "file.projection-unknown"


# Files that are not what they should be


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
    assert (problem.code, problem.facts["layers"]) == ("file.several-layers", ["a.shp", "b.shp"])


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


def test_a_file_beyond_its_size_is_refused(sample: SampleFile) -> None:
    assert refusal(sample.path, PatchLimits(file_bytes=1000)).code == "file.too-large"


@pytest.mark.parametrize("part", [".dbf", ".shp"])
def test_a_part_cut_short_is_refused(tmp_path: Path, part: str) -> None:
    parts = shapefile_parts(tmp_path / "p")
    parts[part] = parts[part][:-150]
    assert refusal(zip_shapefile(tmp_path / "a.zip", parts)).code in {"file.damaged", "file.no-patches"}


def test_shapes_and_records_must_be_as_many(tmp_path: Path) -> None:
    parts, fewer = shapefile_parts(tmp_path / "p"), shapefile_parts(tmp_path / "q", [row(1)], [square()])
    problem = refusal(zip_shapefile(tmp_path / "a.zip", {**parts, ".shp": fewer[".shp"], ".shx": fewer[".shx"]}))
    assert (problem.code, problem.facts["shapes"], problem.facts["records"]) == ("file.damaged", 1, 2)


# Zips that mean harm


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


# Rows


def test_a_polygon_that_crosses_itself_is_told_with_the_place(tmp_path: Path) -> None:
    outcome = rejection_in(one_shape(tmp_path, ring((0, 0), (100, 100), (100, 0), (0, 100))))
    assert (outcome.row_no, outcome.field, outcome.code) == (1, "geometry", "patch.self-crossing")
    middle = Transformer.from_crs(4523, 4490, always_xy=True).transform(CENTRE[0] + 50, CENTRE[1] + 50)
    assert abs(outcome.facts["longitude"] - middle[0]) < 1e-5
    assert abs(outcome.facts["latitude"] - middle[1]) < 1e-5


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        (None, "patch.geometry-missing"),
        (ring((0, 0), (100, 0), (50, 0), (0, 0)), "patch.no-area"),
        (ring((0, 0), (0.05, 0), (0.05, 0.05)), "patch.no-area"),
        (square(north=150_000), "patch.outside-county"),
        (shapely.union(square(), square(1000).buffer(1).difference(square(1000))), None),
    ],
)
def test_a_geometry_that_is_no_patch_is_told(tmp_path: Path, shape: Any, code: str | None) -> None:
    parts = shapefile_parts(tmp_path / "p", [row(1), row(2)], [square(-500), shape])
    outcome = read(zip_shapefile(tmp_path / "a.zip", parts))[1][1]
    if code is None:
        assert isinstance(outcome, Patch)
    else:
        assert isinstance(outcome, RowRejected)
        assert (outcome.row_no, outcome.field, outcome.code) == (2, "geometry", code)


def test_points_are_no_patches(tmp_path: Path) -> None:
    outcome = rejection_in(one_shape(tmp_path, shapely.Point(*CENTRE), geometry_type="Point"))
    assert (outcome.code, outcome.facts) == ("patch.not-polygon", {"kind": "point"})


def test_a_patch_on_the_border_is_taken_when_most_of_it_is_inside(tmp_path: Path) -> None:
    county = BOUNDARIES.county("640521")
    north = max(shapely.get_coordinates(county).tolist(), key=lambda point: point[1])
    half = 0.002
    rows, shapes = [row(1), row(2)], []
    for shift in (-half * 3, half * 3):
        box = shapely.box(north[0] - half, north[1] + shift - half, north[0] + half, north[1] + shift + half)
        shapes.append(box)
    path = tmp_path / "a.geojson"
    path.write_bytes(geojson(rows, shapes, None))
    inside_share = [shapely.area(shapely.intersection(shape, county)) / shapely.area(shape) for shape in shapes]
    _, outcomes = read(path)
    assert [isinstance(outcome, Patch) for outcome in outcomes] == [share > 0.5 for share in inside_share]
    assert isinstance(outcomes[1], RowRejected)
    assert outcomes[1].code == "patch.outside-county"


def test_a_number_twice_in_the_file_is_told(tmp_path: Path) -> None:
    parts = shapefile_parts(tmp_path / "p", [row(1), row(2), row(1)])
    _, outcomes = read(zip_shapefile(tmp_path / "a.zip", parts))
    third = outcomes[2]
    assert isinstance(third, RowRejected)
    assert (third.code, third.facts["first_row"]) == ("patch.duplicate-number", 1)


def test_letters_in_a_number_column_are_told_and_not_read_as_zero(tmp_path: Path) -> None:
    parts = shapefile_parts(tmp_path / "p", [row(1, JCMJ=15.0), row(2, JCMJ=15.0)])
    at = parts[".dbf"].rindex(b"15.000000")
    parts[".dbf"] = parts[".dbf"][:at] + b"abc      " + parts[".dbf"][at + 9 :]
    _, outcomes = read(zip_shapefile(tmp_path / "a.zip", parts))
    assert isinstance(outcomes[0], Patch)
    assert isinstance(outcomes[1], RowRejected)
    assert (outcomes[1].field, outcomes[1].code) == ("JCMJ", "attribute.wrong-type")


def test_a_date_that_does_not_exist_is_told_and_not_read_as_empty(tmp_path: Path) -> None:
    parts = shapefile_parts(tmp_path / "p", [row(1, QSX=np.datetime64("2025-09-12"))], [square()])
    parts[".dbf"] = parts[".dbf"].replace(b"20250912", b"20259912")
    outcome = rejection_in(zip_shapefile(tmp_path / "a.zip", parts))
    assert (outcome.field, outcome.code) == ("QSX", "attribute.wrong-type")


def test_a_deleted_record_is_left_out_and_the_row_numbers_stay(tmp_path: Path) -> None:
    parts = shapefile_parts(tmp_path / "p", [row(1), row(2), row(3)])
    header, length = struct.unpack_from("<HH", parts[".dbf"], 8)
    second = header + length
    parts[".dbf"] = parts[".dbf"][:second] + b"*" + parts[".dbf"][second + 1 :]
    told, outcomes = read(zip_shapefile(tmp_path / "a.zip", parts))
    assert told.rows == 2
    assert [(each.row_no, each.raw["JCBH"]) for each in outcomes] == [(1, "640521WP26000001"), (3, "640521WP26000003")]
    last = outcomes[1]
    assert isinstance(last, Patch)
    assert last.longitude > 105.744


# GeoJSON


def test_geojson_without_a_crs_is_degrees(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(geojson([row(1)], [shapely.box(105.7, 37.5, 105.701, 37.501)], None))
    header, (outcome,) = read(path)
    assert header.crs == "EPSG:4326"
    assert isinstance(outcome, Patch)


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "link", "properties": {"href": "http://127.0.0.1:9/crs", "type": "proj4"}},
        {"type": "URL", "properties": {"url": "http://127.0.0.1:9/crs"}},
        {"type": "name", "properties": {"name": "http://127.0.0.1:9/crs"}},
        {"type": "name"},
        "EPSG:2359",
        7,
    ],
)
def test_a_crs_that_points_elsewhere_is_refused_and_not_followed(tmp_path: Path, crs: Any) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(geojson([row(1)], [square()], crs))
    assert refusal(path).code == "file.projection-unknown"


def test_odd_features_are_rejected_one_by_one(tmp_path: Path) -> None:
    def spoil(document: dict[str, Any]) -> None:
        features = document["features"]
        features[1]["geometry"] = {"type": "Polygon", "coordinates": "nonsense"}
        features[2]["geometry"] = {"type": "LineString", "coordinates": [[35565220, 4157000], [35565221, 4157001]]}
        features[3] = 5
        features[4]["properties"]["JCMJ"] = {"deep": [1, 2]}
        features[5]["properties"]["TZ"] = "a\u0000b"

    path = tmp_path / "a.geojson"
    rows = [row(number) for number in range(1, 8)]
    path.write_bytes(geojson(rows, [square(300.0 * each) for each in range(7)], spoil=spoil))
    _, outcomes = read(path)
    found = [(each.field, each.code) if isinstance(each, RowRejected) else None for each in outcomes]
    assert found == [
        None,
        ("geometry", "patch.geometry-missing"),
        ("geometry", "patch.not-polygon"),
        ("JCBH", "attribute.missing"),
        ("JCMJ", "attribute.wrong-type"),
        ("TZ", "attribute.undecodable"),
        None,
    ]


def test_the_name_of_the_owner_tells_the_kind_when_stored_under_another(sample: SampleFile, tmp_path: Path) -> None:
    stored = tmp_path / "0a1b2c"
    stored.write_bytes(sample.path.read_bytes())
    assert read(stored, name="一季度.zip")[0].rows == 60
