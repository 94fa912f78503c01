"""The tools of those who run the house, where there is no house."""

import sys
from pathlib import Path

import pytest

from gateway.cli.__main__ import main


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["rebuild", "notify", "case_brief"], 3, "没有在运行"),
        (["log", "renew", "cases", "--reason", "恢复", "--yes"], 3, "services.cases.storage.renew_log"),
        (["log", "renew", "cases"], 2, "缺少选项 --reason"),
        (["rebuild", "county", "case"], 2, "参数 service 的值不对"),
    ],
)
def test_what_cannot_be_run_is_told_in_chinese(
    words: list[str],
    status: int,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TIANWEI_HOME", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["tianwei", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == status
    assert told in capsys.readouterr().err
