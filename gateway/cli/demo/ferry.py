"""Public security's end of the exchange folder, as a vendor would write it from the published format of packages."""

import base64
import hashlib
import io
import json
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gateway.cli.demo.offline import OfflineSystem

FORMAT = "tianwei-exchange/1"
HOUSE = "tianwei"
_LOOK_S = 0.3


def public_key(private: str) -> str:
    """Of base64 raw bytes, as the house wants it told."""
    raw = Ed25519PrivateKey.from_private_bytes(base64.b64decode(private)).public_key().public_bytes_raw()
    return f"ed25519:{base64.b64encode(raw).decode()}"


class Ferry:
    """folder: with `out` (to us) and `in` (from us). house_key: by which its packages are verified."""

    def __init__(self, agency: str, folder: Path, private_key: str, house_key: str) -> None:
        self._agency = agency
        self._out, self._in = folder / "out", folder / "in"
        self._key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(private_key))
        self._key_id = hashlib.sha256(public_key(private_key).encode()).hexdigest()[:16]
        self._house_key = Ed25519PublicKey.from_public_bytes(base64.b64decode(house_key.partition(":")[2]))
        self._system = OfflineSystem(agency, self.lay)
        used = [int(file.name.split("-")[2]) for file in self._in.glob(f"**/{agency}-{HOUSE}-*.zip")]
        self._next = max(used, default=0) + 1

    def run(self) -> None:
        """For ever."""
        while True:
            self.look()
            time.sleep(_LOOK_S)

    def look(self) -> None:
        """Take what is complete: its signature is laid last."""
        for mark in sorted(self._out.glob("*.zip.sig")):
            file = mark.with_suffix("")
            event = self._verified(file.name, file.read_bytes(), json.loads(mark.read_bytes()))
            mark.unlink()
            file.unlink()
            if event is None:
                continue
            if event["type"].startswith("tianwei.task."):
                self._received(event["id"])
            self._system.take(event)

    def lay(self, answer: dict[str, Any]) -> None:
        package_id = str(uuid4())
        name = f"{self._agency}-{HOUSE}-{self._next:08d}-{package_id}.zip"
        content = self._packed(package_id, json.dumps(answer, ensure_ascii=False).encode())
        self._next += 1
        value = hashlib.sha256(content).hexdigest()
        signature = base64.b64encode(self._key.sign(_signed(name, value))).decode()
        seal = {"format": FORMAT, "file": name, "digest": "sha256", "value": value}
        signatures = [{"alg": "ed25519", "key_id": self._key_id, "value": signature}]
        self._in.mkdir(parents=True, exist_ok=True)
        _write(self._in / name, content)
        _write(self._in / f"{name}.sig", json.dumps({**seal, "signatures": signatures}).encode())

    def _received(self, id_: str) -> None:
        self.lay(
            {
                "specversion": "1.0",
                "id": f"received-{id_}",
                "source": f"/agencies/{self._agency}",
                "type": "tianwei.answer.received.v1",
                "data": {"received": [id_]},
            }
        )

    def _packed(self, package_id: str, data: bytes) -> bytes:
        digest = hashlib.sha256(data).hexdigest()
        manifest = {
            "format": FORMAT,
            "package_id": package_id,
            "sequence": self._next,
            "from": self._agency,
            "to": HOUSE,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "message_ids": [package_id],
            "digest": "sha256",
            "count": 1,
            "files": [{"name": "data.json", "size": len(data), "digest": digest}],
        }
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("manifest.json", json.dumps(manifest))
            archive.writestr("data.json", data)
        return buffer.getvalue()

    def _verified(self, name: str, content: bytes, seal: dict[str, Any]) -> dict[str, Any] | None:
        """The message; None for what the house has not signed."""
        value = hashlib.sha256(content).hexdigest()
        if seal["value"] != value:
            return None
        for one in seal["signatures"]:
            try:
                self._house_key.verify(base64.b64decode(one["value"]), _signed(name, value))
            except InvalidSignature:
                continue
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                event: dict[str, Any] = json.loads(archive.read("data.json"))
                return event
        return None


def _signed(name: str, value: str) -> bytes:
    return f"{FORMAT}\n{name}\nsha256\n{value}\n".encode()


def _write(file: Path, content: bytes) -> None:
    part = file.with_name(f".{file.name}.part")
    part.write_bytes(content)
    part.replace(file)
