"""Signed webhook: a real HTTP receiver; answers by the API."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from standardwebhooks import Webhook

from shared.contracts.codes import Agency, Role
from tests.integration.services.agencies.house import House, officer
from tests.integration.services.agencies.protocols.carriers import Carriers, carriers
from tests.integration.services.agencies.protocols.suite import WAIT_S, Peer, PushedProtocolSuite
from tests.integration.shared.outgoing.receiver import Receiver
from tests.support.nodes import wait_until


class ByApi(Peer):
    """Answers with the agency's own credentials; the receipt is in the answer. role: who answers."""

    role = Role.AGENCY_SYSTEM

    def tell(self, answer: dict[str, Any]) -> None:
        self._answer(self.agency, answer)

    def forge(self, answer: dict[str, Any]) -> str:
        """Another agency's credentials with this one's source: what it says of itself does not count."""
        other = next(agency for agency in Agency if agency is not self.agency)
        self.house.activate(other)
        self._answer(other, answer)
        return "not-allowed"

    def _answer(self, agency: Agency, answer: dict[str, Any]) -> None:
        by = officer(agency, self.role)
        receipt = self.house.done(by, "agency.answer", {"answer": answer})
        self.receipts.setdefault(receipt["answer_id"], []).append(receipt)


class WebhookPeer(ByApi):
    protocol = "signed_webhook"

    def __init__(self, house: House, receiver: Receiver) -> None:
        super().__init__(house, Agency.NATURAL_RESOURCES)
        self.receiver = receiver

    def configure(self, **more: Any) -> dict[str, Any]:
        body = self.body(url=self.receiver.url, **more)
        return self.house.configure(body)

    def look(self) -> list[dict[str, Any]]:
        return [orjson.loads(got.body) for got in self.receiver.received]


@pytest.fixture(scope="class")
def carried(run_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Carriers]:
    folder: Path = tmp_path_factory.mktemp("webhook")
    with carriers(run_dsn, folder) as running:
        yield running


@pytest.fixture
def peer(house: House) -> Iterator[WebhookPeer]:
    with Receiver() as receiver:
        yield WebhookPeer(house, receiver)


@pytest.mark.usefixtures("carried")
class TestSignedWebhook(PushedProtocolSuite):
    def check_both_keys(self, peer: Peer, former: dict[str, Any], made: dict[str, Any]) -> None:
        assert isinstance(peer, WebhookPeer)
        got = peer.receiver.received[-1]
        for secret in (former["secret"], made["secret"]):
            assert Webhook(secret).verify(got.body, dict(got.headers))

    def test_a_thin_body_has_the_link_and_not_the_letter(self, peer: WebhookPeer) -> None:
        peer.configure(body="link")
        task = self.issue(peer)
        wait_until(lambda: bool(peer.about(task, "issued")), WAIT_S, "the webhook")
        (event,) = peer.about(task, "issued")
        assert event["data"]["link"] == f"https://tianwei.example/api/v1/tasks/{task}"
        assert "letter" not in event["data"]
