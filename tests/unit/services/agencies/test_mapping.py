"""Mapping tables: there and back is the identity, and whatever is wrong with a form is told by field and reason."""

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import texts
from services.agencies.adapters.integrations import reading, values, writing
from services.agencies.adapters.integrations.mapping import FormField, Table, table_of
from services.agencies.adapters.integrations.material import letter_schema, report_schema
from services.agencies.domain.errors import FormRefused
from services.agencies.domain.results import RESULT_KINDS
from shared.contracts.agencies import TaskIssuedV1, TaskResult
from shared.contracts.codes import Agency
from tests.unit.services.agencies.builders import issued_event
from tests.unit.services.agencies.valid_results import TODAY, valid_results

SCHEMAS = {agency: jsonschema.Draft202012Validator(report_schema(table_of(agency))) for agency in Agency}


def through_json(form: dict[str, Any]) -> dict[str, Any]:
    carried: dict[str, Any] = json.loads(json.dumps(form, allow_nan=False))
    return carried


def faults(form: dict[str, Any], table: Table) -> list[tuple[str, str]]:
    """Every fault of a form that must be refused."""
    with pytest.raises(FormRefused) as refused:
        reading.read(form, table, TODAY)
    told = refused.value.facts["faults"]
    assert refused.value.field == told[0]["field"]
    assert refused.value.facts["faults_found"] == len(told)
    assert all(texts.reason(one["reason"]) != texts.reason("?") for one in told)
    assert all("（未知）" not in texts.fault(one)["detail"] for one in told)
    return sorted((one["field"].removeprefix("form."), one["reason"]) for one in told)


@given(valid_results())
def test_there_and_back_is_the_identity(told: tuple[Agency, TaskResult]) -> None:
    agency, result = told
    table = table_of(agency)
    form = through_json(writing.form_of(result, table))
    read = reading.read(form, table, TODAY)
    assert read == result
    assert through_json(writing.form_of(read, table)) == form
    SCHEMAS[agency].validate(form)


def _spoilt(field: FormField) -> list[tuple[Any, str]]:
    """Values that the field does not take, with the reason of the refusal."""
    match field.kind:
        case values.Code():
            return [("没有这个代码", "code_unknown"), (1, "code_unknown"), ([], "code_unknown")]
        case values.Stamp():
            return [(20260310, "layout_wrong"), ("2026/3/1", "layout_wrong"), ("20261", "layout_wrong")]
        case values.Figure() as figure:
            named = [(f"6{figure.unit or '个'}", "unit_wrong"), ("6", "decimal_type"), (True, "decimal_type")]
            return [*named, (-361, "greater_than_equal"), (10**30, "less_than_equal"), (1e-12, "step_wrong")]
        case values.Texts(joined=None):
            return [("甲、乙", "list_type"), (3, "list_type")]
        case None:
            return [("一", "list_type"), ({}, "list_type")]
        case _:
            return [(5, "string_type"), ("  ", "string_too_short"), (["一"], "string_type")]


@given(valid_results(), st.data())
def test_everything_wrong_with_a_form_is_told_by_field_and_reason(
    told: tuple[Agency, TaskResult], data: st.DataObject
) -> None:
    agency, result = told
    table = table_of(agency)
    fields = table.form(result.kind).fields
    form = through_json(writing.form_of(result, table))
    expected: list[tuple[str, str]] = []
    for field in data.draw(st.lists(st.sampled_from(fields), min_size=1, unique_by=lambda one: one.name)):
        if field.needed and data.draw(st.booleans()):
            form.pop(field.name)
            expected.append((field.name, "missing"))
            base, _, unit = field.name.rpartition("_")
            if unit in ("平方米", "亩"):
                other = f"{base}_{'亩' if unit == '平方米' else '平方米'}"
                form[other] = 1
                expected.append((other, "unit_wrong"))
        else:
            form[field.name], reason = data.draw(st.sampled_from(_spoilt(field)))
            expected.append((field.name, reason))
    if data.draw(st.booleans()):
        form["没有的字段"] = None
        expected.append(("没有的字段", "extra_forbidden"))
    assert faults(form, table) == sorted(expected)
    # How many decimals a figure has is said in words: multipleOf is not exact in most checkers. Nor does a pattern
    # know the calendar: a day that does not exist is in the golden vectors.
    assert not SCHEMAS[agency].is_valid(form) or {reason for _, reason in expected} == {"step_wrong"}


