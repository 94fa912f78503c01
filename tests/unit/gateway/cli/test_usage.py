"""A command line that cannot be understood is answered in Chinese, with status 2."""

import sys

import pytest

from gateway.cli.__main__ import main


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["statsu"], "没有命令 statsu"),
        (["status", "--jsn"], "没有选项 --jsn"),
        (["status", "now"], "多余的参数：now"),
        (["up", "--port", "eighty"], "选项 --port 的值不对"),
        (["up", "--port"], "选项 --port 的用法不对"),
        (["import"], "缺少参数"),
    ],
)
def test_usage_errors_are_chinese(
    words: list[str], told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["tianwei", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert f"失败：{told}" in said
    assert "--help" in said
