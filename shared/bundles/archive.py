"""Writes a bundle: members in order, manifest last; the same contents at the same instant give the same bytes."""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import IO, Any, BinaryIO

from shared.blobs import CHUNK_BYTES, Digester, Stored
from shared.clock import SHANGHAI


class OtherContent(Exception):
    """What was to be packed is not what it should be. found: what it is; nothing of the bundle is to be kept."""

    def __init__(self, path: str, found: Stored) -> None:
        super().__init__(f"{path} is another content")
        self.found = found


class Archive:
    """target: written from its start, never sought in. made_at: the date of every member."""

    def __init__(self, target: IO[bytes], made_at: datetime) -> None:
        self._zip = zipfile.ZipFile(target, "w", allowZip64=True)
        # One instant for all of it; nothing of the machine's own clock.
        self._date = made_at.astimezone(SHANGHAI).timetuple()[:6]
        self._files: list[dict[str, Any]] = []

    def put_text(self, path: str, content: bytes) -> None:
        digester = Digester()
        digester.update(content)
        self._raw(path, content)
        self._note(path, digester.stored())

    def put_content(self, path: str, source: BinaryIO, sha256: str, size: int) -> None:
        """As it is, not compressed. Raises OtherContent."""
        digester = Digester()
        info = self._info(path, zipfile.ZIP_STORED)
        with self._zip.open(info, "w", force_zip64=size > 2**31) as member:
            while chunk := source.read(CHUNK_BYTES):
                digester.update(chunk)
                member.write(chunk)
        stored = digester.stored()
        if stored.sha256 != sha256:
            raise OtherContent(path, stored)
        self._note(path, stored)

    def close(self, head: Mapping[str, Any]) -> tuple[int, str]:
        """Number of files, and the manifest's digest. head: what the manifest says beside its files."""
        manifest = as_json({**head, "files": self._files})
        digest = hashlib.sha256(manifest).hexdigest()
        self._raw("manifest.json", manifest)
        self._raw("manifest.sha256", f"{digest}  manifest.json\n".encode())
        self._zip.close()
        return len(self._files) + 2, digest

    def drop(self) -> None:
        """Write nothing more: else the ZIP would be finished when it is collected."""
        self._zip.fp = None

    def _raw(self, path: str, content: bytes) -> None:
        self._zip.writestr(self._info(path, zipfile.ZIP_DEFLATED), content)

    def _info(self, path: str, compression: int) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(path, self._date)
        info.compress_type = compression
        info.create_system = 3
        info.external_attr = 0o644 << 16
        return info

    def _note(self, path: str, stored: Stored) -> None:
        self._files.append({"path": path, "size": stored.size, "sha256": stored.sha256, "sm3": stored.sm3})


def as_json(content: Any) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
