"""16 to 30 April: reported, seen from space, stopped, filed, sent back, and five agencies called (steps 1 to 11)."""

from gateway.cli.demo.papers import letter
from tests.system.drill import DEPUTY
from tests.system.worked_example import ground
from tests.system.worked_example.desk import (
    CITY,
    OFFICERS,
    PARTY,
    PATCH_NO,
    PLACE,
    PS,
    TOWNSHIP,
    Desk,
    View,
)

CALLED = ("natural_resources", "agriculture", "public_security", "comprehensive_enforcement", "township")
STOP_ORDER_NO = "中宁自然资停〔2026〕4号"
TYPES = ["VT01", "VT03", "VT07"]
WHO: View = {
    "title": "恩和镇砂场违法占用耕地案",
    "violation_types": TYPES,
    "party_name": PARTY,
    "party_kind": "individual_business",
    "lead_agency": "natural_resources",
    "officers": OFFICERS,
}
FOUND: View = {
    "opinion": "non_agri_illegal",
    "facts": "硬化地面、搭建钢棚、取土、堆砂，未见用地手续；土地由村民委员会出租。",
    "area_m2": 8400,
    "farmland_area_m2": 7000,
    "pbf_area_m2": 4200,
    "suspected_type": "VT01",
    "proof": {
        "party_name": PARTY,
        "use_class": "砂场",
        "built_on": "2026-02-10",
        "act_going_on": True,
        "stop_order_no": STOP_ORDER_NO,
    },
}
VIEWS = {"全景": "whole", **{f"近景{number}": "close" for number in range(1, 9)}}
AZIMUTHS: dict[str, float | None] = {name: float(40 * number) for number, name in enumerate(VIEWS)}
NOT_TOLD = ("近景7", "近景8")


def before(desk: Desk) -> None:
    """The base layers are loaded; on 16 April somebody calls the hotline."""
    base_layers(desk)
    hotline(desk)


def base_layers(desk: Desk) -> None:
    desk.at("04-16", "08:00")
    form = {"version_name": "2024年度变更调查", "valid_from": ground.SURVEYED_ON}
    files = ground.write_layers(desk.folder)
    sent = [desk.sent("/land-layers", file.name, file.read_bytes(), kind=kind, **form) for kind, file in files.items()]
    assert {desk.ended(f"/land-layers/{layer['id']}")["state"] for layer in sent} == {"finished"}


def hotline(desk: Desk) -> None:
    inside = ground.SAND_YARD.shape.representative_point()
    desk.at("04-16", "15:30")
    report: View = {
        "source": "public_report",
        "channel": "phone",
        "division_code": "640521104202",
        "place": "恩和镇砂场",
        "description": "有人在耕地上打地坪、堆砂子。",
        "longitude": round(inside.x, 7),
        "latitude": round(inside.y, 7),
    }
    clue = desk.house.coordinator.post("/clues", report)
    desk.hotline = f"/clues/{clue['id']}"


def step_1(desk: Desk) -> None:
    """The batch is imported; the overlay measures it; the hotline clue is linked, not deleted; assigned."""
    desk.at("04-20", "09:12")
    file = ground.write_patches(desk.folder, ground.YARDS)
    sent = desk.sent("/clue-imports", file.name, file.read_bytes())
    job = desk.ended(f"/clue-imports/{sent['id']}")
    assert (job["state"], job["rows_created"], job["rows_rejected"]) == ("finished", 3, 0)
    (row,) = desk.see("/clues", no=PATCH_NO)["items"]
    desk.clue = f"/clues/{row['id']}"
    clue = desk.see(desk.clue)
    patch = clue["patch"]
    assert (patch["batch_no"], patch["image_before_on"], patch["image_after_on"]) == (
        "2026年一季度",
        "2025-09-12",
        "2026-03-28",
    )
    assert (clue["area_m2"], clue["area_mu"], clue["division_code"][:9]) == (8400.0, 12.6, "640521104")
    the_yard(desk)
    neighbours(desk)
    same_place(desk)
    desk.ask(desk.clue, "assign", township_code="640521104000")
    desk.shows(desk.clue, D01="04-21", D03="04-27")
    assert desk.has_on_list(TOWNSHIP, desk.clue)
    assert desk.statistics("clue")["total"]["items"] == 4


