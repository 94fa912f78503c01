"""A patch cut in children that get opinions of their own."""

from typing import Any

import pytest

from tests.integration.services.cases.clue_desk import (
    a_patch,
    box,
    clue,
    look,
    opinion,
    parts,
    proposals,
    refusal,
    review,
    take_in,
    under_verification,
)
from tests.integration.services.cases.office import (
    COORDINATOR,
    OFFICER,
    OTHER_COUNTY,
    Office,
    filing,
)

pytestmark = pytest.mark.evidence_not_asked

OPEN = {"type": "Polygon", "coordinates": [[[105.5, 37.4], [105.6, 37.4], [105.6, 37.5], [105.5, 37.5]]]}


def test_a_patch_is_cut_in_children_that_get_opinions_of_their_own(shared_office: Office) -> None:
    id_ = a_patch(shared_office)
    under_verification(shared_office, id_)
    due_on = clue(shared_office, id_)["due_on"]
    (verification,) = (clock for clock in clue(shared_office, id_)["deadlines"] if clock["rule_id"] == "D03")
    assert verification["holder"] == "township"
    assert verification["alarms"]
    west = clue(shared_office, id_)["longitude"] - 0.0005
    half = box(west, side=0.0005)
    cut = {"children": [{"area_m2": 5000, "geometry": half}, {"area_m2": 3400, "note": "道路"}], "reason": "用途不同"}
    parent = shared_office.command(OFFICER, "clue.split", cut, id_)
    assert (parent["state"], parent["is_split"], parent["warnings"]) == ("split", True, [])
    first, second = (clue(shared_office, child["clue_id"]) for child in parent["split"]["children"])
    assert [first["patch_no"], second["patch_no"]] == [f"{parent['patch_no']}_1", f"{parent['patch_no']}_2"]
    assert [first["clue_no"], second["clue_no"]] == [f"{parent['clue_no']}_1", f"{parent['clue_no']}_2"]
    assert (first["geometry"], first["longitude"], second["geometry"]) == (half, pytest.approx(west + 0.00025), None)
    for child in (first, second):
        assert (child["state"], child["parent_id"], child["officers"]) == ("verifying", id_, ["甲", "乙"])
        assert child["due_on"] == due_on
        assert [clock for clock in child["deadlines"] if clock["rule_id"] == "D03"] == [verification]
    illegal = opinion(area_m2=5000, farmland_area_m2=5000, pbf_area_m2=4000)
    road = {"road_width_m": 4, "road_outside_network": True}
    legal = opinion(opinion="rural_road", area_m2=3400, farmland_area_m2=0, pbf_area_m2=0, proof=road)
    shared_office.command(OFFICER, "clue.submit-opinion", illegal, first["id"])
    shared_office.command(OFFICER, "clue.submit-opinion", legal, second["id"])
    assert shared_office.command(COORDINATOR, "clue.file-case", filing(), first["id"])["area_m2"] == 5000
    assert review(shared_office, second["id"])["state"] == "review_ended"
    assert (
        shared_office.command(COORDINATOR, "clue.close", {"reason": "农村道路"}, second["id"])["state"]
        == "closed_legal"
    )


def test_a_part_of_another_countys_patch_is_told_its_number_and_not_whether_it_is_there(office: Office) -> None:
    (there,) = take_in(office, (1, box()))
    number = clue(office, there)["patch_no"]
    for parent in (number, f"{number[:-1]}9"):
        child = {"patch_no": f"{parent}_1", "division_code": "640522100000"}
        (id_,) = take_in(office, (2, None), by=OTHER_COUNTY, **child)
        told = office.query(OTHER_COUNTY, "clue.get", id=id_)
        assert (told["parent_no"], told["parent_id"]) == (parent, None)
    (own,) = take_in(office, (2, None), patch_no=f"{number}_2")
    assert clue(office, own)["parent_id"] == there


