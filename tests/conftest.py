"""What all tests share: a folder and a PostgreSQL of this run alone, and what happens without RabbitMQ."""

import os
import shutil
import tempfile
from collections.abc import Generator, Iterator

import pytest

from tests.support.nodes import PostgresNode, RabbitMqMissing

_NOT_RUN = pytest.StashKey[list[str]]()
_FOLDER = pytest.StashKey[str]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Every run has its temporary folders in one of its own.

    pytest's usual /tmp/pytest-of-USER is closed to others each time a run starts, also under a PostgreSQL that another
    run, as root, has started in there as the system account it needs.
    """
    if config.option.basetemp is None:
        config.option.basetemp = config.stash[_FOLDER] = tempfile.mkdtemp(prefix="tianwei-tests-")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """The folder goes, unless somebody will want to see what a failed test wrote."""
    folder = session.config.stash.get(_FOLDER, None)
    if folder and exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        shutil.rmtree(folder)


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
    if (folder := config.stash.get(_FOLDER, None)) and os.path.exists(folder):
        terminalreporter.write_line(f"The files of this run are kept in {folder}")
    if not_run := config.stash.get(_NOT_RUN, []):
        terminalreporter.section("注意：没有 RabbitMQ，下列测试未运行 / ATTENTION: DID NOT RUN, NO RABBITMQ", red=True)
        for name in not_run:
            terminalreporter.write_line(name)
