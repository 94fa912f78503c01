"""What a proof bundle of a struck-off item must agree in: the chain of its events, and all else with them."""

from __future__ import annotations

import json
from typing import Any

from shared.bundles.verifier.links import FORMS, GENESIS, form_of, framed, hex_digest, link_hash
from shared.bundles.verifier.pack import Check

# Of an event, beside its content: under its hash as one text, and named one by one for whoever reads.
SHOWN = ("actor", "actor_name", "aggregate_id", "aggregate_seq", "aggregate_type", "occurred_at")


def check_proof(check: Check, manifest: dict[str, Any]) -> None:
    Proof(check).run(manifest)


def acted_on(event: dict[str, Any]) -> Any:
    """期限提醒说的是期限所属的事项。"""
    return event["payload"]["object_id"] if event["aggregate_type"] == "deadline" else event["aggregate_id"]


class Proof:
    def __init__(self, check: Check) -> None:
        self.check = check

    def run(self, manifest: dict[str, Any]) -> None:
        events = self.events(manifest)
        if self.check.faults:
            return
        self.evidence(manifest, events)
        self.same_acts(events)
        self.documents(events)
        self.item(manifest, events)

    # 事件日志

    def events(self, manifest: dict[str, Any]) -> list[dict[str, Any]]:
        raw = self.check.read("events.jsonl")
        if raw is None:
            return []
        events = []
        for number, line in enumerate(raw.decode("utf-8", "replace").splitlines(), 1):
            try:
                events.append(json.loads(line))
            except ValueError:
                self.check.fault("events.jsonl 第 %d 行不是有效的 JSON", number)
        if self.check.faults:
            return []
        for event in events:
            self.event(event)
        self.order(manifest, events)
        return events

    def event(self, event: dict[str, Any]) -> None:
        where = f"日志第 {event['position']} 条（{event['type']}）"
        if json.loads(event["canonical"]) != event["payload"]:
            self.check.fault("%s的内容与其规范文本不一致", where)
        if form_of(event["hash"]) in FORMS:
            meta = json.loads(event["meta"])
            if any(event[name] != meta[name] for name in SHOWN):
                self.check.fault("%s的行为人、时间或对象与其规范文本不一致", where)
        made = chain_hash(event)
        if made is None:
            self.check.notes.append(f"本机没有 SM3，{where}的摘要没有核对")
        elif made != event["hash"]:
            self.check.fault("%s被改动过：摘要不一致", where)

    def order(self, manifest: dict[str, Any], events: list[dict[str, Any]]) -> None:
        head = manifest["log"]
        places: dict[Any, int] = {}
        last: dict[Any, int] = {}
        before: dict[str, Any] | None = None
        for event in events:
            position = event["position"]
            if before is not None and position <= before["position"]:
                self.check.fault("日志第 %s 条的次序不对", position)
            if before is not None and position == before["position"] + 1 and event["prev_hash"] != before["hash"]:
                self.check.fault("日志第 %s 条与前一条接不上", position)
            if position == 1 and event["prev_hash"] != GENESIS:
                self.check.fault("日志第 1 条之前不应有别的事件")
            if position > head["position"] or (position == head["position"] and event["hash"] != head["hash"]):
                self.check.fault("日志第 %s 条与清单里的日志末尾对不上", position)
            key = (event["aggregate_type"], event["aggregate_id"])
            if event["aggregate_seq"] != last.get(key, 0) + 1:
                self.check.fault("%s %s 缺第 %d 条事件", key[0], key[1], last.get(key, 0) + 1)
            if event["previous"] != places.get(key):
                self.check.fault("日志第 %s 条所说的前一条事件对不上", position)
            last[key], places[key], before = event["aggregate_seq"], position, event

    # 各部分是否一致

    def evidence(self, manifest: dict[str, Any], events: list[dict[str, Any]]) -> None:
        digests = {entry["path"]: entry["sha256"] for entry in manifest["files"]}
        pieces = self.check.parse("evidence.json") or []
        added = {}
        for event in events:
            if event["type"] == "tianwei.cases.evidence-added.v1":
                added[event["payload"]["evidence_id"]] = event["payload"]
            elif event["type"] == "tianwei.cases.evidence-quarantined.v1":
                del added[event["payload"]["evidence_id"]]  # 带病毒的不装入
        for piece in pieces:
            told = added.pop(piece["id"], None)
            if told is None:
                self.check.fault("证据 %s 没有入库事件", piece["evidence_no"])
            elif told["sha256"] != piece["sha256"] or digests.get(piece["path"]) != told["sha256"]:
                self.check.fault("证据 %s 的原件与入库时登记的摘要不一致", piece["evidence_no"])
            elif told["sm3"] != piece["sm3"] or told["title"] != piece["title"]:
                self.check.fault("证据 %s 的目录与入库事件不一致", piece["evidence_no"])
        for told in added.values():
            self.check.fault("证据 %s 已入库，但包里没有", told["evidence_no"])
        known = {piece["path"] for piece in pieces}
        for path in sorted(digests):
            if path.startswith("evidence/") and path not in known:
                self.check.fault("文件 %s 不在证据目录里", path)

    def same_acts(self, events: list[dict[str, Any]]) -> None:
        """时间线、保管记录、签收情况都出自事件，一条不多，一条不少。"""
        by_id = {event["event_id"]: event for event in events}
        steps = self.check.parse("timeline.json") or []
        told = sorted((step["at"], step["what"], step["object_id"], step["actor_name"]) for step in steps)
        meant = sorted(
            (event["payload"]["at"], event["type"], acted_on(event), event["actor_name"])
            for event in events
            if event["aggregate_type"] not in ("evidence_custody", "evidence_copy")
        )
        if told != meant:
            self.check.fault("timeline.json 与事件日志不一致")
        for piece in self.check.parse("evidence.json") or []:
            self.custody(piece, events)
        for receipt in self.check.parse("receipts.json") or []:
            event = by_id.get(receipt["event_id"])
            if event is None or event["payload"]["at"] != receipt["at"] or event["actor_name"] != receipt["by"]:
                self.check.fault("receipts.json 里 %s 的“%s”与事件日志不一致", receipt["at"], receipt["title"])

    def custody(self, piece: dict[str, Any], events: list[dict[str, Any]]) -> None:
        entries = self.check.parse(f"custody/{piece['evidence_no']}.json") or []
        told = sorted((entry["event_id"], entry["what"], entry["actor"], entry["actor_name"]) for entry in entries)
        meant = sorted(
            (event["event_id"], event["type"], event["actor"], event["actor_name"])
            for event in events
            if event["payload"].get("evidence_id") == piece["id"]
        )
        if told != meant:
            self.check.fault("证据 %s 的保管记录与事件日志不一致", piece["evidence_no"])

    def documents(self, events: list[dict[str, Any]]) -> None:
        listed = self.check.parse("documents.json") or []
        told = sorted((entry["event_id"], entry["document"]["kind"], entry["document"]["title"]) for entry in listed)
        meant = sorted(
            (event["event_id"], document["kind"], document["title"])
            for event in events
            for document in event["payload"].get("documents") or ()
        )
        if told != meant:
            self.check.fault("documents.json 与事件日志不一致")

    def item(self, manifest: dict[str, Any], events: list[dict[str, Any]]) -> None:
        item = self.check.parse("item.json") or {}
        struck = [
            event["payload"]
            for event in events
            if event["type"] == "tianwei.cases.rectification-struck-off.v1"
            and event["aggregate_id"] == manifest["item_id"]
        ]
        if not struck:
            self.check.fault("日志里没有该事项的销号事件")
        elif item.get("id") != manifest["item_id"] or item.get("item_no") != struck[-1]["item_no"]:
            self.check.fault("item.json 与销号事件不是同一事项")
        elif item.get("area_m2") != struck[-1]["area_m2"] or item.get("struck_off_at") is None:
            self.check.fault("item.json 与销号事件的内容不一致")


def chain_hash(event: dict[str, Any]) -> str | None:
    """The hash of an event, in the form that its own names; None where SM3 is not to be had."""
    form = form_of(event["hash"])
    if form in FORMS:
        content = hex_digest(event["canonical"].encode("utf-8"), FORMS[form])
        return None if content is None else link_hash({**event, "id": event["event_id"]}, event["meta"], content)
    fields = (
        event["prev_hash"],
        event["log_id"],
        str(event["position"]),
        event["event_id"],
        event["type"],
        event["canonical"],
    )
    made = hex_digest(framed(fields), "sm3" if form else "sha256")
    return None if made is None else form + made
