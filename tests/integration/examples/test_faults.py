"""Every fault on purpose shows on our side, as the kit must see it; without it the same program does well."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from shared.contracts.codes import TaskState
from shared.exchange.package import PackageFault
from shared.outgoing.secret_box import new_webhook_secret
from tests.integration.examples.vendors import WHOLE_WAY, Exchange, Make, Queue, Vendor, Webhook, letter
from tests.support.nodes import wait_until

ALL = ["webhook", "mailbox", "exchange", "queue"]
# What the report says wrongly, and the reason that our side gives.
IN_THE_REPORT = {
    "wrong-code": "code_unknown",
    "missing-field": "missing",
    "wrong-unit": "unit_wrong",
    "wrong-task": "not-found",
    "not-json": "not-json",
}
HAVE_UNITS = ["webhook", "mailbox", "queue"]


def each(*faults: str, names: list[str] = ALL) -> list[Any]:
    return [pytest.param(name, fault, id=f"{name}-{fault}") for name in names for fault in faults]


def reasons(vendor: Vendor) -> set[str]:
    return {fault["reason"] for receipt in vendor.desk.parked for fault in receipt["faults"]}


def until(vendor: Vendor, condition: Callable[[], object]) -> None:
    def there() -> bool:
        vendor.pump()
        return bool(condition())

    wait_until(there, 20)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        *each(*sorted(IN_THE_REPORT.keys() - {"wrong-unit", "not-json"})),
        *each("wrong-unit", names=HAVE_UNITS),
        *each("not-json", names=["exchange", "queue"]),
    ],
)
def test_a_wrong_report_is_parked_with_its_reason(make: Make, name: str, fault: str) -> None:
    vendor = make(name)
    event = letter(vendor)
    with vendor.started("--fault", fault):
        vendor.deliver(event)
        until(vendor, lambda: vendor.desk.parked)
    assert IN_THE_REPORT[fault] in reasons(vendor)
    assert vendor.desk.tasks[json.loads(event)["subject"]].told == WHOLE_WAY[:3]


@pytest.mark.parametrize("name", ["webhook", "mailbox"])
def test_what_is_no_json_the_api_refuses(make: Make, name: str) -> None:
    vendor = make(name)
    event = letter(vendor)
    with vendor.started("--fault", "not-json"):
        vendor.deliver(event)
        vendor.until_said("parked")
    assert vendor.desk.tasks[json.loads(event)["subject"]].told == WHOLE_WAY[:3]


@pytest.mark.parametrize("name", ALL)
def test_another_agencys_name_is_not_taken(make: Make, name: str) -> None:
    vendor = make(name)
    event = letter(vendor)
    with vendor.started("--fault", "wrong-source"):
        vendor.deliver(event)
        until(vendor, lambda: "not-allowed" in reasons(vendor))
    assert vendor.desk.tasks[json.loads(event)["subject"]].told == []


@pytest.mark.parametrize("name", ALL)
def test_a_step_out_of_turn(make: Make, name: str) -> None:
    vendor = make(name)
    with vendor.started("--fault", "report-before-accept"):
        vendor.deliver(letter(vendor))
        until(vendor, lambda: "agencies.task-transition-not-allowed" in reasons(vendor))
    assert vendor.desk.parked[0]["verb"] == "report"


@pytest.mark.parametrize("name", ALL)
def test_a_report_of_what_was_withdrawn(make: Make, name: str) -> None:
    vendor = make(name)
    event = letter(vendor)
    with vendor.started("--fault", "report-after-withdrawal"):
        vendor.deliver(event)
        vendor.until(WHOLE_WAY, event)
        vendor.until_said("report")
        vendor.deliver(vendor.desk.withdraw(json.loads(event)["subject"]))
        until(vendor, lambda: "agencies.task-transition-not-allowed" in reasons(vendor))
    task = vendor.desk.tasks[json.loads(event)["subject"]]
    assert (task.state, task.told) == (TaskState.WITHDRAWN, WHOLE_WAY)


@pytest.mark.parametrize(("name", "fault"), each("never-signs", "breaks-on-unknown-field", "breaks-on-unknown-type"))
def test_nothing_is_answered(make: Make, name: str, fault: str) -> None:
    vendor = make(name)
    event = json.loads(letter(vendor))
    if fault == "breaks-on-unknown-field":
        if name == "mailbox":
            vendor.house.more = {"new_field": 1}  # type: ignore[attr-defined]
        event["data"]["new"] = 1
    raw = json.dumps(event).encode()
    if fault == "breaks-on-unknown-type":
        raw = vendor.desk.event("moved_elsewhere", event["subject"])
    with vendor.started("--fault", fault) as program:
        if isinstance(vendor, Webhook):
            assert vendor.post(raw) == (202 if fault == "never-signs" else 500)
        else:
            vendor.deliver(raw)
        vendor.rest(1.5)
        assert program.poll() is None
    assert [receipt for receipt in vendor.desk.receipts if receipt["verb"] != "received"] == []
    if fault != "never-signs":
        assert "failed" in vendor.said() or "refused" in vendor.said()


@pytest.mark.parametrize("name", ALL)
def test_a_correction_that_is_not_heeded(make: Make, name: str) -> None:
    vendor = make(name)
    event = letter(vendor)
    with vendor.started("--fault", "ignores-correction"):
        vendor.deliver(event)
        vendor.until(WHOLE_WAY, event)
        vendor.deliver(vendor.desk.give_back(json.loads(event)["subject"]))
        vendor.rest(6 if name == "mailbox" else 1.5)
    assert vendor.desk.tasks[json.loads(event)["subject"]].state is TaskState.RETURNED


@pytest.mark.parametrize("name", ALL)
def test_a_second_answer_to_what_came_twice(make: Make, name: str) -> None:
    vendor = make(name)
    event = letter(vendor)
    with vendor.started("--fault", "answers-twice"):
        vendor.deliver(event)
        vendor.until_said("sign")
        if name != "mailbox":  # it reads again by itself
            vendor.deliver(event)
        until(vendor, lambda: [receipt for receipt in vendor.desk.parked if receipt["verb"] == "sign"])
    assert vendor.desk.tasks[json.loads(event)["subject"]].told.count("sign") == 1


@pytest.mark.parametrize(("name", "fault"), each("new-id-on-retry", "no-retry", names=["webhook", "mailbox"]))
def test_what_is_not_said_again_under_its_id(make: Make, name: str, fault: str) -> None:
    vendor = make(name)
    vendor.house.troubles = [503]  # type: ignore[attr-defined]
    with vendor.started("--fault", fault):
        vendor.deliver(letter(vendor))
        vendor.until_said("unanswered")
        vendor.rest(2)
    tried = vendor.house.keys[:2]  # type: ignore[attr-defined]
    assert len(set(tried)) == len(tried) == (1 if fault == "no-retry" else 2)


@pytest.mark.parametrize("name", ["webhook", "exchange", "queue"])
def test_whoever_signs_is_believed(make: Make, name: str) -> None:
    vendor = make(name)
    event = letter(vendor)
    with vendor.started("--fault", "no-signature-check"):
        if isinstance(vendor, Webhook | Queue):
            (vendor.post if isinstance(vendor, Webhook) else vendor.send)(event, secret=new_webhook_secret())
        elif isinstance(vendor, Exchange):
            file, content, seal = vendor.house.number(event)
            vendor.house.lay((file, content, seal.replace(b'"value": "', b'"value": "0')))
        vendor.until(WHOLE_WAY, event)


@pytest.mark.parametrize("name", ["webhook", "queue"])
def test_what_is_old_is_believed(make: Make, name: str) -> None:
    vendor = make(name)
    event = letter(vendor)
    with vendor.started("--fault", "old-timestamp-accepted"):
        assert isinstance(vendor, Webhook | Queue)
        (vendor.post if isinstance(vendor, Webhook) else vendor.send)(event, age=timedelta(days=30))
        vendor.until(WHOLE_WAY, event)


class TestPackages:
    @pytest.mark.parametrize(("fault", "reason"), [("wrong-key", "key-unknown"), ("half-written", "digest-wrong")])
    def test_one_that_cannot_be_verified(self, make: Make, fault: str, reason: str) -> None:
        vendor = make("exchange")
        with vendor.started("--fault", fault):
            vendor.deliver(letter(vendor))
            with pytest.raises(PackageFault) as refused:
                vendor.rest(10)
        assert refused.value.reason == reason

    def test_one_without_a_signature(self, make: Make) -> None:
        vendor = make("exchange")
        assert isinstance(vendor, Exchange)
        with vendor.started("--fault", "unsigned"):
            vendor.deliver(letter(vendor))
            wait_until(lambda: len(list(vendor.house.in_.glob("*.zip"))) == 2, 10)
            vendor.rest(1)
        assert list(vendor.house.in_.glob("*.sig")) == []

    def test_a_number_that_is_left_out(self, make: Make) -> None:
        vendor = make("exchange")
        assert isinstance(vendor, Exchange)
        with vendor.started("--fault", "skips-number"):
            vendor.deliver(letter(vendor))
            until(vendor, lambda: len(vendor.house.taken) >= 2)
        assert sorted(vendor.house.taken)[:2] == [1, 3]


def test_a_message_without_proof(make: Make) -> None:
    vendor = make("queue")
    assert isinstance(vendor, Queue)
    with vendor.started("--fault", "unsigned"):
        vendor.deliver(letter(vendor))
        until(vendor, lambda: vendor.users)
    assert vendor.users[0] is None
    assert "webhook-signature" not in vendor.headers[0]
