"""Which addresses a webhook may go to (reliability.md 10): https to public ones, or a host the operator has listed.

Values only, so that the service process can judge a configured URL without an HTTP client.
"""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

IpAddress = IPv4Address | IPv6Address

_NAT64 = IPv6Network("64:ff9b::/96")
_BROADCAST = IPv4Address("255.255.255.255")


class AddressRefused(Exception):
    """reason: scheme, userinfo, host, address or unresolvable."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason


class AllowedHosts:
    """TIANWEI_WEBHOOK_ALLOWED_HOSTS: comma list of host or host:port; only these may be plain http or private."""

    def __init__(self, text: str = "") -> None:
        self._entries = frozenset(entry.strip().lower() for entry in text.split(",") if entry.strip())

    def lists(self, host: str, port: int) -> bool:
        host = host.lower().rstrip(".")
        bracketed = f"[{host}]" if ":" in host else host
        return not self._entries.isdisjoint({host, bracketed, f"{bracketed}:{port}"})


def check_url(url: str, allowed: AllowedHosts) -> None:
    """What can be said without resolving the name; raises AddressRefused."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise AddressRefused("host", "not a URL") from error
    check_target(parts.scheme, host, port, "@" in parts.netloc, allowed)


def check_target(scheme: str, host: str, port: int | None, userinfo: bool, allowed: AllowedHosts) -> None:
    """host: without brackets; port: None for the scheme's own. Raises AddressRefused."""
    if scheme not in ("http", "https"):
        raise AddressRefused("scheme", scheme)
    if userinfo:
        raise AddressRefused("userinfo", "a URL with a password")
    if not host or not host.isascii() or any(char.isspace() for char in host):
        raise AddressRefused("host", "missing or not ASCII")
    listed = allowed.lists(host, port or (443 if scheme == "https" else 80))
    if scheme == "http" and not listed:
        raise AddressRefused("scheme", "http to a host that is not listed")
    try:
        literal = ip_address(host)
    except ValueError:
        return
    check_address(literal, listed=listed)


def check_address(address: IpAddress, *, listed: bool) -> None:
    """Raises AddressRefused for an address a webhook may not go to. listed: the operator has named its host."""
    real = _unwrapped(address)
    if real.is_link_local or real.is_multicast or real.is_unspecified or real == _BROADCAST:
        raise AddressRefused("address", str(address))
    if not listed and not real.is_global:
        raise AddressRefused("address", str(address))


def _unwrapped(address: IpAddress) -> IpAddress:
    """The IPv4 address that an IPv6 one stands for, where it does (mapped, 6to4, Teredo, NAT64)."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)
