"""Comprehensive enforcement: an example of a dispatch system that is driven by queues.

    python comprehensive_enforcement.py access.json          (pip install kombu; for redis:// also redis)

Shows: reading the agency's own queue and acknowledging only what is kept, proving answers by broker user and by
signature, declining a task with a reason, coming back after the broker was away.
"""

import hashlib
import json
import time
from datetime import timedelta
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from common import Desk, State, is_signed, misbehave, now, say, signature, started
from kombu import Connection, Consumer, Exchange, Queue
from kombu.exceptions import OperationalError

# A letter may wait in the queue while this system stands still; so long the house keeps trying as well.
OLDEST_S = 5 * 24 * 3600
RECEIPT_S = 60
PAUSE_S = 1.0


class Clearance:
    """The trade: the record of 拆除、查封、清理, with its photographs.

    needs: a word without which a letter is sent back, as this agency cannot bring its machines without knowing the way.
    """

    def __init__(self, needs=None):
        self._needs = needs

    def declines(self, letter):
        if self._needs and self._needs not in letter["处置要求"]:
            return f"任务书未附现场{self._needs}情况，无法安排机械"
        return None

    def form(self, letter, number, points):
        ended = now()
        began = ended - timedelta(minutes=1)
        if began.date() != ended.date():
            began = ended
        area = letter.get("涉及面积_平方米") or 0
        text = "拆除彩钢棚两处，清运砂石和硬化地面。" if area else "现场查封。"
        if points:
            text += f"补正：{'；'.join(points)}"[:200]
        return {
            "记录类型": "拆除查封记录",
            "现场记录编号": f"拆除〔{ended.year}〕{letter['派单号'][-6:]}-{number}号",
            "依据决定文号": f"自然资罚〔{ended.year}〕12号",
            "处置日期": f"{ended:%Y-%m-%d}",
            "开始时间": _instant(began),
            "结束时间": _instant(ended),
            "处置方式": "拆除" if area else "查封",
            "处置面积_平方米": area,
            "构筑物数量": 2 if area else 0,
            "执法人员": ["丁某", "戊某"],
            "照片": [_photograph(letter, "处置前", began), _photograph(letter, "处置后", ended)],
            "处置情况": text,
        }


def _photograph(letter, stage, at):
    """The example has no camera: the digest stands for that of the picture's file."""
    digest = hashlib.sha256(f"{letter['派单号']} {stage}".encode()).hexdigest()
    return {"阶段": stage, "拍摄时间": _instant(at), "摘要_SHA256": digest, "文件名": f"{stage}-01.jpg"}


def _instant(at):
    return f"{at:%Y-%m-%d %H:%M:%S}"


class Dispatch:
    """Reads agency.CODE.tasks, writes to the exchange agency.CODE.answers."""

    oldest_s = OLDEST_S

    def __init__(self, access, desk):
        self._url = access["queue"]["url"]
        self._secret = access["queue"]["secret"]
        self._name = f"agency.{access['agency']}"
        self._user = unquote(urlsplit(self._url).username or "")
        self._is_amqp = self._url.startswith(("amqp://", "amqps://"))
        self._desk = desk

    def run(self):
        """For ever; a broker that was away is found again."""
        said = False
        while True:
            with Connection(self._url, heartbeat=20 if self._is_amqp else 0) as connection:
                connection.transport_options = {"confirm_publish": True} if self._is_amqp else {}
                try:
                    # In one try: kombu's own patience would hold up SIGTERM.
                    connection.ensure_connection(max_retries=1)
                    if not said:
                        say(ready=True)
                    said = True
                    self._work(connection)
                except (OperationalError, *connection.connection_errors, *connection.channel_errors) as error:
                    say(step="broker away", why=f"{type(error).__name__}: {error}"[:300])
            time.sleep(PAUSE_S)

    def _work(self, connection):
        """Until the broker is away, which is raised."""
        queue = Queue(f"{self._name}.tasks", no_declare=True)
        with (
            connection.channel() as channel,
            Consumer(channel, [queue], on_message=self.receive, accept=["json"], prefetch_count=20),
            connection.Producer(auto_declare=False) as producer,
        ):
            if not self._is_amqp:  # a bus without users: nobody else has made the exchange
                Exchange(f"{self._name}.answers", type="direct", durable=True)(channel).declare()
            while True:
                for entry in self._desk.due():
                    self.send(producer, entry["answer"])
                    self._desk.sent(entry, RECEIPT_S)
                try:
                    connection.drain_events(timeout=0.3)
                except TimeoutError:
                    connection.heartbeat_check()

    def receive(self, message):
        """Acknowledged when it is kept, or when it is nothing of the house's."""
        body = message.body if isinstance(message.body, bytes) else message.body.encode()
        headers = {name.lower(): str(value) for name, value in (message.headers or {}).items()}
        if not self.is_signed(headers, body):
            say(step="refused", why="signature or age", id=headers.get("webhook-id"))
            message.reject()
            return
        try:
            self._desk.take(json.loads(body))
        except (ValueError, KeyError, TypeError) as error:
            say(step="failed", why=f"{type(error).__name__}: {error}")
            message.reject()
            return
        message.ack()

    def is_signed(self, headers, body):
        return is_signed(self._secret, headers, body, self.oldest_s)

    def send(self, producer, answer):
        body = self._desk.encode(answer)
        properties = {"message_id": str(uuid4()), "delivery_mode": 2}
        # The broker vouches for the name of its own user; under any other name we prove ourselves by signature.
        if self._user == f"agency-{self._desk.agency}":
            properties["user_id"] = self._user
        producer.publish(
            body.decode("utf-8", "replace"),
            exchange=f"{self._name}.answers",
            routing_key="answers",
            content_type="application/cloudevents+json",
            content_encoding="utf-8",
            headers=self.headers(body),
            **properties,
        )

    def headers(self, body):
        id_, timestamp = str(uuid4()), str(int(time.time()))
        return {
            "webhook-id": id_,
            "webhook-timestamp": timestamp,
            "webhook-signature": signature(self._secret, id_, timestamp, body),
        }


def main():
    access, file, fault = started()
    trade = Clearance(access.get("example", {}).get("declines_without"))
    desk = Desk(access, trade, State(file, access["agency"]))
    dispatch = Dispatch(access, desk)
    misbehave(fault, desk, dispatch)
    dispatch.run()


if __name__ == "__main__":
    main()
