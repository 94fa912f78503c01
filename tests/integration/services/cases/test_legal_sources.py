"""A county names its own document for a procedure of the system: refusals cite it, with no release and no restart."""

from typing import Any

import pytest

from gateway.texts import detail
from services.cases.storage.rules import Rules
from shared.citations import INVITATION
from shared.contracts.codes import Role
from tests.integration.services.cases.office import COORDINATOR, COUNTY, OFFICER, Office, Refused, actor, sand_yard
from tests.support.nodes import wait_until

ADMIN = actor(Role.ADMINISTRATOR, COUNTY, "钱管理")
KEY = "HOUSE.clue"
OWN = {"title": "中宁县耕地保护联合执法工作规则", "version": "2026年", "article": "12"}


def _refused(office: Office, clue: dict[str, Any]) -> Refused:
    """A clue is signed for that nobody assigned."""
    with pytest.raises(Refused) as refused:
        office.command(COORDINATOR, "clue.sign", {}, clue["id"])
    return refused.value


def test_a_county_replaces_a_procedure_of_the_system_by_its_own_document(office: Office) -> None:
    clue = office.command(COORDINATOR, "clue.report", sand_yard())
    before = _refused(office, clue)
    assert before.facts["law"] == KEY
    assert "law_words" not in before.facts
    assert f"依据：系统规程“线索办理”{INVITATION}。" in detail(before.code, before.facts)

    [shipped] = office.query(OFFICER, "rule.get", register_name="legal_source", key=KEY)["rows"]
    assert (shipped["mark"], shipped["unsure"], shipped["valid_from"]) == ("custom", True, "2020-01-01")
    office.command(
        ADMIN,
        "rule.set",
        {
            "register_name": "legal_source",
            "key": KEY,
            "value": OWN,
            "valid_from": Rules(office.parts.engine, office.clock).book().today.isoformat(),
            "replaces": shipped["row_id"],
            "reason": "县政府办公室印发工作规则",
            "source": {"text": "中宁政办发〔2026〕8号"},
        },
    )
    wait_until(lambda: "law_words" in _refused(office, clue).facts, what="the county's document cited")
    after = _refused(office, clue)
    assert (after.facts["law"], after.facts["law_words"]) == (KEY, "《中宁县耕地保护联合执法工作规则》第十二条")
    assert "依据：《中宁县耕地保护联合执法工作规则》第十二条。" in detail(after.code, after.facts)


def test_what_a_source_lacks_is_named(shared_office: Office) -> None:
    body = {"register_name": "legal_source", "key": KEY, "value": {"version": "2026年"}, "valid_from": "2027-01-01"}
    with pytest.raises(Refused) as refused:
        shared_office.command(ADMIN, "rule.set", {**body, "reason": "印发", "source": {"text": "县级文件"}})
    assert refused.value.facts["faults"][0]["field"] == "value.title"
