"""What all tests share: one private PostgreSQL, and what happens on a machine without RabbitMQ."""

import os
from collections.abc import Generator, Iterator

import pytest

from tests.support.nodes import PostgresNode, RabbitMqMissing

_NOT_RUN = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresNode]:
    """Database names and role names are of the whole server: they begin with the package's own word."""
    with PostgresNode() as node:
        yield node


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    """Without RabbitMQ its tests do not run and the end of the run names them; under CI they fail."""
    try:
        yield
    except RabbitMqMissing as missing:
        if os.environ.get("CI"):
            raise
        item.config.stash.setdefault(_NOT_RUN, []).append(item.nodeid)
        pytest.skip(str(missing))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not_run := config.stash.get(_NOT_RUN, []):
        terminalreporter.section("注意：没有 RabbitMQ，下列测试未运行 / ATTENTION: DID NOT RUN, NO RABBITMQ", red=True)
        for name in not_run:
            terminalreporter.write_line(name)
