"""6 May to 1 June: acted together, appraised, listed, handed over to the police, who file (steps 12 to 24)."""

from tests.system.drill import CHIEF, DEPUTY, SAND_YARD, commission, decision
from tests.system.worked_example.april import CALLED, account_of
from tests.system.worked_example.desk import CITY, OFFICERS, PS, REGION, TOWNSHIP, Desk, View
from tests.system.worked_example.results import result_of

TEAM: View = {
    "team": OFFICERS,
    "suspected_crime": "非法占用农用地罪",
    "report": "永久基本农田 6.30 亩种植条件严重毁坏。",
}
PACKAGE = ("crime_transfer_letter", "investigation_report", "property_list", "police_receipt", "appraisal_opinion")
CLOSED: View = {"ground": "jurisdiction_transferred", "transferred_to": "另一机关"}
CLOSING = ("closing_approval", "jurisdiction_letter")
FINE: View = {"measures": ["fine"], "fine_yuan": 840000}


def step_12(desk: Desk) -> None:
    """The levels above end their review; all meet before the action."""
    desk.at("05-06", "10:00")
    assert desk.has_on_list(CITY, desk.clue)
    assert desk.ask(desk.clue, "pass-review", by=CITY)["review_state"] == "province_review"
    assert desk.has_on_list(REGION, desk.clue)
    assert desk.ask(desk.clue, "pass-review", by=REGION)["review_state"] == "review_ended"
    assert desk.refused(desk.action, "record-acting", **acting())["code"] == "cases.meeting-missing"
    met: View = {"met_at": desk.said(), "attended": list(CALLED), "account": "明确依据、分工和风险。"}
    assert (
        desk.ask(desk.action, "record-meeting", "meeting_minutes", "action_plan", "risk_plan", **met)["state"] == "met"
    )
    desk.met(desk.action, J04=0)


def acting() -> View:
    """The muster of all, from nine o'clock on."""
    return {
        "started_at": "2026-05-07T09:00:00+08:00",
        "muster": [{"agency": agency, "persons": ["到场人员"]} for agency in CALLED],
        "account": "停工，设置警戒，维持秩序，取土样。",
    }


def step_13(desk: Desk) -> None:
    """On the scene: the record, photographs and the soil that was sampled, each with its digest; copies to the lead."""
    desk.at("05-07", "12:30")
    pieces = desk.photographed(desk.action, "coordinator", {"集合": 20.0, "停工": 140.0, "取样": 260.0}, "whole")
    listed = {piece["id"]: piece for piece in desk.see(f"{desk.action}/evidence")["items"]}
    for piece in pieces:
        assert piece["flags"] == []
        assert listed[piece["id"]]["sha256"] == piece["sha256"]
    record: View = {"surveyed_at": desk.said(), "place": "恩和镇", "witness": "村民委员会见证人"}
    handlers = [{"name": name, "certificate_no": f"宁执{number}"} for number, name in enumerate(OFFICERS)]
    desk.ask(desk.case, "sign-survey-record", "survey_record", handlers=handlers, **record)
    assert desk.ask(desk.action, "record-acting", "on_site_record", **acting())["state"] == "acted"
    desk.shows(desk.action, J06="05-09", J07="05-13", J10="05-20")
    copies = [{"title": piece["title"], "sha256": piece["sha256"]} for piece in listed.values()]
    for agency in set(CALLED) - {"natural_resources"}:
        handed: View = {"agency": agency, "handed_at": desk.said(), "received_by": OFFICERS[0], "items": copies}
        desk.ask(desk.action, "record-evidence", "evidence_handover_list", **handed)
    desk.met(desk.action, J06=0)


def step_14(desk: Desk) -> None:
    """The appraisal is commissioned: the penalty clock stands still."""
    desk.at("05-08", "09:00")
    desk.ask(desk.case, "commission-appraisal", "appraisal_commission", **commission("05-08"))
    assert desk.clock_of(desk.case, "D10")["status"] == "paused"
    a_twin_was_told(desk)


def a_twin_was_told(desk: Desk) -> None:
    """Another yard of the same size, told of a fine, and its damage to be appraised as well: for assertion 1."""
    desk.twin = desk.investigating(areas=SAND_YARD)
    desk.reviewed(desk.twin)
    told: View = {"intended_penalty": "罚款。", "served_at": desk.said(), "hearing_offered": True, **FINE}
    desk.ask(desk.twin, "notice", "penalty_notice", "hearing_right_notice", **told)
    desk.ask(desk.twin, "commission-appraisal", "appraisal_commission", **commission("05-08"))


