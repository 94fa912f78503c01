"""Writes docs/asyncapi.json, the catalogue of events: `python -m shared.contracts.asyncapi`; always the same bytes."""

import inspect
import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.contracts.base import Event
from shared.contracts.catalogue import EVENTS, SOURCES, of_source
from shared.contracts.envelope import CloudEvent

FILE = Path(__file__).parents[2] / "docs" / "asyncapi.json"
_REF = "#/components/schemas/{model}"
_ABOUT = """Facts, each written in the transaction of the state it tells of, numbered without gaps per source.
One message on the bus carries 1 to 200 consecutive events of one source. Delivery is at least once and in any order:
consumers keep the position they applied and ask the source for what they miss (RPC read_log)."""


def document() -> dict[str, Any]:
    """AsyncAPI 3.0: a channel for each source, a message for each event, CloudEvents 1.0 in structured mode."""
    _, schemas = models_json_schema(_models(), ref_template=_REF)
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "田卫 Tianwei events", "version": "1", "description": _ABOUT},
        "defaultContentType": "application/cloudevents-batch+json",
        "channels": {source: _channel(source) for source in SOURCES},
        "operations": {
            f"receive-{source}": {"action": "receive", "channel": {"$ref": f"#/channels/{source}"}}
            for source in SOURCES
        },
        "components": {
            "schemas": schemas["$defs"],
            "messages": {event.type: _message(event) for event in EVENTS},
        },
    }


def _models() -> list[tuple[type[BaseModel], Literal["serialization"]]]:
    every: tuple[type[BaseModel], ...] = (CloudEvent, *EVENTS)
    return [(model, "serialization") for model in every]


def _channel(source: str) -> dict[str, Any]:
    return {
        "address": source,
        "description": f"exchange tianwei.events, routing key {source}",
        "messages": {event.type: {"$ref": f"#/components/messages/{event.type}"} for event in of_source(source)},
    }


def _message(event: type[Event]) -> dict[str, Any]:
    own = event.__doc__ if event.__doc__ != event.__base__.__doc__ else ""
    return {
        "name": event.type,
        "description": inspect.cleandoc(own or ""),
        "payload": {
            "allOf": [
                {"$ref": _REF.format(model="CloudEvent")},
                {
                    "type": "object",
                    "properties": {
                        "type": {"const": event.type},
                        "source": {"const": f"/{event.source}"},
                        "data": {"$ref": _REF.format(model=event.__name__)},
                    },
                },
            ]
        },
    }


def text() -> str:
    """The document as committed."""
    return json.dumps(document(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> None:
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
