"""The golden vectors that a vendor gets, both ways; and that no table changes under its version."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from services.agencies.adapters.integrations import reading, writing
from services.agencies.adapters.integrations.mapping import table_of
from services.agencies.adapters.integrations.material import letter_schema, material, report_schema, vectors, write
from services.agencies.domain.errors import FormRefused
from services.agencies.domain.task import RESULT
from shared.contracts.agencies import TaskIssuedV1
from shared.contracts.codes import Agency

AGENCIES = list(Agency)
# A schema sees what stands in one field, not what two fields contradict.
STRUCTURAL = {
    "missing",
    "extra_forbidden",
    "code_unknown",
    "unit_wrong",
    "decimal_type",
    "list_type",
    "string_pattern_mismatch",
    "greater_than_equal",
    "less_than",
}


def each(part: str) -> list[Any]:
    return [
        pytest.param(agency, vector, id=f"{agency}-{vector['name']}")
        for agency in AGENCIES
        for vector in vectors(agency)[part]
    ]


@pytest.mark.parametrize("agency", AGENCIES)
def test_a_table_that_changed_has_a_new_version_and_new_vectors(agency: Agency) -> None:
    told, table = vectors(agency), table_of(agency)
    assert (told["agency"], told["version"]) == (agency.value, table.version)
    assert told["table_sha256"] == table.sha256, "raise the version of the table and bring its vectors up to it"


@pytest.mark.parametrize(("agency", "vector"), each("letters"))
def test_a_letter_is_written_as_in_its_vector(agency: Agency, vector: dict[str, Any]) -> None:
    order = TaskIssuedV1.model_validate(vector["order"])
    assert writing.letter_of(order, table_of(agency)) == vector["letter"]
    jsonschema.validate(vector["letter"], letter_schema(table_of(agency)))


@pytest.mark.parametrize(("agency", "vector"), each("reports"))
def test_a_report_is_read_and_written_as_in_its_vector(agency: Agency, vector: dict[str, Any]) -> None:
    table = table_of(agency)
    read = reading.read(vector["form"], table, date.fromisoformat(vectors(agency)["today"]))
    assert read == RESULT.validate_python(vector["result"])
    assert read.model_dump(mode="json") == vector["result"]
    assert writing.form_of(read, table) == vector["form"]
    jsonschema.validate(vector["form"], report_schema(table))


@pytest.mark.parametrize(("agency", "vector"), each("refused"))
def test_a_form_is_refused_with_every_fault_of_its_vector(agency: Agency, vector: dict[str, Any]) -> None:
    with pytest.raises(FormRefused) as refused:
        reading.read(vector["form"], table_of(agency), date.fromisoformat(vectors(agency)["today"]))
    told = [
        {"field": fault["field"].removeprefix("form."), "reason": fault["reason"]}
        for fault in refused.value.facts["faults"]
    ]
    assert told == vector["faults"]
    if {fault["reason"] for fault in told} & STRUCTURAL and not _conditional(vector):
        assert not jsonschema.Draft202012Validator(report_schema(table_of(agency))).is_valid(vector["form"])


def _conditional(vector: dict[str, Any]) -> bool:
    """Whether what is missing is so only because of another field."""
    return all(
        fault["reason"] not in STRUCTURAL or fault["field"] in ("不予立案理由", "是否退回材料", "维持理由", "作物名称")
        for fault in vector["faults"]
    )


@pytest.mark.parametrize("agency", AGENCIES)
def test_every_form_has_a_report_and_every_kind_of_fault_a_refusal(agency: Agency) -> None:
    told, table = vectors(agency), table_of(agency)
    assert {vector["result"]["kind"] for vector in told["reports"]} == {form.kind for form in table.forms}
    reasons = {fault["reason"] for vector in told["refused"] for fault in vector["faults"]}
    assert {"missing", "code_unknown", "layout_wrong"} <= reasons
    if any("_" in field.name for form in table.forms for field in form.fields):
        assert "unit_wrong" in reasons


def test_the_material_of_every_agency_is_written_where_a_kit_packs_it(tmp_path: Path) -> None:
    write(tmp_path)
    for agency in AGENCIES:
        for name, content in material(table_of(agency)).items():
            assert json.loads((tmp_path / agency / name).read_text("utf-8")) == content
        jsonschema.Draft202012Validator.check_schema(json.loads((tmp_path / agency / "report.schema.json").read_text()))
        jsonschema.Draft202012Validator.check_schema(json.loads((tmp_path / agency / "letter.schema.json").read_text()))


def test_ours_is_not_told_to_a_vendor_in_code_lists() -> None:
    """A vendor needs its own codes and their meaning; what we call them is not part of the contract."""
    codes = material(table_of(Agency.AGRICULTURE))["codes.json"]
    assert codes["degree"][2] == {"code": "严重破坏", "title": "种植条件严重毁坏"}
