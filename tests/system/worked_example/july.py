"""6 July to October: put right, accepted, struck off, delisted, closed, sown again (steps 32 to 41)."""

from tests.system.drill import DEPUTY
from tests.system.worked_example import bulletin, ground, quarters
from tests.system.worked_example.april import AZIMUTHS, VIEWS
from tests.system.worked_example.desk import CITY, PARTY, PATCH_NO, TOWNSHIP, Desk, View

SIGNERS = [
    {"part": "party_or_village", "name": PARTY},
    {"part": "township", "name": "恩和镇"},
    {"part": "agriculture", "name": "农业农村局"},
    {"part": "natural_resources", "name": "自然资源局"},
    {"part": "coordinator", "name": "协调员"},
]
MEMBERS = [
    {"name": "丙", "agency": "natural_resources"},
    {"name": "丁", "agency": "agriculture"},
    {"name": "戊", "agency": "township"},
]
WHOLE: View = {"rectified_area_m2": 8400}


def step_32(desk: Desk) -> None:
    """The party has demolished; more time is asked for the listing, in time; the Party committee is told."""
    desk.at("07-06", "10:00")
    photographed_again(desk)
    desk.prove(desk.item, "report")
    account: View = {"account": "7月5日拆除完毕，已复耕。", **WHOLE}
    desk.ask(desk.item, "report", "rectification_report", by=TOWNSHIP, **account)
    desk.met(desk.item, R01=0)
    desk.shows(desk.item, R02="07-09")
    quarters.unrectified(desk, ended=True)
    bulletin.issued(desk)
    assert desk.clock_of(desk.case, "L02")["last_to_ask_on"] == "2026-07-07"
    asked: View = {"days": 15, "delay_reason": "season", "reason": "连续降雨，复耕验收推迟。"}
    desk.ask(desk.listing, "request-extension", by=TOWNSHIP, **asked)
    case_id = desk.case.removeprefix("/cases/")
    notice = desk.house.coordinator.post("/notices", {"case_id": case_id, "remarks": "二季度未整改，限期七月七日。"})
    desk.notice = f"/notices/{notice['id']}"
    sign_notice(desk, "party-committee")


def photographed_again(desk: Desk) -> None:
    """From the standpoints of April, and from that of the photograph of the soil."""
    standpoints = {**AZIMUTHS, "耕作层": 10.0}
    for view in ("whole", "close"):
        azimuths = {name: azimuth for name, azimuth in standpoints.items() if VIEWS.get(name, "whole") == view}
        for piece in desk.photographed(desk.item, TOWNSHIP, azimuths, view, "after"):
            assert piece["flags"] == []


def step_33(desk: Desk) -> None:
    desk.at("07-07", "15:00")
    desk.ask(desk.item, "check", "township_check_record", by=TOWNSHIP, passed=True, account="现场核查属实。")
    desk.met(desk.item, R02=0)
    desk.shows(desk.item, R03="07-21")
    assert desk.has_on_list("coordinator", desk.item)
    sign_notice(desk, "discipline-commission")


def step_34(desk: Desk) -> None:
    desk.at("07-08", "10:00")
    granted: View = {"days": 15, "approved_by": "县人民政府分管负责人"}
    listing = desk.ask(desk.listing, "grant-extension", "extension_approval", **granted)
    assert (listing["state"], listing["term_on"]) == ("extended", "2026-07-25")
    desk.shows(desk.case, L02="07-25")
    assert desk.notice in {f"/notices/{row['id']}" for row in unsigned(desk, "organisation-department")}


def step_35(desk: Desk) -> None:
    desk.at("07-09", "10:00")
    sign_notice(desk, "organisation-department")
    receipts = {one["recipient"]: one["signed_at"][:10] for one in desk.see(desk.notice)["receipts"]}
    assert receipts == {
        "party_committee": "2026-07-06",
        "discipline_commission": "2026-07-07",
        "organisation_department": "2026-07-09",
    }


def sign_notice(desk: Desk, clerk: str) -> None:
    path = desk.notice
    desk.house.until(
        lambda: path in {f"/notices/{row['id']}" for row in unsigned(desk, clerk)}, f"a notice for {clerk}"
    )
    seen = desk.see(path, clerk)
    desk.house.account(clerk).post(f"{path}/sign", {"signed_by": "收文员", "sha256": seen["sha256"]})


def unsigned(desk: Desk, clerk: str) -> list[View]:
    return desk.house.account(clerk).all("/notices", unsigned=True)


