#!/usr/bin/env python3
"""核对销号举证包：python3 verify.py [举证包.zip 或解压后的目录] [清单摘要]

只用标准库，Python 3.8 以上，不联网。全部一致时以 0 结束；有任何不一致，逐条说明并以 1 结束。
Checks a proof bundle offline: every file against the manifest, the hash chain of the events, evidence against events.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sys
import zipfile
from typing import IO, Any

CHUNK = 1 << 20
SM3_BY_HAND = 256 * 1024  # 没有系统 SM3 时，更大的文件不用 Python 逐字节算
GENESIS = "0" * 64
OWN = ("manifest.json", "manifest.sha256")


def acted_on(event: dict[str, Any]) -> Any:
    """期限提醒说的是期限所属的事项。"""
    return event["payload"]["object_id"] if event["aggregate_type"] == "deadline" else event["aggregate_id"]


class Broken(Exception):
    """包本身打不开。"""


class Folder:
    def __init__(self, root: str) -> None:
        self.root = root

    def names(self) -> list[str]:
        found = []
        for here, _, files in os.walk(self.root):
            for name in files:
                path = os.path.relpath(os.path.join(here, name), self.root).replace(os.sep, "/")
                if "__pycache__" not in path:
                    found.append(path)
        return found

    def open(self, name: str) -> IO[bytes]:
        return open(os.path.join(self.root, *name.split("/")), "rb")


class Zip:
    def __init__(self, path: str) -> None:
        try:
            self.zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile) as error:
            raise Broken(f"举证包打不开：{error}") from error

    def names(self) -> list[str]:
        return [info.filename for info in self.zip.infolist() if not info.is_dir()]

    def open(self, name: str) -> IO[bytes]:
        return self.zip.open(name)


class Check:
    def __init__(self, source: Folder | Zip, expected: str) -> None:
        self.source = source
        self.expected = expected
        self.faults: list[str] = []
        self.notes: list[str] = []

    def fault(self, text: str, *values: object) -> None:
        self.faults.append(text % values)

    def run(self) -> None:
        names = self.source.names()
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.fault("文件 %s 在包里出现了不止一次", name)
        for name in names:
            if name.startswith(("/", "\\")) or ".." in name.split("/") or "\\" in name:
                self.fault("文件名 %s 不安全", name)
        for name in OWN:
            if name not in names:
                self.fault("缺少 %s", name)
        if self.faults:
            return
        manifest = self.manifest()
        if manifest is None:
            return
        self.files(manifest, set(names))
        if self.faults:
            return
        events = self.events(manifest)
        if self.faults:
            return
        self.evidence(manifest, events)
        self.same_acts(events)
        self.documents(events)
        self.item(manifest, events)

    # 清单和文件

    def read(self, name: str) -> bytes | None:
        try:
            with self.source.open(name) as file:
                return file.read()
        except Exception as error:  # noqa: BLE001 - 压缩数据损坏时，各版本 Python 的异常不同
            self.fault("文件 %s 已损坏，读不出来：%s", name, error)
        return None

    def parse(self, name: str) -> Any:
        raw = self.read(name)
        if raw is None:
            return None
        try:
            return json.loads(raw.decode("utf-8"))
        except ValueError as error:
            self.fault("文件 %s 不是有效的 JSON：%s", name, error)
            return None

    def manifest(self) -> dict[str, Any] | None:
        raw, said = self.read("manifest.json"), self.read("manifest.sha256")
        if raw is None or said is None:
            return None
        digest = hashlib.sha256(raw).hexdigest()
        if said != f"{digest}  manifest.json\n".encode():
            self.fault("清单 manifest.json 的摘要与 manifest.sha256 不一致，清单被改动过")
        if self.expected and self.expected.lower() != digest:
            self.fault("清单摘要 %s 与公布的 %s 不一致，整个包可能被替换", digest, self.expected)
        manifest = self.parse("manifest.json")
        if not isinstance(manifest, dict) or manifest.get("format") != "tianwei-proof-bundle":
            self.fault("manifest.json 不是举证包的清单")
        elif manifest.get("version") != 1:
            self.fault("不认识第 %s 版的举证包，请用新的 verify.py", manifest.get("version"))
        elif not self.faults:
            self.notes.append(f"清单摘要 {digest}")
            return manifest
        return None

    def files(self, manifest: dict[str, Any], names: set[str]) -> None:
        listed: dict[str, Any] = {}
        for entry in manifest["files"]:
            if entry["path"] in listed:
                self.fault("清单里 %s 重复", entry["path"])
            listed[entry["path"]] = entry
        for name in sorted(names - set(listed) - set(OWN)):
            self.fault("多出清单里没有的文件 %s", name)
        for name in sorted(set(listed) - names):
            self.fault("缺少清单里的文件 %s", name)
        skipped = 0
        for name in sorted(set(listed) & names):
            skipped += self.file(name, listed[name])
        if skipped:
            self.notes.append(f"本机没有 SM3，{skipped} 个较大的文件只核对了 SHA-256")

    def file(self, name: str, entry: dict[str, Any]) -> int:
        """1 when its SM3 was passed over."""
        sha256, size = hashlib.sha256(), 0
        sm3 = new_sm3(entry["size"])
        try:
            with self.source.open(name) as file:
                while True:
                    chunk = file.read(CHUNK)
                    if not chunk:
                        break
                    size += len(chunk)
                    sha256.update(chunk)
                    if sm3 is not None:
                        sm3.update(chunk)
        except Exception as error:  # noqa: BLE001 - 同上
            self.fault("文件 %s 已损坏，读不出来：%s", name, error)
            return 0
        if size != entry["size"]:
            self.fault("文件 %s 的大小是 %d 字节，清单里是 %d 字节", name, size, entry["size"])
        if sha256.hexdigest() != entry["sha256"]:
            self.fault("文件 %s 的内容被改动过（SHA-256 不一致）", name)
        elif sm3 is not None and sm3.hexdigest() != entry["sm3"]:
            self.fault("文件 %s 的 SM3 与清单不一致", name)
        return 0 if sm3 is not None else 1

    # 事件日志

    def events(self, manifest: dict[str, Any]) -> list[dict[str, Any]]:
        raw = self.read("events.jsonl")
        if raw is None:
            return []
        events = []
        for number, line in enumerate(raw.decode("utf-8", "replace").splitlines(), 1):
            try:
                events.append(json.loads(line))
            except ValueError:
                self.fault("events.jsonl 第 %d 行不是有效的 JSON", number)
        if self.faults:
            return []
        for event in events:
            self.event(event)
        self.order(manifest, events)
        return events

    def event(self, event: dict[str, Any]) -> None:
        where = f"日志第 {event['position']} 条（{event['type']}）"
        if json.loads(event["canonical"]) != event["payload"]:
            self.fault("%s的内容与其规范文本不一致", where)
        made = chain_hash(event)
        if made is None:
            self.notes.append(f"本机没有 SM3，{where}的摘要没有核对")
        elif made != event["hash"]:
            self.fault("%s被改动过：摘要不一致", where)

    def order(self, manifest: dict[str, Any], events: list[dict[str, Any]]) -> None:
        head = manifest["log"]
        places: dict[Any, int] = {}
        last: dict[Any, int] = {}
        before: dict[str, Any] | None = None
        for event in events:
            position = event["position"]
            if before is not None and position <= before["position"]:
                self.fault("日志第 %s 条的次序不对", position)
            if before is not None and position == before["position"] + 1 and event["prev_hash"] != before["hash"]:
                self.fault("日志第 %s 条与前一条接不上", position)
            if position == 1 and event["prev_hash"] != GENESIS:
                self.fault("日志第 1 条之前不应有别的事件")
            if position > head["position"] or (position == head["position"] and event["hash"] != head["hash"]):
                self.fault("日志第 %s 条与清单里的日志末尾对不上", position)
            key = (event["aggregate_type"], event["aggregate_id"])
            if event["aggregate_seq"] != last.get(key, 0) + 1:
                self.fault("%s %s 缺第 %d 条事件", key[0], key[1], last.get(key, 0) + 1)
            if event["previous"] != places.get(key):
                self.fault("日志第 %s 条所说的前一条事件对不上", position)
            last[key], places[key], before = event["aggregate_seq"], position, event

    # 各部分是否一致

    def evidence(self, manifest: dict[str, Any], events: list[dict[str, Any]]) -> None:
        digests = {entry["path"]: entry["sha256"] for entry in manifest["files"]}
        pieces = self.parse("evidence.json") or []
        added = {}
        for event in events:
            if event["type"] == "tianwei.cases.evidence-added.v1":
                added[event["payload"]["evidence_id"]] = event["payload"]
            elif event["type"] == "tianwei.cases.evidence-quarantined.v1":
                del added[event["payload"]["evidence_id"]]  # 带病毒的不装入
        for piece in pieces:
            told = added.pop(piece["id"], None)
            if told is None:
                self.fault("证据 %s 没有入库事件", piece["evidence_no"])
            elif told["sha256"] != piece["sha256"] or digests.get(piece["path"]) != told["sha256"]:
                self.fault("证据 %s 的原件与入库时登记的摘要不一致", piece["evidence_no"])
            elif told["sm3"] != piece["sm3"] or told["title"] != piece["title"]:
                self.fault("证据 %s 的目录与入库事件不一致", piece["evidence_no"])
        for told in added.values():
            self.fault("证据 %s 已入库，但包里没有", told["evidence_no"])
        known = {piece["path"] for piece in pieces}
        for path in sorted(digests):
            if path.startswith("evidence/") and path not in known:
                self.fault("文件 %s 不在证据目录里", path)

    def same_acts(self, events: list[dict[str, Any]]) -> None:
        """时间线、保管记录、签收情况都出自事件，一条不多，一条不少。"""
        by_id = {event["event_id"]: event for event in events}
        steps = self.parse("timeline.json") or []
        told = sorted((step["at"], step["what"], step["object_id"], step["actor_name"]) for step in steps)
        meant = sorted(
            (event["payload"]["at"], event["type"], acted_on(event), event["actor_name"])
            for event in events
            if event["aggregate_type"] not in ("evidence_custody", "evidence_copy")
        )
        if told != meant:
            self.fault("timeline.json 与事件日志不一致")
        for piece in self.parse("evidence.json") or []:
            self.custody(piece, events)
        for receipt in self.parse("receipts.json") or []:
            event = by_id.get(receipt["event_id"])
            if event is None or event["payload"]["at"] != receipt["at"] or event["actor_name"] != receipt["by"]:
                self.fault("receipts.json 里 %s 的“%s”与事件日志不一致", receipt["at"], receipt["title"])

    def custody(self, piece: dict[str, Any], events: list[dict[str, Any]]) -> None:
        entries = self.parse(f"custody/{piece['evidence_no']}.json") or []
        told = sorted((entry["event_id"], entry["what"], entry["actor"], entry["actor_name"]) for entry in entries)
        meant = sorted(
            (event["event_id"], event["type"], event["actor"], event["actor_name"])
            for event in events
            if event["payload"].get("evidence_id") == piece["id"]
        )
        if told != meant:
            self.fault("证据 %s 的保管记录与事件日志不一致", piece["evidence_no"])

    def documents(self, events: list[dict[str, Any]]) -> None:
        listed = self.parse("documents.json") or []
        told = sorted((entry["event_id"], entry["document"]["kind"], entry["document"]["title"]) for entry in listed)
        meant = sorted(
            (event["event_id"], document["kind"], document["title"])
            for event in events
            for document in event["payload"].get("documents") or ()
        )
        if told != meant:
            self.fault("documents.json 与事件日志不一致")

    def item(self, manifest: dict[str, Any], events: list[dict[str, Any]]) -> None:
        item = self.parse("item.json") or {}
        struck = [
            event["payload"]
            for event in events
            if event["type"] == "tianwei.cases.rectification-struck-off.v1"
            and event["aggregate_id"] == manifest["item_id"]
        ]
        if not struck:
            self.fault("日志里没有该事项的销号事件")
        elif item.get("id") != manifest["item_id"] or item.get("item_no") != struck[-1]["item_no"]:
            self.fault("item.json 与销号事件不是同一事项")
        elif item.get("area_m2") != struck[-1]["area_m2"] or item.get("struck_off_at") is None:
            self.fault("item.json 与销号事件的内容不一致")


def chain_hash(event: dict[str, Any]) -> str | None:
    """The hash over the length-prefixed fields, as the log makes it; None where SM3 is not to be had."""
    fields = (
        event["prev_hash"],
        event["log_id"],
        str(event["position"]),
        event["event_id"],
        event["type"],
        event["canonical"],
    )
    raw = b"".join(len(part).to_bytes(8, "big") + part for part in (field.encode("utf-8") for field in fields))
    if not event["hash"].startswith("sm3:"):
        return hashlib.sha256(raw).hexdigest()
    sm3 = new_sm3(len(raw))
    if sm3 is None:
        return None
    sm3.update(raw)
    return f"sm3:{sm3.hexdigest()}"


def new_sm3(size: int) -> Any:
    """The system's SM3; for what is not long, our own; else None."""
    try:
        return hashlib.new("sm3")
    except ValueError:
        return Sm3() if size <= SM3_BY_HAND else None


