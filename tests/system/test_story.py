"""The story of design.md 8 by the shipped commands: on RabbitMQ, and on the embedded bus while everything dies once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.nodes import RabbitNode
from tests.system.demo_run import FIGURES, run_demo

pytestmark = pytest.mark.timeout(400)

# Each process once, at a moment when it has work in hand.
KILLS = {
    "导入图斑文件": "cases.worker",
    "核实认定": "cases",
    "立案 ZW-CA": "notify",
    "任务书发往": "agencies",
    "退回": "agencies.sender",
    "办结：": "gateway",
    "已下达，期限": "notify.sender",
}


@pytest.fixture
def rabbit() -> Iterator[RabbitNode]:
    with RabbitNode() as node:
        yield node


def test_the_story_plays_on_rabbitmq(tmp_path: Path, rabbit: RabbitNode) -> None:
    run = run_demo(tmp_path / "home", bus_url=rabbit.url)
    assert run.returncode == 0
    assert run.figures == FIGURES


def test_killing_every_process_once_changes_no_figure(tmp_path: Path) -> None:
    run = run_demo(tmp_path / "home", kill_at=KILLS)
    assert run.returncode == 0
    assert sorted(run.killed) == sorted(KILLS.values())
    assert run.figures == FIGURES
