"""The kit passes the four reference agencies, and finds each fault they can make, saying what to mend."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.agencies.domain.conformance import CHECKS, checks_of
from services.agencies.kit import paper
from services.agencies.kit.trial import Pace
from shared.contracts.agency_certificates import CertificateSoftware
from tests.integration.kit.trials import PROGRAMS, run

# Long enough for a machine that is busy; who passes does not wait for it.
_PATIENT, _QUICK = Pace(patience_s=25, quiet_s=0.8), Pace(patience_s=6, quiet_s=0.8, stops=True)
# They wait most of the time.
_AT_ONCE = 8

# Fault -> the check that must fail of it.
_OF_ALL = {
    "answers-twice": "delivery.duplicate",
    "report-after-withdrawal": "withdrawn.stops",
    "breaks-on-unknown-field": "tolerant.unknown-field",
    "never-signs": "letter.signed",
    "wrong-code": "form.codes",
}
_FAULTS: dict[str, dict[str, str]] = {
    "natural_resources": {
        **_OF_ALL,
        "no-signature-check": "signature.wrong-key",
        "old-timestamp-accepted": "signature.old",
        "new-id-on-retry": "retry.same-id",
        "no-retry": "retry.repeats",
        "missing-field": "form.fields",
        "wrong-unit": "form.units",
        "wrong-task": "answer.subject",
        "not-json": "answer.json",
        "report-before-accept": "steps.order",
        "ignores-correction": "returned.again",
        "wrong-source": "answer.source",
        "breaks-on-unknown-type": "tolerant.unknown-type",
    },
    "agriculture": {
        **_OF_ALL,
        "new-id-on-retry": "retry.same-id",
        "no-retry": "retry.repeats",
        "wrong-unit": "form.units",
        "not-json": "answer.json",
        "breaks-on-unknown-type": "tolerant.unknown-type",
    },
    "public_security": {
        **_OF_ALL,
        "no-signature-check": "signature.wrong-key",
        "skips-number": "package.sequence",
        "wrong-key": "package.key",
        "unsigned": "package.signed",
        "half-written": "package.whole",
        "breaks-on-unknown-type": "tolerant.unknown-type",
    },
    # Its fault breaks-on-unknown-type throws the message away and goes on, which is all that is asked.
    "comprehensive_enforcement": {
        **_OF_ALL,
        "no-signature-check": "signature.wrong-key",
        "unsigned": "answer.envelope",
        "wrong-source": "answer.source",
        "wrong-task": "answer.subject",
    },
}


@pytest.mark.parametrize("agency", PROGRAMS)
def test_a_reference_agency_passes_every_check(agency: str, tmp_path: Path) -> None:
    results = run(agency, tmp_path / "run", _PATIENT)
    assert list(results) == [check.id for check in checks_of(PROGRAMS[agency][0])]
    failed = {check: result.seen for check, result in results.items() if not result.passed}
    assert not failed, paper.summary(list(results.values()))


def test_at_least_twelve_faults_are_tried() -> None:
    assert len({fault for faults in _FAULTS.values() for fault in faults}) >= 12


@pytest.mark.timeout(240)
@pytest.mark.parametrize("agency", _FAULTS)
def test_every_fault_is_found_and_told(agency: str, tmp_path: Path) -> None:
    begun = time.monotonic()
    with ThreadPoolExecutor(_AT_ONCE) as at_once:
        runs = {fault: at_once.submit(run, agency, tmp_path / fault, _QUICK, fault) for fault in _FAULTS[agency]}
        found = {fault: one.result() for fault, one in runs.items()}
    software = CertificateSoftware(name="example", version="1")
    kit = dict.fromkeys(("kit_id", "agency", "protocol", "contract", "county_code"), "")
    for fault, check in _FAULTS[agency].items():
        results = found[fault]
        assert check in results, fault
        failed = [one for one in results.values() if not one.passed and not one.skipped]
        assert check in [one.check for one in failed], (fault, paper.summary(list(results.values())))
        report = paper.report(kit, software, failed)
        told = next(one for one in report["checks"] if one["id"] == check)
        assert told["mend"] == CHECKS[check].mend
        assert told["seen"]
    assert time.monotonic() - begun < 200
