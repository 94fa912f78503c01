"""Base layers loaded from files, whole or not at all; plots by their code."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from services.cases.storage.land import LAYERS
from shared.contracts.cases_events import LandLayerLoadedV1
from tests.integration.services.cases.land_desk import LandDesk, classes, patch_clue
from tests.integration.services.cases.office import (
    AGENCY,
    COORDINATOR,
    OFFICER,
    OTHER_COUNTY,
    Refused,
)
from tests.integration.services.cases.patch_writing import (
    geojson,
    ring,
    row,
    shapefile_parts,
    square,
    write_layer,
    zip_shapefile,
)

pytestmark = pytest.mark.evidence_not_asked


def test_rows_that_cannot_be_taken_refuse_the_version_whole(desk: LandDesk, tmp_path: Path) -> None:
    """A layer with holes would find too little farmland: nothing of it is in force, and each row says why."""
    bow = ring((0, 0), (100, 100), (100, 0), (0, 100))
    flat = ring((0, 0), (100, 0), (0, 0))
    away = shapely.transform(square(), lambda points: np.add(points, (0, -300_000)))
    shapes = [square(), square(300), square(600), flat, away, bow]
    layer = desk.loaded(tmp_path, "cultivated_land", classes("0102", "9999", "田", "0102", "0102", "0102"), shapes)
    assert (layer["state"], layer["problem"]["code"], layer["problem"]["facts"]) == (
        "refused",
        "land.rows-rejected",
        {"rejected": 4},
    )
    assert (layer["rows_created"], layer["rows_rejected"], layer["rows_outside"]) == (0, 4, 1)
    assert desk.land_rows(layer) == [
        (2, "rejected", "DLBM", "land.class-unknown"),
        (3, "rejected", "DLBM", "attribute.malformed"),
        (4, "rejected", "geometry", "patch.no-area"),
        (5, "outside", "geometry", "land.outside-county"),
        (6, "rejected", "geometry", "patch.self-crossing"),
    ]
    told = desk.told(LandLayerLoadedV1)
    assert [(one.payload["refused"], one.payload["rows_created"]) for one in told] == [(True, 0)]
    assert desk.count("land_feature") == 0
    clue = patch_clue(desk, tmp_path, square())
    with pytest.raises(Refused) as refused:
        desk.office.command(COORDINATOR, "clue.overlay", {}, clue)
    assert refused.value.code == "overlay.no-layer-at-all"


def test_rings_are_mended_only_when_that_was_asked_for(desk: LandDesk, tmp_path: Path) -> None:
    bow = ring((0, 0), (100, 100), (100, 0), (0, 100))
    away = shapely.transform(square(), lambda points: np.add(points, (0, -300_000)))
    layer = desk.loaded(
        tmp_path, "cultivated_land", classes("0102", "0102", "0102"), [bow, away, square(300)], repair=True
    )
    counts = {name: layer[f"rows_{name}"] for name in ("created", "repaired", "rejected", "outside")}
    assert (layer["state"], counts) == ("finished", {"created": 2, "repaired": 1, "rejected": 0, "outside": 1})
    assert desk.land_rows(layer)[0] == (1, "repaired", "geometry", "land.geometry-repaired")


@pytest.mark.parametrize(
    ("crs", "move", "code"),
    [
        ("urn:ogc:def:crs:EPSG::4523", (0, -300_000), "file.outside-county"),
        ("urn:ogc:def:crs:EPSG::4524", (1_000_000, 0), "file.wrong-zone"),
        ("urn:ogc:def:crs:EPSG::4524", (0, 0), "file.zone-contradicted"),
        ("nonsense", (0, 0), "file.projection-unknown"),
    ],
    ids=["another county", "another zone", "two zones", "no system"],
)
def test_a_file_that_lies_elsewhere_is_refused_whole(
    desk: LandDesk, tmp_path: Path, crs: str, move: tuple[int, int], code: str
) -> None:
    file = tmp_path / "layer.geojson"
    shape = shapely.transform(square(), lambda points: np.add(points, move))
    file.write_bytes(geojson(classes("0102"), [shape], crs=crs))
    layer = desk.load(file, "cultivated_land")
    assert (layer["state"], layer["problem"]["code"]) == ("refused", code)
    assert desk.count("land_feature") == 0


def test_every_kind_of_file_is_read(desk: LandDesk, tmp_path: Path) -> None:
    parts = shapefile_parts(tmp_path / "parts", classes("0102", "0103"), [square(), square(300)])
    shapefile = zip_shapefile(tmp_path / "layer.zip", parts)
    package = tmp_path / "layer.gpkg"
    write_layer(package, classes("0102"), [square()])
    folder = tmp_path / "made.gdb"
    options: dict[str, Any] = {"driver": "OpenFileGDB", "geometry_type": "MultiPolygon", "promote_to_multi": True}
    write_layer(folder, classes("0102"), [square()], **options)
    zipped = tmp_path / "gdb.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        for part in folder.iterdir():
            archive.write(part, f"三调.gdb/{part.name}")
    found = [desk.load(file, "cultivated_land", name=file.name) for file in (shapefile, package, zipped)]
    assert [(one["state"], one["rows_created"], one["problem"]) for one in found] == [
        ("finished", 2, None),
        ("finished", 1, None),
        ("finished", 1, None),
    ]


def test_of_a_file_with_several_layers_one_is_named(desk: LandDesk, tmp_path: Path) -> None:
    package = tmp_path / "三调.gpkg"
    write_layer(package, classes("0102"), [square()], layer="DLTB")
    write_layer(package, [{"NAME": "a"}, {"NAME": "b"}], [square(), square(300)], layer="永久基本农田", append=True)
    silent = desk.load(package, "cultivated_land", name="一")
    assert (silent["state"], silent["problem"]["code"]) == ("refused", "file.several-layers")
    assert sorted(silent["problem"]["facts"]["layers"]) == ["DLTB", "永久基本农田"]
    wrong = desk.load(package, "cultivated_land", name="一", layer_name="--repair")
    assert (wrong["problem"]["code"], sorted(wrong["problem"]["facts"]["layers"])) == (
        "file.layer-unknown",
        ["DLTB", "永久基本农田"],
    )
    land = desk.load(package, "cultivated_land", name="一", layer_name="dltb")
    protected = desk.load(package, "permanent_basic_farmland", name="一", layer_name="永久基本农田")
    assert [(one["state"], one["rows_created"]) for one in (land, protected)] == [("finished", 1), ("finished", 2)]


def test_of_a_zip_with_several_shapefiles_one_is_named(desk: LandDesk, tmp_path: Path) -> None:
    zipped = tmp_path / "two.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        for name, codes in (("DLTB", ("0102",)), ("GHDLTB", ("0102", "0103"))):
            parts = shapefile_parts(tmp_path / name, classes(*codes), [square(300 * no) for no in range(len(codes))])
            for extension, part in parts.items():
                archive.writestr(f"{name}{extension}", part)
    silent = desk.load(zipped, "cultivated_land")
    assert silent["problem"]["facts"]["layers"] == ["DLTB", "GHDLTB"]
    assert desk.load(zipped, "cultivated_land", layer_name="GHDLTB")["rows_created"] == 2


def test_a_geodatabase_with_odd_names_is_refused_and_says_so(desk: LandDesk, tmp_path: Path) -> None:
    zipped = tmp_path / "odd.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("三调.gdb/DLTB.gdbtable", b"x")
    layer = desk.load(zipped, "cultivated_land")
    assert (layer["state"], layer["problem"]["code"]) == ("refused", "file.member-missing")
    assert layer["problem"]["facts"]["members"] == ["三调.gdb/DLTB.gdbtable"]


@pytest.mark.parametrize("epsg", [4524, 4545, 4496, 4507])
def test_other_zones_are_taken_where_they_are_right(desk: LandDesk, tmp_path: Path, epsg: int) -> None:
    """Zone 36 and the 6-degree zone 18, with and without number: the same place, the same area."""
    convert = Transformer.from_crs(4523, epsg, always_xy=True)
    moved = shapely.transform(square(), lambda points: np.column_stack(convert.transform(points[:, 0], points[:, 1])))
    file = tmp_path / "layer.geojson"
    file.write_bytes(geojson(classes("0102"), [moved], crs=f"urn:ogc:def:crs:EPSG::{epsg}"))
    layer = desk.load(file, "cultivated_land")
    assert (layer["state"], layer["crs"], layer["problem"]) == ("finished", f"EPSG:{epsg}", None)
    ((area,),) = desk.sql("SELECT area_m2 FROM land_feature")
    assert float(area) == pytest.approx(10_000, rel=1e-3)


def test_a_row_of_another_zone_is_told_by_its_zone(desk: LandDesk, tmp_path: Path) -> None:
    strayed = shapely.transform(square(), lambda points: np.add(points, (1_000_000, 0)))
    file = tmp_path / "patches.geojson"
    file.write_bytes(geojson([row(1), row(2), row(3)], [square(), square(300), strayed]))
    job = desk.imported(file)
    bad = desk.rows(job["id"], outcome="rejected")
    assert [(one["row_no"], one["code"], one["facts"]["zone"], one["facts"]["file_zone"]) for one in bad] == [
        (3, "patch.other-zone", 36, 35)
    ]


def test_a_version_has_its_name_once_and_no_survey_is_to_come(desk: LandDesk, tmp_path: Path) -> None:
    desk.loaded(tmp_path, "cultivated_land", classes("0102"), [square()])
    with pytest.raises(Refused) as twice:
        desk.loaded(tmp_path, "cultivated_land", classes("0102"), [square()])
    assert (twice.value.code, twice.value.field) == ("land.version-exists", "version_name")
    with pytest.raises(Refused) as early:
        desk.loaded(tmp_path, "cultivated_land", classes("0102"), [square()], day="2026-12-31", name="2026年度")
    assert (early.value.code, early.value.field) == ("land.survey-in-future", "valid_from")


def test_a_worker_that_died_on_the_way_loses_and_doubles_nothing(desk: LandDesk, tmp_path: Path) -> None:
    file = tmp_path / "many.geojson"
    file.write_bytes(geojson(classes(*["0102"] * 7), [square(300 * no) for no in range(7)]))
    body = {**desk.store(file), "kind": "cultivated_land", "valid_from": "2025-12-31", "version_name": "一"}
    layer = desk.office.command(COORDINATOR, "land_layer.load", body)
    worker = desk.worker(rows=2)
    finish, batches = worker._unit, []

    def unit(job: Any, act: Any) -> None:
        batches.append(act)
        if len(batches) == 3:
            raise RuntimeError("killed")
        finish(job, act)

    worker._unit = unit  # type: ignore[method-assign]
    assert worker.run_once()
    assert desk.count("land_feature") == 4
    with desk.office.parts.engine.connect() as connection:
        assert LAYERS.waiting(connection) == 1
    desk.finish()
    found = desk.office.query(COORDINATOR, "land_layer.get", id=layer["id"])
    assert (found["state"], found["rows_created"], desk.count("land_feature")) == ("finished", 7, 7)


def test_whom_it_does_not_concern_sees_neither_layers_nor_overlays_nor_plots(desk: LandDesk, tmp_path: Path) -> None:
    layer = desk.loaded(tmp_path, "parcel", [{"PLOT_CODE": "6405211042020000001"}], [square()], day="2024-12-31")
    clue = patch_clue(desk, tmp_path, square())
    desk.finish()
    assert desk.office.query(COORDINATOR, "plot.get", code="6405211042020000001")["clues"][0]["clue_id"] == clue
    for by in (OTHER_COUNTY, AGENCY):
        for operation, asked in (
            ("land_layer.get", {"id": layer["id"]}),
            ("clue.get-overlay", {"id": clue}),
            ("plot.get", {"code": "6405211042020000001"}),
        ):
            with pytest.raises(Refused) as refused:
                desk.office.query(by, operation, **asked)
            assert refused.value.kind == "not-found"
    with pytest.raises(Refused) as unknown:
        desk.office.query(COORDINATOR, "plot.get", code="0000")
    assert unknown.value.kind == "not-found"
    body = {"kind": "parcel", "version_name": "x", "valid_from": "2025-12-31"}
    stored = desk.store(tmp_path / "parcel.geojson")
    with pytest.raises(Refused) as officer:
        desk.office.command(OFFICER, "land_layer.load", {**stored, **body})
    assert officer.value.kind == "not-allowed"


def test_plots_are_measured_again_when_a_layer_comes(desk: LandDesk, tmp_path: Path) -> None:
    code = "6405211042020000001"

    def land() -> Any:
        return desk.office.query(COORDINATOR, "plot.get", code=code)["versions"][0]["land"]

    desk.loaded(tmp_path, "parcel", [{"PLOT_CODE": code, "DLBM": "0102"}], [square()])
    desk.finish()
    assert land() is None
    desk.loaded(tmp_path, "permanent_basic_farmland", [{"NAME": "a"}], [square(-50, -50, 100)])
    desk.finish()
    assert (land()["is_pbf"], land()["pbf_m2"], land()["classes"]) == (True, pytest.approx(2500, rel=1e-3), [])
    desk.loaded(tmp_path, "cultivated_land", classes("0103"), [square(-50, -50, 300)])
    desk.loaded(tmp_path, "high_standard_farmland", [{"NAME": "a"}], [square(500)])
    desk.finish()
    ((one,), found) = land()["classes"], land()
    assert (one["land_class"], one["title"], one["area_mu"]) == ("0103", "旱地", 15.0)
    assert (found["is_high_standard"], found["is_pbf_reserve"]) == (False, None)
    assert {layer["kind"] for layer in found["layers"]} == {
        "permanent_basic_farmland",
        "cultivated_land",
        "high_standard_farmland",
    }
