"""Console inbox: nothing leaves; officers read and answer in the console."""

from uuid import UUID

import pytest

from shared.contracts.codes import Agency, Role
from tests.integration.services.agencies.house import House, coordinator
from tests.integration.services.agencies.protocols.suite import ProtocolSuite
from tests.integration.services.agencies.protocols.test_polled_mailbox import MailboxPeer


class ConsolePeer(MailboxPeer):
    protocol = "console_inbox"
    role = Role.AGENCY_OFFICER


@pytest.fixture
def peer(house: House) -> ConsolePeer:
    return ConsolePeer(house, Agency.COMPREHENSIVE_ENFORCEMENT)


class TestConsoleInbox(ProtocolSuite):
    def test_nothing_is_pushed_and_the_registry_says_so(self, peer: ConsolePeer) -> None:
        peer.configure()
        task: UUID = self.issue(peer)
        assert peer.house.delivery(task)["channel"] == "console_inbox"
        rows = {row["code"]: row for row in peer.house.asked(coordinator(), "agency.list")["items"]}
        assert (rows[peer.agency]["health"], rows[peer.agency]["protocol"]) == ("passive", "console_inbox")