def the_yard(desk: Desk) -> None:
    """The overlay and flags of 8.1."""
    found = overlaid(desk, desk.clue)
    areas = {one["land_class"]: (one["area_m2"], one["pbf_m2"], one["other_m2"]) for one in found["classes"]}
    assert areas == {"0102": (7000.0, 4200.0, 2800.0), "1202": (1400.0, 0.0, 1400.0)}
    assert (found["farmland_m2"], found["pbf_m2"], found["other_cultivated_m2"]) == (7000.0, 4200.0, 2800.0)
    flags = found["flags"]
    assert (flags["pbf"], flags["red_line"], flags["outside_boundary"]) == (True, False, True)
    # 4200 x 3 = 12600 m²-thirds against 10000; 2800 x 3 = 8400 against 20000 for other land.
    assert (flags["area_threshold_met"], flags["near_threshold"], flags["tillage_destroyed"]) == (True, False, None)
    assert not any(difference["flagged"] for difference in found["differences"])
    assert {plot["plot_code"] for plot in found["plots"]} == set(ground.SAND_YARD.plot_codes())


def neighbours(desk: Desk) -> None:
    """Assertions 9 and 10: a hundredth of a square metre below the limit, and above it."""
    for yard, met, near in ((ground.BELOW, False, True), (ground.ABOVE, True, False)):
        (row,) = desk.see("/clues", no=yard.patch_no)["items"]
        found = overlaid(desk, f"/clues/{row['id']}")
        assert (found["pbf_m2"], found["other_cultivated_m2"]) == (yard.pbf_m2, yard.other_m2)
        assert (found["flags"]["area_threshold_met"], found["flags"]["near_threshold"]) == (met, near)


def overlaid(desk: Desk, clue: str) -> View:
    desk.house.until(lambda: desk.house.coordinator.ask("GET", f"{clue}/overlay").is_success, "an overlay")
    view = desk.ended(f"{clue}/overlay")
    assert (view["state"], view["on_day"]) == ("finished", "2025-09-12")
    return dict(view["result"])


def same_place(desk: Desk) -> None:
    """A person links the report to the patch; it keeps its number and is found by it."""
    (hotline, patch) = (path.rpartition("/")[2] for path in (desk.hotline, desk.clue))
    desk.house.until(lambda: bool(desk.house.coordinator.all("/clue-duplicates", clue=patch)), "a proposal")
    (proposed,) = desk.house.coordinator.all("/clue-duplicates", clue=patch)
    assert (proposed["clue"]["id"], proposed["other"]["id"]) == (patch, hotline)
    body = {"decision": "link", "into_id": patch, "reason": "举报位置在图斑内。"}
    desk.house.coordinator.post(f"/clue-duplicates/{proposed['id']}/decide", body)
    linked = desk.see(desk.hotline)
    assert (linked["state"], linked["linked_to_id"]) == ("linked_to_existing", patch)
    assert desk.finds("clue", no=linked["clue_no"]) == {hotline, patch}


def step_2(desk: Desk) -> None:
    desk.at("04-20", "15:40")
    desk.ask(desk.clue, "sign", by=TOWNSHIP)
    desk.met(desk.clue, D01=0)
    desk.shows(desk.clue, D02="04-22")


def step_3(desk: Desk) -> None:
    """Two officers find the act going on; it is ordered stopped; nine photographs, two without azimuth."""
    desk.at("04-22", "10:05")
    visit: View = {"officers": OFFICERS, "visited_at": desk.said(), "act_going_on": True}
    desk.ask(desk.clue, "start-verification", by=TOWNSHIP, **visit)
    desk.met(desk.clue, D02=0)
    desk.shows(desk.clue, D07="04-27", D08="05-09")
    taken = {name: None if name in NOT_TOLD else azimuth for name, azimuth in AZIMUTHS.items()}
    for view in ("whole", "close"):
        names = {name: taken[name] for name in taken if VIEWS[name] == view}
        pieces = desk.photographed(desk.clue, TOWNSHIP, names, view, "before")
        flagged = {piece["title"]: [flag["code"] for flag in piece["flags"]] for piece in pieces}
        assert flagged == {name: ["no_azimuth"] if name in NOT_TOLD else [] for name in names}
    desk.at("04-22", "11:20")
    order: View = {**WHO, "order_no": STOP_ORDER_NO, "ordered_at": desk.said(), "reason": "现场仍在施工。"}
    left: View = {"service_method": "left", "refusal": "当事人拒绝签收"}
    unseen = desk.refused(desk.clue, "stop", "stop_order", "service_receipt", by=TOWNSHIP, **order, **left)
    assert (unseen["code"], unseen["facts"]["law"]) == ("cases.witness-missing", "CPL 89")
    left["witness"] = "村民委员会委员"
    case = desk.ask(desk.clue, "stop", "stop_order", "service_receipt", by=TOWNSHIP, **order, **left)
    desk.case = f"/cases/{case['id']}"
    assert case["state"] == "stopped"
    desk.met(desk.clue, D04=0)
    desk.shows(desk.case, D05="04-23 11:20")


