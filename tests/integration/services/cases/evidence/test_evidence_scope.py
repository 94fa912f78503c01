"""Evidence is seen with its object: by the agency that verifies the clue, by who reviews it above, by nobody else."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.contracts.codes import Role
from shared.principal import Actor
from tests.integration.services.cases.clue_desk import CITY, OTHER_CITY
from tests.integration.services.cases.evidence.desk import OTHER_AGENCY, Desk, of_case
from tests.integration.services.cases.office import (
    COORDINATOR,
    OFFICER,
    OTHER_COUNTY,
    OTHER_OFFICER,
    Refused,
    actor,
    correction,
    filing,
    papers,
    sand_yard,
)
from tests.integration.services.cases.path_people import AG_CHIEF, CHIEF, of

AGRICULTURE = Actor("agriculture:1", "马农业", frozenset({Role.AGENCY_OFFICER}), "agriculture", "640521")
AGRICULTURE_NEXT_DOOR = Actor("agriculture:2", "海农业", frozenset({Role.AGENCY_OFFICER}), "agriculture", "640522")
REGION = actor(Role.SUPERIOR_REVIEWER, "64", "郑自治区")
PS_CHIEF = of(Role.CHIEF, "public_security", "公安局长")
STRANGERS = [OTHER_OFFICER, OTHER_COUNTY, OTHER_AGENCY, AGRICULTURE_NEXT_DOOR, OTHER_CITY, PS_CHIEF]
_ids = [who.name for who in STRANGERS]


@pytest.fixture(scope="module")
def clue(shared_desk: Desk) -> dict[str, Any]:
    """A clue that agriculture verifies, which has become a case that natural resources lead."""
    office = shared_desk.office
    told = office.command(COORDINATOR, "clue.report", sand_yard())
    office.command(COORDINATOR, "clue.assign", {"agency": "agriculture"}, told["id"])
    office.command(AGRICULTURE, "clue.sign", {}, told["id"])
    office.command(AGRICULTURE, "clue.start-verification", {"officers": ["甲", "乙"]}, told["id"])
    opinion = {
        "opinion": "non_agri_illegal",
        "facts": "占用耕地",
        "area_m2": 8400,
        "farmland_area_m2": 0,
        "pbf_area_m2": 0,
    }
    opinion |= papers("verification_report", "site_photos")
    return office.command(AGRICULTURE, "clue.submit-opinion", opinion, told["id"])


@pytest.fixture(scope="module")
def case(shared_desk: Desk, clue: dict[str, Any]) -> dict[str, Any]:
    return shared_desk.office.command(COORDINATOR, "clue.file-case", filing(), clue["id"])


@pytest.fixture(scope="module")
def piece(shared_desk: Desk, clue: dict[str, Any]) -> dict[str, Any]:
    """Of the clue, added by the agency's officer."""
    to = {"object": "clue", "object_id": clue["id"]}
    made = shared_desk.text(to, content="核查记录", by=AGRICULTURE)
    shared_desk.examine()
    return made


def hidden(desk: Desk, by: Actor, piece: dict[str, Any], to: dict[str, Any]) -> bool:
    """Whether every way to the piece says that there is none."""
    office = desk.office
    acts: list[Callable[[], Any]] = [
        lambda: office.query(by, "evidence.get", id=piece["id"]),
        lambda: office.command(by, "evidence.read", {"way": "view"}, piece["id"]),
        lambda: office.query(by, "evidence.list", object=to["object"], id=to["object_id"]),
        lambda: office.query(by, "evidence.custody", id=piece["id"]),
    ]
    kinds = []
    for act in acts:
        with pytest.raises(Refused) as caught:
            act()
        kinds.append(caught.value.kind)
    return set(kinds) == {"not-found"}


def listed(desk: Desk, by: Actor, object_: str, id_: str) -> list[str]:
    rows = desk.office.query(by, "evidence.list", object=object_, id=id_)["items"]
    return [row["id"] for row in rows]


@pytest.mark.parametrize("by", [COORDINATOR, AGRICULTURE, AG_CHIEF, CITY, REGION, CHIEF], ids=lambda who: who.name)
def test_evidence_of_a_clue_is_seen_by_who_verifies_and_reviews_it_and_leads_its_case(
    shared_desk: Desk, case: dict[str, Any], piece: dict[str, Any], by: Actor
) -> None:
    assert shared_desk.get(piece, by)["evidence_no"] == piece["evidence_no"]
    assert shared_desk.office.command(by, "evidence.read", {"way": "view"}, piece["id"])["sha256"] == piece["sha256"]
    assert piece["id"] in listed(shared_desk, by, "clue", case["clue_id"])


@pytest.mark.parametrize(("by", "sees_case"), [(COORDINATOR, True), (CHIEF, True), (AGRICULTURE, False), (CITY, False)])
def test_the_sheet_of_clues_tells_of_the_case_only_whom_the_case_is_shown(
    shared_desk: Desk, case: dict[str, Any], by: Actor, sees_case: bool
) -> None:
    rows = shared_desk.office.query(by, "clue.export", layout="working_table")["rows"]
    assert any(case["clue_no"] in row for row in rows)
    assert (case["party_name"] in str(rows)) is sees_case


@pytest.mark.parametrize("by", STRANGERS, ids=_ids)
def test_for_everybody_else_it_does_not_exist(
    shared_desk: Desk, case: dict[str, Any], piece: dict[str, Any], by: Actor
) -> None:
    assert hidden(shared_desk, by, piece, {"object": "clue", "object_id": case["clue_id"]})


def test_evidence_of_the_case_is_neither_the_verifying_agency_s_nor_the_reviewer_s(
    shared_desk: Desk, clue: dict[str, Any], case: dict[str, Any]
) -> None:
    own = shared_desk.text(of_case(case), content="询问笔录全文", by=COORDINATOR)
    for by in (AGRICULTURE, CITY):
        assert hidden(shared_desk, by, own, of_case(case))
        assert own["id"] not in listed(shared_desk, by, "clue", clue["id"])
    assert own["id"] in listed(shared_desk, CHIEF, "case", case["id"])


def test_the_reviewer_sees_the_item_s_evidence_and_adds_none(shared_desk: Desk, case: dict[str, Any]) -> None:
    item = shared_desk.office.command(COORDINATOR, "case.order-rectification", correction(), case["id"])
    to = {"object": "rectification", "object_id": item["id"]}
    own = shared_desk.text(to, content="验收材料", by=OFFICER)
    assert listed(shared_desk, CITY, "rectification", item["id"]).count(own["id"]) == 1
    assert hidden(shared_desk, AGRICULTURE, own, to)
    assert hidden(shared_desk, OTHER_CITY, own, to)
    with pytest.raises(Refused) as caught:
        shared_desk.text(to, content="市级材料", by=CITY)
    assert caught.value.code == "role-not-allowed"


@pytest.mark.parametrize("by", [OTHER_AGENCY, AGRICULTURE_NEXT_DOOR], ids=lambda who: who.name)
def test_another_agency_adds_nothing(shared_desk: Desk, clue: dict[str, Any], by: Actor) -> None:
    with pytest.raises(Refused) as caught:
        shared_desk.text({"object": "clue", "object_id": clue["id"]}, content="别的部门", by=by)
    assert caught.value.kind == "not-found"