def step_15_township(desk: Desk) -> None:
    desk.at("05-09", "11:00")
    feed_back(desk, "township")
    feed_back(desk, "natural_resources")


def step_15_agriculture(desk: Desk) -> None:
    desk.at("05-12", "11:00")
    feed_back(desk, "agriculture")


def step_15_enforcement(desk: Desk) -> None:
    desk.at("05-13", "11:00")
    feed_back(desk, "comprehensive_enforcement")


def step_15_police(desk: Desk) -> None:
    """The feedback of the police comes a working day late: alarmed the evening before, urged that morning."""
    desk.at("05-14", "09:01")
    desk.caught_up()
    assert desk.raised(desk.action, "J07")[-2:] == [("E1", "alarm", "05-13"), ("E2", "urge", "05-14")]
    desk.at("05-14", "11:00")
    feed_back(desk, "public_security")
    desk.met(desk.action, J07=1)
    assert desk.see(desk.action)["state"] == "feedback_complete"
    scores = [{"agency": agency, "score": 80 if agency == "public_security" else 95} for agency in CALLED]
    summary: View = {"account": "已停工，证据已移交。", "scores": scores, "lessons": "警力提前一日落实。"}
    assert desk.ask(desk.action, "summarise", "action_summary", **summary)["state"] == "closed"
    desk.met(desk.action, J10=0)
    signed_and_fed_back(desk)


def feed_back(desk: Desk, agency: str) -> None:
    by, task = account_of(agency), desk.tasks[agency]
    today = desk.house.now().date().isoformat()
    desk.house.account(by).post(f"{task}/report", {"result": result_of(agency, today)})
    task_id = task.removeprefix("/tasks/")
    desk.house.until(lambda: reported(desk, task_id), f"the feedback of {agency}")


def reported(desk: Desk, task_id: str) -> bool:
    return any(task["task_id"] == task_id and task["reported_at"] for task in desk.see(desk.action)["tasks"])


def signed_and_fed_back(desk: Desk) -> None:
    """Assertion 6: who signed and answered in time, and who a working day late."""
    late = {
        task["agency"]: (task["sign_late_days"], task["feedback_late_days"]) for task in desk.see(desk.action)["tasks"]
    }
    assert late == {agency: (1, 1) if agency == "public_security" else (0, 0) for agency in CALLED}


def step_16(desk: Desk) -> None:
    """The county lists the case; the notice goes out two days later."""
    desk.at("05-11", "09:00")
    assert desk.has_on_list("coordinator", desk.listing)
    desk.ask(desk.listing, "approve", "listing_approval", approved_by="县人民政府分管负责人", term_days=60)
    desk.shows(desk.case, L01="05-13", L02="07-10")


def step_16_sent(desk: Desk) -> None:
    desk.at("05-13", "15:00")
    notice: View = {"notice_no": "中宁督〔2026〕1号", "sent_on": "2026-05-13"}
    assert desk.ask(desk.listing, "notify", "listing_notice", **notice)["state"] == "notified"
    desk.met(desk.case, L01=0)
    desk.ask(desk.listing, "sign", by=TOWNSHIP, signed_by="镇党政办")
    desk.ask(desk.listing, "begin", by=TOWNSHIP, plan="停止违法行为，拆除复耕。")
    assert desk.has_on_list(TOWNSHIP, desk.listing)


def step_19(desk: Desk) -> None:
    """The appraiser's opinion: the clock goes on, and the hand-over is opened by the system."""
    desk.at("05-25", "10:00")
    desk.appraised("05-25", desk.case)
    desk.shows(desk.case, D10="08-09")
    case = desk.see(desk.case)
    crime = case["procedure"]["crime"]
    assert (crime["tillage_destroyed"], crime["due"]) == (True, True)
    appraisal = crime["appraisal"]
    assert (appraisal["destroyed_area_m2"], appraisal["destroyed_pbf_area_m2"]) == (7000.0, 4200.0)
    desk.transfer = desk.transfer_of(desk.case)
    transfer = desk.see(desk.transfer)
    assert (transfer["state"], transfer["mandatory"]) == ("due", True)
    assert desk.has_on_list(DEPUTY, desk.transfer)
    fine_only(desk)


def fine_only(desk: Desk) -> None:
    """Assertion 1: no fine in place of a hand-over, once the damage is known."""
    desk.appraised("05-25", desk.twin)
    assert desk.see(desk.transfer_of(desk.twin))["state"] == "due"
    refused = desk.refused(desk.twin, "decide", "penalty_decision", **decision(**FINE))
    assert (refused["code"], refused["facts"]["law"]) == ("cases.transfer-first", "APL 27; T310 11")


