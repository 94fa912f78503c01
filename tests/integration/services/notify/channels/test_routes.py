"""Notices by the ways of their recipients: configured, sealed, tried, one after the other, nothing doubled."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.services.notify.channels.issued import issue, send_until, state_of
from tests.integration.services.notify.house import ADMINISTRATOR, COORDINATOR, DISCIPLINE, House
from tests.integration.services.notify.test_sender import configure
from tests.integration.shared.outgoing.receiver import Answer, Receiver
from tests.support.mail_node import MailNode

OFFICE = "discipline_commission"
MAIL = {"to": ["clerk@jw.example"], "sender": "notices@tianwei.example"}
SMS = {
    "phone": "138-1234-5678",
    "headers": {"authorization": "Bearer ${secret}"},
    "body": '{"to": "${phone}", "text": "${text}"}',
    "success_path": "code",
    "success_values": ["0"],
}


@pytest.fixture
def node() -> Iterator[MailNode]:
    with MailNode() as made:
        yield made


def by_mail(house: House, node: MailNode, place: int = 1) -> Any:
    return configure(house, f"smtp+plain://{node.host}", channel="email", email=MAIL, place=place)


def by_sms(house: House, url: str, place: int = 1, secret: str = "k") -> Any:
    return configure(house, url, channel="sms", sms=SMS, place=place, secret=secret)


def ways(house: House) -> list[Any]:
    listed: list[Any] = house.query(ADMINISTRATOR, "recipient.list")["items"][1]["channels"]
    return listed


def deliveries(house: House) -> list[Any]:
    return house.rows("SELECT channel, state FROM delivery WHERE party LIKE '%discipline%' ORDER BY created_at")


def test_a_notice_goes_by_mail_and_proves_only_that_the_server_took_it(house: House, node: MailNode) -> None:
    by_mail(house, node)
    issue(house)
    send_until(house, lambda: deliveries(house) == [("email", "delivered")])
    (mail,) = node.box.taken
    (row,) = house.notices(COORDINATOR)
    body = mail.get_body()
    assert body is not None
    assert row["id"] in body.get_content()
    assert row["sha256"] in body.get_content()
    files = {part.get_filename(): hashlib.sha256(part.get_content()).hexdigest() for part in mail.iter_attachments()}
    assert files[f"{row['notice_no']}.pdf"] == row["sha256"]
    assert set(files) == {f"{row['notice_no']}.pdf", f"{row['notice_no']}.docx"}
    receipt = next(one for one in row["receipts"] if one["recipient"] == OFFICE)
    assert (receipt["state"], receipt["channel"]) == ("pending", "email")
    assert receipt["accepted_at"]
    kept = house.query(COORDINATOR, "document.get", id=row["id"])["receipts"]
    (service,) = next(one["services"] for one in kept if one["code"] == OFFICE)
    assert service["reference"] == mail["message-id"]
    house.command(DISCIPLINE, "notice.read", row["id"])
    assert state_of(house, OFFICE) == "delivered"


def test_what_was_read_meanwhile_is_not_sent_by_any_way(house: House, node: MailNode) -> None:
    by_mail(house, node)
    issue(house)
    house.command(DISCIPLINE, "notice.read", house.notices(DISCIPLINE)[0]["id"])
    assert deliveries(house) == [("email", "delivered")]
    issue(house, case_id="0190a000-0000-7000-8000-0000000000ff")
    send_until(house, lambda: node.box.taken)
    assert len(node.box.taken) == 1


def test_the_next_way_is_taken_when_one_has_failed_for_good(house: House, node: MailNode) -> None:
    node.box.answer = "554 5.6.0 content refused"
    with Receiver(Answer(body=b'{"code": 0}')) as gateway:
        by_sms(house, gateway.url, place=2, secret="k")
        by_mail(house, node, place=1)
        issue(house)
        send_until(house, lambda: ("sms", "delivered") in deliveries(house))
    assert deliveries(house) == [("email", "exhausted"), ("sms", "delivered")]
    assert state_of(house, OFFICE) == "pending"
    assert json.loads(gateway.received[0].body)["to"] == "13812345678"
    assert house.query(ADMINISTRATOR, "dead-letter.list", ended=False)["items"] == []


def test_when_all_that_is_carried_has_failed_the_inbox_has_it(house: House, node: MailNode) -> None:
    node.box.answer = "554 5.6.0 content refused"
    by_mail(house, node)
    issue(house)
    send_until(house, lambda: state_of(house, OFFICE) == "delivered")
    assert deliveries(house) == [("email", "exhausted"), ("inbox", "delivered")]
    assert house.told()[-3:] == ["document-delivery-exhausted.v1", "document-served.v1", "document-delivered.v1"]


def test_ways_are_taken_in_the_order_of_the_administrator(house: House, node: MailNode) -> None:
    with Receiver(Answer(body=b'{"code": 0}'), Answer(body=b'{"code": 0}')) as gateway:
        by_mail(house, node, place=2)
        by_sms(house, gateway.url, place=1)
        issue(house)
        assert deliveries(house) == [("sms", "pending")]
        by_sms(house, gateway.url, place=3)
        issue(house, case_id="0190a000-0000-7000-8000-0000000000ff")
        assert deliveries(house)[1:] == [("email", "pending")]


def test_a_server_that_was_down_is_served_when_it_is_back_and_nothing_is_doubled(house: House, node: MailNode) -> None:
    by_mail(house, node)
    node.shut()
    ids = [f"0190a000-0000-7000-8000-0000000000{number:02x}" for number in range(8)]
    for case_id in ids:
        issue(house, case_id=case_id)

    def broken() -> bool:
        house.change("UPDATE delivery SET next_at = now() WHERE channel = 'email' AND lease_until IS NULL")
        return bool(house.rows("SELECT 1 FROM endpoint WHERE broken_until IS NOT NULL AND failures >= 5"))

    send_until(house, broken)
    # A day later, as the tries of a day leave them: late, and none used up by the broken circuit.
    house.change("UPDATE delivery SET next_at = now() + interval '7 hours' WHERE channel = 'email'")
    house.change(
        "UPDATE delivery SET next_at = now() WHERE id = (SELECT id FROM delivery WHERE channel = 'email' LIMIT 1)"
    )
    house.change("UPDATE endpoint SET broken_until = now()")
    node.open()
    send_until(house, lambda: all(state == "delivered" for _, state in deliveries(house)))
    assert len(node.box.taken) == len(ids)
    assert len({mail["message-id"] for mail in node.box.taken}) == len(ids)
    assert (ways(house)[0]["last_error"], ways(house)[0]["failing_since"]) == (None, None)


def test_an_unknown_addressee_takes_the_way_out_of_use_until_it_is_put_right(house: House, node: MailNode) -> None:
    node.box.refuse = {"clerk@jw.example": "550 5.1.1 no such user"}
    by_mail(house, node)
    issue(house)
    send_until(house, lambda: ways(house)[0]["active"] is False)
    assert "550" in ways(house)[0]["disabled_reason"]
    assert deliveries(house) == [("email", "cancelled"), ("inbox", "delivered")]
    node.box.refuse = {}
    by_mail(house, node)
    issue(house, case_id="0190a000-0000-7000-8000-0000000000ff")
    send_until(house, lambda: deliveries(house)[-1] == ("email", "delivered"))
    assert len(node.box.taken) == 1


def test_a_probe_names_itself_and_says_what_came_of_it(house: House, node: MailNode) -> None:
    by_mail(house, node)
    assert (
        house.command(ADMINISTRATOR, "recipient.test-endpoint", recipient=OFFICE, channel="email")["channel"] == "email"
    )
    send_until(house, lambda: ways(house)[0]["tested_at"])
    assert ways(house)[0]["test_error"] is None
    assert "渠道测试" in node.box.taken[0]["subject"]
    node.box.answer = "554 5.6.0 content refused"
    house.command(ADMINISTRATOR, "recipient.test-endpoint", recipient=OFFICE, channel="email")
    send_until(house, lambda: ways(house)[0]["test_error"])
    assert "554" in ways(house)[0]["test_error"]
    # One try, whatever comes of it; nobody has to carry a probe by hand.
    house.change("UPDATE delivery SET next_at = now() WHERE state = 'pending'")
    send_until(house, lambda: all(state in ("delivered", "cancelled") for _, state in deliveries(house)))
    assert house.query(ADMINISTRATOR, "dead-letter.list", ended=False)["items"] == []
    assert house.notices(COORDINATOR) == []


def test_a_channel_that_is_missing_is_named_for_its_recipient(house: House) -> None:
    refused = house.command(ADMINISTRATOR, "recipient.test-endpoint", recipient=OFFICE, channel="sms")
    assert refused["code"] == "notify.channel-missing"
    assert refused["facts"] == {"recipient": OFFICE, "channel": "sms"}


def test_what_a_way_out_of_use_owes_goes_by_the_next(house: House, node: MailNode) -> None:
    node.shut()
    by_mail(house, node)
    issue(house)
    with Receiver(Answer(body=b'{"code": 0}')) as gateway:
        by_sms(house, gateway.url, place=2)
        house.command(ADMINISTRATOR, "recipient.disable-endpoint", recipient=OFFICE, channel="email", reason="换服务器")
        assert deliveries(house) == [("email", "cancelled"), ("sms", "pending")]
        send_until(house, lambda: ("sms", "delivered") in deliveries(house))
    issue(house, case_id="0190a000-0000-7000-8000-0000000000ff")
    assert deliveries(house)[-1] == ("sms", "pending")


def test_secrets_are_sealed_kept_and_never_shown(house: House) -> None:
    robot: dict[str, Any] = {"channel": "robot", "robot": {"keyword": "田卫"}}
    made = configure(house, "https://oapi.dingtalk.com/robot/send?access_token=t0ken", secret="SEC123", **robot)
    assert made["url"] == "https://oapi.dingtalk.com/robot/send"
    by_sms(house, "https://sms.example/send", secret="gate-key", place=2)
    shown = json.dumps(house.query(ADMINISTRATOR, "recipient.list"), ensure_ascii=False)
    stored = json.dumps(house.rows("SELECT url, secret, options FROM endpoint"), default=str)
    told = json.dumps(house.rows("SELECT payload FROM event_log"), default=str)
    kept = json.dumps(house.rows("SELECT response FROM idempotency"), default=str)
    for secret in ("t0ken", "SEC123", "gate-key"):
        for where in (shown, stored, told, kept):
            assert secret not in where
    assert "13812345678" not in shown
    assert "138****5678" in shown
    # Of the same address what was not given anew stays; another address is not told it.
    again = configure(house, "https://oapi.dingtalk.com/robot/send", **robot)
    assert again["active"] is True
    other = configure(house, "https://other.example/robot/send", **robot)
    assert (other["code"], other["facts"]["reason"]) == ("notify.channel-setting-wrong", "key-missing")


@pytest.mark.parametrize(
    ("settings", "field", "reason"),
    [
        ({"url": "", "channel": "paper"}, "channel", "nothing-to-configure"),
        ({"url": "smtps://mail.example", "channel": "email"}, "email", "settings-missing"),
        ({"url": "https://x.example", "sms": SMS}, "sms", "settings-of-another-channel"),
        ({"url": "https://x.example", "channel": "email", "email": MAIL}, "url", "address-wrong"),
        ({"url": "smtps://u:p@mail.example", "channel": "email", "email": MAIL}, "url", "address-wrong"),
        ({"url": "smtps://u@mail.example", "channel": "email", "email": MAIL}, "secret", "user-and-password"),
        ({"url": "https://x.example", "channel": "robot", "robot": {}}, "url", "key-missing"),
        ({"url": "https://x.example", "channel": "sms", "sms": {**SMS, "phone": "x"}}, "sms.phone", "phone-wrong"),
        ({"url": "https://x.example", "channel": "sms", "sms": {**SMS, "body": "{"}}, "sms.body", "phone-missing"),
        ({"url": "https://x.example", "secret": "mine"}, "secret", "made-here"),
        ({"url": "https://x.example", "channel": "sms", "sms": SMS}, "secret", "settings-missing"),
        ({"url": "folder:../x", "channel": "file_exchange", "exchange": {}}, "url", "string_pattern_mismatch"),
        (
            {"url": "folder:jw", "channel": "file_exchange", "exchange": {"partner_key": "ed25519:AAAA"}},
            "exchange.partner_key",
            "key-wrong",
        ),
        (
            {"url": "sftp://u@host.example/x", "channel": "file_exchange", "exchange": {}},
            "exchange.host_key",
            "key-wrong",
        ),
    ],
)
def test_what_cannot_work_is_refused_with_its_field(house: House, settings: Any, field: str, reason: str) -> None:
    refused = configure(house, **settings)
    assert (refused["field"], refused["facts"].get("reason")) == (field, reason)
    assert house.rows("SELECT 1 FROM endpoint") == []


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "smtp+plain://mail.example:25", "channel": "email", "email": MAIL},
        {"url": "smtps://169.254.169.254", "channel": "email", "email": MAIL},
        {"url": "http://10.1.2.3/x?key=1", "channel": "robot", "robot": {}},
        {"url": "https://[::1]/x", "channel": "sms", "sms": SMS},
        {"url": "sftp://u@10.1.2.3/x", "channel": "file_exchange", "exchange": {"host_key": "ssh-ed25519 AAAA"}},
    ],
)
def test_every_address_is_judged_as_a_webhooks_is(house: House, settings: Any) -> None:
    refused = configure(house, **settings)
    assert (refused["code"], refused["field"]) == ("endpoint-url-refused", "url")


def test_only_an_administrator_sets_tries_and_lays_down(house: House) -> None:
    orders: dict[str, dict[str, Any]] = {
        "configure-endpoint": {"url": "https://x.example/"},
        "test-endpoint": {"channel": "email"},
        "disable-endpoint": {"channel": "email", "reason": "x"},
    }
    for operation, more in orders.items():
        refused = house.command(COORDINATOR, f"recipient.{operation}", recipient=OFFICE, **more)
        assert refused["code"] == "role-not-allowed"


def test_a_robot_that_says_no_in_a_200_gets_it_again(house: House) -> None:
    answers = (Answer(body=b'{"errcode": 45009, "errmsg": "freq"}'), Answer(body=b'{"errcode": 0}'))
    with Receiver(*answers) as group:
        configure(house, f"{group.url}?key=k", channel="robot", robot={})
        issue(house)
        send_until(house, lambda: group.received)
        house.change("UPDATE delivery SET next_at = now() WHERE channel = 'robot'")
        send_until(house, lambda: deliveries(house) == [("robot", "delivered")])
        assert len(group.received) == 2
    assert house.rows("SELECT tries - deferrals FROM delivery WHERE channel = 'robot'") == [(1,)]
