"""No text that a stranger may send keeps a pattern busy: every compiled pattern of the source against texts made to."""

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

import gateway
import services.agencies.domain
import services.cases.domain
import services.notify.domain
import shared

LONG = 4_000  # the longest text of a contract
ROUGH = (
    *(sign * LONG for sign in "a0 -_./:1中\n{<=("),
    "a" * LONG + "!",
    "0" * LONG + "x",
    " " * LONG + "x",
    "a-" * (LONG // 2) + "!",
    "1." * (LONG // 2) + "!",
    "1,234" * (LONG // 5) + "!",
    "中 " * (LONG // 2) + "!",
    "640521" * (LONG // 6) + "x",
    "<a" * (LONG // 2),
    "{a" * (LONG // 2),
    "${a" * (LONG // 3),
    'a="' * (LONG // 3),
    "〔2026〕" * (LONG // 6) + "x",
)
MOST_S = 0.5
_PARTS = (gateway, shared, services.cases.domain, services.agencies.domain, services.notify.domain)
_NOT_ENTERED = ("__main__", ".migrations.", ".host.", ".cli.demo")


def patterns() -> Iterator[tuple[str, "re.Pattern[Any]"]]:
    """Of every module: its own compiled patterns, by `module.name`."""
    for part in _PARTS:
        for found in pkgutil.walk_packages(part.__path__, f"{part.__name__}."):
            if any(word in f"{found.name}." for word in _NOT_ENTERED):
                continue
            module = importlib.import_module(found.name)
            for name, value in vars(module).items():
                if isinstance(value, re.Pattern):
                    yield f"{found.name}.{name}", value


def test_no_pattern_is_slow_on_a_text_made_for_it() -> None:
    slow, seen = [], set()
    for name, pattern in patterns():
        if pattern in seen:
            continue
        seen.add(pattern)
        for text in ROUGH:
            given: Any = text.encode() if isinstance(pattern.pattern, bytes) else text
            for way in (pattern.search, pattern.fullmatch):
                began = time.process_time()
                way(given)
                if (took := time.process_time() - began) > MOST_S:
                    slow.append(f"{name} {way.__name__} {text[:8]!r}: {took:.2f} s")
    assert len(seen) > 40
    assert not slow


def test_the_measure_finds_a_slow_one() -> None:
    began = time.process_time()
    re.compile(r"(a+)+$").fullmatch("a" * 24 + "!")
    assert time.process_time() - began > 0.25


@pytest.mark.parametrize("text", ["a" * 100_000, "0" * 100_000, "=" * 100_000])
def test_headers_of_any_length_are_judged_at_once(text: str) -> None:
    from gateway.middleware import _PLAIN

    began = time.process_time()
    assert _PLAIN.fullmatch(text) is None
    assert time.process_time() - began < 0.05
