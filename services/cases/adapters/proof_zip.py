"""Writes a proof bundle: a ZIP that streams into the file store, manifest last; the same proof gives the same bytes."""

import io
import json
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO
from uuid import UUID

from services.cases.domain.evidence import Evidence
from services.cases.domain.evidence_errors import ContentDamaged
from services.cases.domain.proof_bundle import Made
from services.cases.queries.proof import Proof
from shared.blobs import CHUNK_BYTES, Incoming, Stored
from shared.bundles.archive import Archive, OtherContent, as_json
from shared.bundles.script import verify_script
from shared.clock import SHANGHAI
from shared.errors import NotFound
from shared.media_types import EXTENSIONS

FORMAT = "tianwei-proof-bundle"


class DamagedInBundle(ContentDamaged):
    """found: what lies in its place, None for nothing."""

    def __init__(self, piece: Evidence, found: Stored | None) -> None:
        super().__init__(piece.evidence_no)
        self.evidence_id: UUID = piece.id
        self.found = found


def write_bundle(proof: Proof, opened: Callable[[str], BinaryIO], target: Incoming) -> Made:
    """opened: a content by its digest. Raises DamagedInBundle; nothing is left of the bundle then."""
    try:
        with io.BufferedWriter(_Sink(target), CHUNK_BYTES) as buffered:
            writer = _Writer(buffered, proof)
            try:
                writer.write_all(opened)
                files, manifest_sha256 = writer.close()
            except BaseException:
                writer.drop()
                raise
        return Made(target.finish(), manifest_sha256, files)
    finally:
        target.abandon()


class _Sink(io.RawIOBase):
    """What is written goes to the store. Cannot be sought in: the ZIP has its sizes behind each member."""

    def __init__(self, target: Incoming) -> None:
        self._target = target

    def writable(self) -> bool:
        return True

    def write(self, chunk: Any) -> int:
        self._target.write(bytes(chunk))
        return len(chunk)


class _Writer:
    def __init__(self, target: BinaryIO | io.BufferedWriter, proof: Proof) -> None:
        self._archive = Archive(target, proof.made_at)
        self._proof = proof

    def write_all(self, opened: Callable[[str], BinaryIO]) -> None:
        texts = dict(self._texts())
        paths = {**dict.fromkeys(texts), **{_path(piece): piece for piece in self._proof.evidence}}
        for path, piece in sorted(paths.items()):
            if piece is None:
                self._archive.put_text(path, texts[path])
            else:
                self._put_content(path, piece, opened)

    def close(self) -> tuple[int, str]:
        """Number of files, and the manifest's digest."""
        proof = self._proof
        return self._archive.close(
            {
                "format": FORMAT,
                "version": 1,
                "bundle_id": str(proof.bundle_id),
                "item_no": proof.item_no,
                "item_id": proof.parts["item.json"]["id"],
                "made_at": proof.made_at.isoformat(),
                "made_by": proof.made_by,
                "log": proof.log,
            }
        )

    def drop(self) -> None:
        self._archive.drop()

    def _texts(self) -> Iterator[tuple[str, bytes]]:
        proof = self._proof
        for name, content in proof.parts.items():
            yield name, as_json(content)
        yield "evidence.json", as_json([_described(piece) for piece in proof.evidence])
        for evidence_no, entries in proof.custody.items():
            yield f"custody/{evidence_no}.json", as_json(entries)
        yield "events.jsonl", b"".join(_line(event) for event in proof.events)
        yield "README.md", _README.format(**_told(proof)).encode()
        yield "verify.py", verify_script()

    def _put_content(self, path: str, piece: Evidence, opened: Callable[[str], BinaryIO]) -> None:
        try:
            source = opened(piece.sha256)
        except NotFound as error:
            raise DamagedInBundle(piece, None) from error
        try:
            with source:
                self._archive.put_content(path, source, piece.sha256, piece.size_bytes)
        except OtherContent as other:
            raise DamagedInBundle(piece, other.found) from other


def _path(piece: Evidence) -> str:
    return f"evidence/{piece.evidence_no}.{EXTENSIONS.get(piece.media_type, 'bin')}"


def _described(piece: Evidence) -> dict[str, Any]:
    return {"path": _path(piece), **piece.view().model_dump(mode="json")}


def _line(event: dict[str, Any]) -> bytes:
    return (json.dumps(event, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _told(proof: Proof) -> dict[str, Any]:
    item, case = proof.parts["item.json"], proof.parts["case.json"]
    return {
        "item_no": proof.item_no,
        "title": item["title"],
        "case_no": case["case_no"],
        "place": f"{item['division_name']} {case['place']}",
        "area": item["area_m2"],
        "struck_off_at": item["struck_off_at"],
        "made_at": proof.made_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
        "made_by": proof.made_by,
        "evidence": len(proof.evidence),
        "events": len(proof.events),
        "position": proof.log["position"],
        "hash": proof.log["hash"],
        "log_id": proof.log["log_id"],
    }


_README = """# 销号举证包 {item_no}

- 事项：{title}
- 案号：{case_no}
- 位置：{place}
- 面积：{area} 平方米
- 销号时间：{struck_off_at}
- 生成：{made_at}（{made_by}）
- 证据 {evidence} 件，事件 {events} 条；生成时日志 {log_id} 到第 {position} 条，摘要 {hash}

## 内容

| 文件 | 内容 |
| --- | --- |
| item.json、case.json、clue.json | 整改事项、案件、线索在生成时的记录 |
| documents.json | 各步骤所依据的文书 |
| timeline.json | 办理全过程 |
| receipts.json | 签收、反馈和送达情况 |
| evidence.json、evidence/ | 证据目录和原件 |
| custody/ | 每件证据的保管记录：谁、何时、为何查看、下载、复制、核对 |
| events.jsonl | 事件日志摘录，含散列链 |
| manifest.json、manifest.sha256 | 全部文件的大小、SHA-256 和 SM3 |
| verify.py | 核对程序，只需 Python 3.8 以上，不联网 |

## 核对

    python3 verify.py 举证包.zip

解压后在目录里运行 `python3 verify.py` 也可以。程序逐个核对文件摘要、事件散列链、证据与事件是否一致，有任何改动都会
指出来并以非零状态结束。

包里的 verify.py 只能防无心之失；要防有意替换，请用自己另存的 verify.py，并把下发单位公布的清单摘要一并给它：

    python3 verify.py 举证包.zip 清单摘要

清单摘要是 manifest.json 的 SHA-256，县里在销号单或系统中公布；events.jsonl 里每条事件的摘要，可以与县里日志同一位置的
摘要比对。
"""
