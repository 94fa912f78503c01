"""What the chains of an audit must agree in: every link with the one before it, and all with what was signed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from shared.bundles.verifier.links import FORMS, GENESIS, canonical_of, form_of, link_hash
from shared.bundles.verifier.signatures import key_id, verifies

EXPORT = "tianwei-audit-export"
CHECKPOINT = "tianwei-audit-checkpoint"
NAMES = {"changes": "变更链", "access": "访问链"}
KEPT = {"number", "made_at", "statement", "public_key", "key_id", "alg", "signature"}
LINK = {"position", "log_id", "id", "type", "prev_hash", "hash", "meta", "content"}
BROKEN = (KeyError, TypeError, ValueError, AttributeError, RecursionError)


class Trail:
    """One chain, link by link. bad: position of the first link that is not what it was, and why."""

    def __init__(self, service: str, chain: str) -> None:
        self.name = f"{service} 的{NAMES.get(chain, chain)}"
        self.bad: tuple[int, str] | None = None
        self.start = 1
        self.first = 0
        self.last = 0
        self.hash = GENESIS
        self.prev = GENESIS
        self.head = 0
        self.former = 0
        self.unmade = 0
        self.marks: dict[int, str] = {}

    def fault(self, position: int, why: str) -> None:
        if self.bad is None:
            self.bad = (position, why)

    def take(self, line: str, kept: frozenset[int]) -> None:
        """kept: positions whose hash will be asked for. What follows the first bad link proves nothing any more."""
        if self.bad is not None:
            return
        expected = self.last + 1
        try:
            link = read(line)
            if not self.first:
                expected = self.start
                self.begin(link)
            why = self.why_not(link, expected)
        except BROKEN as error:
            why = f"读不懂（{type(error).__name__}）"
        if why is not None:
            self.fault(expected, why)
            return
        self.last, self.hash = expected, link["hash"]
        if expected in kept:
            self.marks[expected] = link["hash"]

    def begin(self, link: dict[str, Any]) -> None:
        """At 1, or behind what was forgotten in due time, which a checkpoint has to prove."""
        self.first, self.last = self.start, self.start - 1
        if self.start > 1:
            self.prev = self.hash = link["prev_hash"]

    def why_not(self, link: dict[str, Any], expected: int) -> str | None:
        if set(link) - {"whole"} != LINK:
            return "项目不全或多余"
        if link["position"] != expected:
            return f"缺失或次序不对：这里是第 {link['position']} 条"
        if link["prev_hash"] != self.hash:
            return f"与第 {expected - 1} 条接不上"
        form = form_of(link["hash"])
        if form not in FORMS:
            self.former += 1
            return None if link["whole"] is True else "内容与摘要不一致（由保存它的服务核对）"
        if "whole" in link:
            return "项目不全或多余"
        made = link_hash(link, canonical_of(link["meta"]), link["content"])
        if made is None:
            self.unmade += 1
        elif made != link["hash"]:
            return "被改动过：摘要不一致"
        return None


class Audit:
    """Takes an export twice over: first what was signed, then every link. faults: in Chinese; trails: by chain.

    expected: id or text of the key that the office published; empty where only its id is told.
    """

    def __init__(self, expected: str = "") -> None:
        self.expected = expected
        self.faults: list[str] = []
        self.notes: list[str] = []
        self.trails: dict[tuple[str, str], Trail] = {}
        self.signed: dict[int, dict[str, Any]] = {}
        self.statements: dict[int, str] = {}

    def fault(self, text: str) -> None:
        self.faults.append(text)

    def run(self, lines: Iterable[str], again: Iterable[str], more: Iterable[dict[str, Any]] = ()) -> None:
        """lines, again: the same export, from its start. more: checkpoints that were kept elsewhere."""
        for kept in self.checkpoints_in(lines):
            self.checkpoint(kept)
        for kept in more:
            self.checkpoint(kept)
        self.series()
        self.walk(again)
        self.compare()

    # 检查点

    def checkpoints_in(self, lines: Iterable[str]) -> Iterator[dict[str, Any]]:
        for number, line in enumerate(lines, 1):
            if number == 1 or line.startswith('{"checkpoint"'):
                try:
                    said = read(line)
                    if number > 1:
                        yield said["checkpoint"]
                    elif said["format"] != EXPORT:
                        self.fault("第 1 行：不是审计导出文件")
                except BROKEN:
                    self.fault(f"第 {number} 行：读不懂")

    def checkpoint(self, kept: dict[str, Any]) -> None:
        try:
            number, statement, public = kept["number"], kept["statement"], kept["public_key"]
            said = json.loads(statement)
            proven = verifies(public, kept["alg"], kept["signature"], statement.encode("utf-8"))
            same = (said["format"], said["number"], said["made_at"]) == (CHECKPOINT, number, kept["made_at"])
            if not (proven and same and kept["key_id"] == key_id(public) and set(kept) == KEPT):
                self.fault(f"第 {number} 号检查点：签名不成立，或与所签的内容不一致")
            elif self.expected and self.expected not in (public, key_id(public)):
                self.fault(f"第 {number} 号检查点：公钥 {key_id(public)} 不是公布的 {self.expected}，可能出自他人")
            elif self.statements.setdefault(number, statement) != statement:
                self.fault(f"第 {number} 号检查点：有两个不同的")
            else:
                self.signed[number] = said
                note = f"检查点公钥编号 {key_id(public)}，请与机关公布的比对"
                if note not in self.notes:
                    self.notes.append(note)
        except BROKEN:
            self.fault("有一个检查点读不懂")

    def series(self) -> None:
        """Every one names the one before it."""
        for number in sorted(self.signed):
            before, named = self.statements.get(number - 1), self.signed[number].get("previous")
            if before is not None and named != hashlib.sha256(before.encode("utf-8")).hexdigest():
                self.fault(f"第 {number} 号检查点与第 {number - 1} 号接不上")

    # 链

    def walk(self, lines: Iterable[str]) -> None:
        kept = frozenset(head["position"] for said in self.signed.values() for head in said["heads"])
        trail: Trail | None = None
        for number, line in enumerate(lines, 1):
            if number == 1 or line.startswith('{"checkpoint"'):
                continue
            if line.startswith('{"section"'):
                trail = self.section(line, number)
            elif trail is None:
                self.fault(f"第 {number} 行：不属于任何一条链")
                return
            else:
                trail.take(line.rstrip("\n"), kept)

    def section(self, line: str, number: int) -> Trail | None:
        try:
            said = read(line.rstrip("\n"))["section"]
            key = (said["service"], said["chain"])
            trail = self.trails[key] = Trail(*key)
            trail.head, trail.start = int(said["head"]), int(said["first"])
        except BROKEN:
            self.fault(f"第 {number} 行：读不懂")
            return None
        return trail

    def compare(self) -> None:
        last: dict[tuple[str, str], int] = {}
        for number in sorted(self.signed):
            for head in self.signed[number]["heads"]:
                key = (head["service"], head["chain"])
                trail = self.trails.get(key)
                if trail is None:
                    if head["position"]:
                        self.trails[key] = trail = Trail(*key)
                        trail.fault(1, f"整条链不在文件里，第 {number} 号检查点签有第 {head['position']} 条")
                    continue
                self.against(trail, number, head, last.get(key, 0))
                last[key] = head["position"]
        for key, trail in sorted(self.trails.items()):
            self.conclude(trail, last.get(key, 0))

    def against(self, trail: Trail, number: int, head: dict[str, Any], before: int) -> None:
        position = head["position"]
        if not position or (trail.bad is not None and trail.bad[0] <= position):
            return
        if position > trail.last:
            trail.fault(trail.last + 1, f"截断：第 {number} 号检查点签有第 {position} 条")
        elif position == trail.first - 1 and trail.prev != head["hash"]:
            trail.fault(trail.first, f"与第 {number} 号检查点所签的第 {position} 条接不上")
        elif position >= trail.first and trail.marks.get(position) != head["hash"]:
            first = max(before + 1, trail.first)
            trail.fault(first, f"第 {first} 至第 {position} 条之间被改写：与第 {number} 号检查点不符")

    def conclude(self, trail: Trail, signed: int) -> None:
        if trail.head > trail.last and trail.bad is None:
            trail.fault(trail.last + 1, f"截断：导出时有 {trail.head} 条")
        if trail.first > 1 and trail.bad is None and not self.proves(trail):
            trail.fault(trail.first, f"第 {trail.first - 1} 条以前的不在文件里，也没有检查点证明")
        if trail.bad is not None:
            self.fault(f"{trail.name}第 {trail.bad[0]} 条：{trail.bad[1]}")
            return
        self.notes.append(f"{trail.name}：第 {trail.first} 至第 {trail.last} 条，共 {trail.last - trail.first + 1} 条")
        if trail.last > signed:
            self.notes.append(f"{trail.name}：第 {signed + 1} 条以后还没有检查点，只核对了衔接")
        if trail.former:
            self.notes.append(f"{trail.name}：{trail.former} 条用早期的摘要，内容由保存它的服务核对")
        if trail.unmade:
            self.notes.append(f"{trail.name}：本机没有 SM3，{trail.unmade} 条的摘要没有核对")

    def proves(self, trail: Trail) -> bool:
        """Whether what was forgotten ended where a checkpoint says."""
        key = next(key for key, one in self.trails.items() if one is trail)
        heads = (head for said in self.signed.values() for head in said["heads"])
        ends = ((head["service"], head["chain"], head["position"], head["hash"]) for head in heads)
        return (*key, trail.first - 1, trail.prev) in ends


def read(line: str) -> dict[str, Any]:
    """A line in its one spelling: so that no byte of it can change unseen. Raises ValueError."""
    said: dict[str, Any] = json.loads(line)
    if canonical_of(said) != line.rstrip("\n"):
        raise ValueError("another spelling")
    return said
