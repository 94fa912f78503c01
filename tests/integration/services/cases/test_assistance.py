"""Letters of assistance (协助函, APL 26; J08, J08U, J09): asked, answered, refused by law, extended, withdrawn."""

from typing import Any

import pytest

from tests.integration.services.cases.office import (
    COORDINATOR,
    OFFICER,
    OTHER_COUNTY,
    Office,
    Refused,
    papers,
)
from tests.integration.services.cases.path_people import (
    AG_CHIEF,
    AG_OFFICER,
    CE_OFFICER,
    CHIEF,
    DEPUTY,
    LEGAL,
    NR_OFFICER,
    POLICE,
    asking,
    clock_of,
    get_case,
    investigating,
    new_case,
    performing,
    refused,
    today,
)
from tests.integration.services.cases.test_main_path import close_case, strike_off

pytestmark = pytest.mark.evidence_not_asked

ANSWER = {"result": "done", "account": "该地块承包给甲，无补贴", "answered_by": "科长", **papers("feedback_letter")}
REFUSAL = {
    "ground": "law_forbids",
    "law": "《中华人民共和国个人信息保护法》第十三条",
    "reason": "没有法律授权提供",
    "refused_by": "科长",
    **papers("feedback_letter"),
}
MORE_TIME = {"days": 5, "reason": "须到现场核对", **papers("extension_notice")}


@pytest.fixture
def office(same_office: Office) -> Office:
    return same_office


def ask(office: Office, case: Any, by: Any = COORDINATOR, **changes: Any) -> dict[str, Any]:
    return office.command(by, "case.request-assistance", asking(**changes), case["id"])


def move(office: Office, letter: Any, verb: str, by: Any = AG_OFFICER, **body: Any) -> dict[str, Any]:
    return office.command(by, f"assistance_request.{verb}", body, letter["id"])


def refusal_of(office: Office, letter: Any, verb: str, body: dict[str, Any], by: Any = AG_OFFICER) -> Refused:
    return refused(office, by, f"assistance_request.{verb}", body, letter["id"])


def get(office: Office, letter: Any, by: Any) -> dict[str, Any]:
    return office.query(by, "assistance_request.get", id=letter["id"])


def test_the_lead_asks_and_the_agency_asked_answers_in_time(office: Office) -> None:
    case = investigating(office)
    letter = ask(office, case, DEPUTY)
    assert (letter["state"], letter["from_agency"], letter["to_agency"]) == (
        "requested",
        "natural_resources",
        "agriculture",
    )
    assert letter["letter_no"].startswith("ZW-AS-640521-2026-")
    assert (letter["facts"]["basis"], letter["facts"]["requested_by"]) == ("APL 26", "副局长")
    # Monday 2026-04-20: five working days; to refuse, two.
    assert (clock_of(letter, "J08")["due_on"], letter["refuse_by_on"]) == ("2026-04-27", "2026-04-22")
    assert [clock["rule_id"] for clock in letter["deadlines"]] == ["J08"]
    office.days_pass(3)
    letter = move(office, letter, "answer", **ANSWER)
    assert (letter["state"], letter["due_on"]) == ("answered", None)
    facts = letter["facts"]
    assert (facts["result"], facts["answered_on"], facts["channel"]) == ("done", today(office), "system")
    assert get_case(office, case)["state"] == "investigating"


def test_an_urgent_letter_has_one_working_day_and_no_more(office: Office) -> None:
    letter = ask(office, new_case(office), urgent=True)
    assert [(clock["rule_id"], clock["due_on"]) for clock in letter["deadlines"]] == [("J08U", "2026-04-21")]
    more = refusal_of(office, letter, "extend", {**MORE_TIME, "days": 1})
    assert (more.kind, more.code, more.facts["rule"]) == ("conflict", "cases.extension-not-allowed", "J08U")


