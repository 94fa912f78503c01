"""Rows of patch files: what is taken, and what is told of those that are not."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from gateway.cli.sample_patches import write_sample
from services.cases.domain.patch import Patch, RowRejected
from tests.integration.services.cases.patch_reading import BOUNDARIES, one_shape, read, refusal, rejection_in
from tests.integration.services.cases.patch_writing import (
    CENTRE,
    geojson,
    ring,
    row,
    shapefile_parts,
    square,
    zip_shapefile,
)


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


def test_a_row_whose_longitude_and_latitude_are_swapped_is_rejected_alone(tmp_path: Path) -> None:
    good = shapely.box(105.7, 37.5, 105.701, 37.501)
    swapped = shapely.box(37.5, 105.7, 37.501, 105.701)
    path = tmp_path / "a.geojson"
    path.write_bytes(geojson([row(1), row(2), row(3)], [good, swapped, good], None))
    _, outcomes = read(path)
    assert [isinstance(outcome, Patch) for outcome in outcomes] == [True, False, True]
    refused = outcomes[1]
    assert isinstance(refused, RowRejected)
    assert (refused.field, refused.code) == ("geometry", "patch.outside-county")
    assert (refused.facts["longitude"], refused.facts["latitude"]) == (37.5005, 105.7005)


def test_a_shape_larger_than_any_patch_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(geojson([row(1)], [shapely.box(105.3, 37.2, 105.9, 37.6)], None))
    _, (outcome,) = read(path)
    assert isinstance(outcome, RowRejected)
    assert outcome.code == "patch.too-large"


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
    assert last.longitude is not None
    assert last.longitude > 105.744


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


def test_the_name_of_the_owner_tells_the_kind_when_stored_under_another(tmp_path: Path) -> None:
    sample = write_sample(tmp_path)
    stored = tmp_path / "0a1b2c"
    stored.write_bytes(sample.path.read_bytes())
    assert read(stored, name="一季度.zip")[0].rows == 60
