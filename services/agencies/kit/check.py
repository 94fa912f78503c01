"""`python check.py --command "PROGRAM access.json"`: runs every check against a system and writes its certificate.

Exit status: 0 passed, 1 something failed (report.json says what to mend), 2 used wrongly or the kit is damaged.
"""

import argparse
import hashlib
import importlib
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.agencies.kit import paper
from services.agencies.kit.county import County
from services.agencies.kit.doors.base import Door
from services.agencies.kit.program import run
from services.agencies.kit.sockets import free_port
from services.agencies.kit.trial import Pace, Result, Trial
from services.agencies.kit.vendor import ByHand, Program, Running, Vendor
from shared.contracts.agency_certificates import CertificateSoftware
from shared.contracts.codes import Agency

MANIFEST = "manifest.json"
_DOORS = "services.agencies.kit.doors"


def main(root: Path, words: Sequence[str]) -> int:
    """root: the unpacked kit."""
    given = arguments(words)
    kit = paper.read_kit(root)
    damaged = changed_files(root)
    if damaged:
        print(f"检查包的文件被改动或缺少，请重新取得：{'、'.join(damaged[:5])}", file=sys.stderr)
        return 2
    folder: Path = given.out or root / "runs" / datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    folder.mkdir(parents=True, exist_ok=True)
    software = CertificateSoftware(vendor=given.vendor, name=given.software, version=given.software_version)
    pace = Pace(given.patience, given.quiet, given.stop)
    vendor: Vendor = Program(given.command, folder / "vendor.log") if given.command else ByHand()
    began_at = datetime.now(UTC)
    county = County(Agency(kit["agency"]), kit["protocol"])
    try:
        results = examine(kit, county, open_door(county, folder, pace, given), vendor, folder, pace)
    except (OSError, RuntimeError) as error:
        print(f"检查没有进行：{error}", file=sys.stderr)
        return 2
    return _finish(kit, software, results, folder, began_at)


def examine(kit: dict[str, Any], county: County, door: Door, vendor: Vendor, folder: Path, pace: Pace) -> list[Result]:
    """Every check of the kit's protocol. Raises OSError, RuntimeError when it could not begin."""
    try:
        door.open()
        head = {name: kit[name] for name in ("contract", "agency", "county_code", "protocol")}
        with Running(vendor, folder, {**head, **door.access()}):
            return run(Trial(county, door, vendor, pace))
    finally:
        door.close()


def open_door(county: County, folder: Path, pace: Pace, given: argparse.Namespace) -> Door:
    """Of the kit's protocol. The others' modules, and what they need, are not in the kit."""
    module = importlib.import_module(f"{_DOORS}.{county.protocol}")
    match county.protocol:
        case "signed_webhook":
            listen = ("127.0.0.1", given.webhook_port or free_port())
            door: Door = module.WebhookDoor(county, listen, pace.patience_s, given.webhook_url, given.port)
        case "polled_mailbox":
            door = module.MailboxDoor(county, given.port)
        case "file_exchange":
            door = module.ExchangeDoor(county, given.folder or folder / "exchange", pace.quiet_s)
        case _:
            door = module.QueueDoor(county, given.bus, given.bus_of_system)
    return door


def changed_files(root: Path) -> list[str]:
    """Files that are not as they were packed; what was added beside them does not matter."""
    manifest: dict[str, str] = json.loads((root / MANIFEST).read_text(encoding="utf-8"))["files"]
    return [name for name, digest in manifest.items() if _digest(root / name) != digest]


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def _finish(
    kit: dict[str, Any],
    software: CertificateSoftware,
    results: list[Result],
    folder: Path,
    began_at: datetime,
) -> int:
    print(paper.summary(results))
    report = paper.write(folder, paper.REPORT, paper.report(kit, software, results))
    if not all(one.passed for one in results):
        print(f"没有取得证书。逐项说明：{report}\nNo certificate; see {report}")
        return 1
    made = paper.certificate(kit, software, results, began_at, datetime.now(UTC))
    file = paper.write(folder, paper.CERTIFICATE, made.model_dump(mode="json"))
    print(f"全部通过，证书：{file}（交县里管理员登记）\nAll passed; certificate: {file}")
    return 0


def arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="check.py", description="田卫部门对接符合性检查 / conformance check")
    add = parser.add_argument
    add("--command", help="启动被测系统的命令，access.json 代表接入参数文件；不给则等待手工启动")
    add("--software", default="unnamed", help="被测软件名称")
    add("--software-version", default="0", help="被测软件版本")
    add("--vendor", help="厂商名称")
    add("--out", type=Path, help="结果目录，默认 runs/时间")
    add("--patience", type=float, default=30.0, help="每一步最多等待的秒数（有人工环节的可放大）")
    add("--quiet", type=float, default=2.0, help="确认不应有的答复没有到来所听的秒数")
    add("--stop", action="store_true", help="有一项未过就停，便于逐项修改")
    add("--port", type=int, default=0, help="模拟县方接口的端口")
    add("--webhook-port", type=int, default=0, help="被测系统接收推送的端口")
    add("--webhook-url", default="", help="被测系统已在运行时，它接收推送的地址")
    add("--folder", type=Path, help="交换目录")
    add("--bus", default="", help="消息代理地址（amqp://…）；不给则启动自带的 Valkey")
    add("--bus-of-system", default="", help="给被测系统用的消息代理地址（它自己的用户）")
    return parser.parse_args(words)
