"""Exchange packages: what is proven and whole is read, everything else is told apart and harms nothing."""

import base64
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.agencies.domain.answers import fault
from shared import keys
from shared.exchange import package
from shared.exchange.package import PackageFault, PackageName, open_package, pack, seal

NAME = PackageName("public_security", "tianwei", 7, UUID("0190a000-0000-7000-8000-000000000001"))
NEXT = PackageName("public_security", "tianwei", 8, NAME.package_id)
FILE = f"{NAME}.zip"
KEY, OTHER = keys.new_key(keys.ED25519), keys.new_key(keys.ED25519)
AT = datetime(2026, 3, 11, tzinfo=UTC)
MADE_AT, DEFLATED = (2026, 3, 11, 0, 0, 0), zipfile.ZIP_DEFLATED
DATA = b'{"specversion":"1.0"}'


def opened(content: bytes, mark: bytes | None = None, file: str = FILE, **other: Any) -> package.Package:
    """As the intake opens it; signed with the right key unless a signature is given."""
    given: dict[str, Any] = {"trusted": [keys.public_key(KEY)], "sender": "public_security", "receiver": "tianwei"}
    return open_package(file, content, mark or seal(NAME, content, [KEY]), **{**given, **other})


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in entries:
            # Named with its own time: the same content is the same package at whatever second it is made.
            archive.writestr(zipfile.ZipInfo(name, MADE_AT) if isinstance(name, str) else name, content, DEFLATED)
    return buffer.getvalue()


def manifest(files: dict[str, bytes], **changes: Any) -> bytes:
    listed = [
        {"name": name, "size": len(content), "digest": keys.digest("sha256", content)}
        for name, content in files.items()
    ]
    made = {
        "format": package.FORMAT,
        "package_id": str(NAME.package_id),
        "sequence": 7,
        "from": "public_security",
        "to": "tianwei",
        "made_at": "2026-03-11T00:00:00+00:00",
        "message_ids": [],
        "digest": "sha256",
        "count": len(files),
        "files": listed,
    }
    return json.dumps({**made, **changes}).encode()


def whole(extra: dict[str, bytes] | None = None, **changes: Any) -> bytes:
    """changes: of the manifest; `sender` is its `from`, which is a word of the language."""
    files = {"data.json": DATA, **(extra or {})}
    named = {{"sender": "from"}.get(name, name): value for name, value in changes.items()}
    return zipped(("manifest.json", manifest(files, **named)), *files.items())


@pytest.mark.parametrize("kind", [keys.ED25519, keys.SM2])
def test_what_was_packed_is_read(kind: str) -> None:
    key = keys.new_key(kind)
    content = pack(NAME, DATA, AT, keys.DIGESTS[kind], {"立案决定书.pdf": b"%PDF"})
    read = opened(content, seal(NAME, content, [key]), trusted=[keys.public_key(key)])
    assert (read.data, read.attachments, read.name) == (DATA, {"立案决定书.pdf": b"%PDF"}, NAME)
    assert pack(NAME, DATA, AT, keys.DIGESTS[kind], {"立案决定书.pdf": b"%PDF"}) == content


def test_a_name_stored_as_gbk_is_read_as_it_is_meant() -> None:
    name = "attachments/现场照片.jpg"
    content = whole({name: b"jpg"})
    # zipfile writes UTF-8 with its flag; a Windows program writes GBK without one.
    raw, gbk = name.encode(), name.encode("gbk")
    other = "attachments/" + "x" * (len(gbk) - len("attachments/"))
    files = {"data.json": DATA, name: b"jpg"}
    content = zipped(("manifest.json", manifest(files)), ("data.json", DATA), (other, b"jpg"))
    content = content.replace(other.encode(), gbk)
    assert raw not in content
    assert opened(content).attachments == {"现场照片.jpg": b"jpg"}


def encrypted() -> bytes:
    content = bytearray(whole())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.rfind(mark)
        content[at + offset] |= 1
    return bytes(content)


def damaged() -> bytes:
    content = bytearray(whole({"attachments/a": bytes(range(256)) * 8}))
    content[content.rfind(b"attachments/a", 0, content.find(b"PK\x01\x02")) + 20] ^= 0xFF
    return bytes(content)


