"""Supervision listings: term, more time asked in time, conditions of the end; overdue and called to account (3.8)."""

from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services.cases.storage.path_tables import listing
from tests.integration.services.cases.office import COORDINATOR, OFFICER, OTHER_COUNTY, Office, Refused, papers
from tests.integration.services.cases.path_people import (
    DEPUTY,
    appraised,
    clock_of,
    decided,
    decision,
    handed_over,
    investigating,
    move,
    new_case,
    performing,
    refused,
    step,
    today,
)
from tests.integration.services.cases.test_main_path import strike_off

pytestmark = pytest.mark.evidence_not_asked


@pytest.fixture
def office(same_office: Office) -> Office:
    return same_office


def list_step(office: Office, listing: Any, verb: str, by: Any = COORDINATOR, **body: Any) -> dict[str, Any]:
    return office.command(by, f"listing.{verb}", body, listing["id"])


def proposed(office: Office, case: Any) -> dict[str, Any]:
    """What the system proposed at the filing of a large case."""
    [row] = office.query(COORDINATOR, "listing.list", case_id=case["id"])["items"]
    return office.query(COORDINATOR, "listing.get", id=row["id"])


def under_way(office: Office, case: Any, **changes: Any) -> dict[str, Any]:
    listing = proposed(office, case)
    list_step(office, listing, "approve", approved_by="县长", **papers("listing_approval"), **changes)
    list_step(office, listing, "notify", notice_no="督1", sent_on=today(office), **papers("listing_notice"))
    list_step(office, listing, "sign", OFFICER, signed_by="镇长")
    return list_step(office, listing, "begin", OFFICER, plan="拆除复耕")


def test_a_large_case_is_proposed_by_the_system_and_decided_by_a_person(office: Office) -> None:
    case = new_case(office)
    listing = proposed(office, case)
    assert (listing["state"], listing["level"], listing["facts"]["proposed_by"]) == ("proposed", "county", "system")
    small = new_case(office, {"pbf_area_m2": 100, "farmland_area_m2": 200}, party_name="另一人")
    assert office.query(COORDINATOR, "listing.list", case_id=small["id"])["items"] == []
    declined = list_step(office, listing, "decline", reason="已在整改")
    assert (declined["state"], declined["facts"]["approved_by"]) == ("declined", None)


def test_term_and_extension_as_in_the_worked_example(office: Office) -> None:
    case = new_case(office)
    office.days_pass(21)  # Monday 2026-05-11
    listing = proposed(office, case)
    listing = list_step(office, listing, "approve", approved_by="县长", **papers("listing_approval"))
    assert [clock_of(listing, rule)["due_on"] for rule in ("L01", "L02")] == ["2026-05-13", "2026-07-10"]
    office.days_pass(2)
    list_step(office, listing, "notify", notice_no="督1", sent_on="2026-05-13", **papers("listing_notice"))
    list_step(office, listing, "sign", OFFICER, signed_by="镇长")
    list_step(office, listing, "begin", OFFICER, plan="拆除复耕")
    office.days_pass(54)  # 07-06
    ask = {"days": 15, "delay_reason": "season", "reason": "作物未收"}
    list_step(office, listing, "request-extension", OFFICER, **ask, asked_on="2026-07-06")
    office.days_pass(2)  # 07-08
    grant = {"days": 15, "approved_by": "县长", **papers("extension_approval")}
    listing = list_step(office, listing, "grant-extension", **grant)
    assert (listing["state"], listing["term_on"], clock_of(listing, "L02")["due_on"]) == (
        "extended",
        "2026-07-25",
        "2026-07-25",
    )
    again = refused(office, COORDINATOR, "listing.grant-extension", grant, listing["id"])
    assert again.code in ("cases.extension-not-asked",)


def test_more_time_asked_late_is_refused(office: Office) -> None:
    """L03: three working days before the end at the latest."""
    case = new_case(office)
    office.days_pass(21)
    listing = under_way(office, case)
    office.days_pass(58)  # 07-08; the last day to ask was 07-07
    ask = {"days": 15, "delay_reason": "season", "reason": "作物未收"}
    late = refused(office, OFFICER, "listing.request-extension", ask, listing["id"])
    assert (late.code, late.facts["last_on"]) == ("cases.extension-too-late", "2026-07-07")


def test_levels_and_their_terms_are_data(office: Office) -> None:
    case = new_case(office)
    body = {
        "level": "city",
        "target_unit": "中宁县",
        "requirements": ["整改"],
        "term_days": 90,
        "contact": "张",
        "reason": "r",
    }
    list_step(office, proposed(office, case), "decline", reason="由市级挂牌")
    for change, field in (({"level": "village"}, "level"), ({"term_days": 45}, "term_days")):
        wrong = refused(office, COORDINATOR, "case.propose-listing", {**body, **change}, case["id"])
        assert (wrong.kind, wrong.field) == ("invalid-input", field)
    listing = step(office, case, "propose-listing", **body)
    assert (listing["level_title"], listing["facts"]["basis"]) == ("市", "SEED 8")


def again(office: Office, case: Any) -> Refused:
    """The refusal of one more listing of the case."""
    said = {"level": "county", "target_unit": "恩和镇", "requirements": ["整改"], "term_days": 60, "contact": "张"}
    return refused(office, COORDINATOR, "case.propose-listing", {**said, "reason": "又一上级督办"}, case["id"])


def test_a_case_is_listed_once_at_a_time(office: Office) -> None:
    """domain.md 9: one item, many watchers."""
    case = new_case(office)
    first = proposed(office, case)
    waits = again(office, case)
    assert (waits.code, waits.kind, waits.facts["listing_no"]) == (
        "cases.listing-open",
        "conflict",
        first["listing_no"],
    )
    under_way(office, case)
    runs = again(office, case)
    assert (runs.facts["listing_no"], runs.facts["state"]) == (first["listing_no"], "in_progress")
    assert [row["id"] for row in office.query(COORDINATOR, "listing.list", case_id=case["id"])["items"]] == [
        first["id"]
    ]


