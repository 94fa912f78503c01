"""Every step that a state has not is refused, over the public API: with the state, the rule, and nothing half done.

Objects go their straight way; at every station all steps are tried that its table has no row for.
"""

from typing import Any

import pytest

from gateway.cli.demo.acceptance import ACCEPTED
from services.cases.domain import assistance, case, clue, listing, police_transfer, rectification
from services.cases.domain.transitions import Transitions
from shared.citations import cite
from shared.clock import SHANGHAI
from shared.contracts.codes import Role
from tests.system.bodies import Bodies, steps_of
from tests.system.drill import CHIEF, DEPUTY, LEGAL, OFFICERS, SAND_YARD, Body, Drill, commission

pytestmark = pytest.mark.timeout(540)

TABLES: dict[str, Transitions[Any]] = {
    "clues": clue.TABLE,
    "cases": case.TABLE,
    "police-transfers": police_transfer.TABLE,
    "rectifications": rectification.TABLE,
    "listings": listing.TABLE,
    "assistance-requests": assistance.TABLE,
}
LOGINS = {Role.COORDINATOR: "coordinator", Role.CHIEF: CHIEF, Role.LEADER: DEPUTY, Role.LEGAL_REVIEWER: LEGAL,
          Role.SUPERIOR_REVIEWER: "city-reviewer",
          Role.OFFICE_DIRECTOR: "office-director", Role.GROUP_HEAD: "group-head"}  # fmt: skip


class Stations:
    """What is refused at every station of an object that goes its way."""

    def __init__(self, drill: Drill, other_case: str) -> None:
        self._drill = drill
        self._other_case = other_case.removeprefix("/cases/")
        self.seen: set[tuple[str, str]] = set()

    def stop(self, path: str) -> None:
        collection = path.split("/")[1]
        table = TABLES[collection]
        before = self._drill.house.coordinator.get(path)
        state = before["state"]
        self.seen.add((collection, state))
        verbs = {row.verb for row in table}
        forbidden = sorted((verbs & set(steps_of(collection))) - {row.verb for row in table if row.at == state})
        assert forbidden
        bodies = Bodies(self._drill.house.now().astimezone(SHANGHAI))
        for verb in forbidden:
            body = bodies.of(f"/{collection}/{{id}}/{verb}")
            body |= {name: self._other_case for name in ("other_case_id", "keeps_case_id") if name in body}
            by = next(login for role, login in LOGINS.items() if role in table.who(verb))
            answer = self._drill.house.account(by).ask("POST", f"{path}/{verb}", body)
            told = answer.json()
            assert (answer.status_code, told["code"]) == (409, "cases.transition-not-allowed"), (state, verb, told)
            assert (told["facts"]["state"], told["facts"]["verb"]) == (state, verb)
            assert told["facts"]["law"] == table.law(verb)
            assert f"依据：{cite(table.law(verb))}。" in told["detail"]
        assert self._drill.house.coordinator.get(path) == before


@pytest.fixture(scope="module")
def stations(drill: Drill) -> Stations:
    drill.at("04-20")
    return Stations(drill, drill.filed())


def test_of_a_clue(drill: Drill, stations: Stations) -> None:
    drill.at("04-20")
    path = f"/clues/{drill.county.clue(drill.township)['id']}"
    for verb, papers, body in (
        ("assign", (), {"township_code": f"{drill.township}000"}),
        ("sign", (), {}),
        ("start-verification", (), {"officers": OFFICERS}),
        (
            "submit-opinion",
            ("verification_report", "site_photos"),
            {
                "opinion": "legal",
                "facts": "有批文。",
                "area_m2": 1200,
                "farmland_area_m2": 0,
                "pbf_area_m2": 0,
                "proof": {"approval_no": "宁政土批1号", "approval_share": 100},
            },
        ),
        ("close", (), {"reason": "合法。"}),
        ("archive", (), {}),
    ):
        stations.stop(path)
        drill.ask(path, verb, *papers, **body)
    stations.stop(path)
    states = {state for collection, state in stations.seen if collection == "clues"}
    assert states >= {"received", "assigned", "signed", "verifying", "opinion_submitted", "closed_legal", "archived"}


def test_of_a_case(drill: Drill, stations: Stations) -> None:
    drill.at("04-24")
    path = drill.filed()
    stations.stop(path)
    drill.ask(path, "investigate", officers=OFFICERS)
    stations.stop(path)
    drill.county.prove(path, "conclude")
    drill.ask(path, "conclude", "investigation_report", "evidence_list", conclusion="清楚。")
    stations.stop(path)
    drill.ask(path, "review", "case_review_record", reviewers=["审一"])
    stations.stop(path)
    drill.ask(path, "notice", "penalty_notice", intended_penalty="改正。", measures=["correct"], served_at=drill.said())
    stations.stop(path)
    drill.at("05-09")
    drill.decided(path)
    stations.stop(path)
    drill.ask(path, "serve", "service_receipt", service_method="direct", served_at=drill.said())
    stations.stop(path)
    drill.ask(path, "perform")
    stations.stop(path)
    drill.ask(path, "execute", "performance_record")
    stations.stop(path)
    drill.ask(path, "close", "closing_approval", ground="executed")
    stations.stop(path)
    drill.ask(path, "archive", "archive_index", archive_no="档1号")
    stations.stop(path)
    assert len({state for collection, state in stations.seen if collection == "cases"}) == 11


