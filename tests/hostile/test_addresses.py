"""Addresses of partners that lead inside: refused when they are set, and again when they are gone to."""

import asyncio

import pytest

from shared.outgoing.addresses import GuardedBackend, resolve
from shared.outgoing.urls import AddressRefused, AllowedHosts
from tests.system.running_house import RunningHouse

LITERAL = (
    "http://169.254.169.254/latest/meta-data/",
    "https://169.254.169.254/",
    "https://127.0.0.1:5432/",
    "https://10.0.0.1/",
    "https://192.168.1.1/",
    "https://172.16.0.1/",
    "https://100.64.0.1/",
    "https://0.0.0.0/",
    "https://255.255.255.255/",
    "https://224.0.0.1/",
    "https://[::1]/",
    "https://[::]/",
    "https://[fe80::1]/",
    "https://[fd00::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:a9fe:a9fe]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "http://example.com/",
    "https://user:password@example.com/",
    "https://example.com@127.0.0.1/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "https:///nowhere",
    "https://例子.测试/",
    "javascript:alert(1)",
    "https://exa mple.com/",
    "https://example.com:99999/",
)
# Other ways to write 127.0.0.1 and 169.254.169.254, and names: judged by where they lead.
NAMES = ("2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "0", "2852039166", "localhost.")


@pytest.mark.parametrize("url", LITERAL)
def test_an_address_that_leads_inside_is_not_taken(url: str, house: RunningHouse) -> None:
    body = {"channel": "webhook", "url": url}
    answer = house.account("admin").ask("PUT", "/recipients/party_committee/endpoint", body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] in ("endpoint-url-refused", "invalid-field", "notify.channel-setting-wrong")


@pytest.mark.parametrize("host", NAMES)
def test_a_name_that_leads_inside_is_not_gone_to(host: str) -> None:
    """Resolved once, judged, and that very address would be connected to."""
    backend = GuardedBackend(AllowedHosts(""), resolve)
    with pytest.raises(AddressRefused):
        asyncio.run(backend.connect_tcp(host, 443, timeout=2))


def test_a_name_with_one_address_inside_is_not_gone_to_at_all() -> None:
    async def both(_: str, __: int) -> list[str]:
        return ["93.184.216.34", "127.0.0.1"]

    with pytest.raises(AddressRefused):
        asyncio.run(GuardedBackend(AllowedHosts(""), both).connect_tcp("rebinding.example", 443, timeout=2))
