"""Clues that look alike, reports of people, reviewers above: what the tests of clues beside the main path share."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from services.cases.adapters.duplicate_checker import DuplicateChecker
from services.cases.domain.patch import Patch
from services.cases.handlers.clues import receive_patches
from services.cases.settings import CasesData
from services.cases.wiring import wire_import
from shared.contracts.codes import Role
from shared.principal import Actor
from tests.integration.services.cases.office import (
    COORDINATOR,
    OFFICER,
    Office,
    Refused,
    actor,
    papers,
    sand_yard,
)
from tests.integration.services.cases.test_receive_patches import patch

CITY = actor(Role.SUPERIOR_REVIEWER, "6405", "吴市级")
OTHER_CITY = actor(Role.SUPERIOR_REVIEWER, "6404", "固原市级")
REGION = actor(Role.SUPERIOR_REVIEWER, "64", "郑自治区")
COLLEAGUE = Actor("coordinator:2", "钱审核", frozenset({Role.COORDINATOR}), "640521", "640521")
REPORTER = {"name": "贾明远", "phone": "13909551234", "address": "某村二组"}
TOWNSHIP = {"township_code": "640521104000"}
AGRICULTURE = type(COORDINATOR)("agriculture:1", "马农业", frozenset({Role.AGENCY_OFFICER}), "agriculture", "640521")
_numbers = count(1)
PROOF = {"party_name": "某砂场", "use_class": "硬化", "built_on": "2026-02-01"}


def review(office: Office, id_: str) -> dict[str, Any]:
    """County, city and region let an opinion pass; the clue as it is then."""
    office.command(COORDINATOR, "clue.start-review", {}, id_)
    for by in (COORDINATOR, CITY, REGION):
        office.command(by, "clue.pass-review", {}, id_)
    return office.query(COORDINATOR, "clue.get", id=id_)


def box(west: float = 105.5, south: float = 37.4, side: float = 0.001) -> dict[str, Any]:
    """A square, `side` degrees wide."""
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def reported(**changes: Any) -> dict[str, Any]:
    """A named report over the hotline, of a place near 恩和镇."""
    told = {"source": "public_report", "channel": "hotline_12345", "reporter": REPORTER, "description": "有人倒砂石"}
    return sand_yard(**{**told, "longitude": 105.5005, "latitude": 37.4005, **changes})


@contextmanager
def importing(office: Office) -> Iterator[Any]:
    dsn = office.parts.engine.url.render_as_string(hide_password=False)
    runner = wire_import(CasesData(cases_dsn=SecretStr(dsn)), lambda: None, office.clock)
    yield runner
    runner.engine.dispose()


def take_in(
    office: Office, *drawn: tuple[int, dict[str, Any] | None], by: Actor = COORDINATOR, **changes: Any
) -> list[str]:
    """Clues of patches: (number, shape). by: who has asked for the import."""
    patches: list[tuple[Patch, dict[str, Any] | None]] = []
    for number, shape in drawn:
        centre = {} if shape is None else _centre(shape)
        patches.append((patch(number, **{**centre, **changes}), shape))
    made: list[str] = []

    def use_case(unit: Any) -> dict[str, Any]:
        made[:] = [str(row.clue_id) for row in receive_patches(patches, uuid4(), unit)]
        return {}

    with importing(office) as runner:
        runner.run(by, use_case, correlation_id="import")
    return made


def _centre(shape: dict[str, Any]) -> dict[str, float]:
    polygon = shape["coordinates"] if shape["type"] == "Polygon" else shape["coordinates"][0]
    ring = polygon[0]
    (west, south), (east, north) = ring[0], ring[2]
    return {"longitude": (west + east) / 2, "latitude": (south + north) / 2}


def look(office: Office) -> None:
    """The worker looks at every clue that waits."""
    with importing(office) as runner:
        checker = DuplicateChecker(runner)
        while checker.run_once():
            pass


def proposals(office: Office, **asked: Any) -> list[tuple[str, str, str, list[str]]]:
    """(id, newer clue, older clue, grounds), newest first."""
    found = office.query(COORDINATOR, "clue_duplicate.list", **asked)["items"]
    return [(row["id"], row["clue"]["id"], row["other"]["id"], row["grounds"]) for row in found]


def a_patch(office: Office) -> str:
    """A clue of a patch that lies by itself."""
    number = next(_numbers)
    (id_,) = take_in(office, (number, box(105.3 + number * 0.01)))
    return id_


def refusal(office: Office, *args: Any, **more: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        office.command(*args, **more)
    return caught.value


def under_verification(office: Office, id_: str) -> None:
    office.command(COORDINATOR, "clue.assign", TOWNSHIP, id_)
    office.command(OFFICER, "clue.sign", {}, id_)
    office.command(OFFICER, "clue.start-verification", {"officers": ["甲", "乙"]}, id_)


def opinion(**changes: Any) -> dict[str, Any]:
    return {
        "opinion": "non_agri_illegal",
        "facts": "占用耕地",
        "area_m2": 8400,
        "farmland_area_m2": 7000,
        "pbf_area_m2": 4200,
        "proof": PROOF,
        **papers("verification_report", "site_photos"),
        **changes,
    }


def submitted(office: Office, **changes: Any) -> str:
    """A patch with an opinion of the township."""
    id_ = a_patch(office)
    under_verification(office, id_)
    office.command(OFFICER, "clue.submit-opinion", opinion(**changes), id_)
    return id_


def clue(office: Office, id_: str, by: Any = COORDINATOR) -> dict[str, Any]:
    return office.query(by, "clue.get", id=id_)


def parts(*areas: float, **more: Any) -> dict[str, Any]:
    return {"children": [{"area_m2": area, **more} for area in areas], "reason": "用途不同"}


def clocks_of(clue: dict[str, Any]) -> dict[str, str]:
    """Running clocks and their last days."""
    return {clock["rule_id"]: clock["due_on"] for clock in clue["deadlines"] if clock["met_at"] is None}


def held(office: Office, by: Actor) -> set[str]:
    return {clock["rule_id"] for clock in office.query(by, "deadline.mine")["items"]}
