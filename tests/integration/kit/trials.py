"""One run of the kit against a reference agency, in this process, its doors on ports of their own."""

import sys
from pathlib import Path

from services.agencies.kit import check
from services.agencies.kit.county import County
from services.agencies.kit.trial import Pace, Result
from services.agencies.kit.vendor import Program
from shared.contracts.codes import Agency

_ROOT = Path(__file__).parents[3]
_PROGRAMS = _ROOT / "examples" / "agencies"
PROGRAMS = {
    "natural_resources": ("signed_webhook", [sys.executable, str(_PROGRAMS / "natural_resources.py")]),
    "agriculture": ("polled_mailbox", ["perl", str(_PROGRAMS / "agriculture.pl")]),
    "public_security": ("file_exchange", [sys.executable, str(_PROGRAMS / "public_security.py")]),
    "comprehensive_enforcement": ("bus_queue", [sys.executable, str(_PROGRAMS / "comprehensive_enforcement.py")]),
}


def command_of(agency: str, fault: str | None = None) -> str:
    return " ".join([*PROGRAMS[agency][1], "access.json", *(["--fault", fault] if fault else [])])


def run(agency: str, folder: Path, pace: Pace, fault: str | None = None) -> dict[str, Result]:
    """By check."""
    folder.mkdir()
    protocol = PROGRAMS[agency][0]
    county = County(Agency(agency), protocol)
    door = check.open_door(county, folder, pace, check.arguments([]))
    kit = {"contract": "1.0", "agency": agency, "county_code": "640521", "protocol": protocol}
    vendor = Program(command_of(agency, fault), folder / "vendor.log")
    return {one.check: one for one in check.examine(kit, county, door, vendor, folder, pace)}
