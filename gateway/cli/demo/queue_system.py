"""Comprehensive enforcement's dispatch system, driven by its queues, as a vendor would write it."""

import json
import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from kombu import Connection, Consumer, Exchange, Queue
from standardwebhooks import Webhook, WebhookVerificationError

from gateway.cli.demo.offline import OfflineSystem
from shared.bus.connection import BUS_ERRORS, connect, is_amqp

_PAUSE_S = 1.0


class QueueSystem:
    """url: of the bus; on RabbitMQ its own user's. secret: by which both sides sign."""

    def __init__(self, agency: str, url: str, secret: str) -> None:
        self._url = url
        self._webhook = Webhook(secret)
        self._name = f"agency.{agency}"
        self._system = OfflineSystem(agency, self._send)
        self._connection: Connection | None = None

    def run(self) -> None:
        """For ever; a bus that is away comes back."""
        while True:
            try:
                with connect(self._url) as connection:
                    self._connection = connection
                    self._hear(connection)
            except BUS_ERRORS as error:
                print(json.dumps({"queue": self._name, "error": str(error)[:200]}), flush=True)
                time.sleep(_PAUSE_S)

    def _hear(self, connection: Connection) -> None:
        queue = Queue(f"{self._name}.tasks", no_declare=True)
        with Consumer(connection.channel(), [queue], on_message=self._take, accept=["json"]):
            while True:
                try:
                    connection.drain_events(timeout=1)
                except TimeoutError:
                    connection.heartbeat_check()

    def _take(self, message: Any) -> None:
        body = message.body if isinstance(message.body, bytes) else message.body.encode()
        try:
            event = self._webhook.verify(body, {name.lower(): value for name, value in message.headers.items()})
        except WebhookVerificationError:
            message.ack()  # not the house's
            return
        self._system.take(event)
        message.ack()

    def _send(self, answer: dict[str, Any]) -> None:
        assert self._connection is not None
        body, id_, now = json.dumps(answer, ensure_ascii=False), str(uuid4()), datetime.now(UTC)
        headers = {
            "webhook-id": id_,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._webhook.sign(id_, now, body),
        }
        exchange = Exchange(f"{self._name}.answers", type="direct", durable=True)
        if not is_amqp(self._url):
            exchange(self._connection.channel()).declare()
        self._connection.Producer(auto_declare=False).publish(
            body,
            exchange=exchange.name,
            routing_key="answers",
            content_type="application/cloudevents+json",
            content_encoding="utf-8",
            headers=headers,
            delivery_mode=2,
        )
