"""The AsyncAPI document holds messages to what it says: a good one passes, each kind of bad one is named."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.catalogue import EVENTS
from shared.delivery.envelopes import envelope
from tests.contract.test_golden_events import _file
from tests.support.published_events import faults_of


def _message(type_: str = "tianwei.cases.case-filed.v1") -> dict[str, Any]:
    event = next(event for event in EVENTS if event.type == type_)
    row = {
        "event_id": uuid4(),
        "type": type_,
        "aggregate_id": uuid4(),
        "aggregate_type": "case",
        "aggregate_seq": 1,
        "audience": "640521101201",
        "actor": str(uuid4()),
        "actor_name": "马建国",
        "correlation_id": "story-1",
        "causation_id": None,
        "occurred_at": datetime.now(UTC),
        "payload": json.loads(_file(event).read_text(encoding="utf-8")),
        "position": 1,
        "previous": None,
        "prev_hash": "0" * 64,
        "hash": "1" * 64,
        "log_id": uuid4(),
    }
    return envelope(event.source, row["log_id"], row)


def test_every_published_event_is_a_message_of_the_document() -> None:
    assert faults_of(_message(event.type) for event in EVENTS) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"type": "tianwei.cases.case-forgotten.v1"}, "not told of"),
        ({"source": "/notify"}, "$.source"),
        ({"position": 0}, "$.position"),
        ({"subject": "nobody"}, "$.subject"),
        ({"time": 5}, "$.time"),
        ({"secret": 1}, "Additional properties"),
        ({"data": {"at": "2026-11-02T09:30:00+08:00"}}, "$.data"),
    ],
)
def test_another_message_is_named(change: dict[str, Any], said: str) -> None:
    assert any(said in fault for fault in faults_of([{**_message(), **change}]))
