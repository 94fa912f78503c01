"""What goes wrong on a county's desk is refused or flagged, over the public API, and nothing is half done."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from gateway.cli.demo.papers import with_documents
from gateway.cli.sample_photos import SamplePhoto, photo_bytes
from gateway.cli.samples.files import write_shapefile
from gateway.cli.samples.plots import ZONE_35
from gateway.cli.samples.rows import make_rows
from shared.clock import local_day
from tests.system import patch_samples
from tests.system.drill import CHIEF, OFFICERS, SAND_YARD, Drill, commission

pytestmark = pytest.mark.timeout(400)

CONCLUDED = {"conclusion": "清楚。", **with_documents("investigation_report", "evidence_list")}


def test_missing_evidence_is_named_and_a_photograph_with_a_false_clock_is_none(drill: Drill) -> None:
    now = drill.at("05-08")
    clue = drill.county.clue(drill.township)
    path = f"/clues/{clue['id']}"
    form = {"kind": "audiovisual", "item": "photo", "title": "全景", "stage": "before", "source": "camera"}
    wrong = SamplePhoto("错", now.replace(year=2027), gps_at=now)
    piece = drill.examined(path, "错.jpg", photo_bytes(wrong), view="whole", **form)
    assert {"future_time", "clock_wrong"} <= {flag["code"] for flag in piece["flags"]}
    case = drill.investigating()
    refused = drill.refused(case, "conclude", **CONCLUDED)
    assert (refused["status"], refused["code"], refused["field"]) == (409, "cases.evidence-missing", "evidence")
    asked = drill.house.coordinator.get(f"{case}/evidence/requirements", step="conclude")["items"]
    missing = [need["title"] for need in asked if need["applies"] and need["missing"]]
    assert len(missing) == len(refused["facts"]["wanted"]) > 3
    assert all(any(title in told for told in refused["facts"]["wanted"]) for title in missing)
    assert all(told in refused["detail"] for told in refused["facts"]["wanted"])
    # Pictures whose clock is false change nothing about what is missing.
    false = SamplePhoto("案", now.replace(year=2027), gps_at=now)
    images = {"kind": "electronic_data", "item": "satellite_image", "title": "影像", "stage": "before"}
    drill.examined(case, "案.jpg", photo_bytes(false), **images)
    assert drill.refused(case, "conclude", **CONCLUDED)["facts"]["wanted"] == refused["facts"]["wanted"]


def test_patches_in_the_wrong_zone_are_refused_as_a_whole(drill: Drill, tmp_path: Path) -> None:
    good = patch_samples.good_file(tmp_path)
    before = drill.house.coordinator.get("/clues", with_total=True, limit=1)["total"]
    zone_36 = (
        'PROJCS["CGCS2000_3_Degree_GK_Zone_36",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
        'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
        'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",36500000.0],'
        'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",108.0],PARAMETER["Scale_Factor",1.0],'
        'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
    )
    job = drill.imported(patch_samples.with_projection(good, zone_36))
    assert (job["state"], job["problem"]["code"]) == ("refused", "file.zone-contradicted")
    assert (job["problem"]["facts"]["zone"], job["problem"]["facts"]["found"]) == (36, 35)
    # One row alone that lies in another zone is named, and stops no other.
    rows = make_rows(4, 0, patch_samples.COUNTY, 99)[0]
    rows[1] = replace(rows[1], ring=rows[1].ring + np.array([1_000_000.0, 0.0]))
    file = tmp_path / "mixed.zip"
    write_shapefile(file, rows, ZONE_35, "GBK", False)
    job = drill.imported(file.read_bytes())
    assert (job["state"], job["rows_created"], job["rows_rejected"]) == ("finished", 3, 1)
    (bad,) = drill.house.coordinator.all(f"/clue-imports/{job['id']}/rows", outcome="rejected")
    assert (bad["row_no"], bad["field"]) == (2, "geometry")
    assert drill.house.coordinator.get("/clues", with_total=True, limit=1)["total"] == before + 3


def test_a_layer_with_rings_that_cross_themselves_is_refused_whole_and_names_them(drill: Drill, tmp_path: Path) -> None:
    drill.at("05-08")
    rows = make_rows(4, 0, patch_samples.COUNTY, 98)[0]
    attributes = [{"PLOT_CODE": f"640521104202{number:07d}"} for number in range(len(rows))]
    rows = [replace(row, attributes=given) for row, given in zip(rows, attributes, strict=True)]
    crossed = [*rows[:2], replace(rows[2], ring=rows[2].ring[[0, 2, 1, 3, 0]]), rows[3]]
    of = {"kind": "parcel", "version_name": "2025年度", "valid_from": "2025-12-31"}
    file = tmp_path / "plots.zip"
    jobs = []
    for shapes in (crossed, rows):
        write_shapefile(file, shapes, ZONE_35, "UTF-8", True)
        jobs.append(drill.ended(f"/land-layers/{drill.sent('/land-layers', file.name, file.read_bytes(), **of)['id']}"))
    bad, good = jobs
    assert (bad["state"], bad["problem"]["code"], bad["rows_rejected"]) == ("refused", "land.rows-rejected", 1)
    (row,) = drill.house.coordinator.all(f"/land-layers/{bad['id']}/rows")
    assert (row["row_no"], row["outcome"], row["field"], row["code"]) == (
        3,
        "rejected",
        "geometry",
        "patch.self-crossing",
    )
    # Nothing of it stayed: the same version comes in whole.
    assert (good["state"], good["rows_created"], good["rows_rejected"]) == ("finished", 4, 0)


def test_of_two_officers_acting_at_once_one_comes_too_late(drill: Drill) -> None:
    now = drill.at("05-08")
    case = drill.filed()
    version = drill.house.coordinator.get(case)["version"]
    accounts = [drill.house.account(login) for login in ("coordinator", CHIEF)]
    accounts[1].get("/me")  # signed in before the race

    def suspend(account: object) -> int:
        body = {"reason": "不可抗力。", **with_documents("suspension_decision", on=local_day(now))}
        answer = account.ask("POST", f"{case}/suspend", body, version=version + 1)  # type: ignore[attr-defined]
        return int(answer.status_code)

    drill.ask(case, "investigate", officers=OFFICERS)
    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(suspend, accounts))
    assert found == [200, 412]
    assert drill.house.coordinator.get(case)["version"] == version + 2
    entries = drill.house.coordinator.get(f"{case}/timeline")["items"]
    assert [entry["to_state"] for entry in entries if entry["object"] == "case"] == [
        "filed",
        "investigating",
        "suspended",
    ]


def test_an_order_replayed_is_answered_and_done_once(drill: Drill) -> None:
    drill.at("05-08")
    case = drill.filed()
    key, body = uuid4().hex, {"officers": OFFICERS}
    first, again = (drill.house.coordinator.ask("POST", f"{case}/investigate", body, key=key) for _ in range(2))
    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
    other = drill.house.coordinator.ask("POST", f"{case}/investigate", {"officers": OFFICERS[::-1]}, key=key)
    assert other.json()["code"] == "idempotency-key-reused"
    # What stands beside it is told to whoever reads it.
    assert drill.house.coordinator.get(case) == {**first.json(), "open_assistance": []}


def test_a_clock_does_not_stand_still_without_a_proof(drill: Drill) -> None:
    drill.at("05-08")
    case = drill.investigating(areas=SAND_YARD)
    due = drill.due(case, "D10")
    bare = drill.refused(case, "commission-appraisal", **commission("05-08"))
    assert bare["facts"]["missing"] == ["appraisal_commission"]
    idle = drill.refused(case, "suspend", reason="不可抗力。")
    assert (idle["facts"]["missing"], idle["facts"]["law"]) == (["suspension_decision"], "NRP 27")
    clock = drill.deadlines(case)["D10"]
    assert (clock["pauses"], drill.due(case, "D10")) == ([], due)
    drill.ask(case, "commission-appraisal", "appraisal_commission", **commission("05-08"))
    (pause,) = drill.deadlines(case)["D10"]["pauses"]
    assert (pause["reason"], pause["proof"]["kind"]) == ("appraisal", "appraisal_commission")
