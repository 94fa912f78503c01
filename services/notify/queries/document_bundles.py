"""An issued document as a bundle: its files, what its office signed, who received it, and how anybody checks that."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from services.notify.domain.document import Document
from services.notify.queries.documents import document_view
from services.notify.storage.documents import DocumentStore
from shared.bundles.archive import as_json
from shared.bundles.script import verify_script
from shared.clock import SHANGHAI
from shared.contracts.codes import title
from shared.contracts.document_exports import BundleFile, DocumentBundle, GetDocumentBundle
from shared.contracts.documents import DocumentSignature
from shared.errors import NotFound
from shared.principal import Actor

FORMAT = "tianwei-document-bundle"
_STORE = DocumentStore()
# In files of their own, or of no use outside.
_ELSEWHERE = {"receipts", "files", "signature", "steps", "version"}


def get_document_bundle(q: GetDocumentBundle, by: Actor, connection: Connection, now: datetime) -> DocumentBundle:
    """Raises NotFound, also while it is not issued, and for a former notice, which has no files."""
    found = _STORE.get_seen(connection, q.id, by)
    frozen = found.frozen
    if frozen is None or frozen.signature is None:
        raise NotFound
    signed = frozen.signature
    view = document_view(found).model_dump(mode="json")
    registered = {name: value for name, value in view.items() if name not in _ELSEWHERE}
    texts = {
        "document.json": as_json({**registered, **_statement(signed), **_parties(found)}),
        "receipts.json": as_json(view["receipts"]),
        "signature.json": as_json(signed.model_dump(mode="json", exclude={"statement"})),
        "statement.json": signed.statement.encode(),
        "README.md": _readme(found, frozen.issuer, signed, now).encode(),
        "verify.py": verify_script(),
    }
    called = found.number.text if found.number else found.title
    return DocumentBundle(
        file_name=f"{called}-公文包.zip",
        made_at=now,
        head={
            "format": FORMAT,
            "version": 1,
            "document_id": str(found.id),
            "made_at": now.isoformat(),
            "made_by": by.name,
        },
        texts={path: text.decode() for path, text in texts.items()},
        files=[BundleFile(path=f"document.{one.format}", sha256=one.sha256, size=one.size) for one in frozen.files],
    )


def _statement(signature: DocumentSignature) -> dict[str, Any]:
    said = json.loads(signature.statement)
    return {name: said[name] for name in ("document_id", "number", "issuer", "dated_on")}


def _parties(found: Document) -> dict[str, Any]:
    """As it was addressed when it was issued."""
    lines = {"to": "main", "copies": "copy"}
    return {name: [one.recipient for one in found.receipts if one.line == line] for name, line in lines.items()}


def _readme(found: Document, issuer: str, signature: DocumentSignature, now: datetime) -> str:
    signed = sum(receipt.signed_at is not None for receipt in found.receipts)
    return _README.format(
        number=found.number.text if found.number else "（本文种不编号）",
        title=found.title,
        issuer=issuer,
        dated_on=found.dated_on,
        state=title(found.state) if found.state else "",
        receipts=f"应签收 {len(found.receipts)}，已签收 {signed}" if found.receipts else "无收文单位",
        alg=signature.alg,
        key_id=signature.key_id,
        code=found.verify_code,
        made_at=now.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
    )


_README = """# 公文包 {number}

- 标题：{title}
- 发文机关：{issuer}
- 成文日期：{dated_on}
- 状态（生成时）：{state}；{receipts}
- 机关签名：{alg}，公钥编号 {key_id}
- 生成：{made_at}

## 内容

| 文件 | 内容 |
| --- | --- |
| document.pdf、document.docx | 印发的原件 |
| statement.json、signature.json | 机关签名的内容（文号、机关、日期、原件摘要）和签名、公钥 |
| document.json | 公文的登记：主送、抄送、拟稿、核稿、签发、更正和撤回 |
| receipts.json | 各收文单位的送达和签收（生成时） |
| manifest.json、manifest.sha256 | 全部文件的大小、SHA-256 和 SM3 |
| verify.py | 核对程序，只需 Python 3.8 以上，不联网 |

## 核对

    python3 verify.py 公文包.zip

解压后在目录里运行 `python3 verify.py` 也可以。程序核对每个文件的摘要、机关签名，以及登记、签收与签名内容是否一致，
有任何改动都会指出来并以非零状态结束。

包里的 verify.py 和公钥只能防无心之失；要防有意替换，请用自己另存的 verify.py，并把发文机关公布的公钥编号一并给它：

    python3 verify.py 公文包.zip 公钥编号

公文现在是否有效（有无撤回、更正），以扫描公文首页二维码或在系统核验页输入核验码 {code} 查得的为准。
"""
