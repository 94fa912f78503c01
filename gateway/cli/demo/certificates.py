"""The reference agencies are examined with the conformance kit, as any vendor's system is, before they are let in."""

import json
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gateway.cli.demo import programs
from gateway.cli.demo.people import People
from gateway.cli.kit_packing import pack_kit
from gateway.cli.stack.layout import Home
from shared.contracts.codes import Agency, title

_WITHIN_S = 240.0
_QUIET_S = "1"


class NotCertified(RuntimeError):
    """A reference agency has not passed the kit."""


def certify(people: People, home: Home, protocols: Mapping[Agency, str]) -> None:
    """A certificate for each; the kits run at the same time. What holds one already is not examined again.

    Raises NotCertified, kit_packing.NotPacked.
    """
    admin, description = people.administrator, people.description()
    running: dict[Agency, tuple[subprocess.Popen[bytes], Path]] = {}
    try:
        for agency, protocol in protocols.items():
            held = admin.get(f"/agencies/{agency}/certificates")["items"]
            if any(one["valid"] and one["protocol"] == protocol for one in held):
                continue
            made = admin.post(f"/agencies/{agency}/kits", {"protocol": protocol})
            folder = home.root / "kits" / f"{agency}-{made['kit_id'][-8:]}"
            pack_kit(made, description, folder)
            running[agency] = _examine(agency, folder), folder
        for agency, (process, folder) in running.items():
            if process.wait(_WITHIN_S) != 0:
                log = (folder / "check.log").read_text(encoding="utf-8")
                raise NotCertified(f"{title(agency)}的示范系统没有通过符合性检查：\n{log[-4000:]}")
            certificate: Any = json.loads((folder / "run" / "certificate.json").read_text(encoding="utf-8"))
            admin.post(f"/agencies/{agency}/certificates", {"certificate": certificate})
    finally:
        for process, _ in running.values():
            if process.poll() is None:
                process.terminate()
                process.wait()


def _examine(agency: Agency, folder: Path) -> subprocess.Popen[bytes]:
    program = shlex.join([*programs.command(agency), "access.json"])
    words = ["--command", program, "--out", str(folder / "run"), "--quiet", _QUIET_S, "--software", "reference"]
    with (folder / "check.log").open("wb") as log:
        command = [sys.executable, str(folder / "check.py"), *words, "--vendor", "tianwei"]
        return subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