def test_of_two_that_were_proposed_before_only_one_is_approved(office: Office) -> None:
    """As houses have them that proposed while this was not asked."""
    case = new_case(office)
    first = proposed(office, case)
    with office.parts.engine.begin() as connection:
        second = copied(connection, first["id"])
    approve = {"approved_by": "县长", **papers("listing_approval")}
    list_step(office, first, "approve", **approve)
    said = refused(office, COORDINATOR, "listing.approve", approve, second)
    assert (said.code, said.facts["listing_no"], said.facts["state"]) == (
        "cases.listing-open",
        first["listing_no"],
        "approved",
    )


def copied(connection: sa.Connection, listing_id: str) -> str:
    """A second row like it, as an older release left it."""
    found = connection.execute(sa.select(listing).where(listing.c.id == listing_id)).mappings().one()
    twin = {**found, "id": uuid4(), "listing_no": f"{found['listing_no']}0"}
    connection.execute(sa.insert(listing).values(**twin))
    return str(twin["id"])


def verified(office: Office, case: Any) -> dict[str, Any]:
    listing = under_way(office, case)
    list_step(office, listing, "report-done", OFFICER, account="完成")
    assert list_step(office, listing, "verify", passed=False, account="未清理")["state"] == "in_progress"
    list_step(office, listing, "report-done", OFFICER, account="完成")
    return list_step(office, listing, "verify", passed=True, account="属实")


def test_delisting_waits_for_case_land_and_people(office: Office) -> None:
    case = investigating(office)
    listing = verified(office, case)
    bare = refused(office, COORDINATOR, "listing.delist", {}, listing["id"])
    assert bare.facts["missing"] == ["delisting_approval"]
    body = papers("delisting_approval")
    undecided = refused(office, COORDINATOR, "listing.delist", body, listing["id"])
    assert (undecided.code, undecided.facts["law"]) == ("cases.listed-case-undecided", "LIST")
    step(office, case, "conclude", conclusion="c", **papers("investigation_report", "evidence_list"))
    step(office, case, "review", **papers("case_review_record"))
    step(
        office,
        case,
        "notice",
        intended_penalty="恢复",
        measures=["restore"],
        served_at=office.clock.at.isoformat(),
        **papers("penalty_notice"),
    )
    office.days_pass(10)
    step(office, case, "decide", **decision(measures=["restore"]))
    remains = refused(office, COORDINATOR, "listing.delist", body, listing["id"])
    assert remains.code == "cases.listed-land-remains"
    strike_off(office, case)
    gone = list_step(office, listing, "delist", **body)
    assert (gone["state"], gone["due_on"], gone["facts"]["delisted_on"]) == ("delisted", None, today(office))
    published = list_step(office, listing, "publish", published_on=today(office), place="政府网站")
    assert published["state"] == "published"


def test_delisting_waits_for_the_hand_over(office: Office) -> None:
    case = appraised(office)
    listing = verified(office, case)
    step(office, case, "conclude", conclusion="c", **papers("investigation_report", "evidence_list"))
    step(office, case, "review", **papers("case_review_record"))
    step(
        office,
        case,
        "notice",
        intended_penalty="恢复",
        measures=["restore"],
        served_at=office.clock.at.isoformat(),
        **papers("penalty_notice"),
    )
    transfer = handed_over(office, case)
    office.days_pass(10)
    step(office, case, "decide", **decision(measures=["restore"]))
    strike_off(office, case)
    body = papers("delisting_approval")
    assert refused(office, COORDINATOR, "listing.delist", body, listing["id"]).code == "cases.transfers-due"
    move(office, transfer, "police-file", document_no="立", received_on=today(office), **papers("police_reply"))
    assert list_step(office, listing, "delist", **body)["state"] == "delisted"


def test_legal_land_is_proved_instead_of_restored(office: Office) -> None:
    case = decided(office)
    listing = verified(office, case)
    both = papers("delisting_approval", "legality_proof")
    assert list_step(office, listing, "delist", **both)["state"] == "delisted"


def test_overdue_only_after_the_term_and_then_a_talk_that_a_person_holds(office: Office) -> None:
    listing = under_way(office, performing(office))
    early = refused(office, COORDINATOR, "listing.mark-overdue", {}, listing["id"])
    assert (early.code, early.facts["until"]) == ("cases.listing-not-overdue", listing["term_on"])
    no_talk = refused(
        office, COORDINATOR, "listing.talk", {"with_whom": "镇长", "talked_on": today(office)}, listing["id"]
    )
    assert no_talk.code == "cases.transition-not-allowed"
    office.days_pass(61)
    late = list_step(office, listing, "mark-overdue")
    assert (late["state"], late["facts"]["was_overdue"]) == ("overdue", True)
    talked = list_step(office, listing, "talk", with_whom="镇长", talked_on=today(office))
    assert (talked["state"], talked["facts"]["talked_with"]) == ("talk", "镇长")
    assert list_step(office, listing, "report-done", OFFICER, account="补做")["state"] == "done_reported"


def test_who_sees_a_listing(office: Office) -> None:
    listing = proposed(office, new_case(office))
    assert office.query(OFFICER, "listing.get", id=listing["id"])["id"] == listing["id"]
    assert office.query(DEPUTY, "listing.list")["items"]
    with pytest.raises(Refused) as caught:
        office.query(OTHER_COUNTY, "listing.get", id=listing["id"])
    assert caught.value.kind == "not-found"
