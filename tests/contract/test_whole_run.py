"""`make test` itself: a bad part makes the whole bad, and what did not run is named at the end."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.__main__ import Outcome, exit_code, summary
from tests.conftest import DID_NOT_RUN, part_of, share_of

_INNER = """
import pytest
from tests.support.nodes import RabbitMqMissing
from tests.support.wanting import Wanting

class FontsMissing(Wanting):
    what = "fonts"

@pytest.fixture
def rabbit():
    raise RabbitMqMissing("none here")

def test_good(): pass
def test_bad(): assert False
def test_needs_it(rabbit): pass
def test_asks_for_it(): raise FontsMissing("none here")
"""


@pytest.mark.parametrize(
    ("codes", "whole"),
    [
        ((0, 0), 0),
        ((0, 5), 0),
        ((5, 0), 0),
        ((5, 5), 5),
        ((1, 0), 1),
        ((0, 1), 1),
        ((5, 1), 1),
        ((3, 1), 3),
        ((0, -9), -9),
    ],
)
def test_a_bad_part_makes_the_whole_bad(codes: tuple[int, ...], whole: int) -> None:
    assert exit_code(codes) == whole


def test_the_summary_names_the_bad_and_what_did_not_run() -> None:
    together = Outcome(1, 300.2, {"passed": ["a", "b"], "failed": ["c"], "skipped": ["d"], "not_run": ["d"]})
    alone = Outcome(0, 100.0, {"passed": ["e"]})
    assert summary([together, alone], "not run:") == [
        "FAILED c",
        "not run:",
        "d",
        "未通过: 3 passed, 1 skipped, 1 failed in 300 + 100 s",
    ]
    assert summary([alone], "not run:") == ["全部通过: 1 passed in 100 s"]
    assert summary([Outcome(3, 1.0)], "")[-1].startswith("未通过")


def test_the_house_of_a_bus_stays_in_one_process() -> None:
    assert share_of("tests/system/test_scope.py::test_a[embedded-x]") == "the house on embedded"
    assert share_of("tests/system/test_bad_input.py::test_a[x-embedded]") == "the house on embedded"
    assert share_of("tests/system/test_scope.py::test_a[rabbitmq-x]") == "the house on rabbitmq"
    assert share_of("tests/host/test_rpc.py::test_a[rabbitmq]") == "tests/host/test_rpc.py"


@pytest.mark.parametrize(
    ("path", "part"),
    [("alone/test_a.py", "alone"), ("unit/x/test_b.py", "pure"), ("unit", "pure"), ("host", "together")],
)
def test_a_part_is_a_folder(path: str, part: str) -> None:
    assert part_of(f"tests/{path}") == part


def run_inner(root: Path, folder: str, part: str, workers: str, **environment: str) -> tuple[dict[str, list[str]], int]:
    """What a run of the tests above, in that folder, told, names only, and its exit code."""
    told = root / "told.json"
    for name in ("integration", "alone", "unit"):
        inner = root / f"tests/{name}/test_{name}.py"
        inner.parent.mkdir(parents=True)
        inner.write_text(_INNER if name == folder else "def test_of_another_part(): pass", encoding="utf-8")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-n", workers, "--part", part, "-p", "tests.conftest", "tests"),
            *("-p", "no:cacheprovider", f"--rootdir={root}", f"--basetemp={root / 'temp'}"),
            *("-p", "no:pytest_nameko", "-p", "no:valkey"),
        ],
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "TIANWEI_TESTS_TOLD": str(told),
            **environment,
        },
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert DID_NOT_RUN not in done.stdout  # the whole run says it, once
    assert told.exists(), done.stdout
    found = {
        outcome: sorted(name.rpartition("::")[2] for name in names)
        for outcome, names in json.loads(told.read_text()).items()
    }
    return found, done.returncode


@pytest.mark.parametrize(
    ("part", "folder", "workers"),
    [("together", "integration", "2"), ("alone", "alone", "0"), ("pure", "unit", "0")],
)
def test_each_part_runs_its_own_tests_and_tells_of_them(tmp_path: Path, part: str, folder: str, workers: str) -> None:
    found, code = run_inner(tmp_path, folder, part, workers)
    assert found["passed"] == ["test_good"]
    assert found["failed"] == ["test_bad"]
    assert found["not_run"] == ["test_asks_for_it (no fonts)", "test_needs_it (no RabbitMQ)"]
    assert code == 1


def test_under_ci_what_cannot_run_fails(tmp_path: Path) -> None:
    found, code = run_inner(tmp_path, "integration", "together", "0", CI="true")
    assert found["failed"] == ["test_asks_for_it", "test_bad"]
    assert found["error"] == ["test_needs_it"]
    assert found["not_run"] == []
    assert code == 1
