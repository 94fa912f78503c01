"""Who sees what, through every door of the API: what is not for one is absent, in lists, totals and counts as well."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.certificates import certify_by
from tests.system.county import County
from tests.system.running_house import Account, RunningHouse

# What carries the messages makes no difference here: one bus is enough.
pytestmark = [pytest.mark.timeout(300), pytest.mark.parametrize("house", ["embedded"], indirect=True, scope="package")]

PREFIX = "/api/v1"
NEAR, FAR = "township near", "township far"
MARKS = (
    "case",
    "letter to agriculture",
    "letter to resources",
    "copy to party",
    "copy to discipline",
    "item",
    "letter to township",
)
# Whose texts each may read; all others are not for it.
MAY_READ = {
    "coordinator": set(MARKS),
    NEAR: {"case", "letter to agriculture", "letter to resources", "letter to township", "item"},
    FAR: set(),
    "agriculture": {"case", "letter to agriculture"},
    "agriculture-system": {"case", "letter to agriculture"},
    "natural-resources": {"case", "letter to resources"},
    "public-security": set(),
    "party-committee": {"case", "copy to party"},
    "discipline-commission": {"case", "copy to discipline"},
    "organisation-department": {"case"},
    "admin": set(),
}
OUTSIDERS = (FAR, "public-security", "admin")


@dataclass(frozen=True)
class Planted:
    """One case with all that hangs on it, every text marked with a word that is nowhere else.

    ids: resource -> ids of what was planted. seen_by: account -> the ids it may open.
    """

    logins: dict[str, str]
    words: dict[str, str]
    ids: dict[str, set[str]]
    seen_by: dict[str, set[str]]
    filters: list[tuple[str, dict[str, str]]]


@pytest.fixture(scope="module")
def planted(house: RunningHouse, county: County) -> Planted:
    words = {mark: f"canary{uuid4().hex}" for mark in MARKS}
    near, far = house.townships[1:3]
    admin = house.account("admin")
    certify_by(admin.post, "agriculture", "polled_mailbox")
    assert admin.ask("PUT", "/agencies/agriculture/endpoint", json={"protocol": "polled_mailbox"}).is_success
    case = county.case(near, words["case"])
    letters = {"agriculture": words["letter to agriculture"], "natural_resources": words["letter to resources"]}
    letters["township"] = words["letter to township"]
    action = county.joint_action(case, letters)
    tasks = {agency: county.task(action, agency)["id"] for agency in letters}
    item = county.item(case, words["item"])
    to_party = county.notice(case, words["copy to party"], main_recipient="party_committee", copies=[])
    to_discipline = county.notice(case, words["copy to discipline"], main_recipient="discipline_commission", copies=[])
    job = house.coordinator.post("/clue-imports", None, files={"file": ("patches.zip", b"no zip")})["id"]
    house.settle()
    asked = {"case_id": case["id"]}
    house.until(lambda: all(one["notice_no"] for one in house.coordinator.all("/notices", **asked)), "the press")
    notices = {notice["id"] for notice in house.coordinator.all("/notices", **asked)}
    to_all = notices - {to_party["id"], to_discipline["id"]}
    of_place = {case["clue_id"], case["id"], item["id"], action["id"]}
    return Planted(
        logins={NEAR: f"township-{near}", FAR: f"township-{far}"},
        words=words,
        ids={
            "clues": {case["clue_id"]},
            "cases": {case["id"]},
            "rectifications": {item["id"]},
            "joint-actions": {action["id"]},
            "tasks": set(tasks.values()),
            "notices": notices,
            "clue-imports": {job},
        },
        seen_by={
            "coordinator": {*of_place, *tasks.values(), *notices, job},
            NEAR: {*of_place, tasks["township"]},
            "agriculture": {tasks["agriculture"]},
            "agriculture-system": {tasks["agriculture"]},
            "natural-resources": {tasks["natural_resources"]},
            "party-committee": {*to_all, to_party["id"]},
            "discipline-commission": {*to_all, to_discipline["id"]},
            "organisation-department": to_all,
        },
        filters=[
            ("/clues", {"no": case["clue_no"]}),
            ("/clues", {"division": near}),
            ("/clues", {"state": "to_case"}),
            ("/cases", {"no": case["case_no"]}),
            ("/cases", {"no": case["clue_no"]}),
            ("/cases", {"division": near}),
            ("/rectifications", {"case_id": case["id"]}),
            ("/joint-actions", {"case_id": case["id"]}),
            ("/tasks", {"case_id": case["id"]}),
            ("/tasks", {"action_id": action["id"]}),
            ("/tasks", {"agency": "agriculture"}),
            ("/tasks", {"agency": "natural_resources"}),
            ("/tasks", {"agency": "township"}),
            ("/tasks", {"after": "0"}),
            ("/notices", {"case_id": case["id"]}),
            ("/notices", {"unsigned": "true"}),
        ],
    )


def _account(house: RunningHouse, planted: Planted, who: str) -> Account:
    return house.account(planted.logins.get(who, who))


@pytest.fixture(scope="module")
def readable(house: RunningHouse) -> list[str]:
    """Every address of the API that is read, `{id}` left open; of the forms of a file one stands for all."""
    paths = httpx.get(f"{house.address}/openapi.json", timeout=60.0, trust_env=False).json()["paths"]
    paths = {path.replace("{format}", "pdf"): methods for path, methods in paths.items()}
    return [path.removeprefix(PREFIX) for path, methods in paths.items() if "get" in methods]


@pytest.mark.parametrize("who", MAY_READ)
def test_nothing_that_can_be_read_holds_what_is_not_for_the_reader(
    who: str, house: RunningHouse, planted: Planted, readable: list[str]
) -> None:
    told = "".join(_everything(_account(house, planted, who), planted, readable))
    assert {mark for mark, word in planted.words.items() if word in told} == MAY_READ[who]


def _everything(account: Account, planted: Planted, readable: list[str]) -> list[str]:
    """Every answer, refusals and headers too, to every address with every id and filter that could lead anywhere."""
    answers = [account.ask("GET", path, params=given) for path, given in planted.filters]
    for path in readable:
        ids = planted.ids.get(path.split("/")[1], set()) if "{id}" in path else {""}
        answers += [account.ask("GET", path.replace("{id}", one)) for one in ids]
        if _is_list(path):
            answers.append(account.ask("GET", path, params={"limit": "200", "with_total": "true"}))
    assert not [answer for answer in answers if answer.status_code >= 500]
    return [answer.text + repr(answer.headers) for answer in answers]


def _is_list(path: str) -> bool:
    return path in {"/clues", "/cases", "/rectifications", "/joint-actions", "/tasks", "/notices"}


@pytest.mark.parametrize("who", MAY_READ)
def test_one_opens_what_is_ones_own_and_nothing_else(
    who: str, house: RunningHouse, planted: Planted, readable: list[str]
) -> None:
    account = _account(house, planted, who)
    for path in (path for path in readable if "{id}" in path):
        absent = account.ask("GET", path.replace("{id}", str(uuid4())))
        # A role that may not ask at all is told so, whatever it names.
        barred = absent.status_code == 403
        for one in planted.ids.get(path.split("/")[1], set()):
            answer = account.ask("GET", path.replace("{id}", one))
            if one in planted.seen_by.get(who, set()) and not barred:
                # Nobody has laid anything over these: there is no overlay, whoever asks.
                expected = 404 if path.endswith("/overlay") else 200
                assert answer.status_code == expected, f"{path}: {answer.text}"
            else:
                assert (answer.status_code, _refusal(answer)) == (absent.status_code, _refusal(absent)), path


def _refusal(answer: httpx.Response) -> dict[str, Any]:
    """All that the answer tells but the id of the request itself."""
    return {name: value for name, value in answer.json().items() if name != "correlation_id"}


@dataclass(frozen=True)
class Order:
    """A command that is right but for whose object it is."""

    who: str
    resource: str
    verb: str
    body: dict[str, Any]


SIGNED = {"signed_by": "李四", "sha256": "0" * 64}
ORDERS = (
    *(Order(who, "tasks", "sign", {"signed_by": "张三"}) for who in ("natural-resources", "public-security")),
    Order("natural-resources", "tasks", "accept", {"contact_person": "张三"}),
    Order("public-security", "tasks", "decline", {"return_reason": "duplicate", "reason": "重复"}),
    Order("public-security", "tasks", "report-form", {"form": {}}),
    *(Order(who, "notices", "sign", SIGNED) for who in ("discipline-commission", "party-committee")),
    *(Order(who, "tasks", "sign", {"signed_by": "张三"}) for who in (NEAR, FAR)),
    Order(FAR, "tasks", "report-form", {"form": {}}),
    Order(FAR, "clues", "sign", {}),
    Order(FAR, "clues", "return", {"return_reason": "duplicate", "reason": "重复"}),
    Order(FAR, "clues", "start-verification", {"officers": ["张三", "李四"]}),
    Order(FAR, "rectifications", "report", {"rectified_area_m2": 1, "account": "已拆除。", "documents": []}),
    Order(FAR, "rectifications", "check", {"passed": True, "account": "已拆除。", "documents": []}),
)


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: f"{order.who}-{order.verb}-{order.resource}")
def test_a_command_on_what_one_may_not_see_answers_as_if_it_did_not_exist(
    order: Order, house: RunningHouse, planted: Planted
) -> None:
    account = _account(house, planted, order.who)
    absent = account.ask("POST", f"/{order.resource}/{uuid4()}/{order.verb}", order.body)
    foreign = planted.ids[order.resource] - planted.seen_by.get(order.who, set())
    assert foreign
    for one in foreign:
        path = f"/{order.resource}/{one}"
        before = house.coordinator.get(path)
        answer = account.ask("POST", f"{path}/{order.verb}", order.body)
        assert (answer.status_code, _refusal(answer)) == (404, _refusal(absent))
        assert house.coordinator.get(path) == before


@pytest.mark.parametrize("who", MAY_READ)
def test_filters_and_totals_know_only_what_one_may_open(who: str, house: RunningHouse, planted: Planted) -> None:
    account = _account(house, planted, who)
    for path, given in planted.filters:
        page = account.get(path, **given, limit=200, with_total=True)
        assert page["total"] == len(page["items"]), f"{path} {given}"
        shown = {item["id"] for item in page["items"]} & planted.ids[path.strip("/")]
        assert shown <= planted.seen_by.get(who, set())
        if who in OUTSIDERS and not given.keys() & {"state", "after", "unsigned", "agency"}:
            assert (page["items"], page["total"]) == ([], 0)


@pytest.mark.parametrize("who", MAY_READ)
def test_statistics_count_what_the_lists_show(who: str, house: RunningHouse, planted: Planted) -> None:
    account = _account(house, planted, who)
    counted = account.get("/statistics")
    for name, path in (
        ("clues_by_state", "/clues"),
        ("cases_by_state", "/cases"),
        ("rectifications_by_state", "/rectifications"),
        ("joint_actions_by_state", "/joint-actions"),
    ):
        listed: dict[str, int] = {}
        for row in account.all(path):
            listed[row["state"]] = listed.get(row["state"], 0) + 1
        assert {state: count for state, count in counted[name].items() if count} == listed


def test_a_township_lists_only_what_lies_in_it_or_was_given_to_it(house: RunningHouse, planted: Planted) -> None:
    for login in planted.logins.values():
        account, prefix = house.account(login), login.removeprefix("township-")
        rows = account.all("/clues")
        assert all(prefix in (row["division_code"][:9], (row["township_code"] or "")[:9]) for row in rows)
        assert all(row["division_code"].startswith(prefix) for row in account.all("/cases"))


@pytest.mark.usefixtures("planted")
def test_an_agency_lists_only_its_tasks_and_a_recipient_only_its_receipts(house: RunningHouse) -> None:
    for login in ("agriculture", "natural-resources", "public-security"):
        assert {row["agency"] for row in house.account(login).all("/tasks")} <= {login.replace("-", "_")}
    for login in ("party-committee", "discipline-commission", "organisation-department"):
        receipts = [receipt for row in house.account(login).all("/notices") for receipt in row["receipts"]]
        assert {receipt["recipient"] for receipt in receipts} == {login.replace("-", "_")}


@pytest.mark.usefixtures("planted")
def test_the_registry_counts_for_an_agency_its_own_tasks_and_for_others_none(house: RunningHouse) -> None:
    shown = house.account("agriculture").get("/agencies")["items"]
    assert [agency["code"] for agency in shown] == ["agriculture"]
    assert house.account("party-committee").ask("GET", "/agencies").status_code == 403
    assert house.account("agriculture").ask("GET", "/recipients").status_code == 403


@pytest.mark.usefixtures("planted")
def test_an_administrator_reads_accounts_and_no_case(house: RunningHouse) -> None:
    admin = house.account("admin")
    assert {account["login"] for account in admin.all("/accounts")} >= set(house.logins)
    for path in ("/clues", "/cases", "/rectifications", "/joint-actions", "/tasks", "/notices"):
        assert admin.get(path, with_total=True) == {"items": [], "next_cursor": None, "total": 0}
    assert house.coordinator.ask("GET", "/accounts").status_code == 403
