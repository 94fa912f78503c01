"""Public security: an example of a system on an isolated network that takes and lays signed packages in a folder.

    python public_security.py access.json          (pip install cryptography)

Shows: verifying a package before opening it, taking packages in the order of their numbers, asking again for a number
that is missing, receipts as packages, keeping what was laid so that it can be laid again, numbers without a gap, a file
beside an answer.
"""

import base64
import hashlib
import io
import json
import time
import zipfile
from pathlib import Path
from uuid import uuid4

from common import Desk, State, misbehave, now, say, started, write_whole
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FORMAT = "tianwei-exchange/1"
HOUSE = "tianwei"
LOOK_S = 0.3
# A ferry is slow: so long we wait for a receipt, and so long before we ask again for what is missing.
RECEIPT_S = 600
ASK_AGAIN_S = 60
MOST_BYTES = 64 << 20
MOST_DATA_BYTES = 1 << 20


class Investigation:
    """The trade: the decision to file, on form 01; numbers for codes, days yyyyMMdd."""

    def declines(self, letter):
        return None

    def form(self, letter, number, points):
        today = now()
        text = f"涉嫌非法占用农用地（耕地 {letter.get('占用耕地面积_平方米') or 0} 平方米），决定立案侦查"
        if points:
            text += f"。补正：{'；'.join(points)}"[:200]
        return {
            "反馈类型": "01",
            "文书种类": "1",
            "文书编号": f"公立字〔{today.year}〕{letter['协查标识'][-6:]}-{number}号",
            "接受案件日期": f"{today:%Y%m%d}",
            "决定日期": f"{today:%Y%m%d}",
            "涉嫌罪名": "342",
            "决定内容": text,
        }


class Wrong(Exception):
    """Why a package is not taken."""


