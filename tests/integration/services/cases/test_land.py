"""Base layers loaded from files, patches laid over them as they come in, plots by their code."""

import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from gateway.cli.sample_patches import write_sample
from gateway.cli.samples.layers import write_layers
from services.cases.adapters.parser_process import PatchParser
from services.cases.storage.land import LAYERS
from shared.contracts.cases_events import ClueOverlaidV1, LandLayerLoadedV1
from tests.integration.services.cases.import_desk import Desk
from tests.integration.services.cases.office import (
    AGENCY,
    COORDINATOR,
    OFFICER,
    OTHER_COUNTY,
    Office,
    Refused,
    sand_yard,
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


class LandDesk(Desk):
    def load(self, file: Path, kind: str, day: str = "2025-12-31", name: str = "2025年度") -> dict[str, Any]:
        """The version, loaded to its end."""
        body = {**self.store(file), "kind": kind, "valid_from": day, "version_name": name}
        layer = self.office.command(COORDINATOR, "land_layer.load", body)
        assert self.worker().run_once()
        return self.office.query(COORDINATOR, "land_layer.get", id=layer["id"])

    def loaded(self, folder: Path, kind: str, rows: list[dict[str, Any]], shapes: list[Any], **options: Any) -> Any:
        file = folder / f"{kind}.geojson"
        file.write_bytes(geojson(rows, shapes))
        return self.load(file, kind, **options)

    def land_rows(self, layer: dict[str, Any]) -> list[tuple[Any, ...]]:
        found = self.office.query(COORDINATOR, "land_layer.rows", id=layer["id"])["items"]
        return [(one["row_no"], one["outcome"], one["field"], one["code"]) for one in found]

    def finish(self) -> None:
        while self.worker().run_once():
            pass

    def overlay(self, clue_id: str) -> dict[str, Any]:
        return self.office.query(COORDINATOR, "clue.get-overlay", id=clue_id)


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Iterator[LandDesk]:
    opened = LandDesk(office, tmp_path)
    yield opened
    for engine in opened.engines:
        engine.dispose()


def patch_clue(desk: LandDesk, folder: Path, shape: Any, **attributes: Any) -> str:
    """A clue made of one patch."""
    file = folder / "patch.geojson"
    file.write_bytes(geojson([row(1, **attributes)], [shape]))
    job = desk.imported(file)
    return str(desk.rows(job["id"])[0]["clue_id"])


# --- the worked example


def test_the_sand_yard_lies_on_what_the_worked_example_says(desk: LandDesk, tmp_path: Path) -> None:
    """domain.md 8.1: through the import of layers and of patches, and the overlay that follows."""
    for kind, file in write_layers(tmp_path / "layers").items():
        layer = desk.load(file, kind.value)
        assert (layer["state"], layer["rows_rejected"], layer["crs"]) == ("finished", 0, "EPSG:4490")
    sample = write_sample(tmp_path / "files", rows=60, broken=3)
    desk.imported(sample.path)
    desk.finish()
    clue = desk.office.query(COORDINATOR, "clue.list", no="640521WP26000037")["items"][0]
    overlay = desk.overlay(clue["id"])
    assert (overlay["state"], overlay["on_day"]) == ("finished", "2026-03-28")
    result = overlay["result"]
    assert result["area_m2"] == 8400.00
    split = {one["land_class"]: (one["pbf_m2"], one["other_m2"]) for one in result["classes"]}
    assert split == {"0102": (4200.00, 2800.00), "1202": (0.00, 1400.00)}
    assert (result["pbf_m2"], result["other_cultivated_m2"], result["farmland_m2"]) == (4200.00, 2800.00, 7000.00)
    assert (result["agricultural_m2"], result["construction_m2"], result["unknown_m2"]) == (8400.00, 0.0, 0.0)
    assert result["flags"] == {
        "pbf": True,
        "area_threshold_met": True,
        "near_threshold": False,
        "red_line": False,
        "outside_boundary": True,
        "tillage_destroyed": None,
    }
    assert [one["flagged"] for one in result["differences"]] == [False, False, False]
    assert {layer["version_name"] for layer in result["layers"]} == {"2025年度"}
    assert desk.count("overlay WHERE state = 'finished'") == 57
    assert len(desk.told(ClueOverlaidV1)) == 57
    plot = result["plots"][0]["plot_code"]
    seen = desk.office.query(OFFICER, "plot.get", code=plot)
    assert [(one["clue_no"], one["area_m2"]) for one in seen["clues"]] == [(clue["clue_no"], 4200.00)]


# --- files


def classes(*codes: str) -> list[dict[str, Any]]:
    return [{"DLBM": code} for code in codes]


def test_a_ring_that_crosses_itself_is_repaired_and_told(desk: LandDesk, tmp_path: Path) -> None:
    bow = ring((0, 0), (100, 100), (100, 0), (0, 100))
    layer = desk.loaded(tmp_path, "cultivated_land", classes("0102", "0102"), [bow, square(300)])
    assert (layer["state"], layer["rows_created"], layer["rows_repaired"]) == ("finished", 2, 1)
    assert desk.land_rows(layer) == [(1, "repaired", "geometry", "land.geometry-repaired")]
    told = desk.told(LandLayerLoadedV1)
    assert [(one.payload["rows_repaired"], one.payload["refused"]) for one in told] == [(1, False)]


def test_rows_that_cannot_be_taken_are_refused_by_name(desk: LandDesk, tmp_path: Path) -> None:
    rows = classes("0102", "9999", "田", "0102", "0102")
    flat = ring((0, 0), (100, 0), (0, 0))
    away = shapely.transform(square(), lambda points: np.add(points, (0, -300_000)))
    shapes = [square(), square(300), square(600), flat, away]
    layer = desk.loaded(tmp_path, "cultivated_land", rows, shapes)
    assert (layer["state"], layer["rows_created"], layer["rows_rejected"]) == ("finished", 1, 4)
    assert desk.land_rows(layer) == [
        (2, "rejected", "DLBM", "land.class-unknown"),
        (3, "rejected", "DLBM", "attribute.malformed"),
        (4, "rejected", "geometry", "patch.geometry-invalid"),
        (5, "rejected", "geometry", "land.outside-county"),
    ]


@pytest.mark.parametrize(
    ("crs", "move", "code"),
    [
        ("urn:ogc:def:crs:EPSG::4523", (0, -300_000), "file.outside-county"),
        ("urn:ogc:def:crs:EPSG::4524", (1_000_000, 0), "file.projection-unknown"),
        ("nonsense", (0, 0), "file.projection-unknown"),
    ],
    ids=["another county", "another zone", "no system"],
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


def test_a_version_has_its_name_once_and_no_survey_is_to_come(desk: LandDesk, tmp_path: Path) -> None:
    desk.loaded(tmp_path, "cultivated_land", classes("0102"), [square()])
    with pytest.raises(Refused) as twice:
        desk.loaded(tmp_path, "cultivated_land", classes("0102"), [square()])
    assert (twice.value.code, twice.value.field) == ("land.version-exists", "version_name")
    with pytest.raises(Refused) as early:
        desk.loaded(tmp_path, "cultivated_land", classes("0102"), [square()], day="2026-12-31", name="2026")
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


# --- versions, claims, scope


def test_a_newer_version_leaves_the_days_before_it(desk: LandDesk, tmp_path: Path) -> None:
    for day, code, name in (("2024-12-31", "0102", "2024"), ("2025-12-31", "0702", "2025")):
        desk.loaded(tmp_path, "cultivated_land", classes(code), [square(-50, -50, 300)], day=day, name=name)
    clue = patch_clue(desk, tmp_path, square(), QSX="2025-01-10", HSX="2025-06-30")
    desk.finish()
    found = desk.overlay(clue)
    assert ([one["version_name"] for one in found["result"]["layers"]], found["on_day"]) == (["2024"], "2025-06-30")
    desk.office.command(COORDINATOR, "clue.overlay", {"on_day": "2026-01-15"}, clue)
    desk.finish()
    assert [one["land_class"] for one in desk.overlay(clue)["result"]["classes"]] == ["0702"]
    with pytest.raises(Refused) as refused:
        desk.office.command(COORDINATOR, "clue.overlay", {"on_day": "2023-01-15"}, clue)
    assert (refused.value.code, refused.value.facts["earliest"]) == ("overlay.no-layer", "2024-12-31")


def test_slivers_hit_nothing_and_a_wrong_claim_is_flagged(desk: LandDesk, tmp_path: Path) -> None:
    desk.loaded(tmp_path, "cultivated_land", classes("0102"), [square(-50, -50, 300)])
    sliver = ring((-100, 0), (0.005, 0), (0.005, 100), (-100, 100))
    desk.loaded(tmp_path, "permanent_basic_farmland", [{"NAME": "a"}], [sliver])
    clue = patch_clue(desk, tmp_path, square(), ZGDMJ="12.00", ZJBNTMJ="0.00")
    desk.finish()
    result = desk.overlay(clue)["result"]
    assert result["flags"]["pbf"] is False
    assert 0.3 < result["pbf_m2"] < 0.7
    assert (result["flags"]["red_line"], result["flags"]["outside_boundary"]) == (None, None)
    flagged = {one["field"]: one["flagged"] for one in result["differences"]}
    assert flagged == {"area_m2": False, "farmland_area_m2": True, "pbf_area_m2": False}


def test_a_point_has_nothing_to_lay_over(desk: LandDesk) -> None:
    clue = desk.office.command(COORDINATOR, "clue.report", sand_yard())
    with pytest.raises(Refused) as refused:
        desk.office.command(COORDINATOR, "clue.overlay", {}, clue["id"])
    assert refused.value.code == "overlay.no-shape"
    with pytest.raises(Refused) as none:
        desk.overlay(clue["id"])
    assert none.value.code == "overlay.none"


def test_no_layer_no_overlay_and_the_import_goes_on(desk: LandDesk, tmp_path: Path) -> None:
    patch_clue(desk, tmp_path, square())
    assert desk.count("overlay") == 0


def test_whom_it_does_not_concern_sees_neither_layers_nor_overlays_nor_plots(desk: LandDesk, tmp_path: Path) -> None:
    layer = desk.loaded(tmp_path, "parcel", [{"PLOT_CODE": "6405211042020000001"}], [square()])
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
    assert date.fromisoformat(layer["valid_from"]) + timedelta(1) == date(2026, 1, 1)


def test_an_overlay_on_which_the_child_dies_is_refused_after_three_tries(desk: LandDesk, tmp_path: Path) -> None:
    desk.loaded(tmp_path, "cultivated_land", classes("0102"), [square(-50, -50, 300)])
    clue = patch_clue(desk, tmp_path, square())
    worker = desk.worker(parser=PatchParser(most_s=0))
    for _ in range(4):
        assert worker.run_once()
    assert not worker.run_once()
    found = desk.overlay(clue)
    assert (found["state"], found["problem"]["code"], found["result"]) == ("refused", "import.worker-crashed", None)
    desk.office.command(COORDINATOR, "clue.overlay", {}, clue)
    desk.finish()
    assert desk.overlay(clue)["state"] == "finished"
