"""What `python3 verify.py` does: one program for every kind of bundle of this house."""

from __future__ import annotations

import io
import os
import sys

from shared.bundles.verifier.document import check_document
from shared.bundles.verifier.pack import Broken, Check, Folder, Zip
from shared.bundles.verifier.proof import check_proof

CONTENTS = {"tianwei-proof-bundle": check_proof, "tianwei-document-bundle": check_document}


def checked(place: str, expected: str = "") -> Check:
    """Raises Broken."""
    check = Check(Folder(place) if os.path.isdir(place) else Zip(place), expected, CONTENTS)
    check.run()
    return check


def main(arguments: list[str]) -> int:
    for stream in ("stdout", "stderr"):
        # 各地终端的编码不同，写不出的字用问号代替，不因此中断。
        raw = getattr(getattr(sys, stream), "buffer", None)
        if raw is not None:
            setattr(sys, stream, io.TextIOWrapper(raw, encoding="utf-8", errors="replace", line_buffering=True))
    place = arguments[0] if arguments else os.path.dirname(os.path.abspath(__file__))
    expected = arguments[1] if len(arguments) > 1 else ""
    try:
        check = checked(place, expected)
    except Broken as broken:
        print(f"不通过：{broken}")
        return 1
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        print(f"不通过：包里的数据残缺或格式不对（{type(error).__name__}：{error}）")
        return 1
    for note in check.notes:
        print(f"说明：{note}")
    for fault in check.faults:
        print(f"不通过：{fault}")
    if check.faults:
        print(f"核对结果：不通过，共 {len(check.faults)} 处")
        return 1
    print("核对结果：通过，内容完整，未被改动")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
