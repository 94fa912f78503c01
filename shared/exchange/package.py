"""Exchange packages (domain.md 4.10): a ZIP with manifest, data and attachments, and a detached signature beside it.

    FROM-TO-NNNNNNNN-<package id>.zip       manifest.json, data.json, attachments/…
    FROM-TO-NNNNNNNN-<package id>.zip.sig   {"format", "file", "digest", "value", "signatures": [{alg, key_id, value}]}

The signature is laid last: a package without one is still on its way. It covers the name and the digest of the whole
file, so that nothing is opened that is not proven. The manifest names every file with size and digest.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared import keys
from shared.keys import Signature

FORMAT = "tianwei-exchange/1"
# Our name in packages.
HOUSE = "tianwei"
MANIFEST, DATA, ATTACHMENTS = "manifest.json", "data.json", "attachments/"
SUFFIX, SIGNATURE_SUFFIX = ".zip", ".zip.sig"
MOST_PACKAGE_BYTES = 64 << 20
MOST_SIGNATURE_BYTES = 16 << 10
_MOST_FILES = 200
_MOST_UNPACKED_BYTES = 128 << 20
_MOST_MANIFEST_BYTES = 256 << 10
_MOST_DATA_BYTES = 1 << 20
_MOST_RATIO = 200
_CHUNK = 1 << 20
_NAME = re.compile(r"([a-z_]{2,40})-([a-z_]{2,40})-(\d{8,12})-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.ASCII)
_UTF8_FLAG = 0x800


class PackageFault(Exception):
    """Why a package is not taken, so that its maker can mend it.

    reason: a stable word. field: the file or the part of the manifest. proven: whether its signature was right.
    """

    def __init__(self, reason: str, field: str, *, proven: bool = False, **facts: Any) -> None:
        super().__init__(f"{reason}: {field}")
        self.reason = reason
        self.field = field
        self.proven = proven
        self.facts = facts

    @property
    def counts(self) -> bool:
        """Whether it uses up its number: it is proven, and between these two bodies."""
        return self.proven and self.reason != "address-wrong"


@dataclass(frozen=True)
class PackageName:
    """What a file's name says; only the signature proves it."""

    sender: str
    receiver: str
    number: int
    package_id: UUID

    def __str__(self) -> str:
        return f"{self.sender}-{self.receiver}-{self.number:08d}-{self.package_id}"

    @classmethod
    def parse(cls, file: str) -> "PackageName":
        """Of NAME.zip. Raises PackageFault."""
        match = _NAME.fullmatch(file.removesuffix(SUFFIX)) if file.endswith(SUFFIX) else None
        if match is None:
            raise PackageFault("name-wrong", "file")
        return cls(match[1], match[2], int(match[3]), UUID(match[4]))


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ManifestFile(_Closed):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    size: Annotated[int, Field(ge=0, le=_MOST_UNPACKED_BYTES)]
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Manifest(_Closed):
    """digest: of every file. sequence: gap-free from 1 in each direction between two bodies."""

    format: Literal["tianwei-exchange/1"]
    package_id: Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")]
    sequence: Annotated[int, Field(ge=1, le=10**12)]
    sender: Annotated[str, Field(alias="from")]
    receiver: Annotated[str, Field(alias="to")]
    made_at: Annotated[str, Field(max_length=40)]
    message_ids: Annotated[list[str], Field(max_length=100)]
    digest: Literal["sha256", "sm3"]
    count: int
    files: Annotated[list[ManifestFile], Field(max_length=_MOST_FILES)]


@dataclass(frozen=True)
class Package:
    """data: JSON bytes. attachments: name -> content. sha256: of the whole file."""

    name: PackageName
    data: bytes
    attachments: Mapping[str, bytes] = field(default_factory=dict)
    sha256: str = ""


