"""Notices on their way to a recipient's own system: a loopback receiver stands for it."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks import Webhook

from services.notify.sender import build_sender
from tests.integration.services.notify.house import (
    ADMINISTRATOR,
    COORDINATOR,
    DISCIPLINE,
    House,
)
from tests.unit.services.notify import facts


class Receiver:
    """Keeps what is posted; answers with `status`."""

    def __init__(self) -> None:
        self.status = 204
        self.calls: list[tuple[dict[str, str], bytes]] = []
        kept = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                kept.calls.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(kept.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


def configure(house: House, url: str, recipient: str = "discipline_commission", **more: Any) -> Any:
    return house.command(ADMINISTRATOR, "recipient.configure-endpoint", recipient=recipient, url=url, **more)


def send_until(house: House, condition: Callable[[], object], **settings: Any) -> None:
    """Run the sender until the condition holds."""

    async def run() -> None:
        sender = build_sender(house.sender_settings(**settings))
        running = asyncio.create_task(sender.run())
        async with asyncio.timeout(30):
            while not await asyncio.to_thread(condition):
                await asyncio.sleep(0.02)
        sender.stop()
        await running

    asyncio.run(run())


def state_of(house: House, recipient: str) -> Any:
    (row,) = house.notices(COORDINATOR)
    return next(receipt["state"] for receipt in row["receipts"] if receipt["recipient"] == recipient)


def test_endpoint_gets_id_and_link_signed_and_2xx_is_the_delivery(house: House, receiver: Receiver) -> None:
    secret = configure(house, receiver.url)["secret"]
    house.tell(facts.case_filed())
    send_until(house, lambda: state_of(house, "discipline_commission") == "delivered")
    ((headers, body),) = receiver.calls
    Webhook(secret).verify(body, headers)
    (row,) = house.notices(COORDINATOR)
    told = json.loads(body)
    assert told["type"] == "notice.issued"
    assert told["data"] == {
        "notice_id": row["id"],
        "link": f"https://tianwei.example/api/v1/notices/{row['id']}",
    }
    assert house.told()[-2:] == ["notice-issued.v1", "notice-delivered.v1"]
    assert house.rows("SELECT recipient, channel FROM notice_receipt WHERE channel IS NOT NULL") == [
        ("discipline_commission", "webhook")
    ]


def test_recipients_without_an_endpoint_wait_in_the_inbox(house: House, receiver: Receiver) -> None:
    configure(house, receiver.url)
    house.tell(facts.case_filed())
    send_until(house, lambda: state_of(house, "discipline_commission") == "delivered")
    assert (state_of(house, "party_committee"), state_of(house, "organisation_department")) == ("pending", "pending")
    assert len(receiver.calls) == 1


def test_last_failed_try_exhausts_and_the_inbox_still_serves(house: House, receiver: Receiver) -> None:
    receiver.status = 500
    configure(house, receiver.url)
    house.tell(facts.case_filed())
    house.change("UPDATE delivery SET tries = 9 WHERE channel = 'webhook'")
    send_until(house, lambda: state_of(house, "discipline_commission") == "exhausted")
    assert house.told()[-2:] == ["notice-delivery-exhausted.v1", "dead-letter-opened.v1"]
    (row,) = house.notices(DISCIPLINE)
    assert house.command(DISCIPLINE, "notice.sign", row["id"], signed_by="王五")["receipts"][0]["state"] == "delivered"
    assert house.rows("SELECT count(*) FROM delivery WHERE state = 'exhausted'") == [(0,)]


def test_a_notice_given_up_is_tried_again_by_a_person(house: House, receiver: Receiver) -> None:
    receiver.status = 500
    configure(house, receiver.url)
    house.tell(facts.case_filed())
    house.change("UPDATE delivery SET tries = 9 WHERE channel = 'webhook'")
    send_until(house, lambda: state_of(house, "discipline_commission") == "exhausted")
    receiver.status = 204
    (letter,) = house.query(ADMINISTRATOR, "dead-letter.list", ended=False)["items"]
    assert (letter["kind"], letter["party"]) == ("exhausted_delivery", "640521:discipline_commission")
    assert house.command(ADMINISTRATOR, "dead-letter.replay", letter["id"])["status"] == "settled"
    assert state_of(house, "discipline_commission") == "pending"
    send_until(house, lambda: state_of(house, "discipline_commission") == "delivered")
    assert house.told()[-3:] == ["notice-delivery-resumed.v1", "dead-letter-settled.v1", "notice-delivered.v1"]


def test_notice_read_before_it_was_sent_is_not_sent(house: House, receiver: Receiver) -> None:
    receiver.status = 500
    configure(house, receiver.url)
    house.tell(facts.case_filed())
    (row,) = house.notices(DISCIPLINE)
    house.command(DISCIPLINE, "notice.read", row["id"])
    house.tell(facts.case_filed(case_id="0190a000-0000-7000-8000-0000000000ff"))
    send_until(house, lambda: receiver.calls)
    assert row["id"] not in receiver.calls[0][1].decode()
    assert house.told().count("notice-delivered.v1") == 1


def test_gone_endpoint_is_disabled_until_configured_again(house: House, receiver: Receiver) -> None:
    receiver.status = 410
    configure(house, receiver.url)
    house.tell(facts.case_filed())

    def listed() -> Any:
        return house.query(COORDINATOR, "recipient.list")["items"][1]

    send_until(house, lambda: listed()["endpoint_active"] is False)
    assert house.told()[-1] == "recipient-endpoint-disabled.v1"
    assert (listed()["deliveries_pending"], state_of(house, "discipline_commission")) == (1, "pending")
    receiver.status = 200
    configure(house, receiver.url)
    send_until(house, lambda: state_of(house, "discipline_commission") == "delivered")


def test_recipients_are_listed_with_what_is_owed(filed: House) -> None:
    listed = filed.query(ADMINISTRATOR, "recipient.list")["items"]
    assert [(one["code"], one["name"], one["notices_unsigned"]) for one in listed] == [
        ("party_committee", "县委", 1),
        ("discipline_commission", "县纪委监委", 1),
        ("organisation_department", "县委组织部", 1),
    ]
    assert filed.query(DISCIPLINE, "recipient.list")["code"] == "role-not-allowed"


def test_only_an_administrator_configures_and_only_a_sendable_address(house: House) -> None:
    refused = configure(house, "https://169.254.169.254/latest")
    assert (refused["code"], refused["field"]) == ("endpoint-url-refused", "url")
    asked = house.command(
        COORDINATOR, "recipient.configure-endpoint", recipient="party_committee", url="https://dwb.example/"
    )
    assert asked["code"] == "role-not-allowed"


def test_secret_is_sealed_at_rest(house: House, receiver: Receiver) -> None:
    secret = configure(house, receiver.url)["secret"]
    ((sealed,),) = house.rows("SELECT secret FROM endpoint")
    assert secret.startswith("whsec_")
    assert secret not in sealed
