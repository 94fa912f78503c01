"""Signed packages in a folder (Ed25519) and on a real SFTP server (SM2, SM3)."""

import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID, uuid4

import orjson
import pytest

from shared import keys
from shared.blobs import FolderBlobStore
from shared.contracts.codes import Agency
from shared.errors import NotFound
from shared.exchange.package import (
    HOUSE,
    SIGNATURE_SUFFIX,
    SUFFIX,
    PackageName,
    open_package,
    pack,
    seal,
)
from shared.keys import Signature
from tests.integration.services.agencies.house import House, coordinator
from tests.integration.services.agencies.protocols.carriers import Carriers, carriers
from tests.integration.services.agencies.protocols.suite import WAIT_S, Peer, PushedProtocolSuite
from tests.support.nodes import wait_until
from tests.support.sftp_node import PASSWORD, SftpNode

AGENCY = Agency.PUBLIC_SECURITY
PDF, JPEG = b"%PDF-1.7\n", b"\xff\xd8\xff\xe0" + bytes(100)
# What no longer can be read, since the test took the way away, is not waited for longer.
LEAVE_S = 3.0


@dataclass(frozen=True)
class Way:
    """kind: of signatures. root: the exchange folder as a path on this machine. endpoint: what the house is told.

    blobs: the house's file store.
    """

    kind: str
    root: Path
    endpoint: dict[str, str]
    blobs: FolderBlobStore


class ExchangePeer(Peer):
    """A vendor's program at the other end of the ferry; it knows the format of packages and nothing else."""

    protocol: ClassVar[str] = "file_exchange"
    # Of all tests: what the one before was still owed may come now, signed with its key.
    house_keys: ClassVar[list[str]] = []

    def __init__(self, house: House, way: Way) -> None:
        super().__init__(house, AGENCY)
        self.way = way
        self.key = keys.new_key(way.kind)
        self.next = 1
        self.seen: set[str] = set()
        self.events: list[dict[str, Any]] = []
        self.seals: list[tuple[str, bytes, dict[str, Any]]] = []
        for folder in ("out", "in", "in/taken", "in/parked"):
            (way.root / folder).mkdir(parents=True, exist_ok=True)
            for file in (way.root / folder).iterdir():
                if file.is_file():
                    file.unlink()

    def configure(self) -> dict[str, Any]:
        body = self.body(signature=self.way.kind, partner_key=keys.public_key(self.key), **self.way.endpoint)
        made = self.house.configure(body)
        assert made["secret"] is None  # a private key never leaves
        self.house_keys.append(made["public_key"])
        return made

    def look(self) -> list[dict[str, Any]]:
        """Take what is complete, verify it, and send a receipt for letters and messages."""
        out = self.way.root / "out"
        received = []
        for file in sorted(out.glob(f"*{SUFFIX}")):
            mark = out / f"{file.stem}{SIGNATURE_SUFFIX}"
            if not mark.exists():
                continue
            content, signature = file.read_bytes(), mark.read_bytes()
            package = open_package(
                file.name, content, signature, trusted=self.house_keys, sender=HOUSE, receiver=AGENCY
            )
            mark.unlink()
            file.unlink()
            event = orjson.loads(package.data)
            self.seals.append((file.name, content, orjson.loads(signature)))
            self.events.append(event)
            self.keep(event)
            if event["type"].startswith("tianwei.task."):
                received.append(event["id"])
        for id_ in received:  # of the same the same is said, under the same id
            self.tell(self.answer("received", UUID(int=0), {"received": [id_]}, f"received.{id_}"))
        return self.events

    def tell(self, answer: dict[str, Any], attachments: Mapping[str, bytes] | None = None) -> None:
        self.lay(*self.made(answer, attachments=attachments))

    def made(
        self, answer: dict[str, Any], key: str | None = None, attachments: Mapping[str, bytes] | None = None
    ) -> tuple[PackageName, bytes, bytes]:
        """The next package with its signature."""
        name = PackageName(AGENCY.value, HOUSE, self.next, uuid4())
        self.next += 1
        digest = keys.DIGESTS[self.way.kind]
        content = pack(name, orjson.dumps(answer), datetime.now(UTC), digest, attachments or {})
        return name, content, seal(name, content, [key or self.key])

    def lay(self, name: PackageName, content: bytes, signature: bytes | None) -> None:
        inbox = self.way.root / "in"
        (inbox / f"{name}{SUFFIX}").write_bytes(content)
        if signature is not None:
            (inbox / f"{name}{SIGNATURE_SUFFIX}").write_bytes(signature)

    def forge(self, answer: dict[str, Any]) -> str:
        self.lay(*self.made(answer, keys.new_key(self.way.kind)))
        self.next -= 1
        return "key-unknown"

    def leave(self) -> None:
        """Go when what was laid has been read: read later, it would take the numbers of the next test."""
        until = time.monotonic() + LEAVE_S
        while any((self.way.root / "in").glob(f"*{SUFFIX}")) and time.monotonic() < until:
            time.sleep(0.05)

    def parked(self) -> list[str]:
        return sorted(file.name for file in (self.way.root / "in/parked").iterdir())

    def reasons(self) -> list[str]:
        self.look()
        return [fault["reason"] for told in self.receipts.values() for one in told for fault in one["faults"]]