def test_originals_leave_children_out_and_verified_patches_leave_split_parents_out(office: Office) -> None:
    first, second = take_in(office, (1, box()), (2, box(105.6)))
    under_verification(office, first)
    office.command(OFFICER, "clue.split", parts(5000, 3400), first)

    def counted(how: str | None) -> int:
        asked = {"counted_as": how} if how else {}
        return int(office.query(COORDINATOR, "clue.list", with_total=True, **asked)["total"])

    assert (counted(None), counted("original"), counted("verified")) == (4, 2, 3)
    assert not clue(office, second)["is_split"]


@pytest.mark.parametrize(
    ("areas", "difference_mu"), [((5000, 3386.67), -0.02), ((5000, 3400.02), 0.0), ((8400, 13.34), 0.02)]
)
def test_areas_of_children_that_do_not_make_up_the_parent_are_warned_of(
    shared_office: Office, areas: tuple[float, float], difference_mu: float
) -> None:
    """8400 m2 are 12.60 mu; 8386.67 are 12.58 (domain.md 8.5 g)."""
    id_ = a_patch(shared_office)
    under_verification(shared_office, id_)
    parent = shared_office.command(OFFICER, "clue.split", parts(*areas), id_)
    warned = [warning["code"] for warning in parent["warnings"]]
    assert warned == (["cases.split-areas-differ"] if difference_mu else [])
    assert parent["split"]["difference_mu"] == pytest.approx(difference_mu, abs=1e-3)


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        ({"type": "Point", "coordinates": [105.5, 37.4]}, "not-a-surface"),
        ({"type": "Polygon", "coordinates": []}, "not-a-surface"),
        (OPEN, "ring-open"),
        ({"type": "Polygon", "coordinates": [[[105.5, 37.4]] * 4]}, "no-area"),
        (box(116.0, 39.0), "outside-county"),
        ({"type": "Polygon", "coordinates": [[[105.5, "x"]] * 4]}, "not-a-surface"),
    ],
)
def test_a_shape_of_a_child_that_is_none_is_refused_and_nothing_is_cut(
    shared_office: Office, geometry: dict[str, Any], reason: str
) -> None:
    id_ = a_patch(shared_office)
    under_verification(shared_office, id_)
    refused = refusal(shared_office, OFFICER, "clue.split", parts(5000, 3400, geometry=geometry), id_)
    assert (refused.code, refused.facts["reason"]) == ("cases.shape-malformed", reason)
    assert refused.field == "children.0.geometry"
    assert clue(shared_office, id_)["state"] == "verifying"


def test_a_child_is_not_cut_again_and_a_part_is_not_larger_than_its_whole(shared_office: Office) -> None:
    id_ = a_patch(shared_office)
    under_verification(shared_office, id_)
    wrong = {"children": [{"area_m2": 10, "farmland_area_m2": 20}, {"area_m2": 10}], "reason": "x"}
    assert refusal(shared_office, OFFICER, "clue.split", wrong, id_).code == "cases.area-exceeds"
    parent = shared_office.command(OFFICER, "clue.split", parts(5000, 3400), id_)
    child = parent["split"]["children"][0]["clue_id"]
    assert refusal(shared_office, OFFICER, "clue.split", parts(1, 2), child).code == "cases.child-not-split"
    assert refusal(shared_office, OFFICER, "clue.split", parts(1, 2), id_).code == "cases.transition-not-allowed"


def test_children_are_no_duplicates_of_their_parent_or_of_each_other(office: Office) -> None:
    id_ = take_in(office, (1, box()))[0]
    look(office)
    under_verification(office, id_)
    office.command(OFFICER, "clue.split", parts(5000, 3400, geometry=box()), id_)
    take_in(office, (9, box()))
    look(office)
    assert {frozenset(found[3]) for found in proposals(office)} == {
        frozenset({"overlap", "centre_inside", "same_period"})
    }
    assert len(proposals(office)) == 2, "the new patch with each child, and with nothing else"
