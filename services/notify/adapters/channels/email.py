"""E-mail over SMTP: the document attached, the server's address judged, a refusal told apart from a delay.

The Message-ID is the delivery's: a mail whose 250 was lost comes once more and is known by it.
"""

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from services.notify.domain.channel import Parcel
from services.notify.domain.channel_wording import file_name, letter_text, one_line, subject
from services.notify.domain.mail_server import MailServer
from services.notify.domain.route_secret import secret_of
from services.notify.ports import Route
from shared.contracts.codes import ChannelKind
from shared.errors import NotFound
from shared.outgoing.courier import Delivered, Failed, Gone, Outcome
from shared.outgoing.judged import connect
from shared.outgoing.urls import AddressRefused, AllowedHosts
from shared.own_threads import OwnThreads

# Of every answer of the server, and of the whole, which is shorter than the lease.
_TIMEOUT_S = 8.0
_DEADLINE_S = 20.0
_TEMPORARY = range(400, 500)
# 421 and those of the greeting and the login are about the server, not about the mail.
_CLOSING = 421
_TOO_LARGE = 552


class _Refused(Exception):
    """One of the addressees is refused; nothing has been sent to any."""

    def __init__(self, address: str, code: int, text: str) -> None:
        super().__init__(f"{code} {text} ({address})")
        self.code = code


class EmailChannel:
    """tls: trust store for the servers, default the system's."""

    kind = ChannelKind.EMAIL

    def __init__(self, allowed: AllowedHosts, tls: ssl.SSLContext | None = None) -> None:
        self._allowed = allowed
        self._tls = tls or ssl.create_default_context()
        self._threads: OwnThreads[None] = OwnThreads(lambda _: None, _DEADLINE_S)

    async def send(self, parcel: Parcel, route: Route) -> Outcome:
        """options: `to` (addresses), `sender`. secret: `password`, empty where the server asks for none."""

        def act(_: None) -> str:
            return self._post(parcel, route)

        try:
            reference = await self._threads.run(route.party, (), lambda: None, act)
        except TimeoutError:
            return Failed(f"the mail server does not answer within {_DEADLINE_S:g} s")
        except _Refused as refused:
            return _outcome(
                refused.code, f"addressee refused: {refused}", permanent=Gone(f"addressee refused: {refused}")
            )
        except smtplib.SMTPDataError as error:
            text = f"mail refused: {error.smtp_code} {_text(error.smtp_error)}"
            return _outcome(error.smtp_code, text, permanent=Failed(text, reached=True, final=True))
        except smtplib.SMTPResponseException as error:
            return Failed(f"the mail server: {error.smtp_code} {_text(error.smtp_error)}")
        except NotFound:
            return Failed("an attachment is not in the file store", reached=True)
        except AddressRefused as error:
            return Failed(f"address refused, {error}")
        except (smtplib.SMTPException, OSError, ValueError) as error:
            return Failed(f"{type(error).__name__}: {error}"[:300])
        return Delivered(reference=reference)

    async def aclose(self) -> None:
        self._threads.close()

    def _post(self, parcel: Parcel, route: Route) -> str:
        """The Message-ID. In a thread."""
        server = MailServer.parse(route.address)
        server.check(self._allowed)
        sender, to = str(route.options["sender"]), _addresses(route.options["to"])
        message = compose(parcel, sender, to, datetime.now(UTC))
        tls = self._tls if server.scheme == "smtps" else None
        smtp = _JudgedSmtp(server, sender.partition("@")[2], self._allowed, tls)
        try:
            smtp.ehlo_or_helo_if_needed()
            if server.scheme == "smtp":
                smtp.starttls(context=self._tls)
                smtp.ehlo_or_helo_if_needed()
            if server.user:
                smtp.login(server.user, secret_of(route.secrets).get("password", ""))
            _send(smtp, sender, to, message.as_bytes())
            with contextlib.suppress(smtplib.SMTPException, OSError):
                # Its answer is not waited for: the mail is taken, and a late farewell must not make it look otherwise.
                smtp.putcmd("quit")
        finally:
            smtp.close()
        return str(message["Message-ID"])


class _JudgedSmtp(smtplib.SMTP):
    """Connects to the very address that was judged. tls: from the first byte; None for none, or STARTTLS later."""

    def __init__(self, server: MailServer, name: str, allowed: AllowedHosts, tls: ssl.SSLContext | None) -> None:
        self._allowed = allowed
        self._from_first = tls
        super().__init__(server.host, server.port, local_hostname=name, timeout=_TIMEOUT_S)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = connect(host, port, self._allowed, timeout)
        if self._from_first is None:
            return plain
        try:
            return self._from_first.wrap_socket(plain, server_hostname=host)
        except OSError:
            plain.close()
            raise


def compose(parcel: Parcel, sender: str, to: Sequence[str], at: datetime) -> EmailMessage:
    """The mail. Nothing of a title can become a header; names are as every reader of mail writes them (RFC 2231)."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(one_line(parcel.issuer, 60), addr_spec=sender)
    message["To"] = [Address(one_line(parcel.recipient_name, 60), addr_spec=address) for address in to]
    message["Subject"] = subject(parcel)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{parcel.delivery_id}@{sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Tianwei-Document"] = str(parcel.document_id)
    message["X-Tianwei-SHA256"] = parcel.sha256
    message.set_content(letter_text(parcel), cte="base64")
    for file in parcel.files:
        main, _, sub = file.media_type.partition("/")
        stem, dot, ending = file.name.rpartition(".")
        name = f"{file_name(stem)}{dot}{ending}" if stem else file_name(file.name)
        message.add_attachment(file.load(), maintype=main, subtype=sub, filename=name)
    return message


def _send(smtp: smtplib.SMTP, sender: str, to: Sequence[str], content: bytes) -> None:
    """To all or to none of them: a mail that reached half could not be sent again without doubling it."""
    code, text = smtp.mail(sender, [f"size={len(content)}"] if smtp.has_extn("size") else [])
    if code != 250:
        # Of the size it speaks of this mail, otherwise of us.
        raise smtplib.SMTPDataError(code, text) if code == _TOO_LARGE else smtplib.SMTPSenderRefused(code, text, sender)
    for address in to:
        code, text = smtp.rcpt(address)
        if code not in (250, 251):
            raise _Refused(address, code, _text(text))
    code, text = smtp.data(content)
    if code != 250:
        raise smtplib.SMTPDataError(code, text)


def _outcome(code: int, text: str, permanent: Outcome) -> Outcome:
    if code == _CLOSING:
        return Failed(text)
    return Failed(text, reached=True) if code in _TEMPORARY else permanent


def _addresses(value: object) -> list[str]:
    if not isinstance(value, list) or not value:
        raise ValueError("no addressee")
    return [str(one) for one in value]


def _text(answer: bytes | str) -> str:
    return one_line(answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer, 200)
