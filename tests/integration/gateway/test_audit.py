"""What is written down at the door, the audit of the house as one list, and checkpoints signed and put away (R14)."""

import asyncio
import csv
import io
import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from fastapi.routing import APIRoute

from gateway.audit import OWN, DoorAudit
from gateway.checkpoints import Checkpoints
from shared import keys
from shared.audit import checkpoints
from shared.contracts.audit import KeptCheckpoint, ListCheckpoints
from shared.contracts.codes import Role
from shared.errors import Conflict, NotAllowed
from shared.ids import new_id
from shared.principal import PrincipalSigner
from tests.integration.gateway.conftest import PASSWORD, House
from tests.support.signing_keys import fresh_signing_key

KEY = keys.new_key(keys.ED25519)
HASH = "v2:" + "0" * 64
KEEP = "audit.keep-checkpoint"
# Of the account that asks; nothing is told of another.
_OF_ONESELF = {"me", "session-get", "session-list"}


@pytest.fixture
def door(house: House, tmp_path: Path) -> House:
    """A house that writes down, with an audit administrator, a coordinator and heads to sign."""
    parts = house.app.state.parts
    signer = PrincipalSigner(fresh_signing_key()[0])
    kept = Checkpoints(
        house.engine, parts.services, signer, KEY, "640521000000", tmp_path / "away", 3600.0, house.clock
    )
    house.app.state.parts = replace(parts, audit=DoorAudit(house.engine, 366), checkpoints=kept)
    house.account("auditor", Role.AUDIT_ADMINISTRATOR)
    house.account("coordinator", Role.COORDINATOR)
    heads = [{"chain": name, "log_id": str(UUID(int=9)), "position": 7, "hash": HASH} for name in ("changes", "access")]
    house.services.answers["audit.heads"] = {"heads": heads}
    house.services.answers["audit.list"] = {"items": [], "next_cursor": None, "total": None}
    return house


def keeper(door: House) -> Checkpoints:
    found: Checkpoints = door.app.state.parts.checkpoints
    return found


def make(door: House) -> Any:
    return asyncio.run(keeper(door).make("principal", "request"))


def written(door: House) -> list[Any]:
    """Entries, newest first, once the round that was due has been made."""
    door.app.state.parts.audit.writer.flush()
    with door.engine.connect() as connection:
        return list(connection.execute(sa.text("SELECT * FROM audit_entry ORDER BY position DESC LIMIT 20")))


def log_in(door: House, login: str, password: str) -> int:
    body = {"grant_type": "password", "username": login, "password": password}
    return door.ask("POST", "/api/v1/auth/token", json=body).status_code


