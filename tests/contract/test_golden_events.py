"""Every version of every event that was ever published, as golden JSON: whoever keeps one may read it for ever.

To add an event: run with TIANWEI_WRITE_GOLDEN=1 and look at what was written. A file that is there never changes and is
never taken away; what would break it is a new version beside it. Those of a task's hand-over, told by its own domain,
are in test_task_events.py as well.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from gateway.examples import example
from shared.contracts.base import Event
from shared.contracts.catalogue import EVENTS

_GOLDEN = Path(__file__).with_name("golden") / "events"


def _file(event: type[Event]) -> Path:
    return _GOLDEN / f"{event.type.removeprefix('tianwei.')}.json"


def _example(event: type[Event]) -> Any:
    schema = event.model_json_schema(mode="serialization")
    return json.loads(event.model_validate(example(schema, schema.get("$defs", {}), whole=True)).model_dump_json())


def test_no_published_event_is_taken_away() -> None:
    assert {file.name for file in _GOLDEN.glob("*.json")} - {_file(event).name for event in EVENTS} == set()


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type.removeprefix("tianwei."))
def test_an_event_is_read_as_it_was_published(event: type[Event]) -> None:
    file = _file(event)
    if os.environ.get("TIANWEI_WRITE_GOLDEN") and not file.exists():
        file.parent.mkdir(exist_ok=True)
        text = json.dumps(_example(event), ensure_ascii=False, indent=1, sort_keys=True)
        file.write_text(text + "\n", encoding="utf-8")
    golden = json.loads(file.read_text(encoding="utf-8"))
    told = json.loads(event.model_validate(golden).model_dump_json())
    # A field that came later has a value of its own; what was published is all there, as it was.
    assert {name: told[name] for name in golden} == golden
    assert all(not info.is_required() for name, info in event.model_fields.items() if name not in golden)