def step_4(desk: Desk) -> None:
    desk.at("04-23", "09:30")
    desk.ask(desk.case, "report-stop", by=TOWNSHIP, continues=False)
    desk.met(desk.case, D05=0)


def step_5(desk: Desk) -> None:
    """The opinion is submitted and the case filed; the system proposes a joint action and a listing."""
    desk.at("04-24", "09:30")
    desk.ask(desk.clue, "submit-opinion", "verification_report", "site_photos", by=DEPUTY, **FOUND)
    desk.met(desk.clue, D03=0)
    desk.ask(desk.clue, "file-case", "filing_approval", by=DEPUTY, **WHO, reason="行为人明确，有违法事实，属本县管辖。")
    case = desk.see(desk.case)
    assert (case["state"], case["procedure"]["crime"]["area_threshold_met"]) == ("filed", True)
    assert case["procedure"]["crime"]["tillage_destroyed"] is None
    desk.met(desk.case, D03=0, D08=0)
    desk.shows(desk.case, D10="07-23")
    assert desk.clock_of(desk.case, "D10")["extended_due_on"] == "2026-08-22"
    (proposal,) = desk.house.coordinator.all("/action-proposals", case_id=case["id"])
    desk.proposal = f"/action-proposals/{proposal['id']}"
    assert set(proposal["triggers"]) == {"large_area", "official_or_collective"}
    (listing,) = desk.house.coordinator.all("/listings", case_id=case["id"])
    desk.listing = f"/listings/{listing['id']}"
    assert (listing["state"], listing["level"]) == ("proposed", "county")
    assert desk.has_on_list("coordinator", desk.proposal)
    assert desk.has_on_list(DEPUTY, desk.case)
    assert desk.statistics("case")["before_decision"]["items"] == 1
    for asked in ({"no": case["case_no"]}, {"no": PATCH_NO}, {"party": PARTY}, {"place": PLACE}, {"q": "砂场"}):
        assert case["id"] in desk.finds("case", **asked)
    desk.ask(desk.clue, "start-review")


def step_6(desk: Desk) -> None:
    """The large case is reported on the last day; the lead agency asks for a joint action; the county reviews."""
    desk.at("04-27", "09:00")
    desk.ask(desk.case, "investigate", officers=OFFICERS)
    desk.ask(desk.case, "report-large", reason="永久基本农田 6.30 亩，报县人民政府和市自然资源局。")
    desk.met(desk.case, D07=0)
    desk.ask(
        desk.case, "action-proposals", by=DEPUTY, reason="需要公安、农业农村部门到场。", wished=["public_security"]
    )
    desk.shows(desk.case, J01="04-29")
    assert desk.see(desk.proposal)["triggers"][-1] == "lead_asks"
    desk.ask(desk.clue, "pass-review")


def step_7(desk: Desk) -> None:
    """The city sends the proof back: two photographs tell no azimuth."""
    desk.at("04-27", "16:00")
    assert desk.has_on_list(CITY, desk.clue)
    body: View = {"reasons": ["no_azimuth"], "note": "近景7、近景8 没有方位角。"}
    clue = desk.ask(desk.clue, "send-back", by=CITY, **body)
    assert (clue["state"], clue["review_state"]) == ("to_case", "sent_back")
    (told,) = clue["sent_back"]
    assert told["reasons"] == ["no_azimuth"]


