"""Patch files as agencies send them: what is read, in every kind, system and encoding."""

import hashlib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import CRS, Transformer

from gateway.cli.sample_patches import SampleFile, write_sample
from services.cases.adapters.patch_files import read_patches
from services.cases.domain.patch import Patch, RowRejected
from tests.integration.services.cases.patch_reading import (
    BOUNDARIES,
    DIVISIONS,
    codes,
    one_shape,
    patch_in,
    read,
    refusal,
)
from tests.integration.services.cases.patch_writing import (
    ring,
    row,
    shapefile_parts,
    square,
    zip_shapefile,
)


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
    assert patch.longitude is not None
    assert patch.latitude is not None
    assert shapely.contains_xy(shapely.from_wkb(patch.geometry_wkb), patch.longitude, patch.latitude)


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
    assert outcome.longitude is not None
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
