"""Documents on their way to a recipient's own system: a loopback receiver stands for it."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks import Webhook

from services.notify.sender import build_sender
from shared.contracts.codes import ChannelKind
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


def send_until(house: House, condition: Callable[[], object], *, house_terms: bool = False, **settings: Any) -> None:
    """Run the sender until the condition holds. house_terms: with the ways of the house, not those of the register."""

    async def run() -> None:
        sender = build_sender(house.sender_settings(**settings))
        if house_terms:
            sender._runner = house.runner
        running = asyncio.create_task(sender.run())
        async with asyncio.timeout(30):
            while not await asyncio.to_thread(condition):
                await asyncio.sleep(0.02)
        sender.stop()
        await running

    asyncio.run(run())


def tell(house: House, **changes: Any) -> None:
    """A case was filed; its copy is issued."""
    house.tell(facts.case_filed(**changes))
    house.press()


def last_of(house: House, number: int) -> list[str]:
    return house.told()[-number:]


def state_of(house: House, recipient: str) -> Any:
    (row,) = house.notices(COORDINATOR)
    return next(receipt["state"] for receipt in row["receipts"] if receipt["recipient"] == recipient)


def test_endpoint_gets_id_and_link_signed_and_2xx_is_the_delivery(house: House, receiver: Receiver) -> None:
    secret = configure(house, receiver.url)["secret"]
    tell(house)
    send_until(house, lambda: state_of(house, "discipline_commission") == "delivered")
    ((headers, body),) = receiver.calls
    Webhook(secret).verify(body, headers)
    (row,) = house.notices(COORDINATOR)
    told = json.loads(body)
    assert told["type"] == "notice.issued"
    link = f"https://tianwei.example/api/v1/notices/{row['id']}"
    assert (told["data"]["notice_id"], told["data"]["link"]) == (row["id"], link)
    assert told["data"]["sha256"] == row["sha256"]
    assert [file["link"] for file in told["data"]["files"]] == [f"{link}/files/pdf", f"{link}/files/docx"]
    assert row["title"] not in body.decode()
    assert last_of(house, 2) == ["document-accepted.v1", "document-delivered.v1"]
    rows = "SELECT code, channel FROM document_receipt WHERE channel <> 'inbox'"
    assert house.rows(rows) == [("discipline_commission", "webhook")]


def test_recipients_without_an_endpoint_have_it_in_the_inbox(house: House, receiver: Receiver) -> None:
    configure(house, receiver.url)
    tell(house)
    send_until(house, lambda: state_of(house, "discipline_commission") == "delivered")
    assert len(receiver.calls) == 1
    assert house.rows("SELECT channel, count(*) FROM delivery GROUP BY 1 ORDER BY 1") == [("inbox", 2), ("webhook", 1)]


def test_a_way_that_gave_up_is_followed_by_the_next_and_nobody_need_see_to_it(house: House, receiver: Receiver) -> None:
    receiver.status = 500
    configure(house, receiver.url)
    tell(house)
    house.change("UPDATE delivery SET tries = 9 WHERE channel = 'webhook'")
    send_until(house, lambda: state_of(house, "discipline_commission") == "delivered")
    assert last_of(house, 3) == ["document-delivery-exhausted.v1", "document-served.v1", "document-delivered.v1"]
    (row,) = house.notices(DISCIPLINE)
    assert row["receipts"][0]["channel"] == "inbox"
    kept = house.query(COORDINATOR, "document.get", id=row["id"])
    services = next(one["services"] for one in kept["receipts"] if one["code"] == "discipline_commission")
    assert [(one["round"], one["channel"], one["error"]) for one in services] == [
        (1, "webhook", "HTTP 500"),
        (2, "inbox", None),
    ]
    assert house.query(ADMINISTRATOR, "dead-letter.list", ended=False)["items"] == []


def only_the_webhook(house: House) -> None:
    """As if the county's register gave a recipient no other way."""
    terms = house.parts.open_unit.keywords["desk"].terms  # type: ignore[attr-defined]
    terms._ways = tuple(replace(one, order=(ChannelKind.WEBHOOK,)) for one in terms._ways)


def test_with_no_other_way_a_person_has_it_tried_again(house: House, receiver: Receiver) -> None:
    receiver.status = 500
    for recipient in ("party_committee", "discipline_commission", "organisation_department"):
        configure(house, receiver.url, recipient)
    only_the_webhook(house)
    tell(house)
    house.change("UPDATE delivery SET tries = 9 WHERE party LIKE '%discipline_commission'")
    send_until(house, lambda: state_of(house, "discipline_commission") == "exhausted", house_terms=True)
    assert last_of(house, 2) == ["document-delivery-exhausted.v1", "dead-letter-opened.v1"]
    receiver.status = 204
    (letter,) = house.query(ADMINISTRATOR, "dead-letter.list", ended=False)["items"]
    assert (letter["kind"], letter["party"]) == ("exhausted_delivery", "640521:discipline_commission")
    assert house.command(ADMINISTRATOR, "dead-letter.replay", letter["id"])["status"] == "settled"
    assert state_of(house, "discipline_commission") == "pending"
    send_until(house, lambda: state_of(house, "discipline_commission") == "delivered", house_terms=True)
    assert "document-delivery-resumed.v1" in house.told()


def test_notice_read_before_it_was_sent_is_not_sent(house: House, receiver: Receiver) -> None:
    receiver.status = 500
    configure(house, receiver.url)
    tell(house)
    (row,) = house.notices(DISCIPLINE)
    house.command(DISCIPLINE, "notice.read", row["id"])
    tell(house, case_id="0190a000-0000-7000-8000-0000000000ff")
    send_until(house, lambda: receiver.calls)
    assert row["id"] not in receiver.calls[0][1].decode()


def test_gone_endpoint_is_disabled_and_the_next_way_is_taken(house: House, receiver: Receiver) -> None:
    receiver.status = 410
    configure(house, receiver.url)
    tell(house)

    def listed() -> Any:
        return house.query(COORDINATOR, "recipient.list")["items"][1]

    send_until(house, lambda: listed()["endpoint_active"] is False)
    assert last_of(house, 3) == [
        "recipient-endpoint-disabled.v1",
        "document-served.v1",
        "document-delivered.v1",
    ]
    assert (listed()["deliveries_pending"], state_of(house, "discipline_commission")) == (0, "delivered")


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
