"""A bundle as such: what is in it against its manifest, whatever it is a bundle of."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Mapping
from typing import IO, Any

from shared.bundles.verifier.digests import new_sm3

CHUNK = 1 << 20
OWN = ("manifest.json", "manifest.sha256")


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
        except Exception as error:  # 目录损坏时，各版本 Python 的异常不同
            raise Broken(f"打不开：{error}") from error

    def names(self) -> list[str]:
        return [info.filename for info in self.zip.infolist() if not info.is_dir()]

    def open(self, name: str) -> IO[bytes]:
        return self.zip.open(name)


class Check:
    """contents: by the bundle's format, what else must agree. expected: what the issuing office has published."""

    def __init__(
        self, source: Folder | Zip, expected: str, contents: Mapping[str, Callable[[Check, dict[str, Any]], None]]
    ) -> None:
        self.source = source
        self.expected = expected
        self.contents = contents
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
        if not self.faults:
            self.contents[manifest["format"]](self, manifest)

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
        if len(self.expected) == len(digest) and self.expected.lower() != digest:
            self.fault("清单摘要 %s 与公布的 %s 不一致，整个包可能被替换", digest, self.expected)
        manifest = self.parse("manifest.json")
        if not isinstance(manifest, dict) or manifest.get("format") not in self.contents:
            self.fault("manifest.json 不是本程序认识的清单")
        elif manifest.get("version") != 1:
            self.fault("不认识第 %s 版的清单，请用新的 verify.py", manifest.get("version"))
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
