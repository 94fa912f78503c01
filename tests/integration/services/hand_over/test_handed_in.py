"""What an agency's system puts into its package is evidence of the case: kept, examined, named by the result, once."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from gateway.cli.sample_photos import SamplePhoto, write_photo
from shared import keys
from tests.integration.services.agencies.protocols.ferry import AGENCY, Ferry
from tests.integration.services.cases.evidence.desk import Desk
from tests.integration.services.cases.office import COORDINATOR, filed
from tests.integration.services.hand_over.county import County
from tests.unit.services.agencies.builders import result

NR = "natural_resources"


def evidence_of(county: County, case: dict[str, Any]) -> list[dict[str, Any]]:
    rows = county.office.query(COORDINATOR, "evidence.list", object="case", id=case["id"])["items"]
    return [county.office.query(COORDINATOR, "evidence.get", id=row["id"]) for row in rows]


def test_photographs_of_a_demolition_become_evidence_of_the_case_once(county: County, tmp_path: Path) -> None:
    case = filed(county.office)
    action = county.convene(case, NR, AGENCY.value)["id"]
    task = county.live(action)[AGENCY.value]["task_id"]
    ferry, desk = Ferry(county.house, tmp_path, county.clock), Desk(county.office, tmp_path)
    taken_at = county.clock.at - timedelta(hours=1)
    shots = {
        stage: write_photo(tmp_path / "photos", SamplePhoto(stage, taken_at, azimuth_deg=10.0 + turned)).read_bytes()
        for turned, stage in enumerate(("前", "后"))
    }
    form = county.house.parts_integration(AGENCY).result_form(result(AGENCY))
    for said, content in zip(form["照片"], shots.values(), strict=True):
        said["摘要_SHA256"] = keys.digest("sha256", content)
    ferry.lay("sign", task, {"signed_by": "王五"}, 回执=b"\xff\xd8\xff\xe0")
    ferry.lay("accept", task, {"contact_person": "赵六"})
    ferry.lay("report", task, {"form": form}, 1, **shots)
    ferry.carry()
    county.settle()
    desk.examine()
    pieces = {piece["file_name"]: piece for piece in evidence_of(county, case)}
    assert set(pieces) == {"回执.jpg", "前.jpg", "后.jpg"}
    after = pieces["后.jpg"]
    assert (after["object"], after["object_id"], after["case_id"]) == ("case", case["id"], case["id"])
    assert (after["owner"], after["added_by"], after["source"]) == (AGENCY.value, "综合执法局业务系统", "system")
    assert (pieces["前.jpg"]["stage"], after["stage"], after["item"]) == ("before", "after", "photo")
    # What the form says and what the file says stand beside each other.
    assert after["stated"]["taken_at"] == "2026-03-10T16:05:00+08:00"
    assert after["photo"]["longitude"] is not None
    assert (after["state"], after["thumbnails"] != []) == ("kept", True)
    # The file that could not be read as a photograph is kept too, and says so.
    assert [flag["code"] for flag in pieces["回执.jpg"]["flags"]] == ["unreadable"]
    # The result names them by digest.
    reported = next(one for one in county.action(action)["tasks"] if one["agency"] == AGENCY.value)["result"]
    assert [one["sha256"] for one in reported["photographs"]] == [pieces["前.jpg"]["sha256"], after["sha256"]]
    (entry, *_) = county.office.query(COORDINATOR, "evidence.custody", id=after["id"])["items"]
    assert (entry["title"], entry["actor_name"]) == ("添加证据", "综合执法局业务系统")
    assert f"{task}.report" in entry["why"]
    # Handed in again with a corrected report, the same file is the same piece.
    assert "ok" in county.direct("return", task)
    again = form | {"处置情况": "补正"}
    ferry.lay("report", task, {"form": again}, 2, **shots)
    ferry.carry()
    county.settle()
    assert county.task(task)["state"] == "reported"
    assert len(ferry.handed_in(task)) == 5
    assert len(evidence_of(county, case)) == 3
    desk.close()