def not_closed(desk: Desk) -> None:
    """Assertion 2: hand-overs come before the closing."""
    refused = desk.refused(desk.case, "close", *CLOSING, **CLOSED)
    assert (refused["code"], refused["facts"]["law"]) == ("cases.transfers-due", "NRP 46")


def step_20(desk: Desk) -> None:
    desk.at("05-26", "09:00")
    not_closed(desk)
    desk.ask(desk.transfer, "report", "transfer_report", by=DEPUTY, **TEAM)
    desk.shows(desk.case, T01="05-29")


def step_21(desk: Desk) -> None:
    desk.at("05-27", "10:00")
    assert desk.ask(desk.transfer, "approve", by=CHIEF)["state"] == "approved"
    desk.met(desk.case, T01=0)
    desk.shows(desk.case, T02="05-28 10:00")


def step_22(desk: Desk) -> None:
    """Receipted by the police, with a copy to the procuratorate; the penalty clock stands still again."""
    desk.at("05-27", "16:30")
    not_closed(desk)
    received: View = {"received_at": desk.said(), "received_by": "李警官", "receipt_no": "收1号"}
    copied: View = {"police_organ": "中宁县公安局", "copied_to_procuratorate_on": "2026-05-27"}
    transfer = desk.ask(desk.transfer, "hand-over", *PACKAGE, **received, **copied)
    assert transfer["state"] == "receipted"
    desk.met(desk.case, T02=0)
    desk.shows(desk.case, T04="05-28 16:30", T05="06-01")
    assert desk.clock_of(desk.case, "D10")["status"] == "paused"
    assert desk.see(desk.transfer, PS)["facts"]["receipt_no"] == "收1号"


def step_23(desk: Desk) -> None:
    """What the village secretary did goes sealed to the discipline commission."""
    desk.at("05-28", "09:00")
    ids = {login: desk.see("/me", login)["id"] for login in (DEPUTY, "discipline-commission")}
    body: View = {
        "title": "问题线索移送函",
        "person": "乙",
        "post": "村党支部书记",
        "allegation": "未经法定程序将村集体土地出租用于建设。",
        "leader_id": ids[DEPUTY],
        "receiver_id": ids["discipline-commission"],
        "receiver_name": "县纪委监委案管室",
    }
    drafted = desk.house.coordinator.post(f"{desk.case}/sealed-records", body)
    desk.sealed = f"/sealed-records/{drafted['id']}"
    not_closed(desk)
    desk.ask(desk.sealed, "send", by=DEPUTY, document_no="中宁自然资移〔2026〕1号")
    desk.at("05-29", "09:00")
    receipt: View = {"received_on": "2026-05-29", "received_by": "案管室"}
    assert desk.ask(desk.sealed, "receipt", by="discipline-commission", **receipt)["state"] == "receipted"
    not_there(desk)


def not_there(desk: Desk) -> None:
    """Assertion 3: to every other account it does not exist; no list, search or timeline has it."""
    readers = {"coordinator", DEPUTY, "discipline-commission"}
    for login in readers:
        opened = desk.ask(desk.sealed, "open", by=login)
        assert opened["content"]["person"] == "乙"
    others = {login for login in desk.house.logins if not login.startswith("township-")} | {TOWNSHIP}
    for login in others - readers:
        answer = desk.house.account(login).ask("POST", f"{desk.sealed}/open", {})
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found"), login
    sealed_id = desk.sealed.rpartition("/")[2]
    for login in others:
        told = desk.house.account(login).ask("GET", f"{desk.case}/timeline").text
        told += desk.house.account(login).ask("GET", "/search", params={"q": "村党支部书记"}).text
        assert sealed_id not in told
        assert "村党支部书记" not in told.replace("q=", "")


def step_24(desk: Desk) -> None:
    """The police file: the clock goes on after 22 days in all."""
    desk.at("06-01", "11:00")
    answer: View = {"document_no": "立1号", "received_on": "2026-06-01"}
    assert desk.ask(desk.transfer, "police-file", "police_reply", by=PS, **answer)["state"] == "filed"
    desk.met(desk.case, T05=0)
    desk.shows(desk.case, D10="08-14", T11="06-04")
    assert desk.clock_of(desk.case, "D10")["extended_due_on"] == "2026-09-13"
