"""E-mail to a real mail server on loopback: TLS, STARTTLS, login, attachments, refusals, nothing doubled unseen."""

import asyncio
import ssl
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import pytest

from services.notify.adapters.channels.email import EmailChannel
from services.notify.domain.channel import ParcelFile, ParcelKind
from services.notify.domain.route_secret import pack_secret
from services.notify.ports import Route
from shared.outgoing.courier import Delivered, Failed, Gone, Outcome
from shared.outgoing.urls import AllowedHosts
from tests.support.mail_node import PASSWORD, USER, MailNode, certificate
from tests.unit.services.notify.channels.parcels import DOCX, NASTY, PDF, parcel

SENDER, CLERK, OTHER = "notices@tianwei.example", "clerk@jw.example", "other@jw.example"


@pytest.fixture
def node() -> Iterator[MailNode]:
    with MailNode() as made:
        yield made


def send(
    url: str,
    *,
    what: Any = None,
    to: tuple[str, ...] = (CLERK,),
    password: str = "",
    tls: ssl.SSLContext | None = None,
    listed: bool = True,
) -> Outcome:
    async def run() -> Outcome:
        channel = EmailChannel(AllowedHosts("127.0.0.1" if listed else ""), tls)
        secrets = [pack_secret({"password": password})] if password else [pack_secret({})]
        route = Route("640521:discipline_commission:email", url, secrets, {"to": list(to), "sender": SENDER})
        try:
            return await channel.send(what or parcel(), route)
        finally:
            await channel.aclose()

    return asyncio.run(run())


def test_document_arrives_with_its_files_and_chinese_names(node: MailNode) -> None:
    outcome = send(f"smtp+plain://{node.host}", to=(CLERK, OTHER))
    assert outcome == Delivered(reference=f"<{parcel().delivery_id}@tianwei.example>")
    (mail,), (to,) = node.box.taken, node.box.to
    assert to == [CLERK, OTHER]
    assert mail["subject"] == "【送达】关于恩和镇某村占用永久基本农田问题的抄告函（中宁耕保抄〔2026〕3号）"
    # The parser of Python puts a blank between two encoded words of a name (RFC 2047 6.2 says none): the older one.
    told = str(make_header(decode_header(message_from_bytes(node.box.raw[0])["from"])))
    assert told == f"中宁县耕地保护工作领导小组办公室 <{SENDER}>"
    assert [address.addr_spec for address in mail["to"].addresses] == [CLERK, OTHER]
    assert mail["message-id"] == f"<{parcel().delivery_id}@tianwei.example>"
    body = mail.get_body()
    assert body is not None
    assert parcel().sha256 in body.get_content()
    files = {part.get_filename(): part.get_content() for part in mail.iter_attachments()}
    assert files == {"中宁耕保抄〔2026〕3号.pdf": PDF, "中宁耕保抄〔2026〕3号.docx": DOCX}
    assert next(mail.iter_attachments()).get_content_type() == "application/pdf"


def test_nothing_of_a_title_becomes_a_header(node: MailNode) -> None:
    nasty = parcel(title=NASTY, number=NASTY, issuer=NASTY, recipient_name=NASTY)
    files = (ParcelFile(f"{NASTY}.pdf", "application/pdf", "0" * 64, lambda: PDF),)
    assert isinstance(send(f"smtp+plain://{node.host}", what=parcel(**{**vars(nasty), "files": files})), Delivered)
    (mail,), (to,) = node.box.taken, node.box.to
    assert to == [CLERK]
    assert mail["bcc"] is None
    assert "\u202e" not in mail["subject"]
    assert "Bcc: thief@example.com" in mail["subject"]
    (part,) = mail.iter_attachments()
    assert part.get_content() == PDF
    assert not set(part.get_filename() or "") & set('\r\n\x00/\\:*?"<>|')
    assert len(mail.defects) == 0


@pytest.mark.parametrize("length", [1, 20, 60, 120])
def test_long_names_survive_the_folding_of_headers(node: MailNode, length: int) -> None:
    name = ("古尔邦·买买提𠮷" * 20)[:length]
    assert isinstance(send(f"smtp+plain://{node.host}", what=parcel(title=name, recipient_name=name)), Delivered)
    (mail,) = node.box.taken
    assert mail["subject"] == f"【送达】{name}（中宁耕保抄〔2026〕3号）"
    assert mail["to"].addresses[0].addr_spec == CLERK


