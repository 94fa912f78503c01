"""The second path tests of domain.md 8.5 that begin with a file of patches: f, g and h."""

from pathlib import Path
from typing import Any

import pytest

from gateway.cli.demo.story import Story
from gateway.cli.sample_photos import SamplePhoto, photo_bytes
from tests.system import patch_samples
from tests.system.drill import OFFICERS, Drill

pytestmark = pytest.mark.timeout(400)


def imported(drill: Drill, folder: Path, seed: int, patch_no: str, batch: str = "2026年一季度") -> dict[str, Any]:
    """The clue of a sand yard, of the batch that came just now."""
    job = drill.imported(patch_samples.sand_yard(folder, seed, JCBH=patch_no, JCPC=batch))
    assert (job["state"], job["rows_created"]) == ("finished", 1)
    (clue,) = drill.house.coordinator.get("/clues", no=patch_no)["items"]
    return dict(clue)


def test_f_a_photograph_older_than_the_batch_is_flagged_and_does_not_count(drill: Drill, tmp_path: Path) -> None:
    issued = drill.at("04-20", "09:12")
    clue = imported(drill, tmp_path, 1, "640521WP26000101")
    path = f"/clues/{clue['id']}"
    photo = SamplePhoto("早", drill.at("04-18"), clue["longitude"], clue["latitude"])
    drill.house.clock.set(issued)
    form = {"kind": "audiovisual", "item": "photo", "title": "全景", "stage": "before", "source": "camera"}
    piece = drill.examined(path, "早.jpg", photo_bytes(photo), view="whole", **form)
    flags = {flag["code"]: flag["facts"] for flag in piece["flags"]}
    assert flags["before_issue"] == {"taken_on": "2026-04-18", "issued_on": "2026-04-20"}
    needs = drill.house.coordinator.get(f"{path}/evidence/requirements", step="start-review")["items"]
    (whole,) = [need for need in needs if need["view"] == "whole"]
    assert (whole["counted"], whole["missing"]) == ([], 1)
    assert [(one["evidence_id"], one["flags"]) for one in whole["spoiled"]] == [(piece["id"], ["before_issue"])]


@pytest.mark.parametrize(
    ("areas_m2", "warned"),
    # Of 12.60 mu: 12.58 mu are 0.02 too few; 12.5925 are not.
    [((6000, 2386.67), [{"code": "cases.split-areas-differ", "facts": {"difference_mu": -0.02}}]), ((6000, 2395), [])],
)
def test_g_child_patches_that_do_not_make_up_their_parent_are_warned_of(
    drill: Drill, tmp_path: Path, areas_m2: tuple[float, float], warned: list[dict[str, Any]]
) -> None:
    drill.at("04-20")
    number = 2 + len(warned)
    clue = imported(drill, tmp_path, number, f"640521WP2600020{number}")
    path, township = f"/clues/{clue['id']}", f"township-{clue['division_code'][:9]}"
    assert clue["area_mu"] == 12.6
    drill.ask(path, "assign", township_code=f"{clue['division_code'][:9]}000")
    drill.ask(path, "sign", by=township)
    drill.ask(path, "start-verification", by=township, officers=OFFICERS)
    children = [{"area_m2": area} for area in areas_m2]
    split = drill.ask(path, "split", by=township, children=children, reason="两个主体。")
    assert (split["state"], [child["patch_no"] for child in split["split"]["children"]]) == (
        "split",
        [f"{clue['patch_no']}_1", f"{clue['patch_no']}_2"],
    )
    assert [{"code": one["code"], "facts": one["facts"]} for one in split["warnings"]] == warned


def test_h_the_same_shape_in_the_next_batch_is_a_possible_rebound(drill: Drill, tmp_path: Path) -> None:
    drill.at("04-20")
    coordinator, story = drill.house.coordinator, Story(drill.house.people, lambda _: None, drill.house.clock)
    clue = imported(drill, tmp_path, 5, "640521WP26000301")
    verified = story.verify(clue)
    case = story.file_case(verified)
    story.investigate(case)
    item = story.put_right(case, verified)
    assert item["state"] == "struck_off"

    drill.at("07-21")
    again = imported(drill, tmp_path, 5, "640521WP26000901", "2026年二季度")
    drill.house.until(lambda: bool(coordinator.all("/clue-duplicates", kind="rebound")), "a proposal")
    (proposed,) = coordinator.all("/clue-duplicates", kind="rebound")
    assert (proposed["clue"]["id"], proposed["other"]["id"]) == (again["id"], clue["id"])
    assert (proposed["item_id"], proposed["item_no"], proposed["state"]) == (item["id"], item["item_no"], "proposed")
    assert proposed["facts"]["iou"] > 0.99
    body = {"decision": "link", "reason": "原址复建。"}
    coordinator.post(f"/clue-duplicates/{proposed['id']}/decide", body)
    seen = coordinator.get(f"/clues/{again['id']}")
    # It goes on as a clue of its own, and points at the item that was struck off.
    assert (seen["state"], seen["rebound"]["item_no"], seen["rebound"]["case_id"]) == (
        "deduplicated",
        item["item_no"],
        case["id"],
    )
