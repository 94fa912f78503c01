"""What the three Python examples share: the state file, signatures, and the desk that decides what to answer.

Nothing here knows more than the published contract (docs/integration-guide.md). Copy what you need. Standard library.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import signal
import sys
import threading
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

BEIJING = timezone(timedelta(hours=8))
# A webhook is sent and received within seconds; what is older is a replay.
OLDEST_S = 300
_MOST_SEEN = 10_000


def started():
    """access.json and the fault asked for, from `PROGRAM access.json [--fault NAME]`. SIGTERM ends the program."""
    words = sys.argv[1:]
    if len(words) not in (1, 3) or (len(words) == 3 and words[1] != "--fault"):
        sys.exit(f"usage: {sys.argv[0]} access.json [--fault NAME]")
    # At once: what is kept is kept whole, and what was not acknowledged comes again.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    file = Path(words[0])
    return json.loads(file.read_text(encoding="utf-8")), file, words[2] if len(words) == 3 else None


def misbehave(fault, desk, program):
    """For tests of the conformance kit only: make one fault on purpose. Leave it out of your own program."""
    if fault is not None:
        import faults

        faults.apply(fault, desk, program)


def say(**facts):
    """One JSON line a step."""
    print(json.dumps({"at": now().isoformat(timespec="seconds"), **facts}, ensure_ascii=False), flush=True)


def now():
    return datetime.now(BEIJING)


class State:
    """A JSON file beside access.json, replaced as a whole: after a power cut it is the old one or the new one."""

    def __init__(self, access_file, agency):
        self._file = access_file.with_name(f"{agency}.state.json")
        self.data = {"seen": [], "tasks": {}, "outbox": []}
        if self._file.exists():
            self.data.update(json.loads(self._file.read_text(encoding="utf-8")))

    def save(self):
        del self.data["seen"][:-_MOST_SEEN]
        # It holds what letters say of people: for nobody else's eyes.
        write_whole(self._file, json.dumps(self.data, ensure_ascii=False).encode(), 0o600)


def write_whole(file, content, mode=0o644):
    """Under another name first, so that nobody reads half of it."""
    part = file.with_name(f".{file.name}.part")
    with open(part, "wb", opener=lambda path, flags: os.open(path, flags, mode)) as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)


def signature(secret, id_, timestamp, body):
    """Standard Webhooks: HMAC-SHA256 over `id.timestamp.body` with the key that follows `whsec_`."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join((id_.encode(), timestamp.encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def is_signed(secret, headers, body, oldest_s=OLDEST_S):
    """Whether the house signed this, and not too long ago. While its key is rotated there are two signatures."""
    id_, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit()) or len(timestamp) > 12:
        return False
    if not -OLDEST_S <= time.time() - int(timestamp) <= oldest_s:
        return False
    try:
        expected = signature(secret, id_, timestamp, body).encode()
    except (binascii.Error, ValueError):
        return False
    return any(hmac.compare_digest(expected, one.encode()) for one in headers.get("webhook-signature", "").split())