class Sm3:
    """GB/T 32905-2016, in plain Python: slow, for short texts."""

    def __init__(self) -> None:
        self.rest = b""
        self.length = 0
        self.state = [
            0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600,
            0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E,
        ]  # fmt: skip

    def update(self, data: bytes) -> None:
        self.length += len(data)
        data = self.rest + data
        whole = len(data) // 64 * 64
        for at in range(0, whole, 64):
            self.state = _compress(self.state, data[at : at + 64])
        self.rest = data[whole:]

    def hexdigest(self) -> str:
        tail = self.rest + b"\x80"
        tail += b"\0" * ((56 - len(tail)) % 64) + (self.length * 8).to_bytes(8, "big")
        state = self.state
        for at in range(0, len(tail), 64):
            state = _compress(state, tail[at : at + 64])
        return "".join(f"{word:08x}" for word in state)


def _turn(word: int, bits: int) -> int:
    bits %= 32
    return ((word << bits) | (word >> (32 - bits))) & 0xFFFFFFFF


def _compress(state: list[int], block: bytes) -> list[int]:
    words = [int.from_bytes(block[at : at + 4], "big") for at in range(0, 64, 4)]
    for j in range(16, 68):
        mixed = words[j - 16] ^ words[j - 9] ^ _turn(words[j - 3], 15)
        mixed ^= _turn(mixed, 15) ^ _turn(mixed, 23)
        words.append(mixed ^ _turn(words[j - 13], 7) ^ words[j - 6])
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        constant = 0x79CC4519 if j < 16 else 0x7A879D8A
        ss1 = _turn((_turn(a, 12) + e + _turn(constant, j)) & 0xFFFFFFFF, 7)
        ff = a ^ b ^ c if j < 16 else (a & b) | (a & c) | (b & c)
        gg = e ^ f ^ g if j < 16 else (e & f) | (~e & g)
        tt1 = (ff + d + (ss1 ^ _turn(a, 12)) + (words[j] ^ words[j + 4])) & 0xFFFFFFFF
        tt2 = (gg + h + ss1 + words[j]) & 0xFFFFFFFF
        d, c, b, a = c, _turn(b, 9), a, tt1
        h, g, f, e = g, _turn(f, 19), e, tt2 ^ _turn(tt2, 9) ^ _turn(tt2, 17)
    return [state[at] ^ new for at, new in enumerate((a, b, c, d, e, f, g, h))]


def main(arguments: list[str]) -> int:
    for stream in ("stdout", "stderr"):
        # 各地终端的编码不同，写不出的字用问号代替，不因此中断。
        raw = getattr(getattr(sys, stream), "buffer", None)
        if raw is not None:
            setattr(sys, stream, io.TextIOWrapper(raw, encoding="utf-8", errors="replace", line_buffering=True))
    place = arguments[0] if arguments else os.path.dirname(os.path.abspath(__file__))
    expected = arguments[1] if len(arguments) > 1 else ""
    try:
        check = Check(Folder(place) if os.path.isdir(place) else Zip(place), expected)
        check.run()
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
