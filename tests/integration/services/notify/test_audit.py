"""What a service writes down of reads, exports and refusals, and what its audit administrator finds (R14)."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from standardwebhooks import Webhook

from shared import keys
from shared.audit import checkpoints
from shared.contracts.audit import AuditCheckpointKeptV1, KeepCheckpoint, KeptCheckpoint, SignedHead
from shared.contracts.codes import Role
from shared.delivery.sequencer import number_waiting
from shared.delivery.tables import event_log
from shared.principal import Actor
from tests.integration.services.notify.house import ADMINISTRATOR, COORDINATOR, DISCIPLINE, NOON, PARTY, House
from tests.integration.services.notify.test_sender import Receiver, configure, send_until

AUDITOR = Actor(str(uuid4()), "审计员", frozenset({Role.AUDIT_ADMINISTRATOR}), "640521", "640521")
KEY = keys.new_key(keys.ED25519)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


def written(house: House) -> list[Any]:
    """Entries, once the round that was due has been made."""
    next(chore for chore in house.parts.chores if chore.name == "audit.write").turn()
    with house.parts.engine.connect() as connection:
        return list(connection.execute(sa.text("SELECT * FROM audit_entry ORDER BY position")))


def listed(house: House, **asked: Any) -> list[dict[str, Any]]:
    return list(house.query(AUDITOR, "audit.list", **asked)["items"])


def notice_of(house: House) -> str:
    return str(house.query(PARTY, "notice.list")["items"][0]["id"])


def test_a_read_is_written_with_who_read_what(filed: House) -> None:
    notice = notice_of(filed)
    filed.query(DISCIPLINE, "notice.get", id=notice)
    seen = [(row.kind, row.operation, row.outcome, row.actor, row.objects) for row in written(filed)]
    assert ("read", "notice.list", "done", PARTY.account_id, [UUID(notice)]) in seen
    assert seen[-1] == ("read", "notice.get", "done", DISCIPLINE.account_id, [UUID(notice)])


def test_an_export_is_written_before_its_answer(filed: House) -> None:
    filed.query(COORDINATOR, "document.export")
    with filed.parts.engine.connect() as connection:
        told = connection.execute(sa.text("SELECT kind, operation, actor_name FROM audit_entry")).all()
    assert tuple(told[-1]) == ("export", "document.export", COORDINATOR.name)


def test_without_an_entry_there_is_no_export_and_no_answer(filed: House) -> None:
    owner = sa.create_engine(filed.owner_dsn)
    with owner.begin() as connection:
        connection.execute(sa.text("REVOKE INSERT ON audit_entry FROM notify_app"))
    owner.dispose()
    assert filed.query(COORDINATOR, "document.export")["code"] == "audit-unavailable"


@pytest.mark.parametrize(
    ("operation", "by", "outcome", "code"),
    [
        ("document.deliver", ADMINISTRATOR, "denied", "role-not-allowed"),
        ("notice.read", PARTY, "absent", "not-found"),
        ("no.such", PARTY, "absent", "operation-unknown"),
    ],
)
def test_a_refused_command_is_written_with_whom_it_was_about(
    filed: House, operation: str, by: Actor, outcome: str, code: str
) -> None:
    target = uuid4()
    filed.command(by, operation, target)
    row = written(filed)[-1]
    assert (row.kind, row.operation, row.outcome, row.code) == ("command", operation, outcome, code)
    assert (row.actor, row.actor_name, row.objects) == (by.account_id, by.name, [target])


def test_a_read_of_what_may_not_be_seen_is_an_attempt(filed: House) -> None:
    hidden = uuid4()
    assert filed.query(PARTY, "notice.get", id=hidden)["code"] == "not-found"
    row = written(filed)[-1]
    assert (row.kind, row.outcome, row.objects, row.actor) == ("read", "absent", [hidden], PARTY.account_id)


def test_who_does_not_prove_who_it_is_is_nobody(filed: House) -> None:
    request = filed._request(PARTY, "notice.list", {})
    filed.parts.dispatcher.query({**request, "principal": "forged"})
    row = written(filed)[-1]
    assert (row.actor, row.outcome, row.code) == ("", "denied", "principal-invalid")


def test_only_the_administrator_of_the_audit_may_ask(filed: House) -> None:
    for by in (COORDINATOR, ADMINISTRATOR, PARTY):
        for operation, body in (("audit.list", {}), ("audit.chain", {"chain": "changes"}), ("audit.heads", {})):
            assert filed.query(by, operation, **body)["code"] == "role-not-allowed"
    assert filed.query(AUDITOR, "notice.list")["items"] == []


def test_he_finds_changes_and_reads_in_one_list_by_what_he_asks_for(filed: House) -> None:
    notice = notice_of(filed)
    filed.query(DISCIPLINE, "notice.get", id=notice)
    written(filed)
    both = {entry["chain"] for entry in listed(filed, object_id=notice, limit=200)}
    assert both == {"changes", "access"}
    reads = listed(filed, object_id=notice, actor=DISCIPLINE.account_id)
    assert [entry["operation"] for entry in reads] == ["notice.get"]
    assert listed(filed, outcome="denied") == []
    changes = listed(filed, chain="changes", limit=200)
    assert changes
    assert all("payload" not in entry and entry["kind"] == "change" for entry in changes)
    assert listed(filed, until="2020-01-01T00:00:00+08:00") == []


def test_pages_follow_each_other_over_both_chains(filed: House) -> None:
    for _ in range(5):
        filed.query(PARTY, "notice.list")
    written(filed)
    whole = [entry["id"] for entry in listed(filed, limit=200)]
    cursor, found = None, []
    while True:
        asked = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = filed.query(AUDITOR, "audit.list", **asked)
        found += [entry["id"] for entry in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert [id_ for id_ in found if id_ in whole] == whole
    assert sorted(found, reverse=True) == found


def test_behind_an_act_of_the_house_stands_the_person_it_goes_back_to(house: House) -> None:
    """The press freezes under the correlation of whoever approved."""
    person, correlation = str(uuid4()), "the-request"
    row = {"schema_version": 1, "aggregate_type": "document", "audience": "640521000000", "occurred_at": NOON}
    with house.parts.engine.begin() as connection:
        for number, actor in enumerate((person, "press"), 1):
            values = {"event_id": UUID(int=number << 100), "type": f"t{number}", "aggregate_id": UUID(int=9)}
            values |= {"aggregate_seq": number, "actor": actor, "actor_name": f"名{number}", "payload": {}}
            connection.execute(sa.insert(event_log).values(**row, **values, correlation_id=correlation))
    by_press, by_person = listed(house, request_id=correlation)
    assert (by_press["actor"], by_press["behind"], by_press["behind_name"]) == ("press", person, "名1")
    assert (by_person["actor"], by_person["behind"]) == (person, None)


def test_the_chain_of_changes_is_exported_without_what_was_said(filed: House) -> None:
    with filed.parts.engine.begin() as connection:
        assert number_waiting(connection)
    page = filed.query(AUDITOR, "audit.chain", chain="changes")
    assert [link["position"] for link in page["links"]] == list(range(1, page["head"] + 1))
    assert all(len(link["content"]) == 64 and link["whole"] is None for link in page["links"])
    assert "甲村" not in str(page)


class TestCheckpoints:
    def kept(self, house: House, number: int = 1) -> dict[str, Any]:
        with house.parts.engine.connect() as connection:
            head = SignedHead(service="notify", **checkpoints.access_head(connection).model_dump())
        made = checkpoints.sign(KEY, number, NOON, "640521000000", [head])
        return KeepCheckpoint(checkpoint=made).model_dump(mode="json")

    def test_notify_tells_of_it_once(self, house: House) -> None:
        house.query(PARTY, "notice.list")
        written(house)
        body = self.kept(house)
        for _ in range(2):
            assert house.command(AUDITOR, "audit.keep-checkpoint", **body) == {"number": 1}
        (told,) = listed(house, operation_name=AuditCheckpointKeptV1.type)
        assert told["actor"] == AUDITOR.account_id

    def test_a_chain_that_is_not_what_was_signed_is_told(self, house: House) -> None:
        house.query(PARTY, "notice.list")
        written(house)
        body = self.kept(house)
        owner = sa.create_engine(house.owner_dsn)
        with owner.begin() as connection:
            connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
            connection.execute(sa.text("DELETE FROM audit_entry"))
        owner.dispose()
        assert house.command(AUDITOR, "audit.keep-checkpoint", **body)["code"] == "audit.chain-contradicts"

    def test_a_forged_one_is_refused(self, house: House) -> None:
        body = self.kept(house)
        body["checkpoint"]["statement"] = body["checkpoint"]["statement"].replace("640521", "640522")
        assert house.command(AUDITOR, "audit.keep-checkpoint", **body)["code"] == "audit.checkpoint-unproven"

    def test_a_recipients_own_system_is_sent_the_newest_and_can_verify_it(
        self, house: House, receiver: Receiver
    ) -> None:
        secret = configure(house, receiver.url)["secret"]
        for number in (1, 2):
            house.command(AUDITOR, "audit.keep-checkpoint", **self.kept(house, number))
        send_until(house, lambda: receiver.calls)
        ((headers, body),) = receiver.calls
        Webhook(secret).verify(body, headers)
        told = json.loads(body)
        assert (told["type"], told["data"]["number"]) == ("audit.checkpoint", 2)
        assert checkpoints.read(KeptCheckpoint.model_validate(told["data"]))["heads"][0]["service"] == "notify"
