"""A vendor is told what to mend: the field in its own words, the reason in Chinese, the codes and units there are."""

from datetime import date
from typing import Any

import pytest

from services.agencies.adapters.integrations.mapping import table_of
from services.agencies.adapters.integrations.material import vectors
from services.agencies.adapters.integrations.reading import read
from services.agencies.domain.answers import faults_of
from services.agencies.domain.errors import FormRefused
from services.agencies.domain.fault_texts import TEXTS
from shared.contracts.codes import Agency


def refused(agency: Agency, form: dict[str, Any]) -> FormRefused:
    with pytest.raises(FormRefused) as error:
        read(form, table_of(agency), date.fromisoformat(vectors(agency)["today"]))
    return error.value


def test_a_receipt_names_the_codes_and_the_unit_that_were_wanted() -> None:
    form = {**vectors(Agency.AGRICULTURE)["reports"][0]["form"], "破坏程度": "不明"}
    form["毁坏面积_平方米"] = form.pop("毁坏面积_亩")
    told = {fault.field: fault for fault in faults_of(refused(Agency.AGRICULTURE, form))}
    degree = told["data.form.破坏程度"]
    assert (degree.reason, degree.allowed) == ("code_unknown", ["未破坏", "轻度破坏", "严重破坏"])
    assert degree.text.startswith("不是约定的代码，应为：未破坏、轻度破坏、严重破坏")
    assert told["data.form.毁坏面积_平方米"].text.startswith("单位不对，应为亩")
    assert told["data.form.毁坏面积_亩"].reason == "missing"


@pytest.mark.parametrize("agency", list(Agency))
def test_every_reason_of_the_vectors_has_its_sentence(agency: Agency) -> None:
    for vector in vectors(agency)["refused"]:
        for fault in faults_of(refused(agency, vector["form"])):
            assert fault.reason in TEXTS, f"{vector['name']}: {fault.reason}"
            assert "{" not in fault.text
