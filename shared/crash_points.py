"""Named moments at which a process may be killed, just before and just after each thing that must not be lost.

`reach` does nothing unless a hook is installed, and nothing in services, gateway or shared installs one: only the fault
suite does, from outside, through a `sitecustomize` of its own (tests/faults). So no build that is shipped can be told
to crash. This module imports nothing that makes a lock: a hook may be installed before eventlet patches the process.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any


class CrashPoint(StrEnum):
    """Who reaches it: U every process with units of work, S a service, N a sender, W import worker, E evidence
    worker, P press, C scheduler."""

    UNIT_BEFORE_COMMIT = "unit.before-commit"  # U; resource: the SQLAlchemy Connection
    UNIT_AFTER_COMMIT = "unit.after-commit"  # U
    SEQUENCER_BEFORE_COMMIT = "sequencer.before-commit"  # S; resource: the Connection
    SEQUENCER_AFTER_COMMIT = "sequencer.after-commit"  # S
    RELAY_BEFORE_PUBLISH = "relay.before-publish"  # S
    RELAY_BEFORE_CONFIRM = "relay.before-confirm"  # S; sent, not confirmed
    RELAY_AFTER_CONFIRM = "relay.after-confirm"  # S
    RELAY_BEFORE_MARK = "relay.before-mark"  # S; `published` is moved, not committed; resource: the Connection
    RELAY_AFTER_MARK = "relay.after-mark"  # S
    FEED_BEFORE_ACK = "feed.before-ack"  # S
    FEED_AFTER_ACK = "feed.after-ack"  # S
    FEED_AFTER_TRY = "feed.after-try"  # S; the try is counted, not made
    FEED_IN_REACTION = "feed.in-reaction"  # S; resource: the CloudEvent
    FEED_BEFORE_COMMIT = "feed.before-commit"  # S; effects and cursor are written, not committed; resource: Connection
    FEED_AFTER_COMMIT = "feed.after-commit"  # S
    RPC_BEFORE_REPLY = "rpc.before-reply"  # S
    RPC_BEFORE_ACK = "rpc.before-ack"  # S; replied, not acknowledged
    RPC_AFTER_ACK = "rpc.after-ack"  # S
    SENDER_BEFORE_CLAIM = "sender.before-claim"  # N; leased and counted, not committed; resource: the Connection
    SENDER_AFTER_CLAIM = "sender.after-claim"  # N
    SENDER_BEFORE_SEND = "sender.before-send"  # N
    SENDER_AFTER_SEND = "sender.after-send"  # N; sent, its outcome not recorded
    IMPORT_AFTER_CLAIM = "import.after-claim"  # W
    IMPORT_BEFORE_BATCH = "import.before-batch"  # W
    IMPORT_AFTER_BATCH = "import.after-batch"  # W
    EVIDENCE_AFTER_CLAIM = "evidence.after-claim"  # E
    EVIDENCE_BEFORE_TELLING = "evidence.before-telling"  # E; content read, thumbnails kept, nothing is told
    PRESS_AFTER_CLAIM = "press.after-claim"  # P
    PRESS_AFTER_PRINT = "press.after-print"  # P; printed with a number that nobody has taken
    PRESS_AFTER_KEEPING = "press.after-keeping"  # P; the files lie in the file store, nothing is told
    SWEEP_AFTER_TAKING = "sweep.after-taking"  # C; clocks are locked; resource: the Connection
    SWEEP_AFTER_MARKING = "sweep.after-marking"  # C; their rows are written, no event is yet; resource: the Connection


Hook = Callable[[CrashPoint, Any], None]

_hook: Hook | None = None


def install(hook: Hook | None) -> None:
    """Call the hook at every point from now on. For the fault suite alone."""
    global _hook
    _hook = hook


def reach(point: CrashPoint, resource: Any = None) -> None:
    """Say that this process is at the point now. resource: what is at stake there, see CrashPoint."""
    if _hook is not None:
        _hook(point, resource)
