"""Steps that are refused until their evidence is there, naming what is missing; and a county that asks for less."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.cli.demo.evidence import Spot, kinds_of, pieces_for
from gateway.cli.sample_photos import SamplePhoto
from shared.contracts.codes import Role
from tests.integration.services.cases.clue_desk import PROOF, box, take_in
from tests.integration.services.cases.evidence.desk import Desk
from tests.integration.services.cases.office import (
    COORDINATOR,
    COUNTY,
    OFFICER,
    Refused,
    acceptance,
    actor,
    correction,
    filed,
    papers,
)
from tests.support.nodes import wait_until

LONGITUDE, LATITUDE = 105.5005, 37.4005
ADMIN = actor(Role.ADMINISTRATOR, COUNTY, "钱管理")
CONCLUDED = {"conclusion": "清楚", **papers("investigation_report", "evidence_list")}
DONE = {"rectified_area_m2": 8400}


def missing(desk: Desk, by: Any, operation: str, body: dict[str, Any], id_: str) -> list[str]:
    """What the refusal names; nothing has changed."""
    kind = operation.partition(".")[0]
    before = desk.office.query(COORDINATOR, f"{kind}.get", id=id_)["version"]
    with pytest.raises(Refused) as caught:
        desk.office.command(by, operation, body, id_)
    assert (caught.value.code, caught.value.field) == ("cases.evidence-missing", "evidence")
    assert desk.office.query(COORDINATOR, f"{kind}.get", id=id_)["version"] == before
    return list(caught.value.facts["wanted"])


def hand_in(desk: Desk, object_: str, id_: str, step: str, by: Any = COORDINATOR) -> None:
    """What the check-list of the step says, by the commands of the people."""
    office = desk.office
    asked = office.query(by, "evidence.requirements", object=object_, id=id_, step=step)
    kinds = kinds_of(office.query(by, "rule.list", register_name="evidence_item"))
    spot = Spot(f"{id_}-{step}", office.clock.at, LONGITUDE, LATITUDE)
    for piece in pieces_for(asked, kinds, spot):
        file = desk.home / piece.name
        file.write_bytes(piece.content)
        desk.add(file, {"object": object_, "object_id": id_}, by, **piece.fields)
    desk.examine()
    for pair in office.query(by, "evidence.pairs", object=object_, id=id_)["proposed"]:
        office.command(by, "evidence.pair", {"before_id": pair["before_id"]}, pair["after_id"])
    assert office.query(by, "evidence.requirements", object=object_, id=id_, step=step)["complete"]


def submitted_patch(desk: Desk) -> str:
    (id_,) = take_in(desk.office, (1, box()))
    desk.office.command(COORDINATOR, "clue.assign", {"township_code": "640521104000"}, id_)
    desk.office.command(OFFICER, "clue.sign", {}, id_)
    desk.office.command(OFFICER, "clue.start-verification", {"officers": ["甲", "乙"]}, id_)
    opinion = {
        "opinion": "non_agri_illegal",
        "facts": "占用耕地",
        "area_m2": 8400,
        "farmland_area_m2": 7000,
        "pbf_area_m2": 0,
    }
    opinion |= {"proof": PROOF, **papers("verification_report", "site_photos")}
    desk.office.command(OFFICER, "clue.submit-opinion", opinion, id_)
    return id_


def investigated(desk: Desk) -> dict[str, Any]:
    case = filed(desk.office)
    return desk.office.command(COORDINATOR, "case.investigate", {"officers": ["甲", "乙"]}, case["id"])


def test_the_review_of_a_patch_waits_for_its_photographs(desk: Desk) -> None:
    id_ = submitted_patch(desk)
    assert missing(desk, COORDINATOR, "clue.start-review", {}, id_) == [
        "现场全景照片",
        "不同方位的近景照片（还缺 2 件）",
    ]
    spoiled = SamplePhoto("无方位角", desk.office.clock.at, LONGITUDE, LATITUDE, azimuth_deg=None)
    to = {"object": "clue", "object_id": id_}
    for number in range(2):
        desk.photo(replace(spoiled, name=f"无方位角{number}", seed=number), to, view="close")
    desk.examine()
    with pytest.raises(Refused) as caught:
        desk.office.command(COORDINATOR, "clue.start-review", {}, id_)
    assert "no_azimuth" in caught.value.facts["sent_back_reasons"]
    hand_in(desk, "clue", id_, "start-review", OFFICER)
    assert desk.office.command(COORDINATOR, "clue.start-review", {}, id_)["state"] == "county_review"


def test_an_investigation_ends_with_the_list_of_its_violation_types(desk: Desk) -> None:
    case = investigated(desk)
    wanted = missing(desk, COORDINATOR, "case.conclude", CONCLUDED, case["id"])
    assert {"主体材料", "现场勘验笔录", "询问笔录", "用地手续或者无手续的证明", "耕作层照片"} <= set(wanted)
    assert "责令停止违法行为通知书" not in wanted, "nobody said that the act goes on"
    assert wanted.count("耕地破坏鉴定意见") == 2, "of VT03, and because the area reaches the limit of the crime"
    hand_in(desk, "case", case["id"], "conclude")
    assert desk.office.command(COORDINATOR, "case.conclude", CONCLUDED, case["id"])["state"] == "report_done"


def test_what_the_step_itself_refuses_is_said_before_what_is_missing(desk: Desk) -> None:
    case = filed(desk.office)
    with pytest.raises(Refused) as caught:
        desk.office.command(COORDINATOR, "case.conclude", CONCLUDED, case["id"])
    assert caught.value.code == "cases.transition-not-allowed"


def test_an_item_is_reported_struck_off_and_looked_at_again_with_photographs(desk: Desk) -> None:
    office, case = desk.office, filed(desk.office)
    hand_in(desk, "clue", case["clue_id"], "start-review")
    item = office.command(COORDINATOR, "case.order-rectification", correction(), case["id"])
    id_ = item["id"]
    report = {**DONE, "account": "已拆除", **papers("rectification_report")}
    assert missing(desk, OFFICER, "rectification.report", report, id_) == ["整改后照片"]
    hand_in(desk, "rectification", id_, "report", OFFICER)
    office.command(OFFICER, "rectification.report", report, id_)
    check = {"passed": True, "account": "属实", **papers("township_check_record")}
    office.command(OFFICER, "rectification.check", check, id_)
    accept = acceptance(**DONE)
    office.command(COORDINATOR, "rectification.accept", accept, id_)
    office.command(COORDINATOR, "rectification.request-review", papers("review_result"), id_)
    sheet = papers("strike_off_sheet")
    wanted = missing(desk, COORDINATOR, "rectification.strike-off", sheet, id_)
    assert wanted == ["整改后不同方位的近景照片（还缺 2 件）", "与整改前照片同点位的对比照片（还缺 2 件）"]
    hand_in(desk, "rectification", id_, "strike-off")
    office.command(COORDINATOR, "rectification.strike-off", sheet, id_)
    office.days_pass(60)
    recheck = {"passed": True, "account": "已播种小麦", **papers("recheck_record")}
    assert missing(desk, OFFICER, "rectification.recheck", recheck, id_) == ["下一耕种季复查照片"]


def test_a_county_takes_a_step_off_the_list_from_a_day_on(desk: Desk) -> None:
    case = investigated(desk)
    (row,) = desk.office.query(ADMIN, "rule.get", register_name="configuration", key="evidence_asked_at")["rows"]
    edit: dict[str, Any] = {"register_name": "configuration", "key": "evidence_asked_at", "replaces": row["row_id"]}
    edit |= {"valid_from": "2026-04-21", "reason": "县里决定", "source": {"text": "县级文件"}}

    def value(*steps: str) -> dict[str, Any]:
        return {"value": {"title": "须有证据的环节", "value": list(steps)}}

    with pytest.raises(Refused) as caught:
        desk.office.command(ADMIN, "rule.set", {**edit, **value("sing")})
    assert (caught.value.code, caught.value.field) == ("invalid-field", "value.value.0")
    desk.office.command(ADMIN, "rule.set", {**edit, **value("strike-off")})
    missing(desk, COORDINATOR, "case.conclude", CONCLUDED, case["id"])
    desk.office.days_pass(1)

    def concluded() -> bool:
        """Every process knows of an edit within a second."""
        try:
            desk.office.command(COORDINATOR, "case.conclude", CONCLUDED, case["id"])
        except Refused:
            return False
        return True

    wait_until(concluded, 10, "the rule in force")
    asked = desk.office.query(COORDINATOR, "evidence.requirements", object="case", id=case["id"])
    assert (asked["complete"], asked["refuses"]) == (False, False), "the list still shows what is missing"
