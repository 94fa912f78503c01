"""A zipped Shapefile from outside: looked through before anything is unpacked, unpacked under our own names."""

import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from services.cases.adapters.patch_limits import PatchLimits
from services.cases.adapters.patch_refusals import (
    ArchiveEncrypted,
    ArchiveNested,
    ArchiveTooLarge,
    ArchiveUnsafePath,
    Damaged,
    MemberMissing,
    NotAZip,
    SeveralLayers,
)

NEEDED = (".shp", ".shx", ".dbf", ".prj")
_ARCHIVES = {".zip", ".rar", ".7z", ".gz", ".tgz", ".bz2", ".xz", ".tar", ".zst"}
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_CHUNK = 1024 * 1024
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1


def unpack_shapefile(path: Path, into: Path, limits: PatchLimits) -> dict[str, Path]:
    """The parts of the one Shapefile in a zip, by extension: .shp .shx .dbf .prj and, where present, .cpg.

    They are written into an empty folder under fixed names. Raises FileRefused.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            refuse_unsafe(members, limits)
            parts = _find_parts(members)
            left = limits.total_bytes
            unpacked: dict[str, Path] = {}
            for extension, member in parts.items():
                unpacked[extension] = into / f"patches{extension}"
                left -= _unpack(archive, member, unpacked[extension], left, limits)
            return unpacked
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError, ValueError) as broken:
        if not zipfile.is_zipfile(path):
            raise NotAZip(name=path.name) from broken
        raise Damaged(part="zip", reason="cannot-be-unpacked") from broken


def shown_name(member: zipfile.ZipInfo) -> str:
    """The name of a member as its maker wrote it: Chinese tools write GBK without saying so."""
    if member.flag_bits & _UTF8_NAME:
        return member.filename
    try:
        raw = member.filename.encode("cp437")
    except UnicodeEncodeError:
        return member.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


def refuse_unsafe(members: list[zipfile.ZipInfo], limits: PatchLimits) -> None:
    """By what the directory of an archive says, before anything is unpacked. Raises FileRefused."""
    if len(members) > limits.members:
        raise ArchiveTooLarge(limit="members", most=limits.members, found=len(members))
    if (total := sum(member.file_size for member in members)) > limits.total_bytes:
        raise ArchiveTooLarge(limit="bytes", most=limits.total_bytes, found=total)
    for member in members:
        _refuse_unsafe_member(member, limits)


def _refuse_unsafe_member(member: zipfile.ZipInfo, limits: PatchLimits) -> None:
    name = shown_name(member)
    posix = PurePosixPath(name.replace("\\", "/"))
    if posix.is_absolute() or ".." in posix.parts or ":" in name or stat.S_ISLNK(member.external_attr >> 16):
        raise ArchiveUnsafePath(member=name[:200])
    if posix.suffix.lower() in _ARCHIVES:
        raise ArchiveNested(member=name[:200])
    if member.flag_bits & _ENCRYPTED:
        raise ArchiveEncrypted(member=name[:200])
    if member.compress_type not in _METHODS:
        raise Damaged(part=name[:200], reason="compression-method")
    ratio = member.file_size // max(member.compress_size, 1)
    if member.file_size > limits.small_bytes and ratio > limits.ratio:
        raise ArchiveTooLarge(limit="ratio", most=limits.ratio, found=ratio, member=name[:200])


def _find_parts(members: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    files = {}
    for member in members:
        name = PurePosixPath(shown_name(member))
        if not member.is_dir() and not name.name.startswith("._") and "__MACOSX" not in name.parts:
            files[name.as_posix().lower()] = member
    shapes = sorted(name for name in files if name.endswith(".shp"))
    if len(shapes) > 1:
        raise SeveralLayers(layers=[shown_name(files[name])[:200] for name in shapes])
    if not shapes:
        raise MemberMissing(missing=[".shp"], members=sorted(files)[:20])
    stem = shapes[0].removesuffix(".shp")
    if missing := [extension for extension in NEEDED if stem + extension not in files]:
        raise MemberMissing(missing=missing, members=sorted(files)[:20])
    return {extension: files[stem + extension] for extension in (*NEEDED, ".cpg") if stem + extension in files}


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, to: Path, left: int, limits: PatchLimits) -> int:
    """Write one member, counting what really comes out: sizes in the directory may lie."""
    written = 0
    with archive.open(member) as packed, to.open("xb") as plain:
        while chunk := packed.read(_CHUNK):
            if written == 0 and chunk.startswith(b"PK\x03\x04"):
                raise ArchiveNested(member=shown_name(member)[:200])
            written += len(chunk)
            if written > left:
                raise ArchiveTooLarge(limit="bytes", most=limits.total_bytes, found=limits.total_bytes - left + written)
            plain.write(chunk)
    return written