def twice() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate"):
        return zipped(("manifest.json", manifest({"data.json": DATA})), ("data.json", DATA), ("data.json", DATA))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: b"PK no zip", "not-a-zip"),
        (lambda: whole()[:-30], "not-a-zip"),
        (lambda: whole({"../../etc/passwd": b"x"}), "name-not-allowed"),
        (lambda: whole({"/etc/passwd": b"x"}), "name-not-allowed"),
        (lambda: whole({"attachments/../../x": b"x"}), "name-not-allowed"),
        (lambda: whole({"attachments\\..\\x": b"x"}), "name-not-allowed"),
        (lambda: whole({"C:x": b"x"}), "name-not-allowed"),
        (lambda: whole({"attachments/a/b": b"x"}), "name-not-allowed"),
        (lambda: whole({"attachments//b": b"x"}), "name-not-allowed"),
        (lambda: whole({"attachments/ ": b"x"}), "name-not-allowed"),
        (lambda: whole({"attachments/\u202egnp.exe": b"x"}), "name-not-allowed"),
        (lambda: zipped(("data.json", DATA)), "file-missing"),
        (lambda: zipped(("manifest.json", manifest({"data.json": DATA}))), "file-missing"),
        (lambda: zipped(("manifest.json", manifest({})), ("data.json", DATA)), "file-not-listed"),
        (lambda: zipped(("manifest.json", manifest({"data.json": b"{}"})), ("data.json", DATA)), "file-digest-wrong"),
        (lambda: zipped(("manifest.json", b"{"), ("data.json", DATA)), "manifest-not-json"),
        (lambda: whole(format="tianwei-exchange/9"), "manifest-wrong"),
        (lambda: whole(more=1), "manifest-wrong"),
        (lambda: whole(sequence=8), "manifest-contradicts"),
        (lambda: whole(sender="agriculture"), "manifest-contradicts"),
        (lambda: whole(count=2), "manifest-contradicts"),
        (lambda: whole({f"attachments/{number}": b"" for number in range(201)}), "too-many-files"),
        (lambda: zipped(("manifest.json", b" " * 300_000), ("data.json", DATA)), "file-too-large"),
        (lambda: whole({"attachments/bomb": b"0" * (100 << 20)}), "file-too-large"),
        (twice, "file-twice"),
        (encrypted, "encrypted"),
        (damaged, "file-damaged"),
    ],
)
def test_a_signed_package_that_is_wrong_says_what_is_wrong(make: Callable[[], bytes], reason: str) -> None:
    with pytest.raises(PackageFault) as told:
        opened(make())
    assert (told.value.reason, told.value.proven) == (reason, True)
    assert fault(told.value.field, reason, most=1).text != "不符合接口约定"


@pytest.mark.parametrize(
    ("mark", "reason"),
    [
        (b"", "signature-unreadable"),
        (b"[]", "signature-unreadable"),
        (seal(NAME, whole(), [OTHER]), "key-unknown"),
        (
            seal(PackageName("public_security", "tianwei", 8, NAME.package_id), whole(), [KEY]),
            "signature-of-another-file",
        ),
        (seal(NAME, whole() + b"0", [KEY]), "digest-wrong"),
    ],
)
def test_what_is_not_proven_is_not_opened(mark: bytes, reason: str) -> None:
    with pytest.raises(PackageFault) as told:
        opened(whole(), mark or b"{}")
    assert (told.value.reason, told.value.proven) == (reason, False)


def test_a_signature_moved_to_another_package_is_wrong() -> None:
    mark = json.loads(seal(NAME, whole(), [KEY]))
    mark["signatures"][0]["value"] = json.loads(seal(NAME, b"other", [KEY]))["signatures"][0]["value"]
    with pytest.raises(PackageFault, match="signature-wrong"):
        opened(whole(), json.dumps(mark).encode())


def test_two_signatures_while_a_key_is_changed() -> None:
    content = whole()
    for trusted in (KEY, OTHER):
        assert opened(content, seal(NAME, content, [KEY, OTHER]), trusted=[keys.public_key(trusted)]).data == DATA


@pytest.mark.parametrize("file", ["x.zip", "a-b-1-x.zip", "../a-b-00000001-x.zip", f"{NAME}.ZIP"])
def test_a_name_that_says_nothing_is_refused(file: str) -> None:
    with pytest.raises(PackageFault, match="name-wrong"):
        PackageName.parse(file)


@given(st.integers(min_value=0), st.binary(min_size=1, max_size=4))
@settings(max_examples=300)
def test_no_change_of_a_package_gets_through(at: int, change: bytes) -> None:
    content = bytearray(whole())
    at %= len(content)
    before = bytes(content[at : at + len(change)])
    content[at : at + len(change)] = change
    if before == change:
        return
    with pytest.raises(PackageFault):
        opened(bytes(content), seal(NAME, whole(), [KEY]))


@given(st.binary(max_size=400))
@settings(max_examples=200)
def test_anything_signed_is_a_package_or_a_fault(content: bytes) -> None:
    with pytest.raises(PackageFault):
        opened(content)


def test_sm2_keys_that_begin_with_zero_four_are_not_shortened() -> None:
    """gmssl strips leading zeros and fours from such a public key; its signatures must verify all the same."""
    for number in range(1, 2000):
        private = f"sm2:{base64.b64encode(number.to_bytes(32, 'big')).decode()}"
        public = keys.public_key(private)
        raw = base64.b64decode(public.partition(":")[2])
        if raw[0] == 0x04 or number > 60:
            break
    assert keys.verifies(public, keys.sign(private, b"content"), b"content")
    assert not keys.verifies(public, keys.sign(private, b"content"), b"other")
    zero = keys.Signature("sm2", keys.key_id(public), base64.b64encode(bytes(64)).decode())
    assert not keys.verifies(public, zero, b"content")
