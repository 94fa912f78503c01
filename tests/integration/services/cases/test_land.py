"""Base layers loaded from files, patches laid over them as they come in, plots by their code."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from gateway.cli.sample_patches import write_sample
from gateway.cli.samples.layers import write_layers
from services.cases.adapters.parser_process import PatchParser
from services.cases.rebuild import PROJECTIONS
from services.cases.storage.land import LAYERS
from shared.contracts.cases_events import ClueOverlaidV1, LandLayerLoadedV1
from shared.rebuild.comparison import OwnProjection
from shared.rebuild.own_log import OwnLog
from tests.integration.services.cases.import_desk import Desk
from tests.integration.services.cases.office import (
    AGENCY,
    COORDINATOR,
    OFFICER,
    OTHER_COUNTY,
    Office,
    Refused,
    correction,
    filed,
    filing,
    sand_yard,
    verified,
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
from tests.integration.services.cases.path_people import DEPUTY
from tests.integration.services.cases.test_agency_results import Invited
from tests.integration.services.cases.test_main_path import up_to_notice

pytestmark = pytest.mark.evidence_not_asked


class LandDesk(Desk):
    def load(
        self, file: Path, kind: str, day: str = "2024-12-31", name: str = "2024年度", **how: Any
    ) -> dict[str, Any]:
        """The version, loaded to its end."""
        body = {**self.store(file), "kind": kind, "valid_from": day, "version_name": name, **how}
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
        worker = self.worker()
        while worker.run_once():
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
    for kind, file in write_layers(tmp_path / "layers", rows=12, broken=2, cell=0.1).items():
        layer = desk.load(file, kind.value)
        assert (layer["state"], layer["rows_rejected"], layer["crs"]) == ("finished", 0, "EPSG:4490")
    sample = write_sample(tmp_path / "files", rows=12, broken=2)
    desk.imported(sample.path)
    desk.finish()
    clue = desk.office.query(COORDINATOR, "clue.list", no="640521WP26000037")["items"][0]
    overlay = desk.overlay(clue["id"])
    assert (overlay["state"], overlay["on_day"], overlay["day_basis"]) == ("finished", "2025-09-12", "image_before")
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
    assert {(layer["version_name"], layer["valid_until"]) for layer in result["layers"]} == {("2024年度", None)}
    assert (result["rules_on"], [one["kind"] for one in result["missing"]]) == (
        "2026-03-28",
        ["pbf_reserve_area", "high_standard_farmland", "approved_land"],
    )
    found = {one["rule"]: (one["area_m2"], one["area_mu"], one["version_name"]) for one in result["findings"]}
    assert found == {
        "pbf": (4200.00, 6.30, "2024年度"),
        "pbf_threshold": (4200.00, 6.30, "2024年度"),
        "outside_boundary": (8400.00, 12.60, "2024年度"),
        "other_cultivated": (2800.00, 4.20, "2024年度"),
    }
    assert (desk.count("overlay WHERE result IS NOT NULL"), desk.count("overlay_job")) == (10, 0)
    assert len(desk.told(ClueOverlaidV1)) == 10
    plot = result["plots"][0]["plot_code"]
    seen = desk.office.query(OFFICER, "plot.get", code=plot)
    assert [(one["clue_no"], one["area_m2"], one["area_mu"]) for one in seen["clues"]] == [
        (clue["clue_no"], 4200.00, 6.30)
    ]
    (version,) = seen["versions"]
    land = version["land"]
    assert (land["is_pbf"], land["in_red_line"], land["is_high_standard"]) == (True, False, None)
    assert land["pbf_m2"] == pytest.approx(version["area_m2"], abs=0.05)
    assert [(one["land_class"], one["title"]) for one in land["classes"]] == [("0102", "水浇地")]
    assert version["area_mu"] == pytest.approx(version["area_m2"] * 0.0015, abs=0.01)


# --- files


def classes(*codes: str) -> list[dict[str, Any]]:
    return [{"DLBM": code} for code in codes]


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


# --- versions, claims, scope


def test_the_land_before_the_act_counts_and_not_what_the_act_made_of_it(desk: LandDesk, tmp_path: Path) -> None:
    """The survey after the act finds a house; the one before it farmland."""
    for day, code, name in (("2024-12-31", "0102", "2024"), ("2025-12-31", "0702", "2025")):
        desk.loaded(tmp_path, "cultivated_land", classes(code), [square(-50, -50, 300)], day=day, name=name)
    clue = patch_clue(desk, tmp_path, square(), QSX="2025-01-10", HSX="2026-01-30")
    desk.finish()
    found = desk.overlay(clue)
    assert (found["on_day"], found["day_basis"], found["result"]["rules_on"]) == (
        "2025-01-10",
        "image_before",
        "2026-01-30",
    )
    assert [(one["version_name"], one["valid_until"]) for one in found["result"]["layers"]] == [("2024", "2025-12-30")]
    assert found["result"]["farmland_m2"] > 9000
    desk.office.command(COORDINATOR, "clue.overlay", {"on_day": "2026-01-15"}, clue)
    assert desk.overlay(clue)["state"] == "queued"
    desk.finish()
    stated = desk.overlay(clue)
    assert ([one["land_class"] for one in stated["result"]["classes"]], stated["day_basis"]) == (["0702"], "stated")
    with pytest.raises(Refused) as refused:
        desk.office.command(COORDINATOR, "clue.overlay", {"on_day": "2023-01-15"}, clue)
    assert (refused.value.code, refused.value.facts["earliest"]) == ("overlay.no-layer", "2024-12-31")


def test_overlays_follow_from_the_log(desk: LandDesk, tmp_path: Path) -> None:
    desk.loaded(tmp_path, "cultivated_land", classes("0102"), [square(-50, -50, 300)])
    patch_clue(desk, tmp_path, square())
    desk.finish()
    projection = next(one for one in PROJECTIONS if one.name == "overlay")
    assert isinstance(projection, OwnProjection)
    log = OwnLog(desk.office.parts.engine, "cases", projection, lambda *_: None)
    assert log.rebuild(None).differences == []
    desk.sql("UPDATE overlay SET result = NULL, on_day = '2020-01-01'")
    assert [one.row.fields for one in log.rebuild(None).differences] == [["on_day", "result"]]


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


def test_an_overlay_on_which_the_child_dies_is_refused_after_three_tries(desk: LandDesk, tmp_path: Path) -> None:
    desk.loaded(tmp_path, "cultivated_land", classes("0102"), [square(-50, -50, 300)])
    clue = patch_clue(desk, tmp_path, square())
    worker = desk.worker(parser=PatchParser(most_s=0))
    for _ in range(4):
        assert worker.run_once()
    assert not worker.run_once()
    found = desk.overlay(clue)
    assert (found["state"], found["problem"]["code"], found["result"]) == ("refused", "overlay.given-up", None)
    desk.office.command(COORDINATOR, "clue.overlay", {}, clue)
    desk.finish()
    assert desk.overlay(clue)["state"] == "finished"


def test_who_sees_a_case_or_an_item_sees_what_its_land_is(desk: LandDesk, tmp_path: Path) -> None:
    """The overlay of the clue it comes from; the scope is that of the case and of the item."""
    desk.loaded(tmp_path, "cultivated_land", classes("0102"), [square(-50, -50, 300)])
    office = desk.office
    with pytest.raises(Refused) as none:
        office.query(COORDINATOR, "case.get-overlay", id=filed(office)["id"])
    assert none.value.code == "overlay.none"
    clue = patch_clue(desk, tmp_path, square())
    desk.finish()
    verified(office, clue)
    case = office.command(COORDINATOR, "clue.file-case", filing(), clue)
    up_to_notice(office, case)
    office.command(COORDINATOR, "case.order-rectification", correction(), case["id"])
    item = office.query(COORDINATOR, "rectification.list")["items"][0]["id"]
    for by, operation, id_ in (
        (DEPUTY, "case.get-overlay", case["id"]),
        (COORDINATOR, "case.get-overlay", case["id"]),
        (OFFICER, "rectification.get-overlay", item),
    ):
        assert office.query(by, operation, id=id_)["result"]["farmland_m2"] > 9000
    for by in (OTHER_COUNTY, AGENCY):
        for operation, id_ in (("case.get-overlay", case["id"]), ("rectification.get-overlay", item)):
            with pytest.raises(Refused) as hidden:
                office.query(by, operation, id=id_)
            assert hidden.value.kind == "not-found"


def test_what_an_agency_found_stands_beside_the_overlay_and_corrects_nothing(desk: LandDesk, tmp_path: Path) -> None:
    desk.loaded(tmp_path, "cultivated_land", classes("0102"), [square(-50, -50, 300)])
    office = desk.office
    clue = patch_clue(desk, tmp_path, square())
    desk.finish()
    verified(office, clue)
    case = office.command(COORDINATOR, "clue.file-case", filing(), clue)
    before = office.query(COORDINATOR, "case.get-overlay", id=case["id"])
    assert before["agency_findings"] == []
    measured = before["result"]
    agencies = ("natural_resources", "agriculture", "public_security")
    invited = Invited(office, case, *agencies)
    survey = {
        "kind": "land_survey",
        "surveyed_on": "2026-04-20",
        "report_no": "测1号",
        "measured_area_m2": measured["area_m2"],
        "farmland_area_m2": measured["farmland_m2"] - 10,
        "pbf_area_m2": 0,
        "land_class_code": "0103",
        "surveyor": "测绘队",
        "land_class_version": "2024年度国土变更调查",
        "plan_conformity": "conflicts",
        "conclusion": "旱地",
    }
    invited.report("natural_resources", **survey)
    lines = {
        "kind": "control_line_finding",
        "found_on": "2026-04-20",
        "report_no": "线1号",
        "database_version": "三区三线2022",
        "area_m2": measured["area_m2"],
        "pbf_area_m2": 0,
        "pbf_reserve_area_m2": 0,
        "ecological_area_m2": 1.5,
        "outside_boundary_area_m2": measured["area_m2"],
        "plan_conformity": "conflicts",
        "conclusion": "城镇开发边界外",
    }
    Invited(office, case, *agencies).report("natural_resources", **lines)
    invited.complete("natural_resources")  # what was found out stays when the report is accepted
    seen = office.query(COORDINATOR, "case.get-overlay", id=case["id"])
    assert seen["result"] == measured
    found = seen["agency_findings"]
    told = [(one["kind"], one["database_version"], one["land_class"], one["ecological_area_m2"]) for one in found]
    assert told == [
        ("land_survey", "2024年度国土变更调查", "0103", None),
        ("control_line_finding", "三区三线2022", None, 1.5),
    ]
    flagged = {one["field"]: one["flagged"] for one in found[0]["differences"]}
    assert (flagged["area_m2"], flagged["farmland_area_m2"]) == (False, True)
    assert office.query(DEPUTY, "case.get-overlay", id=case["id"])["agency_findings"] == found
    assert desk.overlay(clue)["agency_findings"] == []


def test_a_shape_that_is_too_complex_is_refused_and_the_others_are_laid_over(desk: LandDesk, tmp_path: Path) -> None:
    """One patch of 40,000 points over 300 features that each cover it: 12,000,000 points and more."""
    strips = [square(no / 10).buffer(200, quad_segs=20) for no in range(300)]
    desk.loaded(tmp_path, "cultivated_land", classes(*["0102"] * len(strips)), strips)
    star = shapely.Point(square().centroid).buffer(60, quad_segs=10_000)
    file = tmp_path / "two.geojson"
    file.write_bytes(geojson([row(1), row(2)], [star, square(20, 20, 10)]))
    job = desk.imported(file)
    heavy, light = (one["clue_id"] for one in desk.rows(job["id"]))
    desk.finish()
    assert [desk.overlay(clue)["state"] for clue in (heavy, light)] == ["refused", "finished"]
    problem = desk.overlay(heavy)["problem"]
    assert (problem["code"], problem["facts"]["work"] > problem["facts"]["most"]) == ("overlay.too-complex", True)


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
