"""What all tests share: a folder and a PostgreSQL of this run, how a run is cut, what is said at its end."""

import json
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.support.nodes import PostgresNode
from tests.support.wanting import Wanting

DID_NOT_RUN = "注意：本机缺少所需软件或字库，下列测试未运行 / ATTENTION: DID NOT RUN"
_NOT_RUN = "not run"
# No test fails because the machine is busy: speed is measured in benchmarks/.
hypothesis.settings.register_profile("tianwei", hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("tianwei")
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
    """Database names and role names are of the whole server: they begin with the package's own word.

    Every worker of pytest-xdist has a server of its own.
    """
    with PostgresNode() as node:
        yield node


# ---- without RabbitMQ, without fonts ---------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    yield from _not_run_without(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    yield from _not_run_without(item)


def _not_run_without(item: pytest.Item) -> Generator[None, None, None]:
    """Without what they need tests do not run and the end of the run names them; under CI they fail, where required."""
    try:
        yield
    except Wanting as missing:
        if os.environ.get("CI") and missing.required:
            raise
        item.user_properties.append(
            (_NOT_RUN, f"no {missing.what}")
        )  # goes with the report, from a worker's process too
        pytest.skip(str(missing))


# ---- the parts of a whole run (tests/__main__.py) --------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--part", choices=["together", "alone", "pure"], help="only the tests of this part")


def part_of(path: str) -> str:
    """By folder. alone: needs the machine to itself. pure: asks next to nothing of it. together: all others.

    path: below the folder of tests, from the root of the project.
    """
    return {"alone": "alone", "unit": "pure"}.get(path.split("/")[1], "together")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Of the other parts not even the files are read."""
    part = config.option.part
    if part is None or not collection_path.is_relative_to(config.rootpath):
        return None
    path = collection_path.relative_to(config.rootpath).as_posix()
    return True if path.count("/") and part_of(path) != part else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if (part := config.option.part) is None:
        return
    mine = [item for item in items if part_of(item.nodeid) == part]
    config.hook.pytest_deselected(items=[item for item in items if part_of(item.nodeid) != part])
    # What takes long comes first, so that two workers end at about the same time.
    items[:] = sorted(mine, key=lambda item: not item.nodeid.startswith("tests/system/"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests that share a server by file or by session go to one worker, so that it is started once."""
    from xdist.scheduler import LoadScopeScheduling

    class ByServer(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return share_of(nodeid)

    config.option.loadscopereorder = False
    return ByServer(config, log)


def share_of(nodeid: str) -> str:
    """What a worker takes at once: a file, or all tests of one running house."""
    file, _, name = nodeid.partition("::")
    if file.startswith("tests/hostile/"):
        return "the house under attack"
    if file.startswith("tests/system/drilled/"):
        return "the house of chosen days"
    if file.startswith("tests/system/"):
        for bus in ("embedded", "rabbitmq"):
            if f"[{bus}" in name or name.endswith(f"-{bus}]"):
                return f"the house on {bus}"
    return file


# ---- the end of a run ------------------------------------------------------------------------------------------------


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if (folder := config.stash.get(_FOLDER, None)) and os.path.exists(folder):
        terminalreporter.write_line(f"The files of this run are kept in {folder}")
    skipped = terminalreporter.stats.get("skipped", [])
    not_run = [
        f"{report.nodeid} ({why[_NOT_RUN]})" for report in skipped if _NOT_RUN in (why := dict(report.user_properties))
    ]
    if told := os.environ.get("TIANWEI_TESTS_TOLD"):
        _tell(Path(told), terminalreporter, not_run)
    elif not_run:
        terminalreporter.section(DID_NOT_RUN, red=True)
        for name in not_run:
            terminalreporter.write_line(name)


def _tell(file: Path, reporter: pytest.TerminalReporter, not_run: list[str]) -> None:
    """For tests/__main__.py, which tells it at its end: how many tests had which outcome, and the names of the bad."""
    outcomes = ("passed", "failed", "error", "skipped", "xfailed", "xpassed")
    told = {outcome: [report.nodeid for report in reporter.stats.get(outcome, [])] for outcome in outcomes}
    file.write_text(json.dumps({**told, "not_run": not_run}), encoding="utf-8")