def step_36(desk: Desk) -> None:
    """Accepted on the spot by all five, and every photograph of April has its pair."""
    desk.at("07-14", "10:00")
    paired(desk)
    sheet: View = {
        "tillage_state": "ready_to_sow",
        "members": MEMBERS,
        "signers": SIGNERS,
    }
    alone: View = {**sheet, "members": [{**one, "agency": "natural_resources"} for one in MEMBERS], "signers": []}
    refused = desk.refused(desk.item, "accept", "acceptance_sheet", **WHOLE, **alone)
    assert refused["code"] == "cases.acceptance-members-missing"
    assert refused["facts"]["missing"] == ["agriculture", "township"]
    item = desk.ask(desk.item, "accept", "acceptance_sheet", **WHOLE, **sheet)
    assert (item["state"], item["remaining_area_mu"]) == ("accepted_county", 0.0)
    desk.met(desk.item, R03=0)
    desk.shows(desk.item, R04="07-21")


def paired(desk: Desk) -> None:
    for pair in desk.see(f"{desk.item}/evidence/pairs")["proposed"]:
        desk.house.coordinator.post(f"/evidence/{pair['after_id']}/pair", {"before_id": pair["before_id"]})


def step_37(desk: Desk) -> None:
    """The evidence goes up on the 15th, and the review ends on the 17th; nothing is struck off before."""
    desk.at("07-15", "10:00")
    desk.prove(desk.item, "strike-off")
    desk.ask(desk.item, "request-review")
    desk.met(desk.item, R04=0)
    assert desk.has_on_list(CITY, desk.item)
    desk.at("07-16", "10:00")
    refused = desk.refused(desk.item, "strike-off", "strike_off_sheet")
    assert (refused["code"], refused["facts"]["missing"]) == ("cases.strike-off-awaits-review", ["rectification"])
    desk.at("07-17", "10:00")
    item = desk.ask(desk.item, "end-review", "review_result", by=CITY)
    assert item["facts"]["review_ended"]


def step_38(desk: Desk) -> None:
    desk.at("07-20", "10:00")
    item = desk.ask(desk.item, "strike-off", "strike_off_sheet")
    assert (item["state"], item["remaining_area_m2"]) == ("struck_off", 0.0)
    quarters.rectified(desk, ended=False)
    quarters.unrectified(desk, ended=True)
    desk.ask(desk.listing, "report-done", by=TOWNSHIP, account="已整改销号。")


def step_39(desk: Desk) -> None:
    desk.at("07-21", "10:00")
    desk.ask(desk.listing, "verify", passed=True, account="现场核验属实。")
    desk.ask(desk.listing, "delist", "delisting_approval")
    listing = desk.ask(desk.listing, "publish", published_on="2026-07-21", place="县政府网站")
    assert listing["state"] == "published"
    desk.met(desk.case, L02=0)


def step_40(desk: Desk) -> None:
    """The case is closed as executed; its file is due a month on, which is a Sunday."""
    desk.at("07-24", "10:00")
    assert desk.has_on_list(DEPUTY, desk.case, "all")
    desk.ask(desk.case, "execute", "performance_record")
    closed = desk.ask(desk.case, "close", "closing_approval", ground="executed")
    assert (closed["state"], closed["closing_ground"]) == ("closed", "executed")
    clock = desk.clock_of(desk.case, "A01")
    assert (clock["ends_on"], clock["rolled_on"]) == ("2026-08-23", "2026-08-24")
    assert desk.statistics("case")["closed"]["items"] == 1


def step_41(desk: Desk) -> None:
    """The next season: wheat is sown."""
    desk.at("10-10", "10:00")
    desk.caught_up()
    desk.photographed(desk.item, TOWNSHIP, {"冬小麦": 10.0}, "whole", "check")
    desk.ask(desk.item, "recheck", "recheck_record", by=TOWNSHIP, passed=True, account="已播种小麦，出苗正常。")
    desk.met(desk.item, R05=0)


def reachable(desk: Desk) -> None:
    """Assertion 7, as far as it is built: from the patch number to listing, copies and plots, and back from a plot."""
    found = {row["kind"]: row for row in desk.see("/search", no=PATCH_NO)["items"]}
    case_id = found["case"]["id"]
    assert f"/cases/{case_id}" == desk.case
    of_case: View = {"case_id": case_id}
    assert desk.listing in {f"/listings/{row['id']}" for row in desk.see("/listings", **of_case)["items"]}
    notices = {row["kind"]: f"/notices/{row['id']}" for row in desk.see("/notices", **of_case)["items"]}
    assert set(notices) == {"case_filed_copy", "case_report_copy", "struck_off_copy", "listing_copy"}
    assert notices["case_report_copy"] == desk.notice
    clue = f"/clues/{found['clue']['id']}"
    codes = {plot["plot_code"] for plot in desk.see(f"{clue}/overlay")["result"]["plots"]}
    assert codes == set(ground.SAND_YARD.plot_codes())
    for code in codes:
        assert clue in {f"/clues/{one['clue_id']}" for one in desk.see(f"/plots/{code}")["clues"]}
