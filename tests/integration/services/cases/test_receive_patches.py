"""Batches of patches from a file become clues, each patch once for ever."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from services.cases.domain.patch import Patch, Warned
from services.cases.handlers.clues import ReceivedPatch, receive_patches
from services.cases.settings import CasesData
from services.cases.storage.unit import CasesUnit
from services.cases.wiring import wire_import
from shared.delivery.runner import UnitRunner
from tests.integration.services.cases.office import COORDINATOR, OFFICER, Office

SQUARE = {"type": "Polygon", "coordinates": [[[105.5, 37.4], [105.501, 37.4], [105.501, 37.401], [105.5, 37.4]]]}


def patch(number: int, **changes: Any) -> Patch:
    values: dict[str, Any] = {
        "row_no": number,
        "patch_no": f"640521WP{number:08d}",
        "batch_no": "2026年一季度",
        "division_code": "640521104000",
        "township_code": "640521104000",
        "village_code": None,
        "patch_type": "1A",
        "image_before_on": date(2025, 9, 12),
        "image_after_on": date(2026, 3, 28),
        "area_m2": Decimal("8400.00"),
        "stated_area_mu": Decimal("12.60"),
        "farmland_area_m2": Decimal("7000.00"),
        "pbf_area_m2": None,
        "longitude": 105.5,
        "latitude": 37.4,
        "geometry_wkb": b"",
        "geometry_digest": "a" * 64,
        "feature": "砂石",
        "note": None,
        "raw": {},
        "warnings": (Warned("patch.overlay-missing"),),
    }
    return Patch(**{**values, **changes})


@pytest.fixture
def runner(office: Office) -> Iterator[UnitRunner[CasesUnit]]:
    dsn = office.parts.engine.url.render_as_string(hide_password=False)
    made = wire_import(CasesData(cases_dsn=SecretStr(dsn)), lambda: None, office.clock)
    yield made
    made.engine.dispose()


def received(runner: UnitRunner[CasesUnit], *patches: Patch) -> list[ReceivedPatch]:
    made: list[ReceivedPatch] = []

    def use_case(unit: CasesUnit) -> dict[str, Any]:
        made[:] = receive_patches([(one, SQUARE) for one in patches], uuid4(), unit)
        return {}

    runner.run(COORDINATOR, use_case, correlation_id="import")
    return made


def test_a_patch_becomes_a_clue_that_keeps_what_the_file_said(office: Office, runner: UnitRunner[CasesUnit]) -> None:
    [one] = received(runner, patch(37))
    clue = office.query(OFFICER, "clue.get", id=str(one.clue_id))
    assert (clue["clue_no"], clue["state"], clue["source"]) == (one.clue_no, "received", "satellite_patch")
    assert clue["patch"]["patch_no"] == clue["patch_no"] == "640521WP00000037"
    assert clue["patch"]["warnings"] == ["patch.overlay-missing"]
    assert (clue["area_mu"], clue["farmland_area_m2"], clue["pbf_area_m2"]) == (12.6, 7000.0, None)
    assert clue["geometry"] == SQUARE
    assert clue["place"] == "中宁县恩和镇"
    [event] = office.events(one.clue_id)
    assert event.payload["patch"]["geometry_digest"] == "a" * 64
    assert event.actor == COORDINATOR.account_id


def test_the_same_patches_again_make_nothing_new(office: Office, runner: UnitRunner[CasesUnit]) -> None:
    first = received(runner, patch(1), patch(2))
    assert [one.created for one in first] == [True, True]
    again = received(runner, patch(1), patch(3), patch(2))
    assert [one.created for one in again] == [False, True, False]
    assert [again[0].clue_id, again[2].clue_id] == [one.clue_id for one in first]
    assert office.query(COORDINATOR, "clue.list", with_total=True)["total"] == 3
    assert office.query(COORDINATOR, "clue.list", no="640521WP00000003")["items"][0]["id"] == str(again[1].clue_id)


def test_a_batch_costs_the_same_few_statements_whatever_its_size(office: Office, runner: UnitRunner[CasesUnit]) -> None:
    received(runner, patch(1))  # takes the block of numbers
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    sa.event.listen(runner.engine, "before_cursor_execute", note)
    made = received(runner, *(patch(number) for number in range(2, 152)))
    assert len(made) == 150
    assert len(statements) <= 5, "numbers known, clues, events, rows of work and of search"
    assert len(office.events(*(one.clue_id for one in made))) == 150
    assert all(isinstance(one.clue_id, UUID) for one in made)


def test_reporting_a_clue_costs_three_statements(office: Office) -> None:
    """The clue with its clocks, its rows of the lists, and what is told of it."""
    office.command(COORDINATOR, "clue.report", _BODY)  # takes the block of numbers
    statements: list[str] = []
    sa.event.listen(office.parts.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    office.command(COORDINATOR, "clue.report", _BODY)
    assert [statement.split()[0] for statement in statements] == ["WITH", "WITH", "SELECT"]


_BODY = {"source": "patrol", "division_code": "640521104000", "place": "恩和镇", "description": "堆砂"}