def test_a_letter_waits_for_its_paper(office: Office) -> None:
    case = new_case(office)
    bare = refused(office, COORDINATOR, "case.request-assistance", {**asking(), "documents": []}, case["id"])
    assert (bare.code, bare.facts["missing"], bare.facts["law"]) == (
        "cases.document-missing",
        ["assistance_letter"],
        "APL 26",
    )
    letter = ask(office, case)
    for verb, body, missing, law in (
        ("answer", ANSWER, "feedback_letter", "APL 26"),
        ("refuse", REFUSAL, "feedback_letter", "APL 26; HOUSE.assistance"),
        ("extend", MORE_TIME, "extension_notice", "HOUSE.assistance"),
    ):
        without = refusal_of(office, letter, verb, {**body, "documents": []})
        assert (without.code, without.facts["missing"], without.facts["law"]) == (
            "cases.document-missing",
            [missing],
            law,
        )


def test_help_is_refused_with_the_law_until_the_second_working_day(office: Office) -> None:
    letter = ask(office, new_case(office))
    office.days_pass(2)  # Wednesday 04-22, the last day
    letter = move(office, letter, "refuse", **REFUSAL)
    assert (letter["state"], letter["due_on"], letter["facts"]["ground"]) == ("refused", None, "law_forbids")
    assert (letter["facts"]["law"], letter["facts"]["refusal"]) == (REFUSAL["law"], REFUSAL["reason"])


def test_a_later_refusal_names_its_rule_and_help_is_owed(office: Office) -> None:
    letter = ask(office, new_case(office))
    office.days_pass(3)
    late = refusal_of(office, letter, "refuse", REFUSAL)
    assert (late.kind, late.code, late.field) == ("conflict", "cases.refusal-too-late", "refused_on")
    assert (late.facts["law"], late.facts["rule_id"], late.facts["until"]) == ("HOUSE.assistance", "J09", "2026-04-22")
    assert get(office, letter, AG_OFFICER)["version"] == letter["version"]
    # A paper that the coordinator records counts by its own day; the agency itself cannot date it back.
    back = refusal_of(office, letter, "refuse", {**REFUSAL, "refused_on": "2026-04-22"})
    assert (back.kind, back.code, back.field) == ("invalid-input", "cases.paper-day", "refused_on")
    paper = move(office, letter, "refuse", COORDINATOR, **REFUSAL, refused_on="2026-04-22")
    assert (paper["facts"]["refused_on"], paper["facts"]["channel"]) == ("2026-04-22", "paper")


def test_only_a_legal_reason_refuses(office: Office) -> None:
    letter = ask(office, new_case(office))
    busy = refusal_of(office, letter, "refuse", {**REFUSAL, "ground": "busy"})
    assert (busy.kind, busy.field) == ("invalid-input", "ground")
    without = refusal_of(office, letter, "refuse", {name: REFUSAL[name] for name in REFUSAL if name != "law"})
    assert (without.kind, without.field) == ("invalid-input", "law")


def test_a_complex_matter_is_extended_once_by_five_working_days(office: Office) -> None:
    letter = ask(office, new_case(office))
    long = refusal_of(office, letter, "extend", {**MORE_TIME, "days": 6})
    assert (long.code, long.facts["most"]) == ("cases.extension-too-long", 5)
    office.days_pass(7)  # Monday 04-27, the last day
    letter = move(office, letter, "extend", **MORE_TIME)
    assert (letter["state"], letter["due_on"]) == ("extended", "2026-05-07")
    assert (letter["facts"]["extension_days"], letter["facts"]["extended_on"]) == (5, "2026-04-27")
    again = refusal_of(office, letter, "extend", {**MORE_TIME, "days": 1})
    assert (again.kind, again.code, again.facts["rule"]) == ("conflict", "cases.extension-not-allowed", "J08")
    office.days_pass(12)
    late = move(office, letter, "answer", **ANSWER)
    assert late["state"] == "answered"
    told = office.query(COORDINATOR, "case.deadlines", id=letter["case_id"])["items"]
    [mine] = [one for one in told if one["object_id"] == letter["id"]]
    assert (mine["rule_id"], mine["object"], mine["status"]) == ("J08", "assistance_request", "met_late")


def test_more_time_after_the_end_is_refused(office: Office) -> None:
    letter = ask(office, new_case(office))
    office.days_pass(8)
    late = refusal_of(office, letter, "extend", MORE_TIME)
    assert (late.kind, late.code, late.facts["last_on"]) == ("conflict", "cases.extension-too-late", "2026-04-27")


