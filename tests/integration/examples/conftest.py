"""Every vendor by its protocol's short name."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.examples.vendors import Exchange, Mailbox, Make, Queue, Vendor, Webhook
from tests.support.nodes import ValkeyNode


@pytest.fixture(scope="session")
def bus() -> Iterator[str]:
    with ValkeyNode() as node:
        yield node.url


@pytest.fixture
def make(tmp_path: Path, bus: str) -> Iterator[Make]:
    with contextlib.ExitStack() as stack:

        def vendor(name: str) -> Vendor:
            folder = tmp_path / name
            kinds: dict[str, Callable[[], Vendor]] = {
                "webhook": lambda: Webhook(folder),
                "mailbox": lambda: Mailbox(folder),
                "exchange": lambda: Exchange(folder),
                "queue": lambda: Queue(folder, bus),
            }
            made = kinds[name]()
            stack.callback(made.close)
            return made

        yield vendor