def test_of_a_hand_over(drill: Drill, stations: Stations) -> None:
    drill.at("05-08")
    path = drill.investigating(areas=SAND_YARD, violation_types=["VT03"])
    drill.ask(path, "commission-appraisal", "appraisal_commission", **commission("05-08"))
    drill.appraised("05-08", path)
    transfer = drill.transfer_of(path)
    stations.stop(transfer)
    team: Body = {"team": OFFICERS, "suspected_crime": "非法占用农用地罪", "report": "毁坏。"}
    drill.ask(transfer, "report", "transfer_report", **team)
    stations.stop(transfer)
    drill.ask(transfer, "approve", by=CHIEF)
    stations.stop(transfer)
    package = ("crime_transfer_letter", "investigation_report", "property_list", "police_receipt", "appraisal_opinion")
    given: Body = {"police_organ": "县公安局", "received_by": "李警官", "receipt_no": "1"}
    day: Body = {"received_at": drill.said(), "copied_to_procuratorate_on": "2026-05-08"}
    drill.ask(transfer, "hand-over", *package, **given, **day)
    stations.stop(transfer)
    drill.ask(transfer, "police-file", "police_reply", document_no="立1号", received_on="2026-05-08")
    stations.stop(transfer)
    drill.ask(transfer, "record-judgment", document_no="判1号", received_on="2026-05-08", outcome="有罪")
    stations.stop(transfer)
    states = {state for collection, state in stations.seen if collection == "police-transfers"}
    assert states == {"due", "reported", "approved", "receipted", "filed", "ended"}


def test_of_an_item(drill: Drill, stations: Stations) -> None:
    drill.at("05-08")
    case_path = drill.investigating()
    seen = drill.house.coordinator.get(case_path)
    path = f"/rectifications/{drill.county.item(seen, '某')['id']}"
    area: Body = {"rectified_area_m2": seen["area_m2"]}
    stations.stop(path)
    drill.county.prove(path, "report")
    drill.ask(path, "report", "rectification_report", **area, account="已拆除。")
    stations.stop(path)
    drill.ask(path, "check", "township_check_record", passed=True, account="属实。")
    stations.stop(path)
    drill.ask(path, "accept", "acceptance_sheet", **area, **ACCEPTED)
    stations.stop(path)
    drill.ask(path, "request-review", "review_result")
    stations.stop(path)


def test_of_a_listing(drill: Drill, stations: Stations) -> None:
    drill.at("05-11")
    case_path = drill.investigating()
    unit: Body = {"target_unit": "某镇", "requirements": ["拆除"], "contact": "某"}
    proposed: Body = {**unit, "level": "county", "term_days": 60, "reason": "影响大。"}
    path = f"/listings/{drill.ask(case_path, 'listings', **proposed)['id']}"
    stations.stop(path)
    for verb, papers, body in (
        ("approve", ("listing_approval",), {"approved_by": "县长", "term_days": 60, "reason": "同意。"}),
        ("notify", ("listing_notice",), {"notice_no": "督1号", "sent_on": "2026-05-11"}),
        ("sign", (), {"signed_by": "镇长"}),
        ("begin", (), {"plan": "拆除。"}),
    ):
        drill.ask(path, verb, *papers, **body)
        stations.stop(path)
    states = {state for collection, state in stations.seen if collection == "listings"}
    assert states == {"proposed", "approved", "notified", "signed", "in_progress"}


def test_of_a_letter_of_assistance(drill: Drill, stations: Stations) -> None:
    """An open letter has every step; an answered, refused or withdrawn one has none."""
    drill.at("05-11")
    case_path = drill.investigating()
    asked: Body = {"to_agency": "agriculture", "matters": ["records"], "details": "调取承包合同。", "contact": "某"}
    by: Body = {"reason": "见函。"}
    for verb, papers, body in (
        ("answer", ("feedback_letter",), {"result": "done", "account": "已提供。", "answered_by": "科长"}),
        ("refuse", ("feedback_letter",), {"ground": "outside_powers", "law": "《某条例》第一条", "refused_by": "科长"}),
        ("withdraw", (), {}),
    ):
        letter = drill.ask(case_path, "assistance-requests", "assistance_letter", **asked)
        path = f"/assistance-requests/{letter['id']}"
        drill.ask(path, verb, *papers, **by, **body)
        stations.stop(path)
    states = {state for collection, state in stations.seen if collection == "assistance-requests"}
    assert states == {"answered", "refused", "withdrawn"}
