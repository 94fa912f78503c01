"""What an administrator says of a way to a recipient, judged as its channel needs it before anything is sent there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from services.notify.domain.channel import CARRIED
from services.notify.domain.errors import ChannelSettingWrong
from services.notify.domain.mail_server import MailServer
from services.notify.domain.sms_template import check_phone, parse_path, success_of, template_of
from shared import keys
from shared.contracts.channels import ChannelSettings
from shared.contracts.codes import ChannelKind
from shared.outgoing.urls import AllowedHosts, check_url

_SETTINGS = {
    ChannelKind.EMAIL: "email",
    ChannelKind.ROBOT: "robot",
    ChannelKind.SMS: "sms",
    ChannelKind.FILE_EXCHANGE: "exchange",
}
_SCHEMES = {
    ChannelKind.WEBHOOK: ("http", "https"),
    ChannelKind.ROBOT: ("http", "https"),
    ChannelKind.SMS: ("http", "https"),
    ChannelKind.EMAIL: ("smtp", "smtps", "smtp+plain"),
    ChannelKind.FILE_EXCHANGE: ("sftp", "folder"),
}


@dataclass(frozen=True)
class RouteSettings:
    """url: as it is shown. options: kept as they are. secret: named parts to be sealed; of a webhook none."""

    url: str
    options: Mapping[str, Any] = field(default_factory=dict)
    secret: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Given:
    """What the judging of settings is given. former: parts of the secret that the same address has now.

    new_key: a fresh signing key of a kind. check_place: of an exchange, with its host key.
    """

    former: Mapping[str, str]
    allowed: AllowedHosts
    new_key: Callable[[str], str]
    check_place: Callable[[str, str, AllowedHosts], None]


def settle(asked: ChannelSettings, given: Given) -> RouteSettings:
    """What is kept of it, with former secrets that were not given anew.

    Raises ChannelSettingWrong, AddressRefused. What a name resolves to is judged at every connection.
    """
    channel = asked.channel
    if channel not in CARRIED:
        raise ChannelSettingWrong("channel", "nothing-to-configure", value=channel.value)
    for kind, name in _SETTINGS.items():
        if (getattr(asked, name) is not None) != (kind is channel):
            raise ChannelSettingWrong(name, "settings-missing" if kind is channel else "settings-of-another-channel")
    if urlsplit(asked.url).scheme not in _SCHEMES[channel]:
        raise ChannelSettingWrong("url", "address-wrong", allowed=[f"{one}:" for one in _SCHEMES[channel]])
    return _JUDGES[channel](asked, given)


def _webhook(asked: ChannelSettings, given: Given) -> RouteSettings:
    if asked.secret is not None:
        raise ChannelSettingWrong("secret", "made-here")
    check_url(asked.url, given.allowed)
    return RouteSettings(asked.url)


def _email(asked: ChannelSettings, given: Given) -> RouteSettings:
    if asked.email is None:
        raise ChannelSettingWrong("email", "settings-missing")
    try:
        server = MailServer.parse(asked.url)
    except ValueError as error:
        raise ChannelSettingWrong("url", "address-wrong", allowed=["smtps://user@host:465"]) from error
    server.check(given.allowed)
    secret = _kept("password", asked.secret, given.former)
    if not secret.get("password", "").isascii():
        # SMTP's logins know no others in practice.
        raise ChannelSettingWrong("secret", "not-ascii")
    if bool(server.user) != bool(secret):
        raise ChannelSettingWrong("secret", "user-and-password")
    return RouteSettings(asked.url, asked.email.model_dump(mode="json"), secret)


def _robot(asked: ChannelSettings, given: Given) -> RouteSettings:
    if asked.robot is None:
        raise ChannelSettingWrong("robot", "settings-missing")
    check_url(asked.url, given.allowed)
    shown, _, query = asked.url.partition("?")
    query = query.partition("#")[0] or given.former.get("query", "")
    if not query:
        raise ChannelSettingWrong("url", "key-missing")
    secret = {"query": query, **_kept("sign", asked.secret, given.former)}
    return RouteSettings(shown, asked.robot.model_dump(mode="json"), secret)


def _sms(asked: ChannelSettings, given: Given) -> RouteSettings:
    if asked.sms is None:
        raise ChannelSettingWrong("sms", "settings-missing")
    settings = asked.sms.model_copy(update={"phone": check_phone(asked.sms.phone)})
    template, secret = template_of(asked.url, settings), _kept("secret", asked.secret, given.former)
    template.check()
    check_url(asked.url, given.allowed)
    if template.asks_for("secret") and not secret:
        raise ChannelSettingWrong("secret", "settings-missing")
    success_of(settings)
    parse_path(settings.reference_path)
    return RouteSettings(asked.url, settings.model_dump(mode="json"), secret)


def _exchange(asked: ChannelSettings, given: Given) -> RouteSettings:
    settings = asked.exchange
    if settings is None:
        raise ChannelSettingWrong("exchange", "settings-missing")
    if settings.partner_key is not None and not keys.is_public_key(settings.partner_key):
        raise ChannelSettingWrong("exchange.partner_key", "key-wrong")
    given.check_place(asked.url, settings.host_key or "", given.allowed)
    key = given.former.get("key", "")
    if keys.kind_of(key) != settings.signature:
        key = given.new_key(settings.signature)
    secret = {"key": key, **_kept("password", asked.secret, given.former)}
    return RouteSettings(asked.url, {**settings.model_dump(mode="json"), "public_key": keys.public_key(key)}, secret)


def _kept(name: str, given: str | None, former: Mapping[str, str]) -> dict[str, str]:
    """What was given, or what there was; an empty one takes it away."""
    value = former.get(name, "") if given is None else given
    return {name: value} if value else {}


_JUDGES = {
    ChannelKind.WEBHOOK: _webhook,
    ChannelKind.EMAIL: _email,
    ChannelKind.ROBOT: _robot,
    ChannelKind.SMS: _sms,
    ChannelKind.FILE_EXCHANGE: _exchange,
}
