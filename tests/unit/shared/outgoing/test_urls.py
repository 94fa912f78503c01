"""Where a webhook may go."""

from ipaddress import ip_address

import pytest

from shared.outgoing.urls import AddressRefused, AllowedHosts, check_address, check_url

NONE = AllowedHosts()
LISTED = AllowedHosts("localhost, 127.0.0.1:8080,oa.county.example ,[::1]:9000,169.254.169.254")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "::1",
        "0.0.0.0",
        "::",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "fe80::1",
        "fc00::1",
        "224.0.0.1",
        "ff02::1",
        "255.255.255.255",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "192.0.2.1",
        "198.18.0.1",
        "240.0.0.1",
    ],
)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(AddressRefused):
        check_address(ip_address(address), listed=False)


@pytest.mark.parametrize("address", ["8.8.8.8", "223.5.5.5", "2400:3200::1", "::ffff:8.8.8.8"])
def test_a_public_address_is_allowed(address: str) -> None:
    check_address(ip_address(address), listed=False)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "::1", "fc00::1"])
def test_a_listed_host_may_be_private(address: str) -> None:
    check_address(ip_address(address), listed=True)


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1", "0.0.0.0", "224.0.0.1", "::ffff:169.254.169.254"])
def test_even_a_listed_host_may_not_be_link_local(address: str) -> None:
    with pytest.raises(AddressRefused):
        check_address(ip_address(address), listed=True)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://agency.example/hook", "scheme"),
        ("ftp://agency.example/hook", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("//agency.example/hook", "scheme"),
        ("https://user:pw@agency.example/", "userinfo"),
        ("https://@agency.example/", "userinfo"),
        ("https:///hook", "host"),
        ("https://agency.example:99999/", "host"),
        ("https://例子.example/", "host"),
        ("https://127.0.0.1/", "address"),
        ("https://[::1]/", "address"),
        ("https://[::ffff:10.0.0.1]/", "address"),
        ("https://169.254.169.254/latest/meta-data", "address"),
    ],
)
def test_a_url_that_leads_astray_is_refused_with_its_reason(url: str, reason: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        check_url(url, NONE)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:5000/hook",
        "http://LOCALHOST/hook",
        "http://127.0.0.1:8080/hook",
        "http://oa.county.example./hook",
        "http://[::1]:9000/hook",
        "https://agency.example/hook",
    ],
)
def test_https_and_listed_hosts_are_allowed(url: str) -> None:
    check_url(url, LISTED)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8081/", "https://127.0.0.1:8081/", "http://169.254.169.254/"])
def test_a_listing_is_for_its_port_and_never_for_link_local(url: str) -> None:
    with pytest.raises(AddressRefused):
        check_url(url, LISTED)
