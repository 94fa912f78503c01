"""What an administrator says of a way: kept without secrets, the secrets apart; what cannot work is refused."""

from typing import Any

import pytest

from services.notify.domain.errors import ChannelSettingWrong
from services.notify.domain.route_secret import pack_secret, parts_of, secret_of
from services.notify.domain.route_settings import Given, RouteSettings, settle
from shared import keys
from shared.contracts.channels import ChannelSettings
from shared.exchange.places import HostKeyWrong, check_place
from shared.outgoing.urls import AddressRefused, AllowedHosts

MAIL = {"to": ["clerk@jw.example"], "sender": "notices@mail.example"}
SMS = {"phone": "138-1234-5678", "body": '{"to": "${phone}"}'}


def settled(former: dict[str, str] | None = None, **asked: Any) -> RouteSettings:
    given = Given(former or {}, AllowedHosts("10.1.2.3"), keys.new_key, check_place)
    return settle(ChannelSettings.model_validate(asked), given)


def test_a_password_stands_apart_and_stays_until_it_is_given_anew() -> None:
    url = "smtps://notices@mail.example:465"
    made = settled(channel="email", url=url, secret="s3cret", email=MAIL)
    assert (made.url, made.options, made.secret) == (url, MAIL, {"password": "s3cret"})
    assert settled({"password": "s3cret"}, channel="email", url=url, email=MAIL).secret == {"password": "s3cret"}
    assert settled({"password": "old"}, channel="email", url=url, secret="new", email=MAIL).secret == {
        "password": "new"
    }


def test_the_key_of_a_robot_is_no_part_of_the_shown_address() -> None:
    made = settled(channel="robot", url="https://r.example/send?access_token=t#x", secret="SEC1", robot={})
    assert made == RouteSettings("https://r.example/send", {"keyword": ""}, {"query": "access_token=t", "sign": "SEC1"})
    again = settled(dict(made.secret), channel="robot", url="https://r.example/send", robot={"keyword": "田卫"})
    assert again.secret == made.secret


def test_our_key_of_an_exchange_is_made_once_and_anew_for_another_kind() -> None:
    made = settled(channel="file_exchange", url="folder:jw", exchange={})
    assert made.options["public_key"] == keys.public_key(made.secret["key"])
    assert settled(dict(made.secret), channel="file_exchange", url="folder:jw", exchange={}).secret == made.secret
    other = settled(dict(made.secret), channel="file_exchange", url="folder:jw", exchange={"signature": "sm2"})
    assert keys.kind_of(other.secret["key"]) == keys.SM2


def test_a_telephone_number_is_kept_without_hyphens() -> None:
    assert settled(channel="sms", url="https://s.example/", sms=SMS).options["phone"] == "13812345678"


@pytest.mark.parametrize(
    ("asked", "field", "reason"),
    [
        ({"channel": "inbox"}, "channel", "nothing-to-configure"),
        ({"channel": "paper"}, "channel", "nothing-to-configure"),
        ({"channel": "email", "url": "smtps://m.example"}, "email", "settings-missing"),
        ({"url": "https://x.example", "sms": SMS}, "sms", "settings-of-another-channel"),
        ({"url": "smtps://m.example"}, "url", "address-wrong"),
        ({"url": "https://x.example", "secret": "mine"}, "secret", "made-here"),
        ({"channel": "email", "url": "smtps://u:p@m.example", "email": MAIL}, "url", "address-wrong"),
        ({"channel": "email", "url": "smtps://m.example/x", "email": MAIL}, "url", "address-wrong"),
        ({"channel": "email", "url": "smtps://u@m.example", "email": MAIL}, "secret", "user-and-password"),
        ({"channel": "email", "url": "smtps://m.example", "secret": "p", "email": MAIL}, "secret", "user-and-password"),
        ({"channel": "email", "url": "smtps://u@m.example", "secret": "口令", "email": MAIL}, "secret", "not-ascii"),
        ({"channel": "robot", "url": "https://r.example/", "robot": {}}, "url", "key-missing"),
        (
            {"channel": "sms", "url": "https://s.example/", "sms": {**SMS, "success_path": "code"}},
            "sms.success_values",
            "path-and-values",
        ),
        (
            {"channel": "file_exchange", "url": "folder:jw", "exchange": {"partner_key": "ed25519:AAAA"}},
            "exchange.partner_key",
            "key-wrong",
        ),
    ],
)
def test_what_cannot_work_is_refused_with_its_field(asked: dict[str, Any], field: str, reason: str) -> None:
    with pytest.raises(ChannelSettingWrong) as refused:
        settled(**asked)
    assert (refused.value.field, refused.value.facts["reason"]) == (field, reason)


@pytest.mark.parametrize(
    "asked",
    [
        {"url": "http://public.example/"},
        {"url": "https://169.254.169.254/"},
        {"channel": "email", "url": "smtp+plain://mail.example:25", "email": MAIL},
        {"channel": "email", "url": "smtps://192.168.0.9", "email": MAIL},
        {"channel": "robot", "url": "http://r.example/?k=1", "robot": {}},
        {"channel": "sms", "url": "https://[::1]/", "sms": SMS},
        {"channel": "file_exchange", "url": "sftp://u@192.168.0.9/x", "exchange": {"host_key": "ssh-ed25519 AAAA"}},
    ],
)
def test_every_address_is_judged_as_a_webhooks_is(asked: dict[str, Any]) -> None:
    with pytest.raises(AddressRefused):
        settled(**asked)


def test_a_listed_host_may_be_plain_and_private() -> None:
    assert settled(channel="email", url="smtp+plain://10.1.2.3:25", email=MAIL).url == "smtp+plain://10.1.2.3:25"
    with pytest.raises(HostKeyWrong):
        settled(channel="file_exchange", url="sftp://u@10.1.2.3/x", exchange={"host_key": "no key"})


def test_parts_of_a_secret_read_back() -> None:
    parts = {"password": '引号"与\n换行', "key": "k"}
    assert parts_of(pack_secret(parts)) == parts
    assert secret_of([pack_secret(parts), pack_secret({})]) == parts
    assert secret_of([]) == {}
    with pytest.raises(ValueError, match="secret of a route"):
        parts_of("[]")
