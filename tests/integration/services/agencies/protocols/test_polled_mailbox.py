"""Polled mailbox: cursor, acknowledgement, replay from any position; answers by the API."""

from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.codes import Agency, Role
from tests.integration.services.agencies.house import House, administrator, officer
from tests.integration.services.agencies.protocols.suite import ProtocolSuite
from tests.integration.services.agencies.protocols.test_signed_webhook import ByApi
from tests.support.nodes import wait_until


class MailboxPeer(ByApi):
    protocol = "polled_mailbox"
    pushes = False

    def configure(self) -> dict[str, Any]:
        return self.house.configure(self.body())

    def look(self) -> list[dict[str, Any]]:
        """Everything again from the beginning, and acknowledged: replay changes nothing."""
        by = officer(self.agency, self.role)
        rows = self.house.asked(by, "task.list", after=0)["items"]
        messages = self.house.asked(by, "task.messages", after=0)["items"]
        body = {"task_ids": [row["id"] for row in rows], "message_ids": [row["id"] for row in messages]}
        self.house.done(by, "task.read", body, command_id=str(uuid4()))
        return [
            *(self._event(row["id"], row["id"], "issued", {"letter": self._form(row["id"])}) for row in rows),
            *(self._event(row["id"], row["task_id"], row["kind"], row["facts"]) for row in messages),
        ]

    def _form(self, task: str) -> Any:
        return self.house.asked(officer(self.agency), "task.get", id=task)["form"]

    @staticmethod
    def _event(id_: str, task: str, kind: str, data: dict[str, Any]) -> dict[str, Any]:
        head = {"specversion": "1.0", "source": "/agencies", "type": f"tianwei.task.{kind}.v1"}
        return {**head, "id": id_, "subject": task, "data": data}


@pytest.fixture
def peer(house: House) -> MailboxPeer:
    return MailboxPeer(house, Agency.AGRICULTURE)


class TestPolledMailbox(ProtocolSuite):
    def test_it_may_be_read_again_from_any_position(self, peer: MailboxPeer) -> None:
        peer.configure()
        tasks = [str(self.issue(peer)) for _ in range(4)]
        by = officer(peer.agency, Role.AGENCY_SYSTEM)
        first = peer.house.asked(by, "task.list", after=0, limit=2)["items"]
        rest = peer.house.asked(by, "task.list", after=first[-1]["position"])["items"]
        assert [row["id"] for row in (*first, *rest)] == tasks
        peer.look()
        assert [row["id"] for row in peer.house.asked(by, "task.list", after=0)["items"]] == tasks
        assert peer.house.told().count("task-delivered") == 4

    def test_its_address_is_none(self, peer: MailboxPeer) -> None:
        body = peer.body(url="https://agency.example/hook")
        answer = peer.house.command(administrator(), "agency.configure-endpoint", body)
        assert answer["problem"]["code"] == "agencies.endpoint-address-wrong"
        wait_until(lambda: peer.house.sql("SELECT 1 FROM endpoint") == [], 5)
