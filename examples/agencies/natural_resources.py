"""Natural resources: an example of a case system that is told by signed webhook and answers by the API.

    python natural_resources.py access.json

Shows: checking the signature and age of a webhook, answering at once and working afterwards, a body that is only a
link, the API with client credentials, retrying under the same id. Standard library only.
"""

import json
import sys
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from common import OLDEST_S, Desk, State, is_signed, misbehave, now, say, started

MOST_BYTES = 1 << 20
LONGEST_PAUSE_S = 60


class Survey:
    """The trade: 实测面积 and land class, on the form 实地测量与地类认定."""

    def declines(self, letter):
        return None

    def form(self, letter, number, points):
        today = now().date()
        measured = letter.get("占地面积_平方米") or 0
        farmland = min(letter.get("耕地面积_平方米") or 0, measured)
        opinion = "实地为水浇地，被硬化并堆放砂石，与套合结果一致。"
        if points:
            opinion += f"补正：{'；'.join(points)}"[:200]
        return {
            "成果类型": "实地测量与地类认定",
            "测量日期": today.isoformat(),
            "报告编号": f"勘测〔{today.year}〕{letter['任务标识'][-6:]}-{number}号",
            "测绘单位": "县国土测绘队",
            "实测面积_平方米": measured,
            "耕地面积_平方米": farmland,
            "永久基本农田面积_平方米": min(letter.get("永久基本农田面积_平方米") or 0, farmland),
            "地类编码": "0102",
            "数据库版本": f"{today.year - 1}年度国土变更调查",
            "规划符合性": "不符合",
            "认定意见": opinion,
        }


class NoAnswer(Exception):
    """Nobody answered, or asked to come again: the same again later. again_s: seconds, where the house said so."""

    def __init__(self, why, again_s=None):
        super().__init__(why)
        self.again_s = again_s


class Refused(Exception):
    """The house said no, and would say no again."""


class Api:
    """The house's API with the agency's own credentials. One thread."""

    def __init__(self, access):
        self._access = access
        self._token = None
        # Not by a proxy of the environment: the house is addressed directly.
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open

    def get(self, path):
        """Raises NoAnswer, Refused."""
        return self._call("GET", path, None, {})

    def post(self, path, body, key):
        """body: bytes. key: the same for the same, however often it is sent. Raises NoAnswer, Refused."""
        return self._call("POST", path, body, {"Idempotency-Key": key})

    def _call(self, method, path, body, headers):
        for last in (False, True):
            if self._token is None:
                self._token = self._sign_in()
            try:
                return self._ask(method, path, body, {**headers, "Authorization": f"Bearer {self._token}"})
            except urllib.error.HTTPError as error:
                if error.code == 401 and not last:
                    self._token = None  # it has run out
                    continue
                raise self._refusal(error) from error

    def _sign_in(self):
        login = {
            "grant_type": "client_credentials",
            "client_id": self._access["login"],
            "client_secret": self._access["password"],
        }
        try:
            return self._ask("POST", self._access["token_path"], json.dumps(login).encode(), {})["access_token"]
        except urllib.error.HTTPError as error:
            if error.code == 401:
                # Trying again and again would lock the account.
                sys.exit("the house does not know this login and password")
            raise self._refusal(error) from error

    def _ask(self, method, path, body, headers):
        headers = {**headers, "Content-Type": "application/json", "Accept": "application/json"}
        request = urllib.request.Request(self._access["base_url"] + path, body, headers, method=method)
        try:
            with self._open(request, timeout=40) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError:
            raise
        except (OSError, ValueError) as error:
            raise NoAnswer(f"{type(error).__name__}: {error}") from error

    @staticmethod
    def _refusal(error):
        text = error.read(2000).decode("utf-8", "replace")
        if error.code in (408, 425, 429) or error.code >= 500:
            wished = error.headers.get("Retry-After", "")
            return NoAnswer(f"{error.code} {text}", float(wished) if wished.isdigit() else None)
        return Refused(f"{error.code} {text}")


class CaseSystem:
    """Receives on its own address, answers by the API; one thread works, any number receive."""

    oldest_s = OLDEST_S

    def __init__(self, access, desk):
        self._webhook = access["webhook"]
        self._api = Api(access["api"])
        self._desk = desk
        self._news = threading.Event()

    def run(self):
        """For ever."""
        address = (self._webhook["listen_host"], self._webhook["listen_port"])
        server = ThreadingHTTPServer(address, self._receiver())
        threading.Thread(target=server.serve_forever, daemon=True).start()
        say(ready=True)
        while True:
            self._news.clear()
            self.work()
            self._news.wait(0.5)

    def receive(self, headers, body):
        """The status to answer with. 2xx is said only when the event is kept: the house then sends it no more."""
        if not self.is_signed(headers, body):
            say(step="refused", why="signature or age", id=headers.get("webhook-id"))
            return 401
        try:
            event = json.loads(body)
            self._desk.take(event)
        except (ValueError, KeyError, TypeError) as error:
            say(step="failed", why=f"{type(error).__name__}: {error}")
            return 500
        self._news.set()
        return 202

    def is_signed(self, headers, body):
        return is_signed(self._webhook["secret"], headers, body, self.oldest_s)

    def work(self):
        for entry in self._desk.due():
            try:
                self._complete(entry)
                receipt = self.send(entry["answer"])
            except NoAnswer as error:
                say(step="unanswered", id=entry["answer"]["id"], why=str(error)[:300])
                self._desk.sent(entry, error.again_s or min(2 ** entry["tries"], LONGEST_PAUSE_S))
            except Refused as error:
                # Not understood at all: to say it again would not help.
                fault = {"field": "body", "reason": "refused", "text": str(error)[:500]}
                self._desk.receipt({"answer_id": entry["answer"]["id"], "status": "parked", "faults": [fault]})
            else:
                self._desk.receipt(receipt)
                self._news.set()

    def send(self, answer):
        """The receipt. Raises NoAnswer, Refused."""
        body = b'{"answer": ' + self._desk.encode(answer) + b"}"
        return self._api.post("/answers", body, answer["id"])

    def _complete(self, entry):
        """A webhook that is only a link: the letter is fetched from our own base address, wherever the link points."""
        task = self._desk.state.data["tasks"][entry["task_id"]]
        if task["letter"] is None:
            task["letter"] = self._api.get(f"/tasks/{entry['task_id']}")["form"]["任务"]

    def _receiver(self):
        system = self

        class Receiver(BaseHTTPRequestHandler):
            timeout = 10

            def do_POST(self):
                length = self.headers.get("Content-Length", "")
                if self.path != system._webhook["path"]:
                    return self._answer(404)
                if not length.isdigit() or int(length) > MOST_BYTES:
                    return self._answer(413)
                return self._answer(system.receive(self.headers, self.rfile.read(int(length))))

            def _answer(self, status):
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                """What matters is said by say()."""

        return Receiver


def main():
    access, file, fault = started()
    desk = Desk(access, Survey(), State(file, access["agency"]))
    system = CaseSystem(access, desk)
    misbehave(fault, desk, system)
    system.run()


if __name__ == "__main__":
    main()
