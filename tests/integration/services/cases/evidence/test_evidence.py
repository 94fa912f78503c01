"""Evidence through the dispatcher: taken in, marked, paired, asked for, shared, kept in custody."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from gateway.cli.sample_photos import SamplePhoto
from services.cases.domain.evidence_needs import EvidenceMissing
from services.cases.handlers.evidence_check import require_evidence
from shared.contracts.codes import EvidenceObject, EvidenceStep
from shared.principal import Actor
from tests.integration.services.cases.evidence.desk import AGENCY, OTHER_AGENCY, PHOTO, TAKEN, Desk, of_case
from tests.integration.services.cases.office import (
    COORDINATOR,
    OFFICER,
    OTHER_COUNTY,
    OTHER_OFFICER,
    Refused,
    correction,
    filed,
    sand_yard,
)

LONGITUDE, LATITUDE = 105.68, 37.42
GOOD = SamplePhoto("近景", TAKEN, LONGITUDE, LATITUDE, azimuth_deg=10.0)


def clue_with_place(desk: Desk) -> dict[str, Any]:
    there = sand_yard(longitude=LONGITUDE, latitude=LATITUDE)
    return desk.office.command(COORDINATOR, "clue.report", there)


def refused(desk: Desk, *args: Any, **more: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        desk.office.command(*args, **more)
    return caught.value


def test_a_file_becomes_evidence_with_all_that_was_said(desk: Desk) -> None:
    case = filed(desk.office)
    said: dict[str, Any] = {
        "taken_by": "李乡镇",
        "owner_agency": "natural_resources",
        "taken_at": "2026-04-20T08:00+08:00",
    }
    piece = desk.text(of_case(case), **said)
    assert piece["evidence_no"] == "ZW-EV-640521-2026-00001"
    assert (piece["state"], piece["scan"], piece["owner"]) == ("unexamined", "awaited", "natural_resources")
    assert (piece["clue_id"], piece["case_id"]) == (case["clue_id"], case["id"])
    assert piece["stated"]["taken_at"] == "2026-04-20T08:00:00+08:00"
    assert desk.examine() == 1
    kept = desk.get(piece)
    assert (kept["state"], kept["scan"], kept["photo"], kept["flags"]) == ("kept", "not_scanned", None, [])
    listed = desk.office.query(COORDINATOR, "evidence.list", object="case", id=case["id"], with_total=True)
    assert (listed["total"], listed["items"][0]["id"]) == (1, piece["id"])


def test_a_photograph_is_read_measured_and_marked(desk: Desk) -> None:
    clue = clue_with_place(desk)
    to = {"object": "clue", "object_id": clue["id"]}
    good = desk.photo(GOOD, to)
    far = desk.photo(replace(GOOD, name="远", longitude=LONGITUDE + 0.02, azimuth_deg=None), to, latitude=37.4)
    assert desk.examine() == 2
    seen = desk.get(good)
    assert seen["flags"] == []
    assert seen["distance_m"] == pytest.approx(0, abs=0.2)
    photo = seen["photo"]
    assert (photo["longitude"], photo["latitude"]) == (LONGITUDE, LATITUDE)
    assert (photo["azimuth_deg"], photo["azimuth_ref"], photo["pitch_deg"]) == (10.0, "T", -10.0)
    assert (photo["taken_at"], photo["device"]) == ("2026-04-20T01:05:00Z", "HUAWEI ELS-AN00")
    assert [picture["size"] for picture in seen["thumbnails"]] == ["large", "small"]
    assert desk.blobs.path(seen["thumbnails"][1]["sha256"]).read_bytes()[8:12] == b"WEBP"
    marked = desk.get(far)
    assert [flag["code"] for flag in marked["flags"]] == ["too_far", "no_azimuth"]
    assert marked["distance_m"] == pytest.approx(1769, abs=2)
    # What a person states stands beside what the file says, and changes nothing.
    assert (marked["stated"]["latitude"], marked["photo"]["latitude"]) == (37.4, LATITUDE)
    listed = desk.office.query(OFFICER, "evidence.list", object="clue", id=clue["id"], flag="no_azimuth")
    assert [row["id"] for row in listed["items"]] == [far["id"]]


def test_the_same_content_is_linked_and_does_not_count_twice(desk: Desk) -> None:
    case = filed(desk.office)
    first, second = (desk.text(of_case(case), "同一份") for _ in range(2))
    assert first["duplicate_of"] is None
    assert second["duplicate_of"] == first["id"]
    desk.examine()
    asked = desk.office.query(COORDINATOR, "evidence.requirements", object="case", id=case["id"])
    [papers] = [item for item in asked["items"] if item["id"] == "E21"]
    assert papers["counted"] == [first["id"]]
    assert papers["spoiled"] == [{"evidence_id": second["id"], "flags": ["duplicate_content"]}]


@pytest.mark.parametrize("stranger", [OTHER_OFFICER, OTHER_COUNTY, AGENCY], ids=["township", "county", "agency"])
def test_what_is_not_yours_to_see_does_not_exist(shared_desk: Desk, stranger: Actor) -> None:
    desk = shared_desk
    case = filed(desk.office)
    piece = desk.text(of_case(case), f"给 {stranger.account_id}")
    desk.examine()
    for operation in ("evidence.get", "evidence.custody"):
        with pytest.raises(Refused) as caught:
            desk.office.query(stranger, operation, id=piece["id"])
        assert caught.value.kind == "not-found"
    for operation in ("evidence.list", "evidence.requirements", "evidence.pairs"):
        with pytest.raises(Refused) as caught:
            desk.office.query(stranger, operation, object="case", id=case["id"])
        assert caught.value.kind == "not-found"
    assert refused(desk, stranger, "evidence.read", {"way": "view"}, piece["id"]).kind == "not-found"
    assert refused(desk, stranger, "evidence.add", {**of_case(case), **PHOTO, **_file()}).kind == "not-found"


def _file() -> dict[str, Any]:
    digests = {"sha256": "a" * 64, "sm3": "b" * 64}
    return {**digests, "size_bytes": 1, "media_type": "image/jpeg", "file_name": "a.jpg"}


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [
        ({"item": "no_such_item"}, "evidence.item-unknown", "item"),
        ({"kind": "physical"}, "evidence.kind-not-of-item", "kind"),
        ({"taken_at": "2026-04-21T00:00:00+08:00"}, "cases.in-the-future", "taken_at"),
        ({"azimuth_deg": 400}, "invalid-field", "azimuth_deg"),
        ({"sha256": "../../etc/passwd"}, "invalid-field", "sha256"),
    ],
)
def test_what_is_wrong_is_refused_by_name(shared_desk: Desk, said: dict[str, Any], code: str, field: str) -> None:
    case = filed(shared_desk.office)
    problem = refused(shared_desk, OFFICER, "evidence.add", {**of_case(case), **PHOTO, **_file(), **said})
    assert (problem.code, problem.field) == (code, field)
    assert shared_desk.office.query(COORDINATOR, "evidence.list", object="case", id=case["id"])["items"] == []


def test_nothing_is_served_before_it_was_examined(shared_desk: Desk) -> None:
    piece = shared_desk.text(of_case(filed(shared_desk.office)), "新的")
    early = refused(shared_desk, OFFICER, "evidence.read", {"way": "view"}, piece["id"])
    assert (early.code, early.kind) == ("evidence.not-examined", "unavailable")
    shared_desk.examine()
    answer = shared_desk.office.command(OFFICER, "evidence.read", {"way": "view"}, piece["id"])
    assert answer["sha256"] == piece["sha256"]


def test_the_custody_log_tells_who_did_what_when_and_why(desk: Desk) -> None:
    piece = desk.photo(GOOD, of_case(filed(desk.office)))
    desk.examine()
    office = desk.office
    version = desk.get(piece)["version"]
    assert refused(desk, OFFICER, "evidence.read", {"way": "download"}, piece["id"]).code == "evidence.reason-missing"
    office.command(COORDINATOR, "evidence.read", {"way": "download", "why": "审理"}, piece["id"])
    # A gallery is one view for ten minutes, for each person.
    for by in (OFFICER, OFFICER, COORDINATOR):
        office.command(by, "evidence.read", {"way": "thumbnail"}, piece["id"])
    office.clock.at += timedelta(minutes=11)
    office.command(OFFICER, "evidence.read", {"way": "thumbnail"}, piece["id"])
    whole = {"found_sha256": piece["sha256"], "found_sm3": piece["sm3"], "found_bytes": piece["size_bytes"]}
    office.command(OFFICER, "evidence.verify", whole, piece["id"])
    entries = office.query(COORDINATOR, "evidence.custody", id=piece["id"])["items"]
    assert [(entry["title"], entry["actor_name"], entry["why"]) for entry in entries] == [
        ("添加证据", "李乡镇", None),
        ("系统核对", "系统核对", None),
        ("下载证据", "王协调", "审理"),
        ("查看缩略图", "李乡镇", None),
        ("查看缩略图", "李乡镇", None),
        ("核对摘要", "李乡镇", None),
    ]
    assert desk.get(piece)["version"] == version


def test_another_content_is_an_alarm_once_and_refused_until_it_is_restored(desk: Desk) -> None:
    piece = desk.text(of_case(filed(desk.office)))
    desk.examine()
    office = desk.office
    other = {"found_sha256": "c" * 64, "found_sm3": "d" * 64, "found_bytes": 4}
    for found in (other, other, {"found_sha256": None, "found_sm3": None, "found_bytes": 0}):
        damaged = office.command(OFFICER, "evidence.verify", found, piece["id"])
        assert damaged["damaged_at"] is not None
    assert desk.told("evidence-damage-found") == 1
    assert refused(desk, COORDINATOR, "evidence.read", {"way": "view"}, piece["id"]).code == "evidence.content-damaged"
    whole = {"found_sha256": piece["sha256"], "found_sm3": piece["sm3"], "found_bytes": piece["size_bytes"]}
    assert office.command(OFFICER, "evidence.verify", whole, piece["id"])["damaged_at"] is None
    office.command(COORDINATOR, "evidence.read", {"way": "view"}, piece["id"])
    assert "发现内容损坏" in desk.acts(piece)
    assert "内容已恢复" in desk.acts(piece)


def test_a_copy_is_for_one_agency_for_a_purpose_until_an_hour(desk: Desk) -> None:
    piece = desk.text(of_case(filed(desk.office)))
    desk.examine()
    office = desk.office
    until = office.clock.at + timedelta(days=2)
    body = {"to_agency": "natural_resources", "purpose": "地类认定", "expires_at": until.isoformat()}
    assert refused(desk, OFFICER, "evidence.share", body, piece["id"]).kind == "not-allowed"
    copy = office.command(COORDINATOR, "evidence.share", body, piece["id"])
    assert [row["id"] for row in office.query(AGENCY, "evidence_copy.list")["items"]] == [copy["id"]]
    assert office.query(OTHER_AGENCY, "evidence_copy.list")["items"] == []
    assert refused(desk, OTHER_AGENCY, "evidence_copy.read", {}, copy["id"]).kind == "not-found"
    assert office.command(AGENCY, "evidence_copy.read", {}, copy["id"])["sha256"] == piece["sha256"]
    office.days_pass(1)
    office.command(AGENCY, "evidence_copy.read", {"why": "再看"}, copy["id"])
    seen = office.query(COORDINATOR, "evidence_copy.get", id=copy["id"])
    assert (seen["reads"], seen["received_at"]) == (2, "2026-04-20T01:12:00Z")
    office.days_pass(1)
    late = refused(desk, AGENCY, "evidence_copy.read", {}, copy["id"])
    assert (late.code, late.kind) == ("evidence.copy-expired", "not-allowed")
    assert desk.acts(piece)[-3:] == ["提供副本", "领取副本", "领取副本"]


def test_a_copy_that_was_taken_back_is_refused(desk: Desk) -> None:
    piece = desk.text(of_case(filed(desk.office)))
    desk.examine()
    body = {"to_agency": "natural_resources", "purpose": "核对", "expires_at": "2026-05-20T00:00:00+08:00"}
    past = {**body, "expires_at": "2026-04-19T00:00:00+08:00"}
    assert refused(desk, COORDINATOR, "evidence.share", past, piece["id"]).code == "cases.in-the-past"
    copy = desk.office.command(COORDINATOR, "evidence.share", body, piece["id"])
    desk.office.command(COORDINATOR, "evidence_copy.revoke", {"reason": "错发"}, copy["id"])
    assert refused(desk, AGENCY, "evidence_copy.read", {}, copy["id"]).code == "evidence.copy-revoked"


def test_evidence_registered_in_advance_has_seven_working_days(desk: Desk) -> None:
    """APL 56; domain.md D13."""
    case = filed(desk.office)
    piece = desk.text(of_case(case), register_in_advance=True)
    assert piece["due_on"] == "2026-04-29"
    desk.examine()
    body = {"disposition": "released", "reason": "与案件无关"}
    done = desk.office.command(COORDINATOR, "evidence.dispose", body, piece["id"])
    assert (done["state"], done["disposition"], done["due_on"]) == ("disposed", "released", None)
    other = desk.text(of_case(case), "没有登记保存的")
    desk.examine()
    problem = refused(desk, COORDINATOR, "evidence.dispose", body, other["id"])
    assert problem.code == "evidence.not-registered-in-advance"


def test_excluded_evidence_stays_on_record_and_counts_for_nothing(desk: Desk) -> None:
    case = filed(desk.office)
    piece = desk.text(of_case(case))
    desk.examine()
    assert refused(desk, OFFICER, "evidence.exclude", {"reason": "非法取得"}, piece["id"]).kind == "not-allowed"
    out = desk.office.command(COORDINATOR, "evidence.exclude", {"reason": "非法取得"}, piece["id"])
    assert out["state"] == "excluded"
    again = refused(desk, COORDINATOR, "evidence.exclude", {"reason": "再次"}, piece["id"])
    assert again.code == "cases.transition-not-allowed"
    asked = desk.office.query(COORDINATOR, "evidence.requirements", object="case", id=case["id"])
    assert all(piece["id"] not in item["counted"] for item in asked["items"])


def test_before_and_after_are_proposed_by_the_system_and_confirmed_by_a_person(desk: Desk) -> None:
    office = desk.office
    case = filed(office)
    item = office.command(COORDINATOR, "case.order-rectification", correction(), case["id"])
    before = desk.photo(GOOD, of_case(case))
    lone = desk.photo(replace(GOOD, name="另一侧", azimuth_deg=190.0), of_case(case))
    office.days_pass(20)
    later = replace(GOOD, taken_at=TAKEN + timedelta(days=20), seed=7)
    to = {"object": "rectification", "object_id": item["id"]}
    after = desk.photo(replace(later, name="整改后", longitude=LONGITUDE + 0.0001, azimuth_deg=25.0), to, stage="after")
    askew = desk.photo(replace(later, name="歪", azimuth_deg=100.0), to, stage="after")
    desk.examine()
    asked = office.query(OFFICER, "evidence.requirements", object="rectification", id=item["id"])
    missing = {one["id"]: one["missing"] for one in asked["items"]}
    assert missing == {"R11": 1, "R12": 0, "R13": 2}
    assert not asked["complete"]
    pairs = office.query(OFFICER, "evidence.pairs", object="rectification", id=item["id"])
    [proposed] = pairs["proposed"]
    assert (proposed["before_id"], proposed["after_id"]) == (before["id"], after["id"])
    assert (proposed["distance_m"], proposed["azimuth_difference_deg"]) == (pytest.approx(8.8, abs=0.1), 15.0)
    assert (pairs["before_alone"], pairs["after_alone"]) == ([lone["id"]], [askew["id"]])

    wrong = refused(desk, OFFICER, "evidence.pair", {"before_id": before["id"]}, askew["id"])
    assert (wrong.code, wrong.facts["azimuth_difference_deg"]) == ("evidence.photos-do-not-pair", 90.0)
    assert refused(desk, OFFICER, "evidence.pair", {"before_id": lone["id"]}, before["id"]).facts["why"] == "stages"
    done = office.command(OFFICER, "evidence.pair", {"before_id": before["id"]}, after["id"])
    assert done["pair"]["before_no"] == before["evidence_no"]
    pairs = office.query(OFFICER, "evidence.pairs", object="rectification", id=item["id"])
    assert ([pair["after_id"] for pair in pairs["confirmed"]], pairs["proposed"]) == ([after["id"]], [])
    asked = office.query(OFFICER, "evidence.requirements", object="rectification", id=item["id"])
    assert {one["id"]: one["missing"] for one in asked["items"]}["R13"] == 1
    office.command(OFFICER, "evidence.unpair", {"reason": "看错"}, after["id"])
    assert desk.get(after)["pair"] is None


def test_after_photographs_older_than_the_order_are_marked(desk: Desk) -> None:
    case = filed(desk.office)
    desk.office.days_pass(10)
    item = desk.office.command(COORDINATOR, "case.order-rectification", correction(), case["id"])
    to = {"object": "rectification", "object_id": item["id"]}
    old = desk.photo(GOOD, to, stage="after")
    desk.examine()
    assert desk.flags(old) == ["before_rectification", "late_upload"]


def test_a_step_can_ask_whether_its_evidence_is_there(desk: Desk) -> None:
    """What a transition's handler calls before its aggregate decides."""
    case = filed(desk.office)
    item = desk.office.command(COORDINATOR, "case.order-rectification", correction(), case["id"])

    def ask(step: EvidenceStep, object_: EvidenceObject, id_: str) -> None:
        with desk.office.parts.engine.begin() as connection:
            unit = desk.office.parts.open_unit(connection, COORDINATOR, desk.office.clock.now(), "test")
            require_evidence(unit, object_, UUID(id_), step)

    with pytest.raises(EvidenceMissing) as caught:
        ask(EvidenceStep.STRIKE_OFF, EvidenceObject.RECTIFICATION, item["id"])
    assert caught.value.facts["verb"] == "strike-off"
    assert caught.value.facts["wanted"] == [
        "整改后全景照片",
        "整改后不同方位的近景照片（还缺 2 件）",
        "与整改前照片同点位的对比照片",
    ]
    to = {"object": "rectification", "object_id": item["id"]}
    desk.photo(replace(GOOD, name="复查", azimuth_deg=5.0), to, stage="check")
    desk.examine()
    with pytest.raises(EvidenceMissing):
        ask(EvidenceStep.STRIKE_OFF, EvidenceObject.RECTIFICATION, item["id"])
    ask(EvidenceStep.RECHECK, EvidenceObject.RECTIFICATION, item["id"])


def test_evidence_is_a_step_of_the_case(desk: Desk) -> None:
    case = filed(desk.office)
    desk.text(of_case(case))
    told = desk.office.query(COORDINATOR, "case.timeline", id=case["id"])["items"]
    assert (told[-1]["title"], told[-1]["object"], told[-1]["to_state"]) == ("添加证据", "evidence", "unexamined")


def test_a_repeated_command_adds_once(desk: Desk) -> None:
    case = filed(desk.office)
    body = {**of_case(case), **PHOTO, **_file()}
    first, again = (desk.office.command(OFFICER, "evidence.add", body, key="one") for _ in range(2))
    assert first == again
    assert desk.told("evidence-added") == 1


def test_an_unknown_step_has_no_list(shared_desk: Desk) -> None:
    case = filed(shared_desk.office)
    with pytest.raises(Refused) as caught:
        shared_desk.office.query(COORDINATOR, "evidence.requirements", object="case", id=case["id"], step="sing")
    assert caught.value.code == "evidence.step-unknown"
    assert "strike-off" in caught.value.facts["steps"]
