"""Agencies' and recipients' endpoints that are down, hang, drip, redirect, put off, refuse for good, or never end."""

import json
import time
from functools import partial
from itertools import starmap
from typing import Any

import psutil

from tests.faults.fault import Fault, Heal
from tests.faults.stack import RECEIVERS, NotSeen, Stack, wait_for

GROUP = "endpoints"
_OWNERS = {"natural_resources": "agencies", "640521:party_committee": "notify"}
# One party's endpoint does the one while the other's does the other; each row is one endpoint's.
_PAIRS = (
    ("down", "redirect"),
    ("redirect", "down"),
    ("hang", "drip"),
    ("drip", "hang"),
    ("flood", "busy"),
    ("busy", "gone"),
    ("gone", "flood"),
)
_WORDS = {
    "down": "down",
    "redirect": "redirects elsewhere",
    "hang": "hangs",
    "drip": "drips",
    "flood": "answers a gigabyte",
    "busy": "puts off (429)",
    "gone": "is gone (410), configured again",
}
# What the sender then keeps of its last try; nothing for an answer that began well.
_ERRORS = {
    "down": "%Connect%",
    "redirect": "HTTP 307",
    "hang": "no answer within%",
    "drip": "no answer within%",
    "busy": "HTTP 429",
    "gone": "HTTP 410",
}
_TRIED = "SELECT count(*) FROM delivery WHERE party = %s AND last_error LIKE %s AND tries > 0"
_MOST_SENDER_BYTES = 400 * 1024 * 1024


def _row(party: str, mode: str) -> str:
    return f"endpoint of {party.partition(':')[2] or party} {_WORDS[mode]}"


def _misbehave(modes: dict[str, str], stack: Stack) -> Heal:
    """Seen: the requests came, and the senders have written down what they got."""
    began = {
        party: stack.number(_OWNERS[party], _TRIED, party, _ERRORS.get(mode, "-")) for party, mode in modes.items()
    }
    for party, mode in modes.items():
        stack.set_mode(party, mode)
    # A notice is filed, printed and sent before the endpoint meets it, and a try that hangs is given 15 s.
    give_up_at = time.monotonic() + 90
    missed = dict(modes)
    while missed and time.monotonic() < give_up_at:
        for party, mode in list(missed.items()):
            if _has_met(stack, party, mode, began[party]):
                del missed[party]
        time.sleep(0.1)
    heal = partial(_heal, modes, stack)
    if missed:
        raise NotSeen(*starmap(_row, missed.items()), heal=heal)
    return heal


def _has_met(stack: Stack, party: str, mode: str, before: int) -> bool:
    if mode == "flood":
        return _flooded(stack, party)
    return stack.number(_OWNERS[party], _TRIED, party, _ERRORS[mode]) > before


def _flooded(stack: Stack, party: str) -> bool:
    """Some such answers were met, and the sender has not kept them."""
    if sum(line.get("mode") == "flood" for line in _lines(stack, party)) < 3:
        return False
    sender = psutil.Process(stack.pid(f"{_OWNERS[party]}.sender"))
    if sender.memory_info().rss > _MOST_SENDER_BYTES:
        raise NotSeen(f"{sender.memory_info().rss} bytes in the sender of {_OWNERS[party]}")
    return True


def _lines(stack: Stack, party: str) -> list[dict[str, Any]]:
    text = (stack.received / f"{party.replace(':', '_')}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line.endswith("}")]


def _heal(modes: dict[str, str], stack: Stack) -> None:
    """All is well again; who had said that it wants no more is asked for its address anew, by a person."""
    for party, mode in modes.items():
        stack.set_mode(party, "ok")
        if mode == "gone":
            stack.tell_load(f"endpoint {RECEIVERS[party]}")
    for party in modes:
        taken = _taken(stack, party)
        wait_for(partial(_has_taken_more, stack, party, taken), 40, f"{party} takes again")


def _taken(stack: Stack, party: str) -> int:
    return sum(line["status"] == 202 for line in _lines(stack, party))


def _has_taken_more(stack: Stack, party: str, before: int) -> bool:
    return _taken(stack, party) > before


def faults() -> list[Fault]:
    made = []
    for pair in _PAIRS:
        modes = dict(zip(RECEIVERS, pair, strict=True))
        rows = tuple(starmap(_row, modes.items()))
        misbehave = partial(_misbehave, modes)
        made.append(Fault(" and ".join(rows), GROUP, misbehave, rows, hold_s=0.5, short="redirect" in pair))
    return made