class Desk:
    """What the agency does with its tasks, by whatever protocol they come.

    trade: `declines(letter)` gives a reason or None, `form(letter, number, points)` the report on the agency's form.
    A step is answered, and the next one taken when the house's receipt says that it had its effect.
    """

    def __init__(self, access, trade, state):
        self.agency = access["agency"]
        self.trade = trade
        self.state = state
        self.lock = threading.RLock()

    def take(self, event):
        """A letter, a message about a task, or a receipt; what has been seen before has no second effect."""
        with self.lock:
            if event["id"] in self.state.data["seen"]:
                self.repeated(event)
                return
            self.handle(event)
            self.state.data["seen"].append(event["id"])
            self.state.save()

    def repeated(self, event):
        say(step="repeated", id=event["id"])

    def handle(self, event):
        """By its type; one that is not known yet is passed over, as are fields that are not known."""
        kind, task_id, data = event["type"], event.get("subject"), event.get("data") or {}
        if kind == "tianwei.task.issued.v1":
            self.offered(task_id, data.get("letter"))
        elif kind == "tianwei.task.returned.v1":
            self.returned(task_id, data.get("points", []))
        elif kind in ("tianwei.task.withdrawn.v1", "tianwei.task.expired.v1", "tianwei.task.done.v1"):
            self.ended(task_id, kind.split(".")[2])
        elif kind == "tianwei.answer.receipt.v1":
            self.receipt(data)
        else:
            say(step="passed over", type=kind)

    def offered(self, task_id, letter):
        """letter: None where the body was only a link. A letter that its withdrawal has overtaken is not begun."""
        if task_id not in self.state.data["tasks"]:
            self.state.data["tasks"][task_id] = {"letter": letter, "over": None, "reports": 0, "points": []}
            self.answer(task_id, "sign", {"signed_by": "值班员"})

    def returned(self, task_id, points):
        """退回补正: the report again, corrected."""
        task = self.state.data["tasks"].get(task_id)
        if task is not None and task["over"] is None:
            task["points"] = points
            self.report(task_id, task)

    def ended(self, task_id, how):
        """Nobody acts on it any more; what was about to be said of it is not said."""
        task = self.state.data["tasks"].setdefault(task_id, {"letter": None, "reports": 0, "points": []})
        task["over"] = how
        outbox = self.state.data["outbox"]
        outbox[:] = [entry for entry in outbox if entry["answer"].get("subject") != task_id]
        say(step=how, task=task_id)

    def receipt(self, data):
        """What became of an answer: taken, repeated (it was taken before), or parked with what is wrong in it."""
        with self.lock:
            self._receipt(data)

    def _receipt(self, data):
        outbox = self.state.data["outbox"]
        entry = next((one for one in outbox if one["answer"]["id"] == data["answer_id"]), None)
        if entry is None:
            return
        outbox.remove(entry)
        task_id = entry["task_id"]
        task = self.state.data["tasks"][task_id]
        if data["status"] == "parked":
            task["trouble"] = data.get("faults")  # a person looks at it: the same again would be parked again
            self.state.save()
            say(step="parked", verb=entry["verb"], task=task_id, faults=data.get("faults"))
            return
        if task["over"] is None:
            self.next_step(task_id, task, entry["verb"])
        self.state.save()
        say(step=entry["verb"], task=task_id)

    def next_step(self, task_id, task, done):
        if done == "sign":
            why = self.trade.declines(task["letter"])
            if why:
                self.answer(task_id, "decline", {"return_reason": "material_incomplete", "reason": why})
            else:
                self.answer(task_id, "accept", {"contact_person": "承办人", "contact_phone": "0955-5020000"})
        elif done == "accept":
            self.answer(task_id, "start", {})
        elif done == "start":
            self.report(task_id, task)

    def report(self, task_id, task):
        task["reports"] += 1
        self.answer(task_id, "report", {"form": self.form(task)}, task["reports"])

    def form(self, task):
        return self.trade.form(task["letter"], task["reports"], task["points"])

    def answer(self, task_id, verb, data, number=1):
        """Owed from now on. Its id follows from the task and the step: said twice it is still one answer."""
        answer = self.compose(task_id, verb, data, number)
        entry = {"task_id": task_id, "verb": verb, "answer": answer, "tries": 0, "not_before": 0}
        self.state.data["outbox"].append(entry)

    def compose(self, task_id, verb, data, number):
        return {
            "specversion": "1.0",
            "id": f"{task_id}.{verb}.{number}",
            "source": f"/agencies/{self.agency}",
            "type": f"tianwei.answer.{verb}.v1",
            "subject": task_id,
            "datacontenttype": "application/json",
            "data": data,
        }

    def due(self):
        """Answers to send now."""
        with self.lock:
            ready = [entry for entry in self.state.data["outbox"] if entry["not_before"] <= time.time()]
            return [entry for entry in ready if not entry["tries"] or self.again(entry)]

    def again(self, entry):
        """No receipt has come: the same answer, under the same id."""
        say(step="again", id=entry["answer"]["id"], tries=entry["tries"])
        return True

    def sent(self, entry, again_s):
        """Sent, or tried; without a receipt once more after so many seconds."""
        with self.lock:
            entry["tries"] += 1
            entry["not_before"] = time.time() + again_s
            self.state.save()

    def encode(self, answer):
        return json.dumps(answer, ensure_ascii=False).encode()
