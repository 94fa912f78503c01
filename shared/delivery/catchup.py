"""Both ends of catch-up: a producer answers read_log, a consumer asks until it reaches the head (reliability.md 6)."""

from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from shared.contracts.envelope import LogRequest
from shared.delivery.envelopes import above, stub
from shared.delivery.log import GENESIS
from shared.delivery.reactor import stem

MOST_BYTES = 1024 * 1024

_HEAD = sa.text("SELECT log_id, position FROM log_head WHERE id = 1")
_HASH = sa.text("SELECT hash FROM log_order WHERE position = :position")


def read_log(connection: Connection, source: str, asked: LogRequest) -> dict[str, Any]:
    """A LogPage as JSON: events above `after`, at most `limit` or 1 MiB, unwanted types as stubs."""
    head = connection.execute(_HEAD).one()
    anchor = GENESIS if asked.after == 0 else connection.execute(_HASH, {"position": asked.after}).scalar_one_or_none()
    # Also other versions of what is wanted: a consumer that does not know them must not skip them unseen.
    wanted = {stem(type_) for type_ in asked.wanted}
    events: list[dict[str, Any]] = []
    room = MOST_BYTES
    if anchor is not None:
        for made in above(connection, source, head.log_id, asked.after, asked.limit):
            event = made if stem(made["type"]) in wanted else stub(made)
            room -= len(orjson.dumps(event))
            if room < 0 and events:
                break
            events.append(event)
    return {"log_id": str(head.log_id), "head": head.position, "anchor_hash": anchor, "events": events}
