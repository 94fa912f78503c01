"""verify.py, verify_audit.py: the parts of a verifier joined to one file, which needs nothing but Python."""

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "verifier"
_AUDIT_PARTS = ("digests", "signatures", "links", "audit", "audit_program")
_PARTS = ("digests", "signatures", "links", "pack", "proof", "document", "program")
_HEAD = '''#!/usr/bin/env python3
"""核对举证包、公文包：python3 verify.py [包.zip 或解压后的目录] [公布的清单摘要，或机关公钥编号]

只用标准库，Python 3.8 以上，不联网。全部一致时以 0 结束；有任何不一致，逐条说明并以 1 结束。
Checks a bundle offline: every file against the manifest; of a struck-off item the hash chain of its events, of an
official document the signature of its office.
"""

from __future__ import annotations
'''
_AUDIT_HEAD = '''#!/usr/bin/env python3
"""核对审计导出文件：python3 verify_audit.py 导出文件.jsonl [检查点文件或目录 ...] [--key 公布的公钥编号]

只用标准库，Python 3.8 以上，不联网。全部一致时以 0 结束；有任何不一致，说出每条链上第一条不对的，并以 1 结束。
Checks an export of the audit offline: every link of every chain, and the chains against signed checkpoints.
"""

from __future__ import annotations
'''
_OURS, _FUTURE = "from shared.bundles.verifier.", "from __future__ "


@cache
def verify_script() -> bytes:
    """The same bytes for the same release."""
    return "\n\n".join([_HEAD, *(_body(name) for name in _PARTS)]).encode()


@cache
def audit_script() -> bytes:
    """The same bytes for the same release."""
    return "\n\n".join([_AUDIT_HEAD, *(_body(name) for name in _AUDIT_PARTS)]).encode()


def _body(name: str) -> str:
    """A part without what joining it makes needless. Imports of other parts stand on one line each."""
    text = (_FOLDER / f"{name}.py").read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not line.startswith((_OURS, _FUTURE))]
    return "\n".join(kept).strip() + "\n"