def test_an_answer_that_is_not_all_says_why(office: Office) -> None:
    letter = ask(office, new_case(office))
    bare = refusal_of(office, letter, "answer", {**ANSWER, "result": "cannot_handle"})
    assert (bare.kind, bare.code, bare.field) == ("invalid-input", "cases.assistance-reason-missing", "reason")
    move(office, letter, "answer", **{**ANSWER, "result": "cannot_handle"}, reason="没有该地块档案")


def test_what_is_answered_is_not_answered_again(office: Office) -> None:
    letter = ask(office, new_case(office))
    move(office, letter, "answer", **ANSWER)
    for verb, body, law in (
        ("answer", ANSWER, "APL 26"),
        ("refuse", REFUSAL, "APL 26; HOUSE.assistance"),
        ("extend", MORE_TIME, "HOUSE.assistance"),
    ):
        over = refusal_of(office, letter, verb, body)
        assert (over.code, over.facts["state"], over.facts["law"]) == (
            "cases.transition-not-allowed",
            "answered",
            law,
        )


def test_who_asked_withdraws_with_a_reason(office: Office) -> None:
    letter = ask(office, new_case(office), DEPUTY)
    assert refusal_of(office, letter, "withdraw", {}, NR_OFFICER).field == "reason"
    theirs = refusal_of(office, letter, "withdraw", {"reason": "r"}, AG_CHIEF)
    assert (theirs.kind, theirs.code, theirs.facts["agency"]) == (
        "not-allowed",
        "cases.assistance-not-yours",
        "natural_resources",
    )
    letter = move(office, letter, "withdraw", NR_OFFICER, reason="已从档案馆取得")
    assert (letter["state"], letter["due_on"], letter["facts"]["withdrawal"]) == ("withdrawn", None, "已从档案馆取得")


@pytest.mark.parametrize(("verb", "body"), [("answer", ANSWER), ("refuse", REFUSAL), ("extend", MORE_TIME)])
def test_who_asked_does_not_answer_himself(office: Office, verb: str, body: dict[str, Any]) -> None:
    letter = ask(office, new_case(office), CHIEF)
    own = refusal_of(office, letter, verb, body, CHIEF)
    assert (own.kind, own.code, own.facts["agency"]) == ("not-allowed", "cases.assistance-not-yours", "agriculture")
    assert own.facts["law"]


def test_the_paper_of_a_body_without_an_account_is_recorded_by_the_coordinator(office: Office) -> None:
    """K8: a permit or registration body is asked to stop its procedures (NRP 40)."""
    case = performing(office, ("fine",), 4000.5)
    body = {"to_body": "中宁县不动产登记中心", "matters": ["stop_procedures"], "details": "停止办理转移登记"}
    letter = ask(office, case, DEPUTY, **body)
    assert (letter["to_agency"], letter["to_body"], letter["facts"]["basis"]) == (
        None,
        "中宁县不动产登记中心",
        "APL 26; NRP 40",
    )
    own = refusal_of(office, letter, "answer", ANSWER, DEPUTY)
    assert (own.code, own.facts["agency"]) == ("cases.assistance-not-yours", "中宁县不动产登记中心")
    [clock] = [one for one in office.query(COORDINATOR, "deadline.mine")["items"] if one["object_id"] == letter["id"]]
    assert (clock["holder"], clock["agencies"]) == ("coordinator", [])
    sent_on = today(office)
    office.days_pass(2)
    before = refusal_of(office, letter, "answer", {**ANSWER, "answered_on": "2026-01-01"}, COORDINATOR)
    assert (before.code, before.field) == ("cases.before-earlier-step", "answered_on")
    letter = move(office, letter, "answer", COORDINATOR, **ANSWER, answered_on=sent_on)
    assert (letter["facts"]["channel"], letter["facts"]["answered_on"]) == ("paper", sent_on)


def test_a_letter_goes_to_one_other_body(office: Office) -> None:
    case = new_case(office)
    for changes, code, field in (
        ({"to_agency": "agriculture", "to_body": "登记中心"}, "cases.assistance-addressee", "to_agency"),
        ({"to_agency": None, "to_body": None}, "cases.assistance-addressee", "to_agency"),
        ({"to_agency": "natural_resources"}, "cases.assistance-of-oneself", "to_agency"),
        ({"to_agency": "township"}, "invalid-field", "to_agency"),
        ({"matters": []}, "invalid-field", "matters"),
        ({"matters": ["money"]}, "invalid-field", "matters.0"),
    ):
        wrong = refused(office, COORDINATOR, "case.request-assistance", asking(**changes), case["id"])
        assert (wrong.kind, wrong.code, wrong.field) == ("invalid-input", code, field)
    assert office.query(COORDINATOR, "assistance_request.list", case_id=case["id"])["items"] == []


