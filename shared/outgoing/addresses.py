"""Where a webhook may go (reliability.md 10): https to public addresses, or a host the operator has listed.

The address is resolved once, judged, and that very address is connected to, so a name that changes its mind between
the check and the connection (DNS rebinding) gains nothing. Host header, SNI and certificate stay those of the name.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

import httpcore
import httpx

IpAddress = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_NAT64 = IPv6Network("64:ff9b::/96")


class AddressRefused(Exception):
    """reason: scheme, userinfo, host, port, address or unresolvable."""

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


def check_url(url: str, allowed: AllowedHosts) -> httpx.URL:
    """What can be said without resolving the name; raises AddressRefused."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise AddressRefused("host", "not a URL") from error
    host = parsed.raw_host.decode("ascii")
    if parsed.scheme not in ("http", "https"):
        raise AddressRefused("scheme", parsed.scheme)
    if parsed.userinfo:
        raise AddressRefused("userinfo", "a URL with a password")
    if not host:
        raise AddressRefused("host", "none")
    listed = allowed.lists(host, port_of(parsed))
    if parsed.scheme == "http" and not listed:
        raise AddressRefused("scheme", "http to a host that is not listed")
    try:
        literal = ip_address(host)
    except ValueError:
        return parsed
    check_address(literal, listed=listed)
    return parsed


def check_address(address: IpAddress, *, listed: bool) -> None:
    """Raises AddressRefused for an address a webhook may not go to. listed: the operator has named its host."""
    real = _unwrapped(address)
    if real.is_link_local or real.is_multicast or real.is_unspecified or real == IPv4Address("255.255.255.255"):
        raise AddressRefused("address", str(address))
    if not listed and not real.is_global:
        raise AddressRefused("address", str(address))


def port_of(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _unwrapped(address: IpAddress) -> IpAddress:
    """The IPv4 address that an IPv6 one stands for, where it does (mapped, 6to4, Teredo, NAT64)."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)


async def resolve(host: str, port: int) -> Sequence[str]:
    """Addresses of a host, in the system's order of preference."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects only to addresses that check_address lets pass; every one of a name's addresses must."""

    def __init__(self, allowed: AllowedHosts, resolver: Resolve = resolve) -> None:
        self._allowed = allowed
        self._resolve = resolver
        self._plain = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failure: Exception = AddressRefused("unresolvable", host)
        for address in await self._judged(host, port):
            try:
                return await self._plain.connect_tcp(str(address), port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def _judged(self, host: str, port: int) -> list[IpAddress]:
        try:
            addresses = [ip_address(text) for text in await self._resolve(host, port)]
        except (OSError, ValueError) as error:
            raise AddressRefused("unresolvable", host) from error
        listed = self._allowed.lists(host, port)
        for address in addresses:
            check_address(address, listed=listed)
        return addresses


class GuardedTransport(httpx.AsyncBaseTransport):
    """httpx over a connection pool of its own whose every connection goes through GuardedBackend."""

    def __init__(self, backend: GuardedBackend, tls: ssl.SSLContext, most_connections: int) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=most_connections,
            max_keepalive_connections=most_connections,
            keepalive_expiry=30.0,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer.stream))

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._stream:
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()