class TestTheDoor:
    def test_who_comes_in_is_written_before_the_token_leaves(self, door: House) -> None:
        account = door.account("clerk", Role.TOWNSHIP_OFFICER, "640521104", "640521104")
        assert log_in(door, "clerk", PASSWORD) == 200
        row = written(door)[0]
        assert (row.operation, row.outcome, row.actor, row.kind) == ("token", "done", str(account.id), "access")
        assert row.source == "127.0.0.1"

    def test_a_failed_login_names_the_account_that_was_tried_and_no_actor(self, door: House) -> None:
        account = door.account("clerk2", Role.TOWNSHIP_OFFICER, "640521104", "640521104")
        assert log_in(door, "Clerk2", "wrong") == 401
        row = written(door)[0]
        assert (row.operation, row.outcome, row.code) == ("token", "denied", "auth.login-refused")
        assert (row.actor, row.objects) == ("", [account.id])

    def test_what_was_typed_for_a_login_that_does_not_exist_is_not_kept(self, door: House) -> None:
        assert log_in(door, "my-secret-password", "x") == 401
        row = written(door)[0]
        assert row.actor_name.startswith("login:")
        assert "my-secret-password" not in str(row)

    def test_a_request_without_a_token_is_an_attempt(self, door: House) -> None:
        for _ in range(3):
            assert door.ask("GET", "/api/v1/cases").status_code == 401
        row = written(door)[0]
        assert (row.operation, row.outcome, row.times) == ("case-list", "denied", 3)

    def test_what_a_service_refused_it_has_written_itself(self, door: House) -> None:
        door.services.answers["case.list"] = NotAllowed("role-not-allowed", allowed=[])
        before = written(door)[:1]
        assert door.ask("GET", "/api/v1/cases", by="coordinator").status_code == 403
        told = [row for row in written(door) if not before or row.position > before[0].position]
        assert [row.operation for row in told] == ["token", "logged_in"]

    def test_what_the_gateway_itself_refuses_it_writes(self, door: House) -> None:
        assert door.ask("GET", "/api/v1/accounts", by="coordinator").status_code == 403
        row = written(door)[0]
        assert (row.operation, row.outcome, row.code) == ("account-list", "denied", "role-not-allowed")
        assert row.actor_name == "coordinator 的姓名"

    def test_an_account_that_is_ended_is_named_with_who_ended_it(self, door: House) -> None:
        admin = door.account("admin", Role.ADMINISTRATOR)
        account = door.account("gone", Role.TOWNSHIP_OFFICER, "640521104", "640521104")
        assert door.ask("POST", f"/api/v1/accounts/{account.id}/disable", by="admin").status_code == 200
        row = written(door)[0]
        assert (row.operation, row.outcome) == ("account-disable", "done")
        assert (row.actor, row.objects) == (str(admin.id), [account.id])

    def test_without_an_entry_nobody_comes_in(self, door: House, monkeypatch: pytest.MonkeyPatch) -> None:
        door.account("clerk3", Role.TOWNSHIP_OFFICER, "640521104", "640521104")
        nowhere = sa.create_engine("postgresql+psycopg2://127.0.0.1:1/x")
        monkeypatch.setattr(door.app.state.parts.audit.writer, "_engine", nowhere)
        assert log_in(door, "clerk3", PASSWORD) == 503

    def test_every_route_that_no_service_answers_is_in_the_table(self, door: House) -> None:
        """A new route of identity has to say how it is audited; of what a service answers that service tells."""
        every = [route for route in door.app.routes if isinstance(route, APIRoute)]
        routes = {route.operation_id for route in every if "identity" in route.tags}
        assert routes - {*_OF_ONESELF, "deadline-mine", "calendar-read", "sign-on-providers"} <= set(OWN)


class TestTheList:
    def entry(self, number: int, **said: Any) -> dict[str, Any]:
        usual = {
            "service": "cases",
            "chain": "access",
            "position": number,
            "at": "2026-04-24T04:00:00+00:00",
            "kind": "read",
            "operation": "case.get",
            "outcome": "done",
            "code": None,
            "actor": str(UUID(int=1)),
            "actor_name": "某人",
            "org_code": "agriculture",
            "behind": None,
            "behind_name": None,
            "objects": [],
            "request_id": "r",
            "source": None,
            "times": 1,
        }
        return {**usual, "id": str(UUID(int=number)), **said}

    def test_only_the_administrator_of_the_audit_sees_it(self, door: House) -> None:
        for path in ("", "/export.csv", "/chain?service=gateway&chain=access", "/checkpoints"):
            assert door.ask("GET", f"/api/v1/audit{path}", by="coordinator").status_code == 403
        assert door.ask("POST", "/api/v1/audit/checkpoints", by="coordinator").status_code == 403

    def test_the_entries_of_the_door_stand_among_those_of_the_services(self, door: House) -> None:
        later = str(new_id())
        door.services.answers["cases:audit.list"] = {
            "items": [self.entry(1, id=later)], "next_cursor": None, "total": None
        }  # fmt: skip
        log_in(door, "nobody", "wrong")
        written(door)
        body = door.ask("GET", "/api/v1/audit", by="auditor", params={"limit": 3}).json()
        assert [one["service"] for one in body["items"]][:1] != []
        assert {"gateway", "cases"} >= {one["service"] for one in body["items"]}
        assert body["next_cursor"]
        assert [one["id"] for one in body["items"]] == sorted((one["id"] for one in body["items"]), reverse=True)
        only = door.ask("GET", "/api/v1/audit", by="auditor", params={"service": "cases"}).json()
        assert [one["id"] for one in only["items"]] == [later]

    def test_a_csv_has_every_row_and_no_formula(self, door: House) -> None:
        door.services.answers["cases:audit.list"] = {
            "items": [self.entry(1, actor_name="=HYPERLINK(1)")], "next_cursor": None, "total": None
        }  # fmt: skip
        answer = door.ask("GET", "/api/v1/audit/export.csv", by="auditor", params={"service": "cases"})
        assert answer.headers["content-type"].startswith("text/csv")
        heading, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
        told = dict(zip(heading, row, strict=True))
        assert told["行为人"] == "'=HYPERLINK(1)"
        assert (told["类别"], told["结果"], told["时间"][:16]) == ("查阅", "完成", "2026-04-24T12:00")
        row = written(door)[0]
        assert (row.operation, row.kind, row.outcome) == ("audit-export", "export", "done")

    def test_the_chain_of_the_door_is_read_link_by_link(self, door: House) -> None:
        log_in(door, "nobody", "wrong")
        written(door)
        asked = {"service": "gateway", "chain": "access", "after": 0}
        page = door.ask("GET", "/api/v1/audit/chain", by="auditor", params=asked).json()
        assert [link["position"] for link in page["links"]][:2] == [1, 2]
        absent = {**asked, "chain": "changes"}
        assert door.ask("GET", "/api/v1/audit/chain", by="auditor", params=absent).status_code == 404