class FileExchangeSuite(PushedProtocolSuite):
    def check_both_keys(self, peer: Peer, former: dict[str, Any], made: dict[str, Any]) -> None:
        assert isinstance(peer, ExchangePeer)
        _, _, mark = peer.seals[-1]
        signed = f"{mark['format']}\n{mark['file']}\n{mark['digest']}\n{mark['value']}\n".encode()
        signatures = [Signature(**one) for one in mark["signatures"]]
        for key in (former["public_key"], made["public_key"]):
            assert any(keys.verifies(key, one, signed) for one in signatures)

    def test_a_package_before_its_turn_waits_and_the_missing_one_is_asked_for(self, peer: ExchangePeer) -> None:
        peer.configure()
        task = self.issue(peer)
        first = peer.made(peer.answer("sign", task, {"signed_by": "王五"}))
        second = peer.made(peer.answer("accept", task, {"contact_person": "赵六"}))
        peer.lay(*second)

        def asked() -> list[Any]:
            return [one["data"]["numbers"] for one in peer.look() if one["type"] == "tianwei.answer.resend.v1"]

        wait_until(lambda: bool(asked()), WAIT_S, "the question for the missing one")
        # The receipt for the letter may have been seen before the second package was whole.
        assert asked()[0][0] == 1
        rows = {row["code"]: row for row in peer.house.asked(coordinator(), "agency.list")["items"]}
        assert rows[AGENCY]["packages_missing"][0] == 1
        peer.lay(*first)
        self.wait_for_state(peer, task, "accepted")
        rows = {row["code"]: row for row in peer.house.asked(coordinator(), "agency.list")["items"]}
        assert rows[AGENCY]["packages_missing"] == []

    def test_the_same_package_again_changes_nothing(self, peer: ExchangePeer) -> None:
        peer.configure()
        task = self.issue(peer)
        package = peer.made(peer.answer("sign", task, {"signed_by": "王五"}))
        for _ in range(2):
            peer.lay(*package)
            name = f"{package[0]}{SUFFIX}"
            self.wait_gone(peer.way.root / "in" / name)
        assert peer.house.told(task).count("task-signed") == 1

    def wait_gone(self, file: Path) -> None:
        wait_until(lambda: not file.exists(), WAIT_S, "the package taken")

    def test_a_half_written_package_is_left_alone_until_it_is_whole(self, peer: ExchangePeer) -> None:
        peer.configure()
        task = self.issue(peer)
        name, content, signature = peer.made(peer.answer("sign", task, {"signed_by": "王五"}))
        peer.lay(name, content[: len(content) // 2], None)
        later = peer.made(peer.answer("accept", task, {"contact_person": "赵六"}))
        peer.lay(name, content[: len(content) // 2], signature)
        peer.lay(*later)
        wait_until(lambda: any(one["type"] == "tianwei.answer.resend.v1" for one in peer.look()), WAIT_S, "a round")
        assert peer.parked() == []
        peer.lay(name, content, signature)
        self.wait_for_state(peer, task, "accepted")

    def test_one_that_stays_damaged_is_parked_and_its_number_is_still_free(self, peer: ExchangePeer) -> None:
        peer.configure()
        task = self.issue(peer)
        name, content, signature = peer.made(peer.answer("sign", task, {"signed_by": "王五"}))
        peer.lay(name, content[:-1] + bytes([content[-1] ^ 1]), signature)
        old = time.time() - 3600
        os.utime(peer.way.root / "in" / f"{name}{SUFFIX}", (old, old))
        wait_until(lambda: "digest-wrong" in peer.reasons(), WAIT_S, "the receipt")
        assert peer.parked() == [f"{name}{SUFFIX}", f"{name}{SIGNATURE_SUFFIX}"]
        peer.lay(name, content, signature)
        self.wait_for_state(peer, task, "signed")

    def test_what_comes_with_an_answer_is_told_once_and_its_content_is_kept(self, peer: ExchangePeer) -> None:
        peer.configure()
        task = self.issue(peer)
        answer = peer.answer("sign", task, {"signed_by": "王五"})
        package = peer.made(answer, attachments={"签收回执.pdf": PDF, "现场照片.jpg": JPEG})
        for status in ("taken", "repeated"):
            peer.lay(*package)
            self.wait_gone(peer.way.root / "in" / f"{package[0]}{SUFFIX}")
            peer.wait_for_receipt(answer["id"], status)
        told = [row.payload for row in peer.house.events(task) if row.type.endswith("attachment-handed-in.v1")]
        assert {(one["file_name"], one["media_type"], one["name_differs"]) for one in told} == {
            ("签收回执.pdf", "application/pdf", False),
            ("现场照片.jpg", "image/jpeg", False),
        }
        assert len(told) == 2
        assert {one["answer_id"] for one in told} == {answer["id"]}
        for one in told:
            with peer.way.blobs.open(one["sha256"]) as content:
                assert content.read() == {"签收回执.pdf": PDF, "现场照片.jpg": JPEG}[one["file_name"]]
        assert peer.parked() == []

    def test_with_a_parked_answer_its_files_stay_in_the_package(self, peer: ExchangePeer) -> None:
        peer.configure()
        task, unseen = self.issue(peer), JPEG + uuid4().bytes
        for answer, files, faults in (
            (
                peer.answer("accept", task, {"contact_person": "赵六"}),
                {"照片.jpg": unseen},
                {("subject", "agencies.task-transition-not-allowed"), ("attachments/照片.jpg", "attachment-not-taken")},
            ),
            (
                peer.answer("sign", task, {"signed_by": "王五"}),
                {"程序.jpg": b"MZ\x00\x01", "空.txt": b"", "照片.jpg": unseen},
                {
                    ("attachments/程序.jpg", "attachment-type"),
                    ("attachments/空.txt", "attachment-empty"),
                    ("attachments/照片.jpg", "attachment-not-taken"),
                },
            ),
            (
                peer.answer("received", UUID(int=0), {"received": [str(uuid4())]}),
                {"照片.jpg": unseen},
                {("attachments/照片.jpg", "attachment-without-task")},
            ),
        ):
            name, *laid = peer.made(answer, attachments=files)
            peer.lay(name, *laid)
            receipt = peer.wait_for_receipt(answer["id"], "parked")
            assert {(fault["field"], fault["reason"]) for fault in receipt["faults"]} == faults
            self.wait_gone(peer.way.root / "in" / f"{name}{SUFFIX}")
            assert f"{name}{SUFFIX}" in peer.parked()
        assert self.state(peer, task) in ("offered", "delivered")
        assert not [kind for kind in peer.house.told() if kind == "task-attachment-handed-in"]
        with pytest.raises(NotFound):
            peer.way.blobs.open(hashlib.sha256(unseen).hexdigest())

    def test_the_same_answer_with_other_files_is_another_answer(self, peer: ExchangePeer) -> None:
        peer.configure()
        task = self.issue(peer)
        answer = peer.answer("sign", task, {"signed_by": "王五"})
        peer.tell(answer)
        peer.wait_for_receipt(answer["id"], "taken")
        peer.tell(answer, {"照片.jpg": JPEG})
        receipt = peer.wait_for_receipt(answer["id"], "parked")
        assert [fault["reason"] for fault in receipt["faults"]] == ["id-reused", "attachment-not-taken"]

    def test_a_strange_file_name_in_gbk_harms_nobody(self, peer: ExchangePeer) -> None:
        peer.configure()
        task = self.issue(peer)
        strange = os.fsencode(peer.way.root / "in") + b"/" + "立案决定书.zip".encode("gbk")
        with open(strange, "wb") as file:
            file.write(b"PK")
        old = time.time() - 3600
        os.utime(strange, (old, old))
        wait_until(lambda: "name-wrong" in peer.reasons(), WAIT_S, "the receipt")
        answer = peer.answer("sign", task, {"signed_by": "王五"})
        peer.tell(answer)
        peer.wait_for_receipt(answer["id"], "taken")
        assert not os.path.exists(strange)
        assert "task-signed" in peer.house.told(task)

    def test_a_number_we_used_is_laid_again_when_it_is_missing_there(self, peer: ExchangePeer) -> None:
        peer.configure()
        task = self.issue(peer)
        self.wait_for_state(peer, task, "delivered")
        number = PackageName.parse(peer.seals[0][0]).number
        before = peer.about(task, "issued")
        peer.tell(peer.answer("resend", UUID(int=0), {"numbers": [number]}))
        wait_until(lambda: len(peer.about(task, "issued")) > len(before), WAIT_S, "the package again")
        again = [seal for seal in peer.seals if PackageName.parse(seal[0]).number == number]
        assert again[0][:2] == again[-1][:2]  # the very same bytes
        # The receipt is the very one that came before.
        wait_until(lambda: peer.house.delivery(task)["state"] == "delivered", WAIT_S, "the delivery settled again")
        assert peer.house.told(task) == ["task-issued", "task-delivered"]

    def test_laid_is_not_delivered_before_its_receipt_comes(self, peer: ExchangePeer) -> None:
        peer.configure()
        task = self.issue(peer)
        wait_until(lambda: bool(list((peer.way.root / "out").glob("*.sig"))), WAIT_S, "the package")
        wait_until(lambda: peer.house.delivery(task)["last_error"] is not None, WAIT_S, "the record")
        assert peer.house.delivery(task)["state"] == "pending"
        assert peer.house.told(task) == ["task-issued"]


@pytest.fixture(scope="class")
def carried(run_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Carriers]:
    folder = tmp_path_factory.mktemp("exchange")
    with carriers(run_dsn, folder) as running:
        yield running


@pytest.fixture(scope="class")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SftpNode]:
    with SftpNode(tmp_path_factory.mktemp("sftp")) as node:
        yield node


class TestFileExchangeInAFolder(FileExchangeSuite):
    @pytest.fixture
    def peer(self, house: House, carried: Carriers) -> Iterator[ExchangePeer]:
        peer = ExchangePeer(
            house, Way("ed25519", carried.exchange / "police", {"url": "folder:police"}, FolderBlobStore(carried.blobs))
        )
        yield peer
        peer.leave()


@pytest.mark.usefixtures("carried")
class TestFileExchangeOnSftp(FileExchangeSuite):
    @pytest.fixture
    def peer(self, house: House, server: SftpNode, carried: Carriers) -> Iterator[ExchangePeer]:
        endpoint = {"url": server.url, "host_key": server.host_key, "password": PASSWORD}
        peer = ExchangePeer(house, Way("sm2", server.root / "exchange", endpoint, FolderBlobStore(carried.blobs)))
        yield peer
        peer.leave()

    def test_another_host_key_is_not_talked_to(self, peer: ExchangePeer, tmp_path: Path) -> None:
        with SftpNode(tmp_path / "other") as other:
            peer.way.endpoint["host_key"] = other.host_key
            peer.configure()
            task = self.issue(peer)
            wait_until(lambda: "host key" in (peer.house.delivery(task)["last_error"] or ""), WAIT_S, "the refusal")
        assert list((peer.way.root / "out").iterdir()) == []
