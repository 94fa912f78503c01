"""What a run leaves: a signed certificate when every check passed, else a report that says what to mend."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from services.agencies.domain.certificate import signed_bytes
from services.agencies.domain.conformance import CHECKS
from services.agencies.kit.trial import Result
from shared import keys
from shared.contracts.agency_certificates import CERTIFICATE_FORMAT, Certificate, CertificateSoftware

CERTIFICATE, REPORT = "certificate.json", "report.json"
_UNSIGNED = {"alg": "ed25519", "key_id": "", "value": ""}


def certificate(
    kit: dict[str, Any],
    software: CertificateSoftware,
    results: Sequence[Result],
    began_at: datetime,
    ended_at: datetime,
) -> Certificate:
    """Signed with the kit's key. kit: content of kit.json."""
    fields = {
        "format": CERTIFICATE_FORMAT,
        **{name: kit[name] for name in ("kit_id", "agency", "protocol", "contract", "contract_sha256", "county_code")},
        "software": software.model_dump(),
        "began_at": began_at,
        "ended_at": ended_at,
        "checks": [{"id": one.check, "title": CHECKS[one.check].title, "passed": one.passed} for one in results],
    }
    unsigned = Certificate.model_validate({**fields, "signature": _UNSIGNED})
    made = keys.sign(kit["private_key"], signed_bytes(unsigned))
    return Certificate.model_validate({**fields, "signature": vars(made)})


def report(kit: dict[str, Any], software: CertificateSoftware, results: Sequence[Result]) -> dict[str, Any]:
    """Of a run, whatever came of it: each check with what was expected, what was seen, and what to mend."""
    checks = []
    for one in results:
        check = CHECKS[one.check]
        said = {"id": check.id, "title": check.title, "english": check.english, "passed": one.passed, "seen": one.seen}
        checks.append(said if one.passed else {**said, **({"skipped": True} if one.skipped else {"mend": check.mend})})
    about = {name: kit[name] for name in ("kit_id", "agency", "protocol", "contract", "county_code")}
    return {**about, "software": software.model_dump(), "checks": checks}


def write(folder: Path, name: str, content: Any) -> Path:
    file = folder / name
    file.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")
    return file


def summary(results: Sequence[Result]) -> str:
    """For people, Chinese first."""
    lines = []
    for one in results:
        check = CHECKS[one.check]
        what = "通过" if one.passed else "未做" if one.skipped else "未过"
        lines.append(f"{what}  {check.id:<26} {check.title}  ({check.english})")
        if what == "未过":
            lines += [f"      看到：{one.seen}", f"      请改：{check.mend}"]
    passed, skipped = sum(one.passed for one in results), [one.seen for one in results if one.skipped]
    failed = len(results) - passed - len(skipped)
    lines.append(f"共 {len(results)} 项，通过 {passed} 项，未通过 {failed} 项，没有进行 {len(skipped)} 项。")
    lines += sorted(set(skipped))
    return "\n".join(lines)


def read_kit(root: Path) -> dict[str, Any]:
    """kit.json. Raises OSError, ValueError."""
    kit: dict[str, Any] = json.loads((root / "kit.json").read_text(encoding="utf-8"))
    return kit