def test_tls_from_the_first_byte_with_login(tmp_path: Path) -> None:
    server, client = certificate(tmp_path)
    with MailNode(server, login=True) as node:
        url = f"smtps://{USER}@{node.host}"
        assert isinstance(send(url, password=PASSWORD, tls=client), Delivered)
        refused = send(url, password="wrong", tls=client)
        assert isinstance(refused, Failed)
        assert (refused.reached, refused.final, "535" in refused.error) == (False, False, True)
        stranger = send(url, password=PASSWORD)
        assert isinstance(stranger, Failed)
        assert "CERTIFICATE_VERIFY_FAILED" in stranger.error
        assert len(node.box.taken) == 1


def test_starttls_or_nothing_is_said(tmp_path: Path, node: MailNode) -> None:
    server, client = certificate(tmp_path)
    with MailNode(server, starttls=True, login=True) as secured:
        assert isinstance(send(f"smtp://{USER}@{secured.host}", password=PASSWORD, tls=client), Delivered)
        assert len(secured.box.taken) == 1
    stripped = send(f"smtp://{USER}@{node.host}", password=PASSWORD, tls=client)
    assert isinstance(stripped, Failed)
    assert "STARTTLS" in stripped.error
    assert node.box.taken == []


def test_an_unknown_addressee_needs_a_person_and_nobody_gets_half_of_it(node: MailNode) -> None:
    node.box.refuse = {OTHER: "550 5.1.1 no such user"}
    outcome = send(f"smtp+plain://{node.host}", to=(CLERK, OTHER))
    assert isinstance(outcome, Gone)
    assert "550" in outcome.error
    assert OTHER in outcome.error
    assert node.box.taken == []


def test_what_is_refused_for_now_is_tried_again(node: MailNode) -> None:
    node.box.refuse = {CLERK: "451 4.7.1 greylisted"}
    assert send(f"smtp+plain://{node.host}") == Failed(
        f"addressee refused: 451 4.7.1 greylisted ({CLERK})", reached=True
    )
    node.box.refuse, node.box.answer = {}, "452 4.2.2 mailbox full"
    assert send(f"smtp+plain://{node.host}") == Failed("mail refused: 452 4.2.2 mailbox full", reached=True)
    node.box.answer = "421 shutting down"
    assert send(f"smtp+plain://{node.host}") == Failed("mail refused: 421 shutting down")


def test_a_mail_that_is_refused_for_good_is_given_up_at_once(node: MailNode) -> None:
    node.box.answer = "554 5.6.0 content refused"
    outcome = send(f"smtp+plain://{node.host}")
    assert outcome == Failed("mail refused: 554 5.6.0 content refused", reached=True, final=True)


def test_a_mail_whose_answer_was_lost_is_known_when_it_comes_again(node: MailNode) -> None:
    node.box.lose_answer = True
    assert isinstance(send(f"smtp+plain://{node.host}"), Failed)
    node.box.lose_answer = False
    assert isinstance(send(f"smtp+plain://{node.host}"), Delivered)
    first, second = node.box.taken
    assert first["message-id"] == second["message-id"]


def test_only_listed_hosts_are_plain_or_private(node: MailNode) -> None:
    for url in (f"smtp+plain://{node.host}", f"smtps://{node.host}", "smtps://169.254.169.254:465"):
        outcome = send(url, listed=False)
        assert isinstance(outcome, Failed)
        assert "refused" in outcome.error
    assert node.box.taken == []


def test_a_server_that_is_away_is_the_endpoints_failure() -> None:
    outcome = send("smtp+plain://127.0.0.1:1")
    assert isinstance(outcome, Failed)
    assert (outcome.reached, outcome.final) == (False, False)


def test_a_probe_carries_no_file(node: MailNode) -> None:
    assert isinstance(send(f"smtp+plain://{node.host}", what=parcel(kind=ParcelKind.PROBE, files=())), Delivered)
    (mail,) = node.box.taken
    assert "渠道测试" in mail["subject"]
    assert list(mail.iter_attachments()) == []
