"""What `python3 verify_audit.py` does: an export of the audit against itself and against signed checkpoints."""

from __future__ import annotations

import io
import json
import os
import sys
from typing import IO, Any

from shared.bundles.verifier.audit import BROKEN, Audit


def audited(place: str, checkpoints: list[str], expected: str = "") -> Audit:
    """Raises OSError. checkpoints: files, or folders of files."""
    audit = Audit(expected)
    with lines_of(place) as once, lines_of(place) as again:
        audit.run(once, again, [kept for path in checkpoints for kept in read_all(path, audit)])
    return audit


def lines_of(place: str) -> IO[str]:
    """Whatever bytes there are: what is no UTF-8 is found where it stands."""
    return open(place, encoding="utf-8", errors="surrogateescape", newline="\n")


def read_all(path: str, audit: Audit) -> list[dict[str, Any]]:
    if not os.path.isdir(path):
        return read_checkpoint(path, audit)
    names = sorted(name for name in os.listdir(path) if name.endswith(".json"))
    return [kept for name in names for kept in read_checkpoint(os.path.join(path, name), audit)]


def read_checkpoint(path: str, audit: Audit) -> list[dict[str, Any]]:
    try:
        with open(path, encoding="utf-8") as file:
            return [json.load(file)]
    except BROKEN as error:
        audit.fault(f"检查点文件 {path} 读不懂（{type(error).__name__}）")
        return []


def main(arguments: list[str]) -> int:
    for stream in ("stdout", "stderr"):
        # 各地终端的编码不同，写不出的字用问号代替，不因此中断。
        raw = getattr(getattr(sys, stream), "buffer", None)
        if raw is not None:
            setattr(sys, stream, io.TextIOWrapper(raw, encoding="utf-8", errors="replace", line_buffering=True))
    expected = ""
    if "--key" in arguments:
        at = arguments.index("--key")
        expected, arguments = "".join(arguments[at + 1 : at + 2]), arguments[:at] + arguments[at + 2 :]
    if not arguments:
        print("用法：python3 verify_audit.py 导出文件.jsonl [检查点文件或目录 ...] [--key 公布的公钥编号]")
        return 2
    try:
        audit = audited(arguments[0], arguments[1:], expected)
    except OSError as error:
        print(f"不通过：读不了（{type(error).__name__}：{error}）")
        return 1
    return told(audit)


def told(audit: Audit) -> int:
    for note in audit.notes:
        print(f"说明：{note}")
    for fault in audit.faults:
        print(f"不通过：{fault}")
    if audit.faults:
        print(f"核对结果：不通过，共 {len(audit.faults)} 处")
        return 1
    if not audit.signed:
        print("核对结果：各链衔接完整，但没有检查点可比：整条链被换掉的看不出来")
        return 0
    print("核对结果：通过，各链完整，与检查点一致")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