def step_8(desk: Desk) -> None:
    """The proposal is approved, and every agency gets its task letter."""
    desk.at("04-28", "10:00")
    order: View = {
        "title": "恩和镇砂场联合执法",
        "reason": "占用永久基本农田 6.30 亩，村集体出租。",
        "place": PLACE,
        "acting_at": "2026-05-07T09:00:00+08:00",
        "lead_agency": "natural_resources",
        "tasks": [letter(agency) for agency in CALLED],
    }
    action = desk.ask(desk.proposal, "approve", **order)
    desk.action = f"/joint-actions/{action['id']}"
    assert (action["state"], len(action["tasks"])) == ("notified", len(CALLED))
    desk.met(desk.case, J01=0)
    desk.shows(desk.action, J02="04-29", J04="05-06")
    for agency in CALLED:
        desk.tasks[agency] = f"/tasks/{desk.county.task(action, agency)['id']}"
        assert desk.see(desk.tasks[agency], account_of(agency))["sign_due_on"] == "2026-04-29"


def step_9(desk: Desk) -> None:
    """All sign but the police; the proof is handed in again and passes the county."""
    desk.at("04-28", "14:00")
    for agency in ("natural_resources", "agriculture", "township"):
        sign(desk, agency)
    desk.ask(desk.clue, "start-verification", by=TOWNSHIP, officers=OFFICERS)
    azimuths = {name: AZIMUTHS[name] for name in NOT_TOLD}
    for piece in desk.photographed(desk.clue, TOWNSHIP, azimuths, "close", "before"):
        assert piece["flags"] == []
    desk.ask(desk.clue, "submit-opinion", "verification_report", "site_photos", by=TOWNSHIP, **FOUND)
    desk.met(desk.clue, C01=0)
    desk.ask(desk.clue, "start-review")
    clue = desk.ask(desk.clue, "pass-review")
    assert clue["review_state"] == "city_review"
    desk.at("04-29", "09:00")
    sign(desk, "comprehensive_enforcement")
    desk.house.until(lambda: signed(desk) == set(CALLED) - {"public_security"}, "all signed but the police")
    assert desk.see(desk.action)["state"] == "partly_signed"


def step_10(desk: Desk) -> None:
    """The police have not signed: reminded at the end of the day, urged the day after."""
    desk.at("04-29", "17:01")
    desk.caught_up()
    assert [step for step, *_ in desk.raised(desk.action, "J02")][-1] == "E1"
    desk.at("04-30", "09:01")
    desk.caught_up()
    assert desk.raised(desk.action, "J02")[-2:] == [("E1", "alarm", "04-29"), ("E2", "urge", "04-30")]
    planned = desk.planned(desk.action, "J02")
    assert (planned["E3"], planned["E4"]) == ("05-07", "05-09")
    mine = {clock["rule_id"]: clock for clock in desk.see("/me/deadlines", PS)["items"]}
    assert (mine["J02"]["agencies"], mine["J02"]["raised_step"]) == (["public_security"], "E2")
    assert desk.has_on_list("coordinator", desk.action, "overdue", step="2")


def step_11(desk: Desk) -> None:
    """The receipt of the police came back on paper, and the coordinator enters it."""
    desk.at("04-30", "16:00")
    receipt: View = {"kind": "paper_receipt", "title": "公安局签收回执"}
    desk.ask(desk.tasks["public_security"], "enter-receipt", signed_at=desk.said(), signed_by="值班员", receipt=receipt)
    accept(desk, "public_security")
    desk.house.until(lambda: desk.see(desk.action)["state"] == "all_signed", "all have signed")
    desk.met(desk.action, J02=1)
    desk.at("05-06", "08:00")
    desk.caught_up()
    assert desk.raised(desk.action, "J02")[-1] == ("E2", "urge", "04-30")


def sign(desk: Desk, agency: str, channel: str = "system") -> None:
    """Signed for and taken on, with a contact person named (J03)."""
    person, task = desk.house.account(account_of(agency)), desk.tasks[agency]
    person.post(f"{task}/sign", {"signed_by": "值班员", "channel": channel})
    accept(desk, agency)


def accept(desk: Desk, agency: str) -> None:
    desk.house.account(account_of(agency)).post(f"{desk.tasks[agency]}/accept", {"contact_person": "承办人"})


def account_of(agency: str) -> str:
    return TOWNSHIP if agency == "township" else agency.replace("_", "-")


def signed(desk: Desk) -> set[str]:
    return {task["agency"] for task in desk.see(desk.action)["tasks"] if task["signed_at"]}
