"""3 to 30 June: reviewed, told, decided, served (steps 25 to 31)."""

from typing import Any

from tests.system.drill import DEPUTY, LEGAL, decision
from tests.system.worked_example import quarters
from tests.system.worked_example.desk import PARTY, Desk, View

ORDER: View = {"measures": ["return_land", "demolish", "restore"], "fine_yuan": 0}
MEMBERS = ["张局长", "李副局长", "赵副局长"]


def step_25(desk: Desk) -> None:
    """Things and material are handed to the police; the investigation ends and the case is reviewed."""
    desk.at("06-03", "10:00")
    desk.ask(desk.transfer, "hand-material", "material_handover", handed_on="2026-06-03")
    desk.met(desk.case, T11=0)
    desk.prove(desk.case, "conclude")
    desk.ask(desk.case, "conclude", "investigation_report", "evidence_list", conclusion="事实清楚，证据充分。")
    case = desk.ask(desk.case, "review", "case_review_record", reviewers=["审理人"], major=True)
    assert case["state"] == "under_review"


def step_26(desk: Desk) -> None:
    """Legal review on the 5th, the collective decision on the 8th."""
    desk.at("06-05", "10:00")
    desk.ask(desk.case, "legal-review", "case_review_record")
    assert desk.has_on_list(LEGAL, desk.case)
    desk.ask(desk.case, "legal-opinion", "legal_opinion", by=LEGAL, agrees=True, opinion="同意；罚款待刑事结果。")
    desk.at("06-08", "15:00")
    case = desk.ask(desk.case, "deliberate", "collective_record", members=MEMBERS, outcome="责令拆除复耕，罚款另定。")
    assert case["state"] == "collective"


def step_27(desk: Desk) -> None:
    desk.at("06-09", "10:00")
    told: View = {
        "intended_penalty": "退还土地，限期拆除并恢复原状。",
        "served_at": desk.said(),
        "hearing_offered": True,
    }
    desk.ask(desk.case, "notice", "penalty_notice", "hearing_right_notice", "service_receipt", **told, **ORDER)
    desk.shows(desk.case, D14="06-16", D15="06-16")


def step_28(desk: Desk) -> None:
    """On the last day of the party's terms nothing is decided; after it has passed it may be."""
    desk.at("06-16", "23:50")
    refused = desk.refused(desk.case, "decide", "penalty_decision", **decision(**ORDER))
    assert (refused["code"], refused["facts"]["until"]) == ("cases.notice-period-running", "2026-06-16")
    desk.caught_up()


def step_29(desk: Desk) -> None:
    """Decided on the 33rd day of 90; a fine waits for the criminal case."""
    desk.at("06-18", "10:00")
    fined: View = {"measures": [*ORDER["measures"], "fine"], "fine_yuan": 840000}
    refused = desk.refused(desk.case, "decide", "penalty_decision", **decision(**fined))
    assert (refused["code"], refused["facts"]["law"]) == ("cases.fine-waits", "APL 35; T310 11")
    number = "中宁自然资罚〔2026〕18号"
    decided = desk.ask(
        desk.case, "decide", "penalty_decision", by=DEPUTY, **{**decision(**ORDER), "decision_no": number}
    )
    assert decided["procedure"]["penalty"]["measures"] == ORDER["measures"]
    desk.met(desk.case, D10=0)
    desk.shows(desk.case, D17="06-30")
    paused_twice(desk)
    assert desk.finds("case", no=number) == {decided["id"]}
    assert desk.statistics("case")["decided"]["items"] == 1


def paused_twice(desk: Desk) -> None:
    """Assertion 4: 55 days since the filing, 22 of them paused, each pause with the papers that prove it."""
    clock = desk.clock_of(desk.case, "D10")
    assert (clock["used"], clock["total"], clock["paused_days"], clock["used_unit"]) == (33, 90, 22, "calendar_day")
    pauses = [(one["reason"], one["from_on"], one["to_on"], *proofs(one)) for one in clock["pauses"]]
    assert pauses == [
        ("appraisal", "2026-05-08", "2026-05-25", "appraisal_commission", "appraisal_opinion"),
        ("awaiting_police_or_procuratorate", "2026-05-27", "2026-06-01", "appraisal_opinion", "police_reply"),
    ]
    shown = next(one for one in desk.see(desk.case)["deadlines"] if one["rule_id"] == "D10")
    assert shown["pauses"] == clock["pauses"]


def proofs(pause: dict[str, Any]) -> tuple[str, str]:
    return pause["proof"]["kind"], pause["end_proof"]["kind"]


def step_30(desk: Desk) -> None:
    """Served in person; fifteen days to put the land right."""
    desk.at("06-22", "10:00")
    desk.ask(desk.case, "serve", "service_receipt", service_method="direct", served_at=desk.said())
    desk.met(desk.case, D17=0)
    desk.shows(desk.case, D19="07-07", D20="08-21", D21="12-22")
    order: View = {
        "title": "恩和镇砂场整改",
        "method": "demolish_and_restore",
        "area_m2": 8400,
        "farmland_area_m2": 7000,
        "pbf_area_m2": 4200,
        "term_days": 15,
        "responsible_person": "恩和镇镇长",
        "requirement": "拆除钢棚和地坪，清运砂石，耕作层恢复三十厘米。",
    }
    item = desk.ask(desk.case, "order-rectification", "correction_order", **order)
    desk.item = f"/rectifications/{item['id']}"
    assert item["term_on"] == "2026-07-07"
    desk.shows(desk.item, R01="07-07")
    assert desk.ask(desk.case, "perform")["state"] == "performing"
    assert item["id"] in desk.finds("rectification", party=PARTY)


def step_31(desk: Desk) -> None:
    """The quarter ends with the item unrectified; at 24:00 of 30 June its figures are frozen."""
    desk.at("06-30", "23:59")
    quarters.unrectified(desk, ended=False)
    desk.at("07-01", "00:00")
    quarters.unrectified(desk, ended=True)
