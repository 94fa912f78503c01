"""A field that the disclosure register does not give to an agency is in nothing that leaves to it (domain.md 4.6)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from services.agencies.operations import operations as of_agencies
from services.agencies.wiring import desk_of
from services.cases.operations import OPERATIONS as OF_CASES
from shared.contracts.codes import Agency, Role
from shared.operations import QueryOperation
from shared.principal import Actor
from tests.integration.services.agencies.house import officer
from tests.integration.services.agencies.test_sender import carry, configure
from tests.integration.services.cases.evidence.desk import Desk, of_case
from tests.integration.services.cases.office import COORDINATOR, COUNTY, OFFICER, Refused, actor, filing, verified
from tests.integration.services.hand_over.county import County, rows
from tests.integration.shared.outgoing.receiver import Receiver
from tests.unit.services.agencies.builders import result

NR, AG, PS = "natural_resources", "agriculture", "public_security"
# What is hidden from whom in this county, and a mark in the field that shows wherever it leaves.
PARTY, TITLE, PAPER, REASONS = "金丝雀当事人", "金丝雀案名", "金丝雀材料", "金丝雀侦查理由"
HIDDEN = {NR: ["party_name"], AG: ["party_name", "case_title", "pbf_area_m2"]}
ROLES = (Role.AGENCY_OFFICER, Role.AGENCY_SYSTEM)


@pytest.fixture
def county(county: County) -> County:
    """By command, natural resources and agriculture are told less than as shipped."""
    administrator = actor(Role.ADMINISTRATOR, COUNTY, "钱管理")
    for agency, hidden in HIDDEN.items():
        hide(county, administrator, f"task_letter.{agency}", hidden)
    hide(county, administrator, f"evidence_copy.{AG}", ["title", "file_name"])
    return county


def hide(county: County, by: Actor, key: str, hidden: list[str]) -> None:
    which = {"register_name": "disclosure", "key": key}
    (shipped,) = county.office.query(by, "rule.get", **which)["rows"]
    value = {**shipped["value"], "fields": [name for name in shipped["value"]["fields"] if name not in hidden]}
    edit = {"value": value, "valid_from": county.clock.at.date().isoformat(), "replaces": shipped["row_id"]}
    edit |= {"reason": "县级披露规定", "source": {"text": "县级文件"}}
    county.office.command(by, "rule.set", {**which, **edit})


class Story:
    """A case with marks in its fields, acted on by three agencies over webhook and mailbox."""

    def __init__(self, county: County, home: Path) -> None:
        self.county = county
        office = county.office
        clue = verified(office)
        self.case = office.command(COORDINATOR, "clue.file-case", filing(party_name=PARTY, title=TITLE), clue["id"])
        with Receiver() as receiver:
            configure(county.house, receiver.url)
            self.action = county.convene(self.case, NR, AG, PS)["id"]
            for agency in (NR, AG, PS):
                assert "ok" in county.act(agency, "sign", county.live(self.action)[agency]["task_id"])
            county.settle()
            crime = result(Agency.PUBLIC_SECURITY, conclusion=REASONS).model_dump(mode="json")
            task = county.live(self.action)[PS]["task_id"]
            assert "ok" in county.act(PS, "accept", task)
            assert "ok" in county.act(PS, "report", task, {"result": crime})
            county.settle()
            self.copy = self.share(home)
            county.direct("withdraw", county.live(self.action)[AG]["task_id"])
            county.settle()
            # The letter was signed for by hand, so the webhook carries it only when it is owed again.
            county.house.sql("UPDATE delivery SET state = 'pending', settled_at = NULL")
            carry(county.house, lambda: len(receiver.received) >= 2)
            self.webhooks = [got.body.decode() for got in receiver.received]

    def share(self, home: Path) -> dict[str, Any]:
        desk = Desk(self.county.office, home)
        piece = desk.text(of_case(self.case), by=OFFICER, title=PAPER)
        desk.examine()
        desk.close()
        until = self.county.clock.at.replace(year=self.county.clock.at.year + 1).isoformat()
        body = {"to_agency": AG, "purpose": "鉴定", "expires_at": until}
        return self.county.office.command(COORDINATOR, "evidence.share", body, piece["id"])

    def ids(self) -> list[str]:
        tasks = [task["task_id"] for task in self.county.action(self.action)["tasks"]]
        return [self.case["id"], self.case["clue_id"], self.action, self.copy["id"], self.copy["evidence_id"], *tasks]

    def answers_to(self, agency: str) -> Iterator[str]:
        """Every query of both services, about everything there is, as both accounts of the agency."""
        for role in ROLES:
            by = officer(Agency(agency), role)
            for ask, service in ((self.of_cases, OF_CASES), (self.of_agencies, of_agencies(self.registry))):
                for operation in service:
                    if isinstance(operation, QueryOperation) and role in operation.roles:
                        for body in self.bodies(operation):
                            yield orjson.dumps(ask(by, operation.name, body)).decode()

    def bodies(self, operation: QueryOperation) -> list[dict[str, Any]]:
        fields = operation.contract.model_fields
        if "id" in fields:
            return [{"id": id_} for id_ in self.ids()]
        return [{}, *([{"after": 0}] if "after" in fields else [])]

    @property
    def registry(self) -> Any:
        return desk_of(self.county.house.settings).registry

    def of_cases(self, by: Actor, operation: str, body: dict[str, Any]) -> Any:
        try:
            return self.county.office.query(by, operation, **body)
        except Refused as refused:
            return {"code": refused.code, "facts": refused.facts}

    def of_agencies(self, by: Actor, operation: str, body: dict[str, Any]) -> Any:
        return self.county.house.query(by, operation, **body)


@pytest.fixture
def story(county: County, tmp_path: Path) -> Story:
    return Story(county, tmp_path)


def test_what_an_agency_is_not_to_know_is_in_nothing_that_leaves_to_it(story: Story) -> None:
    captured = {agency: list(story.answers_to(agency)) for agency in (NR, AG, PS)}
    captured[NR] += story.webhooks
    read = story.county.office.command(officer(Agency(AG)), "evidence_copy.read", {}, story.copy["id"])
    captured[AG].append(orjson.dumps(read).decode())
    whole = {agency: "\n".join(texts) for agency, texts in captured.items()}
    hidden = {NR: [PARTY, REASONS], AG: [PARTY, TITLE, REASONS, PAPER, "合同.txt", "4200"], PS: [TITLE]}
    for agency, marks in hidden.items():
        for mark in marks:
            assert mark not in whole[agency], (agency, mark)
    # The marks are found where they may be: the capture sees what there is to see.
    assert TITLE in whole[NR]
    assert TITLE in "\n".join(story.webhooks)
    assert PARTY in whole[PS]
    assert REASONS in whole[PS]
    assert "宁公立字〔2026〕11号" in whole[NR]
    assert story.copy["evidence_no"] in whole[AG]
    assert any('"tianwei.task.shared_result.v1"' in body for body in story.webhooks)


def test_the_ledger_says_who_received_what_on_which_basis(story: Story) -> None:
    county = story.county
    county.settle()
    found = county.office.query(COORDINATOR, "case.disclosures", id=story.case["id"], limit=200)["items"]
    letters = {entry["to_agency"]: entry for entry in found if entry["purpose"] == "task_letter"}
    assert set(letters) == {NR, AG, PS}
    assert "party_name" in letters[PS]["fields"]
    assert not set(HIDDEN[AG]) & set(letters[AG]["fields"])
    assert {"case_no", "farmland_area_m2"} <= set(letters[AG]["fields"])
    assert letters[AG]["basis"] == "县级文件"
    assert letters[PS]["basis"] == "《行政处罚法》第二十六条"
    assert letters[AG]["rule_key"] == "task_letter.agriculture"
    assert (letters[AG]["received_by"], letters[AG]["told_by"]) == ("王五", COORDINATOR.name)
    assert letters[AG]["received_at"] is not None
    (shared,) = [entry for entry in found if entry["purpose"] == "joint_result"]
    assert (shared["from_agency"], shared["to_agency"]) == (PS, NR)
    # By the agency's own proof of delivery, not by the sending.
    assert shared["received_at"] >= shared["at"]
    assert "criminal_decision.conclusion" not in shared["fields"]
    county.office.command(officer(Agency(AG)), "evidence_copy.read", {}, story.copy["id"])
    copies = {"id": story.case["id"], "purpose": "evidence_copy"}
    assert [entry["fields"] for entry in county.office.query(COORDINATOR, "case.disclosures", **copies)["items"]] == [
        ["content"]
    ]
    with pytest.raises(Refused) as caught:
        county.office.query(actor(Role.COORDINATOR, "640522"), "case.disclosures", id=story.case["id"])
    assert caught.value.kind == "not-found"


def test_the_ledger_commits_with_the_sending_or_not_at_all(county: County) -> None:
    clue = verified(county.office)
    case = county.office.command(COORDINATOR, "clue.file-case", filing(), clue["id"])
    with pytest.raises(Refused):
        county.convene(case, NR, AG, join={"kind": "quorum", "quorum": 5})
    of_case_rows = "SELECT about FROM disclosure WHERE case_id = :id"
    assert rows(county.office.parts.engine, of_case_rows, id=UUID(case["id"])) == []
    action = county.convene(case, NR, AG)["id"]
    entered = {str(row.about) for row in rows(county.office.parts.engine, of_case_rows, id=UUID(case["id"]))}
    assert entered == {task["task_id"] for task in county.action(action)["tasks"]}


def test_a_copy_that_no_rule_permits_is_not_given(county: County, tmp_path: Path) -> None:
    hide(county, actor(Role.ADMINISTRATOR, COUNTY, "钱管理"), f"evidence_copy.{PS}", ["content"])
    clue = verified(county.office)
    case = county.office.command(COORDINATOR, "clue.file-case", filing(), clue["id"])
    desk = Desk(county.office, tmp_path)
    piece = desk.text(of_case(case), by=OFFICER)
    desk.examine()
    desk.close()
    body = {"to_agency": PS, "purpose": "协查", "expires_at": "2027-01-01T00:00:00+08:00"}
    with pytest.raises(Refused) as caught:
        county.office.command(COORDINATOR, "evidence.share", body, piece["id"])
    assert (caught.value.code, caught.value.facts["part"]) == ("cases.not-disclosable", "content")
