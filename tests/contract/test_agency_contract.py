"""The contract with agencies' vendors is what it was published as: whatever changes in it gets a new version.

After a wanted change: raise CONTRACT_VERSION (shared/contracts/agency_certificates.py), then run with
TIANWEI_WRITE_GOLDEN=1. Certificates of the old version hold no more. A file that is there never changes.
"""

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from gateway import openapi
from services.agencies.domain.conformance import CHECKS, EXCHANGE, MAILBOX, QUEUE, WEBHOOK, checks_of
from services.agencies.kit.contract import OPERATIONS, documents, sha256_of
from services.agencies.kit.examples import examples
from shared.contracts.agency_certificates import CONTRACT_VERSION
from shared.contracts.codes import Agency
from shared.exchange import package

_GOLDEN = Path(__file__).with_name("golden")
_OF = {
    Agency.NATURAL_RESOURCES: WEBHOOK,
    Agency.AGRICULTURE: MAILBOX,
    Agency.PUBLIC_SECURITY: EXCHANGE,
    Agency.COMPREHENSIVE_ENFORCEMENT: QUEUE,
}
# That it is the one the program makes: test_documents.py.
_WHOLE = json.loads(openapi.FILE.read_text(encoding="utf-8"))


def _documents(agency: Agency) -> dict[str, str]:
    return documents(agency, _OF[agency], _WHOLE)


def test_the_contract_is_that_of_its_version() -> None:
    now = {agency.value: json.loads(_documents(agency)["contract.json"])["documents"] for agency in _OF}
    file = _GOLDEN / f"agency-contract-{CONTRACT_VERSION}.json"
    if os.environ.get("TIANWEI_WRITE_GOLDEN") and not file.exists():
        file.write_text(json.dumps(now, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    published = json.loads(file.read_text(encoding="utf-8"))
    changed = {
        f"{agency}/{name}"
        for agency, digests in now.items()
        for name in {*digests, *published[agency]}
        if digests.get(name) != published[agency].get(name)
    }
    assert not changed, f"the contract changed: raise CONTRACT_VERSION, see {__doc__}"


@pytest.mark.parametrize("agency", _OF)
def test_the_contract_is_the_same_every_time(agency: Agency) -> None:
    assert sha256_of(_documents(agency)) == sha256_of(_documents(agency))
    assert examples(agency, _OF[agency]) == examples(agency, _OF[agency])


def _validator(agency: Agency, name: str) -> Any:
    files = {one: json.loads(text) for one, text in _documents(agency).items() if one.endswith(".schema.json")}
    for content in files.values():
        jsonschema.Draft202012Validator.check_schema(content)
        del content["$id"]  # beside each other in one folder, they name each other by file
    resources = [(one, DRAFT202012.create_resource(content)) for one, content in files.items()]
    return jsonschema.Draft202012Validator(files[name], registry=Registry().with_resources(resources))


@pytest.mark.parametrize("agency", _OF)
def test_every_example_keeps_to_the_schemas(agency: Agency) -> None:
    events, answers = _validator(agency, "events.schema.json"), _validator(agency, "answers.schema.json")
    seen = 0
    for name, content in examples(agency, _OF[agency]).items():
        if name.startswith("events/"):
            events.validate(json.loads(content))
        elif name.startswith("answers/"):
            answers.validate(json.loads(content))
        else:
            continue
        seen += 1
    assert seen >= 15


@pytest.mark.parametrize("agency", _OF)
def test_the_schema_refuses_forms_that_the_county_refuses(agency: Agency) -> None:
    answers = _validator(agency, "answers.schema.json")
    report = json.loads(examples(agency, _OF[agency])["answers/report.json"])
    assert answers.is_valid(report)
    for wrong in ({"source": "/agencies/township"}, {"more": 1}, {"specversion": "2.0"}):
        assert not answers.is_valid({**report, **wrong})
    form = report["data"]["form"]
    without = {name: form[name] for name in list(form)[1:]}
    assert not answers.is_valid({**report, "data": {"form": without}})


def test_the_example_package_is_one() -> None:
    files = {
        name.removeprefix("packages/"): content
        for name, content in examples(Agency.PUBLIC_SECURITY, EXCHANGE).items()
        if name.startswith("packages/")
    }
    keys = json.loads(files.pop("keys.json"))
    for name in [one for one in files if one.endswith(".zip")]:
        sender, receiver = name.split("-")[:2]
        trusted = [keys[sender]["public_key"]]
        signature = files[f"{name}.sig"]
        opened = package.open_package(name, files[name], signature, trusted=trusted, sender=sender, receiver=receiver)
        assert json.loads(opened.data)["specversion"] == "1.0"
    assert len(files) == 4


def test_the_api_of_an_agency_is_what_it_may_call_and_no_more() -> None:
    shown = json.loads(_documents(Agency.AGRICULTURE)["openapi.json"])
    told = {one["operationId"] for operations in shown["paths"].values() for one in operations.values()}
    assert told == set(OPERATIONS)
    text = json.dumps(shown)
    assert "ConfigureEndpoint" not in text
    assert "openapi.json" not in _documents(Agency.PUBLIC_SECURITY)


def test_every_check_is_told_and_belongs_to_a_way() -> None:
    assert {one.id for protocol in _OF.values() for one in checks_of(protocol)} == set(CHECKS)
    assert all(one.title and one.english and one.mend for one in CHECKS.values())