def pack(name: PackageName, data: bytes, made_at: datetime, digest: str, attachments: Mapping[str, bytes]) -> bytes:
    """The ZIP, the same bytes for the same content: laid again it is the same file."""
    files = {DATA: data, **{ATTACHMENTS + file: content for file, content in sorted(attachments.items())}}
    manifest = {
        "format": FORMAT,
        "package_id": str(name.package_id),
        "sequence": name.number,
        "from": name.sender,
        "to": name.receiver,
        "made_at": made_at.isoformat(timespec="seconds"),
        "message_ids": [str(name.package_id)],
        "digest": digest,
        "count": len(files),
        "files": [
            {"name": file, "size": len(content), "digest": keys.digest(digest, content)}
            for file, content in files.items()
        ],
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, content in ((MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2)), *files.items()):
            archive.writestr(zipfile.ZipInfo(file), content, compress_type=zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def seal(name: PackageName, content: bytes, private_keys: Sequence[str]) -> bytes:
    """The detached signature; two while our key is rotated. private_keys: the newest first."""
    digest = keys.DIGESTS[keys.kind_of(private_keys[0])]
    value = keys.digest(digest, content)
    file = f"{name}{SUFFIX}"
    signatures = [vars(keys.sign(key, _signed(file, digest, value))) for key in private_keys]
    return orjson.dumps(
        {"format": FORMAT, "file": file, "digest": digest, "value": value, "signatures": signatures},
        option=orjson.OPT_INDENT_2,
    )


class _Seal(_Closed):
    format: Literal["tianwei-exchange/1"]
    file: str
    digest: Literal["sha256", "sm3"]
    value: str
    signatures: Annotated[list[dict[str, str]], Field(min_length=1, max_length=4)]


def open_package(
    file: str, content: bytes, signature: bytes, *, trusted: Iterable[str], sender: str, receiver: str
) -> Package:
    """Verify a package, then read it. trusted: public keys of who must have signed it. Raises PackageFault."""
    name = PackageName.parse(file)
    if len(content) > MOST_PACKAGE_BYTES:
        raise PackageFault("too-large", "file", most=MOST_PACKAGE_BYTES)
    _check_seal(file, content, signature, list(trusted))
    if (name.sender, name.receiver) != (sender, receiver):
        raise PackageFault("address-wrong", "file", proven=True, allowed=[f"{sender}-{receiver}-…"])
    files = _unzip(content)
    manifest = _manifest(files.pop(MANIFEST, None))
    _check_manifest(manifest, name, files)
    return Package(
        name,
        files[DATA],
        {key.removeprefix(ATTACHMENTS): value for key, value in files.items() if key != DATA},
        keys.digest("sha256", content),
    )


def _check_seal(file: str, content: bytes, signature: bytes, trusted: list[str]) -> None:
    try:
        seal = _Seal.model_validate(orjson.loads(signature[: MOST_SIGNATURE_BYTES + 1]))
        signatures = [Signature(**one) for one in seal.signatures]
    except (ValueError, TypeError) as error:
        raise PackageFault("signature-unreadable", SIGNATURE_SUFFIX) from error
    if seal.file != file:
        raise PackageFault("signature-of-another-file", SIGNATURE_SUFFIX)
    if keys.digest(seal.digest, content) != seal.value:
        raise PackageFault("digest-wrong", "file")
    known = {keys.key_id(key): key for key in trusted}
    signed = _signed(file, seal.digest, seal.value)
    named = [one for one in signatures if one.key_id in known]
    if not named:
        raise PackageFault("key-unknown", SIGNATURE_SUFFIX, allowed=sorted(known))
    if not any(keys.verifies(known[one.key_id], one, signed) for one in named):
        raise PackageFault("signature-wrong", SIGNATURE_SUFFIX)


def _signed(file: str, digest: str, value: str) -> bytes:
    return f"{FORMAT}\n{file}\n{digest}\n{value}\n".encode()


def _unzip(content: bytes) -> dict[str, bytes]:
    """Every file by its name, within the limits; nothing is written anywhere."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise PackageFault("not-a-zip", "file", proven=True) from error
    if len(entries) > _MOST_FILES:
        raise PackageFault("too-many-files", "file", proven=True, most=_MOST_FILES)
    files: dict[str, bytes] = {}
    left = _MOST_UNPACKED_BYTES
    for entry in entries:
        if entry.is_dir():
            continue
        name = _entry_name(entry)
        if name in files:
            raise PackageFault("file-twice", name, proven=True)
        files[name] = _read(archive, entry, name, min(left, _limit(name)))
        left -= len(files[name])
    return files


def _limit(name: str) -> int:
    return {MANIFEST: _MOST_MANIFEST_BYTES, DATA: _MOST_DATA_BYTES}.get(name, _MOST_UNPACKED_BYTES)


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """As the manifest writes it. Windows programs of this country store GBK without saying so."""
    name = entry.orig_filename
    if not entry.flag_bits & _UTF8_FLAG:
        raw = name.encode("cp437")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
        else:
            raise PackageFault("name-unreadable", repr(raw)[:60], proven=True)
    path = PurePosixPath(name)
    if (
        path.is_absolute()
        or ".." in path.parts
        or "\\" in name
        or ":" in name
        or any(ord(char) < 32 or 0x202A <= ord(char) <= 0x202E or 0x2066 <= ord(char) <= 0x2069 for char in name)
        or not (name in (MANIFEST, DATA) or _is_attachment(name))
    ):
        raise PackageFault("name-not-allowed", name[:60], proven=True, allowed=[MANIFEST, DATA, ATTACHMENTS + "…"])
    return name


def _is_attachment(name: str) -> bool:
    """attachments/NAME and nothing deeper, with a name that can be read."""
    folder, _, file = name.partition("/")
    return f"{folder}/" == ATTACHMENTS and bool(file.strip()) and file != "." and "/" not in file


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, most: int) -> bytes:
    if entry.flag_bits & 1:
        raise PackageFault("encrypted", name, proven=True)
    if entry.file_size > most or entry.file_size > _MOST_RATIO * max(entry.compress_size, 1024):
        raise PackageFault("file-too-large", name, proven=True, most=most)
    read = bytearray()
    try:
        with archive.open(entry) as stream:
            while part := stream.read(_CHUNK):
                read += part
                if len(read) > most:
                    raise PackageFault("file-too-large", name, proven=True, most=most)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise PackageFault("file-damaged", name, proven=True) from error
    return bytes(read)


def _manifest(raw: bytes | None) -> Manifest:
    if raw is None:
        raise PackageFault("file-missing", MANIFEST, proven=True)
    try:
        return Manifest.model_validate(orjson.loads(raw))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise PackageFault("manifest-wrong", f"{MANIFEST}/{place}"[:120], proven=True) from error
    except ValueError as error:
        raise PackageFault("manifest-not-json", MANIFEST, proven=True) from error


def _check_manifest(manifest: Manifest, name: PackageName, files: Mapping[str, bytes]) -> None:
    said = {
        "package_id": (manifest.package_id, str(name.package_id)),
        "sequence": (manifest.sequence, name.number),
        "from": (manifest.sender, name.sender),
        "to": (manifest.receiver, name.receiver),
        "count": (manifest.count, len(manifest.files)),
    }
    for part, (in_manifest, in_name) in said.items():
        if in_manifest != in_name:
            raise PackageFault("manifest-contradicts", f"{MANIFEST}/{part}", proven=True, allowed=[str(in_name)])
    listed = {one.name: one for one in manifest.files}
    if len(listed) != len(manifest.files):
        raise PackageFault("file-twice", f"{MANIFEST}/files", proven=True)
    for file in sorted({*listed, DATA} - files.keys()):
        raise PackageFault("file-missing", file, proven=True)
    for file, content in files.items():
        if file not in listed:
            raise PackageFault("file-not-listed", file, proven=True)
        if listed[file].size != len(content) or listed[file].digest != keys.digest(manifest.digest, content):
            raise PackageFault("file-digest-wrong", file, proven=True)