def test_leaders_ask_for_their_own_agency_only(office: Office) -> None:
    case = new_case(office)
    other = refused(office, DEPUTY, "case.request-assistance", asking(from_agency="public_security"), case["id"])
    assert (other.kind, other.code) == ("not-allowed", "cases.assistance-not-yours")
    for by, kind in ((OFFICER, "not-allowed"), (LEGAL, "not-allowed"), (AG_CHIEF, "not-found")):
        assert refused(office, by, "case.request-assistance", asking(), case["id"]).kind == kind
    # On the word of the police, entered by the coordinator.
    letter = ask(office, case, from_agency="public_security")
    assert letter["from_agency"] == "public_security"


def test_who_sees_a_letter(office: Office) -> None:
    letter = ask(office, new_case(office), from_agency="public_security")
    for by in (COORDINATOR, POLICE, AG_OFFICER, AG_CHIEF):
        assert get(office, letter, by)["id"] == letter["id"]
        [row] = office.query(by, "assistance_request.list", case_id=letter["case_id"])["items"]
        assert row["letter_no"] == letter["letter_no"]
    # Also not who leads the case, and the township of the place.
    for by in (CHIEF, DEPUTY, NR_OFFICER, OFFICER, CE_OFFICER, OTHER_COUNTY):
        with pytest.raises(Refused) as caught:
            get(office, letter, by)
        assert caught.value.kind == "not-found"
        assert office.query(by, "assistance_request.list", case_id=letter["case_id"])["items"] == []
        assert refusal_of(office, letter, "answer", ANSWER, by).kind == "not-found"


def test_an_open_letter_stands_in_the_case_and_in_the_working_lists(office: Office) -> None:
    case = new_case(office)
    letter = ask(office, case)
    assert get_case(office, case)["open_assistance"] == [letter["letter_no"]]
    assert get_case(office, case, OFFICER)["open_assistance"] == []
    mine = office.query(AG_OFFICER, "work.list", which="unit")["items"]
    [row] = [row for row in mine if row["id"] == letter["id"]]
    assert (row["kind"], row["holder"], row["holder_unit"]) == ("assistance_request", "assignee", "agriculture:640521")
    assert (row["due_on"], row["title"]) == ("2026-04-27", "协助函：农业农村局")
    [clock] = [one for one in office.query(AG_OFFICER, "deadline.mine")["items"] if one["object_id"] == letter["id"]]
    assert (clock["rule_id"], clock["agencies"]) == ("J08", ["agriculture"])
    told = office.query(COORDINATOR, "case.timeline", id=case["id"])["items"]
    assert [one["title"] for one in told if one["object"] == "assistance_request"] == ["发出协助函"]
    assert not [one for one in office.query(OFFICER, "case.timeline", id=case["id"])["items"]
                if one["object"] == "assistance_request"]  # fmt: skip
    move(office, letter, "answer", **ANSWER)
    assert get_case(office, case)["open_assistance"] == []
    assert not [
        row for row in office.query(AG_OFFICER, "work.list", which="unit")["items"] if row["id"] == letter["id"]
    ]


def test_an_open_letter_keeps_no_case_from_closing_and_is_answered_after_it(office: Office) -> None:
    case = new_case(office)
    letter = ask(office, case)
    strike_off(office, case)
    close_case(office, case)
    closed = get_case(office, case)
    assert (closed["state"], closed["open_assistance"]) == ("closed", [letter["letter_no"]])
    assert move(office, letter, "answer", **ANSWER)["state"] == "answered"
    more = refused(office, COORDINATOR, "case.request-assistance", asking(), case["id"])
    assert (more.kind, more.code, more.facts["law"]) == ("conflict", "cases.assistance-case-over", "APL 26")
    assert get_case(office, case)["version"] == closed["version"]