class Exchange:
    """folder/out: packages to us. folder/in: ours. sent: copies of ours, for when one is asked for again."""

    def __init__(self, access, file, desk, state):
        self.agency = access["agency"]
        self._out, self._in = (Path(access["exchange"]["folder"]) / name for name in ("out", "in"))
        self._sent = file.with_name(f"{self.agency}.sent")
        self._sent.mkdir(exist_ok=True)
        self.key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(access["exchange"]["private_key"]))
        self._house_key = access["exchange"]["house_key"]
        self._desk = desk
        self._state = state
        state.data.setdefault("last_in", 0)
        state.data.setdefault("next_out", 1)
        state.data.setdefault("sent", {})
        self._asked_at = 0.0
        self._told = set()

    def run(self):
        """For ever."""
        say(ready=True)
        while True:
            self.look()
            for entry in self._desk.due():
                self.lay(entry["answer"])
                self._desk.sent(entry, RECEIPT_S)
            time.sleep(LOOK_S)

    def look(self):
        """A package is there when its signature is: that is laid last."""
        marks = sorted(self._out.glob("*.zip.sig"), key=lambda mark: _number(mark.name))
        for mark in marks:
            file = mark.with_suffix("")
            try:
                number, event = self._verified(file.name, _read(file, MOST_BYTES), _read(mark, 1 << 16))
                if number > self._state.data["last_in"] + 1:
                    self._ask_for(range(self._state.data["last_in"] + 1, number))
                    return  # those after it wait too
                self.receive(event)
            except FileNotFoundError:
                continue  # not whole yet
            except (Wrong, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
                if (file.name, str(error)) not in self._told:  # it stays where it is: a person may look at it
                    say(step="refused", file=file.name, why=f"{type(error).__name__}: {error}")
                self._told.add((file.name, str(error)))
                continue
            if number == self._state.data["last_in"] + 1:
                self._state.data["last_in"] = number
                self._state.save()
            mark.unlink()
            file.unlink()

    def receive(self, event):
        """What repeats has no second effect, but gets its receipt again: the first one may be lost."""
        if event["type"] == "tianwei.answer.resend.v1":
            self._lay_again(event["data"]["numbers"])
            return
        self._desk.take(event)
        if not event["type"].startswith("tianwei.answer."):  # for what tells of answers nobody sends a receipt
            self.lay(self._message(f"received.{event['id']}", "received", {"received": [event["id"]]}))

    def lay(self, answer):
        """Under the next number. Kept first, then counted, then laid: a stop in between costs nothing."""
        number, package_id = self._state.data["next_out"], str(uuid4())
        name = f"{self.agency}-{HOUSE}-{number:08d}-{package_id}.zip"
        content = self._packed(number, package_id, {"data.json": self._desk.encode(answer), **_attachments(answer)})
        write_whole(self._sent / name, content)
        write_whole(self._sent / f"{name}.sig", self.seal(name, content))
        self._state.data["sent"][str(number)] = name
        self._state.data["next_out"] = number + 1
        self._state.save()
        self.put(name)

    def put(self, name):
        """The package, then its signature."""
        self._in.mkdir(parents=True, exist_ok=True)
        for file in (name, f"{name}.sig"):
            write_whole(self._in / file, (self._sent / file).read_bytes())

    def seal(self, name, content):
        value = hashlib.sha256(content).hexdigest()
        public = f"ed25519:{base64.b64encode(self.key.public_key().public_bytes_raw()).decode()}"
        made = {
            "alg": "ed25519",
            "key_id": hashlib.sha256(public.encode()).hexdigest()[:16],
            "value": base64.b64encode(self.key.sign(_signed(name, value))).decode(),
        }
        seal = {"format": FORMAT, "file": name, "digest": "sha256", "value": value, "signatures": [made]}
        return json.dumps(seal).encode()

    def check_seal(self, name, content, seal):
        """Raises Wrong for what the house has not signed; nothing is opened before."""
        value = hashlib.sha256(content).hexdigest()
        if (seal["format"], seal["file"], seal["digest"], seal["value"]) != (FORMAT, name, "sha256", value):
            raise Wrong("the signature is not of this file")
        house = Ed25519PublicKey.from_public_bytes(base64.b64decode(self._house_key.partition(":")[2]))
        for one in seal["signatures"]:  # two while the house's key is rotated
            try:
                house.verify(base64.b64decode(one["value"]), _signed(name, value))
            except InvalidSignature:
                continue
            return
        raise Wrong("not signed by the house")

    def _verified(self, name, content, seal):
        self.check_seal(name, content, json.loads(seal))
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            manifest = json.loads(_entry(archive, "manifest.json"))
            data = _entry(archive, "data.json")
        if (manifest["format"], manifest["from"], manifest["to"]) != (FORMAT, HOUSE, self.agency):
            raise Wrong("not to us")
        number = manifest["sequence"]
        if number != _number(name):
            raise Wrong("the manifest has another number than the file's name")
        listed = {file["name"]: file for file in manifest["files"]}
        if listed["data.json"]["digest"] != hashlib.sha256(data).hexdigest():
            raise Wrong("data.json is not what the manifest says")
        return number, json.loads(data)

    def _packed(self, number, package_id, files):
        listed = [
            {"name": name, "size": len(content), "digest": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        ]
        manifest = {
            "format": FORMAT,
            "package_id": package_id,
            "sequence": number,
            "from": self.agency,
            "to": HOUSE,
            "made_at": now().isoformat(timespec="seconds"),
            "message_ids": [package_id],
            "digest": "sha256",
            "count": len(listed),
            "files": listed,
        }
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in {"manifest.json": json.dumps(manifest), **files}.items():
                archive.writestr(name, content)
        return buffer.getvalue()

    def _ask_for(self, numbers):
        """Packages that have not come: asked for, and again after a while."""
        if time.monotonic() - self._asked_at < ASK_AGAIN_S and self._asked_at:
            return
        self._asked_at = time.monotonic()
        missing = list(numbers)[:100]
        say(step="missing", numbers=missing)
        self.lay(self._message(f"resend.{uuid4()}", "resend", {"numbers": missing}))

    def _lay_again(self, numbers):
        for number in numbers:
            name = self._state.data["sent"].get(str(number))
            if name is not None:
                say(step="laid again", number=number)
                self.put(name)

    def _message(self, id_, verb, data):
        """An answer that is about packages, and about no task."""
        head = {"specversion": "1.0", "id": id_, "source": f"/agencies/{self.agency}"}
        return {**head, "type": f"tianwei.answer.{verb}.v1", "data": data}


def _attachments(answer):
    """Beside a report the decision itself: here its words, of a real system the scanned page. The same every time."""
    form = answer["data"].get("form") or {}
    text = f"{form.get('文书编号', '')}\n{form.get('决定内容', '')}\n"
    return {"attachments/立案决定书.txt": text.encode()} if form else {}


def _signed(name, value):
    return f"{FORMAT}\n{name}\nsha256\n{value}\n".encode()


def _number(name):
    """Of FROM-TO-NUMBER-ID.zip; 0 of what has none."""
    parts = name.split("-")
    return int(parts[2]) if len(parts) > 3 and parts[2].isdigit() else 0


def _read(file, most):
    with file.open("rb") as source:
        content = source.read(most + 1)
    if len(content) > most:
        raise Wrong("too large")
    return content


def _entry(archive, name):
    with archive.open(name) as source:
        content = source.read(MOST_DATA_BYTES + 1)
    if len(content) > MOST_DATA_BYTES:
        raise Wrong(f"{name} is too large")
    return content


def main():
    access, file, fault = started()
    state = State(file, access["agency"])
    desk = Desk(access, Investigation(), state)
    exchange = Exchange(access, file, desk, state)
    misbehave(fault, desk, exchange)
    exchange.run()


if __name__ == "__main__":
    main()
