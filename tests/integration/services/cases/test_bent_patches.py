"""Polygons in GCJ-02 and BD-09 are brought to CGCS2000 as they come in (domain.md 7.5); their origin is kept."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import shapely
from pyproj import Transformer

from services.cases.domain.datum import bd09_from_wgs84, gcj02_from_wgs84
from tests.integration.services.cases.import_desk import Desk
from tests.integration.services.cases.office import COORDINATOR, Refused
from tests.integration.services.cases.patch_writing import geojson, row, shapefile_parts, square, zip_shapefile

BENT = {"gcj02": gcj02_from_wgs84, "bd09": bd09_from_wgs84}
TITLES = {"gcj02": "GCJ-02", "bd09": "BD-09"}
_TO_DEGREES = Transformer.from_crs(4523, 4490, always_xy=True)


def in_degrees(bend: Callable[[float, float], tuple[float, float]] | None = None) -> Any:
    """The square of the tests in degrees, bent or not."""

    def moved(points: Any) -> Any:
        degrees = np.column_stack(_TO_DEGREES.transform(points[:, 0], points[:, 1]))
        return np.array([bend(x, y) for x, y in degrees]) if bend else degrees

    return shapely.transform(square(), moved)


def clue_of(desk: Desk, job: dict[str, Any]) -> dict[str, Any]:
    (told,) = desk.rows(job["id"])
    return desk.office.query(COORDINATOR, "clue.get", id=told["clue_id"])


def check(desk: Desk, job: dict[str, Any], title: str) -> None:
    """It lies where the square does, to a centimetre, and says in which system it came."""
    assert (job["state"], job["rows_created"], job["crs"]) == ("finished", 1, title)
    clue = clue_of(desk, job)
    found = shapely.geometry.shape(clue["geometry"])
    assert shapely.hausdorff_distance(found, in_degrees()) < 1e-7
    assert clue["patch"]["source_crs"] == title
    assert clue["area_m2"] == pytest.approx(10_000, rel=0.01)


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
@pytest.mark.parametrize("name", ["{title}", "urn:ogc:def:crs:{title}", "{code}"])
def test_a_file_that_names_a_bent_system_is_converted(desk: Desk, tmp_path: Path, crs: str, name: str) -> None:
    file = tmp_path / "a.geojson"
    named = name.format(title=TITLES[crs], code=crs.upper())
    file.write_bytes(geojson([row(1)], [in_degrees(BENT[crs])], crs=named))
    check(desk, desk.imported(file), TITLES[crs])


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
def test_a_file_that_does_not_say_is_converted_as_its_sender_says(desk: Desk, tmp_path: Path, crs: str) -> None:
    """GeoJSON without a crs counts as WGS84: then what the sender states is used, and told to be."""
    file = tmp_path / "a.geojson"
    file.write_bytes(geojson([row(1)], [in_degrees(BENT[crs])], crs=None))
    job = desk.imported(file, crs=crs)
    check(desk, job, TITLES[crs])
    told = {"code": "file.crs-as-stated", "facts": {"declared": "EPSG:4326", "used": TITLES[crs]}}
    assert told in job["warnings"]


def test_a_shapefile_of_a_map_of_a_chinese_firm_is_converted(desk: Desk, tmp_path: Path) -> None:
    parts = shapefile_parts(tmp_path / "p", [row(1)], [in_degrees(gcj02_from_wgs84)], crs="EPSG:4326")
    prj = next(name for name in parts if name.endswith(".prj"))
    parts[prj] = parts[prj].replace(b"GCS_WGS_1984", b"GCS_GCJ_02", 1)
    assert b"GCJ" in parts[prj]
    check(desk, desk.imported(zip_shapefile(tmp_path / "a.zip", parts)), "GCJ-02")


@pytest.mark.parametrize(
    ("named", "stated"),
    [("GCJ-02", "wgs84"), ("GCJ-02", "bd09"), ("urn:ogc:def:crs:EPSG::4523", "gcj02")],
)
def test_a_file_and_a_sender_that_contradict_each_other_are_refused(
    desk: Desk, tmp_path: Path, named: str, stated: str
) -> None:
    file = tmp_path / "a.geojson"
    shape = square() if "4523" in named else in_degrees(gcj02_from_wgs84)
    file.write_bytes(geojson([row(1)], [shape], crs=named))
    job = desk.imported(file, crs=stated)
    assert (job["state"], job["problem"]["code"], job["rows_created"]) == ("refused", "file.crs-contradicted", 0)


def test_what_is_stated_of_plain_degrees_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "a.geojson"
    file.write_bytes(geojson([row(1)], [in_degrees()], crs="EPSG:4490"))
    check(desk, desk.imported(file, crs="cgcs2000"), "EPSG:4490")


def test_the_metres_of_baidu_and_unknown_systems_stay_refused(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "a.geojson"
    file.write_bytes(geojson([row(1)], [in_degrees()], crs="BD09MC"))
    assert desk.imported(file)["problem"]["code"] == "file.projection-unknown"
    with pytest.raises(Refused) as stated:
        desk.ask(file, crs="mars")
    assert (stated.value.code, stated.value.field) == ("invalid-field", "crs")


def test_the_same_bent_file_again_is_known(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "a.geojson"
    file.write_bytes(geojson([row(1)], [in_degrees(bd09_from_wgs84)], crs="BD-09"))
    desk.imported(file)
    again = desk.imported(file)
    assert (again["rows_created"], again["rows_known"]) == (0, 1)


def test_the_places_of_a_table_are_converted_too(desk: Desk, tmp_path: Path) -> None:
    centre = in_degrees().centroid
    x, y = gcj02_from_wgs84(centre.x, centre.y)
    workbook = openpyxl.Workbook()
    workbook.active.append(["图斑编号", "图斑面积", "乡镇名称", "经度", "纬度"])
    workbook.active.append(["640521WP26000077", 15.0, "恩和镇", x, y])
    workbook.save(tmp_path / "a.xlsx")
    job = desk.imported(tmp_path / "a.xlsx", crs="gcj02")
    assert (job["state"], job["rows_created"], job["crs"]) == ("finished", 1, "GCJ-02")
    clue = clue_of(desk, job)
    assert (clue["longitude"], clue["latitude"]) == (
        pytest.approx(centre.x, abs=1e-6),
        pytest.approx(centre.y, abs=1e-6),
    )