class TestCheckpoints:
    def test_it_signs_every_chain_and_names_who_did_not_answer(self, door: House) -> None:
        door.services.down.add("agencies")
        made = make(door)
        said = checkpoints.read(made.checkpoint)
        assert {(head["service"], head["chain"]) for head in said["heads"]} == {
            *(("cases", chain) for chain in ("changes", "access")),
            *(("notify", chain) for chain in ("changes", "access")),
            ("gateway", "access"),
        }
        assert made.missing == ["agencies"]
        given = [service for service, _, asked in door.services.asked if asked.get("operation") == KEEP]
        assert sorted(given) == ["cases", "notify"]

    def test_each_names_the_one_before_and_lies_in_the_folder_for_good(self, door: House) -> None:
        one, two = make(door), make(door)
        assert two.number == one.number + 1
        assert checkpoints.read(two.checkpoint)["previous"] == one.sha256
        file = keeper(door).folder / one.file
        assert stat.S_IMODE(file.stat().st_mode) == 0o400
        assert KeptCheckpoint.model_validate_json(file.read_bytes()) == one.checkpoint
        with pytest.raises(FileExistsError), file.open("x"):
            pass

    def test_a_file_that_is_there_already_is_not_written_over(self, door: House) -> None:
        first = make(door)
        folder = keeper(door).folder
        file = folder / f"checkpoint-{first.number + 1:08d}.json"
        file.write_text("foreign", encoding="utf-8")
        make(door)
        assert file.read_text(encoding="utf-8") == "foreign"

    def test_one_is_due_by_the_hour_whatever_the_hour_and_at_once_when_some_service_was_missing(
        self, door: House
    ) -> None:
        kept = keeper(door)
        make(door)
        assert not kept._is_due()
        door.clock.at += timedelta(minutes=59)
        assert not kept._is_due()
        door.clock.at += timedelta(minutes=2)
        assert kept._is_due()
        door.services.down.add("cases")
        make(door)
        door.clock.at += timedelta(seconds=61)
        assert kept._is_due()

    def test_a_service_whose_chain_is_another_is_an_alert(self, door: House) -> None:
        door.services.answers["cases:audit.keep-checkpoint"] = Conflict("audit.chain-contradicts", number=1)
        make(door)
        assert keeper(door).contradicted == ("cases",)
        alerts = door.ask("GET", "/readyz").json()["alerts"]
        assert {"service": "gateway", "what": "audit_contradicted", "number": 1} in alerts

    def test_the_administrator_makes_and_lists_them(self, door: House) -> None:
        answer = door.ask("POST", "/api/v1/audit/checkpoints", by="auditor")
        assert answer.status_code == 201
        listed = door.ask("GET", "/api/v1/audit/checkpoints", by="auditor").json()["items"]
        assert listed[0] == answer.json()
        assert keeper(door).list(ListCheckpoints(limit=1)).items[0].number == answer.json()["number"]
