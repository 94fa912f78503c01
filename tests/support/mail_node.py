"""A real mail server on loopback (aiosmtpd): TLS, STARTTLS, login; it answers as it is told and keeps what it took."""

import asyncio
import datetime
import ssl
import threading
import warnings
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "notices", "correct horse"


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Of a server at 127.0.0.1, and the trust store of a client that knows it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    kept = folder / "server.pem"
    kept.write_bytes(
        pem
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(kept)
    return server, ssl.create_default_context(cadata=pem.decode())


@dataclass
class _Box:
    """refuse: answer to an addressee; answer: to the mail; both None let it through."""

    refuse: dict[str, str] = field(default_factory=dict)
    answer: str | None = None
    lose_answer: bool = False
    taken: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    to: list[list[str]] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: ARG002, N802
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ARG002, N802
        if self.answer is not None:
            return self.answer
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        self.raw.append(envelope.content)
        self.to.append(list(envelope.rcpt_tos))
        if self.lose_answer:
            server.transport.abort()
        return "250 taken"


class MailNode:
    """tls: of the server. starttls: asked for before anything else; without it TLS is from the first byte."""

    def __init__(self, tls: ssl.SSLContext | None = None, *, starttls: bool = False, login: bool = False) -> None:
        self.box = _Box()
        self._tls = None if starttls else tls
        self._options: dict[str, Any] = {"tls_context": tls, "require_starttls": True} if starttls else {}
        if login:
            asked = {"auth_required": True, "auth_require_tls": starttls}
            self._options |= {"authenticator": _authenticate, **asked}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._guests: set[SMTP] = set()
        self._server: Any = None
        self.port = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def open(self) -> None:
        """At the same port as before."""
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(10)

    def shut(self) -> None:
        """Nobody answers any more until it is opened again."""
        if self._server is not None:
            asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result(10)

    async def _open(self) -> None:
        self._server = await self._loop.create_server(self._guest, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _shut(self) -> None:
        server, self._server = self._server, None
        server.close()
        for guest in self._guests:
            transport: Any = guest.transport
            if transport is not None:
                transport.abort()
        await asyncio.sleep(0)
        await server.wait_closed()

    def _guest(self) -> SMTP:
        with warnings.catch_warnings():
            # It says so of a server that takes logins without STARTTLS: where TLS is from the first byte it has none.
            warnings.simplefilter("ignore", UserWarning)
            made = SMTP(self.box, hostname="mail.example", loop=self._loop, **self._options)
        self._guests.add(made)
        return made


def _authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:  # noqa: ARG001
    wanted = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=isinstance(data, LoginPassword) and data == wanted, handled=False)