@given(valid_results(), st.sampled_from([None, "", "没有这一种", 7, ["x"]]))
def test_a_form_whose_kind_is_unknown_is_still_looked_through(told: tuple[Agency, TaskResult], stated: Any) -> None:
    agency, result = told
    table = table_of(agency)
    form = {**through_json(writing.form_of(result, table)), table.kind_field: stated, "没有的字段": 1}
    kind = (table.kind_field, "missing" if stated is None else "code_unknown")
    assert faults(form, table) == sorted([kind, ("没有的字段", "extra_forbidden")])


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(list(Agency)), st.data())
def test_no_form_whatever_does_more_than_get_itself_refused(agency: Agency, data: st.DataObject) -> None:
    table = table_of(agency)
    form = data.draw(st.sampled_from(table.forms))
    names = st.sampled_from([one.name for one in form.fields]) | st.text(max_size=8)
    given_ = data.draw(st.dictionaries(names, _JSON, max_size=12))
    with pytest.raises(FormRefused) as refused:
        reading.read({**given_, table.kind_field: form.code}, table, TODAY)
    json.dumps(refused.value.as_problem(), allow_nan=False)


def test_a_form_with_very_many_faults_lists_a_hundred_and_counts_them_all() -> None:
    table = table_of(Agency.AGRICULTURE)
    with pytest.raises(FormRefused) as refused:
        reading.read(
            {table.kind_field: table.forms[0].code, **{f"无{n}" + "长" * 900: n for n in range(900)}}, table, TODAY
        )
    facts = refused.value.facts
    assert (len(facts["faults"]), facts["faults_found"]) == (100, 900 + 9)
    assert all(len(fault["field"]) < 80 for fault in facts["faults"])


@pytest.mark.parametrize("agency", list(Agency))
def test_a_table_maps_every_field_and_every_code_of_its_results(agency: Agency) -> None:
    table = table_of(agency)
    assert tuple(form.kind for form in table.forms) == RESULT_KINDS[agency]
    for form in table.forms:
        mapped = [field.at for field in form.fields]
        assert sorted(mapped) == sorted(form.model.model_fields.keys() - {"kind"})
        names = [field.name for field in form.fields]
        assert len(set(names)) == len(names)
        for field in form.fields:
            if isinstance(field.kind, values.Code):
                for entry in table.codes[field.codes]:
                    form.contract(field.at).validate_python(entry.ours)
                if isinstance(field.kind, values.Listed):
                    continue  # The list is the survey's; our contract has its pattern only.
                allowed = _allowed(form.model.model_json_schema()["properties"][field.at])
                assert {entry.ours for entry in table.codes[field.codes]} == allowed


def _allowed(said: dict[str, Any]) -> set[Any]:
    """Every value that a closed list of the contract has."""
    parts = [said, *said.get("anyOf", ())]
    if any(part.get("type") == "boolean" for part in parts):
        return {True, False}
    return {value for part in parts for value in part.get("enum", ())}


@pytest.mark.parametrize("agency", list(Agency))
def test_no_two_codes_of_a_list_are_alike(agency: Agency) -> None:
    for entries in table_of(agency).codes.values():
        assert len({one.theirs for one in entries}) == len({str(one.ours) for one in entries}) == len(entries)


@pytest.mark.parametrize("agency", list(Agency))
@pytest.mark.parametrize("urgent", [True, False])
def test_a_letter_is_as_its_schema_says_whatever_the_order_leaves_open(agency: Agency, urgent: bool) -> None:
    full = issued_event(agency)
    brief = full.brief.model_copy(update={"longitude": None, "latitude": None, "place": ""})
    letter = full.letter.model_copy(update={"legal_basis": None, "output": None})
    gaps = {"urgent": urgent, "sign_due_on": None, "feedback_due_on": None, "brief": brief, "letter": letter}
    schema = jsonschema.Draft202012Validator(letter_schema(table_of(agency)))
    for order in (full, full.model_copy(update=gaps)):
        assert isinstance(order, TaskIssuedV1)
        schema.validate(through_json(writing.letter_of(order, table_of(agency))))
