"""The story of design.md 8 by the shipped command, on the embedded bus, while everything dies once.

Over RabbitMQ the fault run tells stories of its own, and everything dies more than once there.
"""

from pathlib import Path

import pytest

from tests.system.demo_run import FIGURES, run_demo

pytestmark = pytest.mark.timeout(400)

# Each process once, at a moment when it has work in hand.
KILLS = {
    "导入图斑文件": "cases.worker",
    "核实认定": "cases",
    "立案 ZW-CA": "notify",
    "责令停止违法行为通知书": "notify.worker",
    "任务书发往": "agencies",
    "退回": "agencies.sender",
    "办结：": "gateway",
    "已下达，期限": "notify.sender",
}


def test_killing_every_process_once_changes_no_figure(tmp_path: Path) -> None:
    run = run_demo(tmp_path / "home", kill_at=KILLS)
    assert run.returncode == 0
    assert sorted(run.killed) == sorted(KILLS.values())
    assert run.figures == FIGURES
