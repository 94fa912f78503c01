"""The address of a mail server.

smtps://user@host:465   TLS from the first byte
smtp://user@host:587    STARTTLS, without which nothing is said
smtp+plain://host:25    no TLS, only to a host that is listed (TIANWEI_WEBHOOK_ALLOWED_HOSTS)
"""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from shared.outgoing.urls import AllowedHosts, check_target

_PORTS = {"smtps": 465, "smtp": 587, "smtp+plain": 25}


@dataclass(frozen=True)
class MailServer:
    scheme: str
    host: str
    port: int
    user: str

    @classmethod
    def parse(cls, url: str) -> "MailServer":
        """Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname or parts.password is not None:
            raise ValueError("smtps://user@host:port")
        if parts.path not in ("", "/") or parts.query or parts.fragment:
            raise ValueError("a mail server has no path")
        return cls(parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme], unquote(parts.username or ""))

    def check(self, allowed: AllowedHosts) -> None:
        """Without resolving the name. Raises AddressRefused."""
        check_target("http" if self.scheme == "smtp+plain" else "https", self.host, self.port, False, allowed)
