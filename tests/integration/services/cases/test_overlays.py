"""Patches laid over the layers of a day as they come in, and what cases and agencies see of it."""

import json
from pathlib import Path

import pytest
import shapely

from gateway.cli.sample_patches import write_sample
from gateway.cli.samples.layers import write_layers
from services.cases.adapters.parser_process import PatchParser
from services.cases.rebuild import PROJECTIONS
from shared.contracts.cases_events import ClueOverlaidV1
from shared.rebuild.comparison import OwnProjection
from shared.rebuild.own_log import OwnLog
from tests.integration.services.cases.clue_desk import clue, under_verification
from tests.integration.services.cases.land_desk import LandDesk, classes, patch_clue
from tests.integration.services.cases.office import (
    AGENCY,
    COORDINATOR,
    OFFICER,
    OTHER_COUNTY,
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
    square,
)
from tests.integration.services.cases.path_people import DEPUTY
from tests.integration.services.cases.test_agency_results import Invited
from tests.integration.services.cases.test_main_path import up_to_notice

pytestmark = pytest.mark.evidence_not_asked


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


def test_the_parts_of_a_patch_that_was_cut_are_laid_over_too(desk: LandDesk, tmp_path: Path) -> None:
    desk.loaded(tmp_path, "cultivated_land", classes("0102"), [square(-50, -50, 300)])
    id_ = patch_clue(desk, tmp_path, square())
    desk.finish()
    under_verification(desk.office, id_)
    whole = shapely.geometry.shape(clue(desk.office, id_)["geometry"])
    west, south, east, north = whole.bounds
    middle = (west + east) / 2
    cuts = [shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)]
    shapes = [json.loads(shapely.to_geojson(whole.intersection(cut))) for cut in cuts]
    children = [{"area_m2": 5000, "geometry": shape} for shape in shapes]
    parent = desk.office.command(OFFICER, "clue.split", {"children": children, "reason": "用途不同"}, id_)
    desk.finish()
    found = [desk.overlay(child["clue_id"])["result"]["farmland_m2"] for child in parent["split"]["children"]]
    assert found == [pytest.approx(5000, rel=0.02)] * 2
    assert sum(found) == pytest.approx(desk.overlay(id_)["result"]["farmland_m2"], abs=0.05)


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
