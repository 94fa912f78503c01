"""What is said by each way: one line each, nothing of a case to strangers, within what the way carries."""

from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.channel import CARRIED, PROVES, ParcelKind, channel_of_route, party_of_route, route_of
from services.notify.domain.channel_wording import (
    MOST_ROBOT_BYTES,
    doorbell,
    file_name,
    group_text,
    letter_text,
    one_line,
    short_text,
    subject,
)
from shared.contracts.codes import ChannelKind
from tests.unit.services.notify.channels.parcels import NASTY, parcel

_TEXTS = st.text(max_size=300)


@given(_TEXTS)
def test_a_line_stays_one_line(text: str) -> None:
    line = one_line(text)
    assert len(line) <= 120
    assert len(line.splitlines()) <= 1
    assert not set(line) & set("\r\n\x00\u202e\u2028")


@given(_TEXTS)
def test_a_file_name_is_a_name_everywhere(text: str) -> None:
    name = file_name(text)
    assert name
    assert not set(name) & set('/\\:*?"<>|\r\n\x00')
    assert name not in (".", "..")
    assert len(name) <= 60


@given(_TEXTS, _TEXTS)
def test_a_text_for_a_group_fits_whatever_the_title(title: str, issuer: str) -> None:
    text = group_text(parcel(title=title * 9, issuer=issuer), "田卫")
    assert len(text.encode()) <= MOST_ROBOT_BYTES
    assert text.startswith("田卫 ")
    assert parcel().link in text


def test_rare_characters_of_names_stay() -> None:
    assert one_line("𠮷某某（𬱖）\U00031350") == "𠮷某某（𬱖）\U00031350"


def test_a_subject_holds_nothing_that_ends_a_line() -> None:
    assert subject(parcel(title=NASTY)).splitlines() == [subject(parcel(title=NASTY))]
    assert subject(parcel(kind=ParcelKind.URGE)).startswith("【催签收】")


def test_a_mail_says_how_it_is_verified_and_signed_for() -> None:
    text = letter_text(parcel())
    for said in (
        parcel().sha256,
        parcel().link,
        parcel().verify_url,
        "2026年4月28日18时00分",
        str(parcel().delivery_id),
    ):
        assert said in text


def test_a_short_message_says_nothing_of_the_case() -> None:
    text = short_text(parcel())
    assert "恩和镇" not in text
    assert parcel().link in text
    assert parcel().number in text


def test_a_probe_says_what_it_is() -> None:
    probe = parcel(kind=ParcelKind.PROBE)
    for text in (subject(probe), letter_text(probe), group_text(probe), short_text(probe)):
        assert "测试" in text
        assert probe.title not in text
    assert doorbell(probe)["type"] == "endpoint.probe"


def test_a_webhook_has_links_and_digests_and_no_text() -> None:
    told = doorbell(parcel())
    assert told["type"] == "document.issued"
    assert parcel().title not in str(told)


def test_a_route_names_its_party_and_channel() -> None:
    for channel in ChannelKind:
        route = route_of("640521:party_committee", channel)
        assert party_of_route(route) == "640521:party_committee"
        if channel in CARRIED:
            assert channel_of_route(route) is channel
    assert set(PROVES) == set(ChannelKind)
