"""Who may do what is what the tables say, at every door, and nothing of a county or an agency reaches another."""

import asyncio
import json
import logging
import time
from collections.abc import Iterator
from typing import Any, cast
from uuid import uuid4

import jwt
import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from services.agencies.storage import wall as agencies_wall
from services.cases.storage import wall as cases_wall
from services.notify.storage import wall as notify_wall
from shared.contracts.codes import Role
from shared.operations import Dispatcher, Operation, QueryOperation
from shared.principal import Actor
from shared.wall import acting, unnamed, walled
from tests.integration.matrix.asking import Ask, asks, collection, same_of, text_of
from tests.integration.matrix.county import OUTSIDERS, WORD, ids_of, inhabit, nothing, person_of, plant
from tests.integration.matrix.house import Answer, House, open_house
from tests.support.nodes import PostgresNode

SERVICES = ("cases", "agencies", "notify")
WALLS = {"cases": cases_wall, "agencies": agencies_wall, "notify": notify_wall}
_KERNEL = {"event_log", "idempotency"}
Said = dict[tuple[str, str, str], str]


@pytest.fixture(scope="module")
def house(postgres: PostgresNode, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(postgres, tmp_path_factory.mktemp("house")) as opened:
        inhabit(opened)
        yield opened


@pytest.fixture(scope="module")
def before(house: House) -> Said:
    """What outsiders are answered while there is nothing."""
    return listen(house, {})


@pytest.fixture(scope="module")
def planted(house: House, before: Said) -> dict[str, str]:
    """By collection, an object of the county, with the word in all of its texts."""
    assert before
    plant(house)
    return ids_of(house)


def listen(house: House, ids: dict[str, str]) -> Said:
    """What every outsider is answered by every route that reads; where one asks for an object, by its id."""

    async def all_of_them() -> Said:
        said: Said = {}
        for ask in asks(house.office.clock.at):
            if ask.route.method == "GET":
                for login in OUTSIDERS:
                    id_ = ids.get(collection(ask.path)) or nothing()
                    answer = await ask.send(house, login, id_)
                    said[ask.route.method, ask.path, login] = same_of(answer, id_)
                    assert WORD not in text_of(answer), (ask.path, login)
        return said

    return asyncio.run(all_of_them())


# ---- the tables ------------------------------------------------------------------------------------------------------


def operations_of(house: House, service: str) -> dict[str, Operation]:
    dispatcher = cast(Any, house.parts[service].dispatcher)
    return {**dispatcher._commands, **dispatcher._queries}


def ask_service(house: House, service: str, operation: Operation, principal: str) -> str:
    """The code of the answer: empty when it was done."""
    dispatcher: Dispatcher[Any] = house.parts[service].dispatcher
    request = {
        "operation": operation.name,
        "body": {"no_such_field": 1},
        "principal": principal,
        "deadline": time.time() + 30,
        "correlation_id": "matrix",
        "target_id": nothing(),
        "command_id": uuid4().hex,
    }
    if isinstance(operation, QueryOperation):
        request = {name: request[name] for name in request if name not in ("target_id", "command_id")}
        return str(dispatcher.query(request).get("problem", {}).get("code", ""))
    return str(dispatcher.command(request).get("problem", {}).get("code", ""))


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_answers_every_role_as_its_row_says(house: House, service: str) -> None:
    actors = {role: Actor(role, role, frozenset({role}), *person_of(role)) for role in Role}
    principals = {role: house.signer.sign(actor) for role, actor in actors.items()}
    without = house.signer.sign(Actor("none", "none", frozenset(), "640521", "640521"))
    for operation in operations_of(house, service).values():
        public = isinstance(operation, QueryOperation) and operation.public
        for role, principal in principals.items():
            code = ask_service(house, service, operation, principal)
            allowed = public or role in operation.roles
            # Of another city there is no house here, of which the rule is.
            expected = {"invalid-field"} if allowed else {"role-not-allowed"}
            assert code in expected, (operation.name, role, code)
        assert ask_service(house, service, operation, without) == ("invalid-field" if public else "role-not-allowed")


@pytest.mark.parametrize("service", SERVICES)
def test_who_is_not_proved_by_the_gateway_is_refused_by_every_operation(house: House, service: str) -> None:
    unknown = jwt.encode({**_claims(house), "roles": ["emperor"]}, _key(house), "EdDSA", {"typ": "principal+jwt"})
    for operation in operations_of(house, service).values():
        for principal in (unknown, "", "a.b.c"):
            assert ask_service(house, service, operation, principal) == "principal-invalid", operation.name


def _claims(house: House) -> dict[str, Any]:
    token = house.signer.sign(Actor("x", "x", frozenset({Role.COORDINATOR}), "640521", "640521"))
    return dict(jwt.decode(token, options={"verify_signature": False}))


def _key(house: House) -> Any:
    return cast(Any, house.signer)._keys.current()[1]


def test_every_route_answers_every_role_as_the_row_of_its_operation_says(house: House) -> None:
    table = {name: row for service in SERVICES for name, row in operations_of(house, service).items()}

    async def all_of_them() -> list[str]:
        wrong = []
        for ask in asks(house.office.clock.at):
            answer = await ask.send(house, None, nothing())
            public = ask.route.operation is None and ask.route.who is None
            if not public and answer.status != 401:
                wrong.append(f"{ask.route.method} {ask.path} without a token: {answer.status}")
            if public or ask.route.name == "logout":
                continue
            roles = table[ask.route.operation].roles if ask.route.operation else ask.route.who
            for role in Role:
                answer = await ask.send(house, role, nothing())
                if fault := _fault(ask, answer, allowed=role in (roles or ())):
                    wrong.append(f"{ask.route.method} {ask.path} {role}: {fault}")
        return wrong

    assert asyncio.run(all_of_them()) == []


def _fault(ask: Ask, answer: Answer, *, allowed: bool) -> str | None:
    problem = json.loads(answer.content) if answer.status >= 400 else {}
    refused = problem.get("code") == "role-not-allowed"
    if answer.status >= 500 or (allowed and refused):
        return f"{answer.status} {answer.text[:300]}"
    # A file is judged while it comes in, before anybody is asked about it; and so is what only the gateway knows.
    if not allowed and not refused and (answer.status < 400 or not (ask.form or answer.status == 422)):
        return f"{answer.status} {answer.text[:300]}"
    return None


# ---- what is not seen does not exist ---------------------------------------------------------------------------------


def test_outsiders_are_answered_as_if_there_were_nothing(
    house: House, before: Said, planted: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """Lists, searches, counts, statistics, exports, documents, timelines, single objects: word for word."""
    with caplog.at_level(logging.DEBUG):
        now = listen(house, planted)
    # How the lines to agencies and recipients do is for whoever runs this house: numbers of what waits, nothing
    # else.
    told = {("GET", path, "administrator of the house") for path in ("/agencies", "/recipients")}
    assert {key: (before[key], now[key]) for key in now if now[key] != before[key] and key not in told} == {}
    assert not [record for record in caplog.records if WORD in str(vars(record))]


def test_steps_on_what_is_not_seen_are_refused_as_on_what_does_not_exist(
    house: House, planted: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    async def all_of_them() -> tuple[int, list[str]]:
        number, wrong = 0, []
        for ask in asks(house.office.clock.at):
            id_ = planted.get(collection(ask.path))
            if ask.route.method == "GET" or not ask.named or id_ is None:
                continue
            for login in ("far-county", "far-township", "far-city", "other-agency", "other-township"):
                number += 1
                none = nothing()
                there, absent = [await ask.send(house, login, one) for one in (id_, none)]
                if same_of(there, id_) != same_of(absent, none) or there.status < 400:
                    wrong.append(f"{ask.path} {login}: {text_of(there)[:300]} / {text_of(absent)[:300]}")
        return number, wrong

    with caplog.at_level(logging.DEBUG):
        number, wrong = asyncio.run(all_of_them())
    assert wrong == []
    assert number > 800
    assert not [record for record in caplog.records if WORD in str(vars(record))]


def test_the_countys_own_people_read_the_word_everywhere(house: House, planted: dict[str, str]) -> None:
    """Else the tests above would be content with an empty house."""

    async def all_of_them() -> set[str]:
        told = set()
        for ask in asks(house.office.clock.at):
            if ask.route.method == "GET" and collection(ask.path) in planted:
                for login in ("coordinator", "chief", "agency_officer", "office_director"):
                    id_ = planted[collection(ask.path)]
                    answer = await ask.send(house, login, id_)
                    if (answer.status == 200 and WORD in text_of(answer)) or f'"{id_}"' in text_of(answer):
                        told.add(collection(ask.path))
        return told

    # A sealed record is read by a command alone.
    assert asyncio.run(all_of_them()) == set(planted) - {"sealed-records"}


# ---- the second wall -------------------------------------------------------------------------------------------------


def rows_with_the_word(engine: Engine, tables: set[str]) -> set[str]:
    """Tables of which at least one row that the engine's transactions see holds the word."""
    found = set()
    with engine.connect() as connection:
        for table in sorted(tables):
            holds = f"SELECT count(*) FROM \"{table}\" t WHERE t::text LIKE '%%{WORD}%%'"
            if connection.exec_driver_sql(holds).scalar_one():
                found.add(table)
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_without_any_condition_postgresql_shows_outsiders_nothing(
    house: House, planted: dict[str, str], service: str
) -> None:
    assert planted
    wall, engine = WALLS[service], house.parts[service].engine
    tables = (wall.all_tables() - set(wall.OPEN)) | _KERNEL
    holding = rows_with_the_word(engine, tables)
    assert "event_log" in holding
    assert rows_with_the_word(unnamed(engine), tables) == set()
    for login in OUTSIDERS:
        by = house.callers.known[login].actor
        seen = rows_with_the_word(acting(engine, wall.facts_of(by, acts=False)), tables)
        if login.startswith(("far", "of nowhere")):
            assert seen == set(), login
        else:
            assert seen <= _COUNTY_WIDE[service], login


_COUNTY_WIDE = {
    "cases": {"event_log", "deadline", "disclosure", "proof_bundle", "clue_import", "land_layer"},
    "agencies": {"event_log"},
    "notify": {"event_log", "dossier", "case_brief"},
}
"""Of these the wall is the county; what narrows further is in the conditions of the queries."""


@pytest.mark.parametrize("service", SERVICES)
def test_nobody_writes_beyond_his_county(house: House, planted: dict[str, str], service: str) -> None:
    assert planted
    table, column = {"cases": ("clue", "division_code"), "agencies": ("agency_task", "division_code"),
                     "notify": ("document", "jurisdiction")}[service]  # fmt: skip
    wall, engine = WALLS[service], house.parts[service].engine
    far, here = (house.callers.known[login].actor for login in ("far-county", "coordinator"))
    with acting(engine, wall.facts_of(far, acts=True)).begin() as connection:
        assert connection.exec_driver_sql(f"UPDATE {table} SET version = version").rowcount == 0
    ours = acting(engine, wall.facts_of(here, acts=True))
    with pytest.raises(sa.exc.ProgrammingError, match="row-level security"), ours.begin() as connection:
        connection.exec_driver_sql(f"UPDATE {table} SET {column} = '640522100000'")


@pytest.mark.parametrize("service", SERVICES)
def test_every_table_has_a_wall_or_a_reason_and_the_role_stands_below_it(house: House, service: str) -> None:
    wall = WALLS[service]
    with house.parts[service].engine.connect() as connection:
        assert wall.all_tables() - walled(connection) == set(wall.OPEN)
        assert walled(connection) >= _KERNEL
        role, strong = connection.exec_driver_sql(
            "SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).one()
        owned = connection.exec_driver_sql(f"SELECT count(*) FROM pg_tables WHERE tableowner = '{role}'").scalar_one()
    assert (strong, owned) == (False, 0)


def test_what_a_transaction_said_ends_with_it(house: House) -> None:
    """Pooled connections carry nothing from one principal to the next."""
    engine = house.parts["cases"].engine
    by = house.callers.known["coordinator"].actor
    with acting(engine, cases_wall.facts_of(by, acts=False)).connect() as connection:
        assert connection.exec_driver_sql("SELECT current_setting('tianwei.whole')").scalar_one() == "on"
    for _ in range(8):
        with unnamed(engine).connect() as connection:
            assert not connection.exec_driver_sql("SELECT current_setting('tianwei.whole', true)").scalar_one()
