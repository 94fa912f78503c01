"""From one TIANWEI_BUS_URL to kombu: amqp(s):// is RabbitMQ, redis(s):// and redis+socket:// are Valkey."""

import socket
from typing import Any
from urllib.parse import unquote, urlsplit

from amqp.exceptions import AMQPError, MessageNacked
from kombu import Connection
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from shared.bus import transport

HEARTBEAT_S = 20
CONNECT_TIMEOUT_S = 3
# A command on the bus that takes longer than this meets a dead peer.
IO_TIMEOUT_S = 3.0
VISIBILITY_TIMEOUT_S = 60

# What kombu or a driver below it raises when the bus fails. py-amqp lets AttributeError and KeyError out of a dying
# connection (kombu.transport.pyamqp and .redis say so themselves).
BUS_ERRORS: tuple[type[Exception], ...] = (
    AMQPError,
    MessageNacked,
    KombuError,
    RedisError,
    OSError,
    AttributeError,
    KeyError,
)

transport.register()


class UnknownBus(ValueError):
    """TIANWEI_BUS_URL names a bus Tianwei does not speak."""


def user_of(url: str) -> str | None:
    """The broker user of the URL, whose name RabbitMQ vouches for on every message; None on Valkey."""
    return unquote(urlsplit(url.split(";")[0]).username or "guest") if is_amqp(url) else None


def is_amqp(url: str) -> bool:
    return _scheme(url) in ("amqp", "amqps", "pyamqp")


def kombu_url(url: str) -> str:
    """The URL kombu (and nameko) is given: the same for RabbitMQ, our alias for Valkey. Raises UnknownBus.

    Several hosts, of one kind, are separated by semicolons.
    """
    return ";".join(_kombu_url(one) for one in url.split(";"))


def _kombu_url(url: str) -> str:
    if is_amqp(url):
        return url
    scheme = _scheme(url)
    rest = url.partition("://")[2]
    if scheme in ("redis", "rediss", transport.ALIAS):
        return f"{transport.ALIAS}://{rest}"
    if scheme in ("redis+socket", f"{transport.ALIAS}+socket"):
        return f"{transport.ALIAS}+socket://{rest}"
    raise UnknownBus(f"{scheme or 'no scheme'}: use amqp://, redis:// or redis+socket://")


def tls(url: str) -> dict[str, str] | bool:
    """What kombu's `ssl` argument must be; amqps:// sees to itself."""
    return {"ssl_cert_reqs": "required"} if _scheme(url) == "rediss" else False


def transport_options(url: str, *, confirm: bool = True, acks: bool = True) -> dict[str, Any]:
    """Options of kombu's transport.

    confirm: wait for RabbitMQ's confirm of every publish (Valkey always answers). acks: whether Valkey keeps a message
    until it is acknowledged and redelivers it after VISIBILITY_TIMEOUT_S; RabbitMQ does so per consumer.
    """
    options: dict[str, Any] = {"max_retries": 3, "interval_start": 0.2, "interval_step": 0.5, "interval_max": 2}
    if is_amqp(url):
        options |= {
            "confirm_publish": confirm,
            "write_timeout": IO_TIMEOUT_S,
            "socket_settings": {socket.TCP_NODELAY: 1, **_keepalive(), **_dead_after()},
        }
    else:
        options |= {
            "ack_emulation": acks,
            "visibility_timeout": VISIBILITY_TIMEOUT_S,
            "socket_timeout": IO_TIMEOUT_S,
            "socket_connect_timeout": CONNECT_TIMEOUT_S,
            "socket_keepalive": True,
            "socket_keepalive_options": _keepalive(),
        }
    return options


def connect(url: str, *, confirm: bool = True, acks: bool = True, heartbeat: int = HEARTBEAT_S) -> Connection:
    """A kombu Connection, not yet connected. With a heartbeat the owner calls heartbeat_check() about once a second."""
    return Connection(
        kombu_url(url),
        connect_timeout=CONNECT_TIMEOUT_S,
        heartbeat=heartbeat if is_amqp(url) else 0,
        ssl=tls(url),
        transport_options=transport_options(url, confirm=confirm, acks=acks),
    )


def open_now(connection: Connection) -> None:
    """Connect in one try of at most some CONNECT_TIMEOUT_S; the next try goes to the next host of the URL.

    kombu's own connect() tries twice with two seconds between. Raises one of BUS_ERRORS.
    """
    try:
        connection.ensure_connection(max_retries=0)
    except BUS_ERRORS:
        connection.maybe_switch_next()
        raise


def _scheme(url: str) -> str:
    return url.partition("://")[0] if "://" in url else ""


def _keepalive() -> dict[int, int]:
    """Probe an idle peer after 10 s, every 5 s, give up after 3 misses; only what this platform knows."""
    wanted = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}
    return {getattr(socket, name): value for name, value in wanted.items() if hasattr(socket, name)}


def _dead_after() -> dict[int, int]:
    return {socket.TCP_USER_TIMEOUT: 15_000} if hasattr(socket, "TCP_USER_TIMEOUT") else {}
