"""Bad input through the gateway: a clear error that names field and reason, and nothing is lost or half done."""

import dataclasses
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.texts import detail
from tests.system import patch_samples
from tests.system.books import Books
from tests.system.county import County, report
from tests.system.running_house import RunningHouse

# What carries the messages makes no difference here: one bus is enough.
pytestmark = [pytest.mark.timeout(300), pytest.mark.parametrize("house", ["embedded"], indirect=True, scope="package")]

CHINESE = re.compile("[\u4e00-\u9fff]")
# What an import may write when its file is refused: the job, and the events that tell of it.
OF_IMPORTS = frozenset(
    {"clue_import", "event_log", "outbox", "log_order", "log_head", "feed_cursor", "inbox", "idempotency"}
)
BEIJING_54 = (
    'PROJCS["Beijing_1954_3_Degree_GK_Zone_35",GEOGCS["GCS_Beijing_1954",DATUM["D_Beijing_1954",'
    'SPHEROID["Krasovsky_1940",6378245.0,298.3]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
    'PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",35500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",105.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],'
    'UNIT["Meter",1.0]]'
)


@dataclass(frozen=True)
class Bad:
    """A request that must be refused. path: filled with the ids of what is there. more: for Account.ask."""

    name: str
    status: int
    code: str
    field: str | None
    path: str = "/clues"
    body: Any = None
    by: str = "coordinator"
    more: dict[str, Any] = dataclasses.field(default_factory=dict)


CLUE = report("640521104", "好")
TOWNSHIP = {"township_code": "640521104000"}
BAD = (
    Bad("unknown JSON field", 422, "invalid-field", "colour", body={**CLUE, "colour": "red"}),
    Bad("attribute in the wrong type", 422, "invalid-field", "area_m2", body={**CLUE, "area_m2": "许多"}),
    Bad("field left out", 422, "invalid-field", "place", body={k: v for k, v in CLUE.items() if k != "place"}),
    Bad("code that does not exist", 422, "division.unknown", "division_code",
        body={**CLUE, "division_code": "640521998000"}),
    Bad("code of no list", 422, "invalid-field", "source", body={**CLUE, "source": "rumour"}),
    Bad("number that is none", 422, "json.not-finite", "area_m2",
        more={"content": b'{"area_m2": NaN}', "headers": {"Content-Type": "application/json"}}),
    Bad("broken JSON", 422, "json.malformed", None,
        more={"content": b'{"place": ', "headers": {"Content-Type": "application/json"}}),
    Bad("wrong state", 409, "cases.transition-not-allowed", None, "/clues/{clue}/sign", {}),
    Bad("stale version", 412, "stale-version", "If-Match", "/clues/{clue}/assign", TOWNSHIP, more={"version": 7}),
    Bad("document missing", 409, "cases.document-missing", "documents", "/cases/{case}/conclude",
        {"conclusion": "清楚。"}),
    Bad("no token", 401, "auth.token-missing", "Authorization", body=CLUE, by=""),
    Bad("token of nobody", 401, "auth.token-invalid", "Authorization", body=CLUE, by="nobody"),
    Bad("role that may not", 403, "role-not-allowed", None, body=CLUE, by="agriculture"),
    Bad("another agency's task", 404, "not-found", None, "/tasks/{task}/sign", {"signed_by": "张三"},
        by="natural-resources"),
    Bad("task of nobody", 404, "not-found", None, "/tasks/{clue}/sign", {"signed_by": "张三"},
        by="natural-resources"),
    Bad("result before acceptance", 409, "agencies.task-transition-not-allowed", None, "/tasks/{task}/report",
        {"result": {"kind": "criminal_decision", "decision": "filed", "decided_on": "2026-04-01",
                    "document_no": "1", "conclusion": "清楚。"}}, by="agriculture"),
    Bad("id that is none", 422, "http.parameter-invalid", "id", "/clues/12/sign", {}),
    Bad("key that is none", 422, "http.header-invalid", "Idempotency-Key", body=CLUE, more={"key": "k" * 201}),
    Bad("body over the limit", 413, "http.body-too-large", None, body={**CLUE, "description": "长" * 700_000}),
    Bad("file over the limit", 413, "http.body-too-large", None, "/clue-imports",
        more={"files": {"file": ("patches.zip", bytes(65 * 1024 * 1024))}}),
    Bad("empty file", 422, "http.file-empty", "file", "/clue-imports", more={"files": {"file": ("patches.zip", b"")}}),
)  # fmt: skip


@pytest.fixture(scope="module")
def there(house: RunningHouse, county: County) -> dict[str, str]:
    """Ids of what lies untouched while the bad requests come: a received clue, a case, a task of agriculture."""
    clue, case = county.clue(house.townships[0]), county.case(house.townships[0])
    task = county.task(county.joint_action(case, {"agriculture": "到场"}), "agriculture")
    house.account("natural-resources").all("/tasks")
    house.account("agriculture").all("/tasks")  # their first look is recorded: let it be over
    house.settle()
    return {"clue": clue["id"], "case": case["id"], "task": task["id"]}


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name.replace(" ", "-"))
def test_a_bad_request_is_told_what_is_wrong_and_changes_nothing(
    bad: Bad, house: RunningHouse, books: Books, there: dict[str, str]
) -> None:
    before = books.digests()
    answer = _ask(house, bad, bad.path.format(**there))
    _is_problem(answer, bad.status, bad.code, bad.field)
    assert books.digests() == before


def _ask(house: RunningHouse, bad: Bad, path: str) -> httpx.Response:
    if bad.by in house.logins:
        return house.account(bad.by).ask("POST", path, bad.body, **bad.more)
    headers = {"Authorization": "Bearer e30.e30.e30"} if bad.by else {}
    return httpx.post(f"{house.address}/api/v1{path}", json=bad.body, headers=headers, trust_env=False)


def _is_problem(answer: httpx.Response, status: int, code: str, field: str | None) -> None:
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["field"]) == (status, code, field)
    assert (problem["status"], problem["type"]) == (status, f"urn:tianwei:problem:{code}")
    assert CHINESE.search(problem["detail"])
    assert CHINESE.search(problem["title"])
    assert code not in problem["detail"]


@dataclass(frozen=True)
class BadFile:
    """A file that must be refused as a whole. missing: the member it lacks."""

    content: bytes
    code: str
    missing: list[str] | None = None


@pytest.fixture(scope="module")
def bad_files(tmp_path_factory: pytest.TempPathFactory) -> list[BadFile]:
    good = patch_samples.good_file(tmp_path_factory.mktemp("patches"))
    return [
        BadFile(b"PK? this is a letter, not an archive", "file.not-a-zip"),
        BadFile(good[: len(good) // 2], "file.not-a-zip"),
        BadFile(patch_samples.bomb(), "file.archive-too-large"),
        BadFile(patch_samples.without(good, ".dbf"), "file.member-missing", [".dbf"]),
        BadFile(patch_samples.without(good, ".prj"), "file.member-missing", [".prj"]),
        BadFile(patch_samples.with_projection(good, BEIJING_54), "file.projection-unknown"),
    ]


@pytest.mark.usefixtures("there")
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(
    house: RunningHouse, books: Books, bad_files: list[BadFile]
) -> None:
    before = books.digests(but=OF_IMPORTS)
    jobs = [(bad, _upload(house, bad.content)) for bad in bad_files]
    for bad, job in jobs:
        ended = _ended(house, job)
        problem = ended["problem"]
        assert (ended["state"], problem["code"], problem["field"]) == ("refused", bad.code, "file")
        assert problem["facts"].get("missing") == bad.missing
        assert (ended["rows_created"], ended["rows_known"], ended["rows_rejected"]) == (0, 0, 0)
        assert house.coordinator.all(f"/clue-imports/{job}/rows") == []
        _told_in_chinese(problem)
    assert books.digests(but=OF_IMPORTS) == before


def test_a_bad_row_is_listed_with_field_and_reason_and_stops_no_other(house: RunningHouse, tmp_path: Path) -> None:
    before = house.coordinator.get("/clues", with_total=True, limit=1)["total"]
    job = _upload(house, patch_samples.file_of_broken_rows(tmp_path))
    ended = _ended(house, job)
    rows = {row["row_no"]: row for row in house.coordinator.all(f"/clue-imports/{job}/rows")}
    found = {no: (row["field"], row["code"]) for no, row in rows.items() if row["outcome"] == "rejected"}
    assert found == patch_samples.BROKEN_ROWS
    for row in rows.values():
        if row["outcome"] == "rejected":
            _told_in_chinese(row)
    good = patch_samples.ROWS - len(patch_samples.BROKEN_ROWS)
    assert (ended["state"], len(rows)) == ("finished", patch_samples.ROWS)
    assert (ended["rows_created"], ended["rows_rejected"]) == (good, len(patch_samples.BROKEN_ROWS))
    assert house.coordinator.get("/clues", with_total=True, limit=1)["total"] == before + good
    made = [row for row in rows.values() if row["outcome"] == "created"]
    assert all(house.coordinator.get(f"/clues/{row['clue_id']}")["patch_no"] == row["patch_no"] for row in made)


@pytest.mark.usefixtures("there")
def test_the_same_file_again_makes_nothing_new(house: RunningHouse, books: Books, tmp_path: Path) -> None:
    content = patch_samples.file_of_broken_rows(tmp_path)
    _ended(house, _upload(house, content))
    before = books.digests(but=OF_IMPORTS | {"clue_import_row"})
    again = _ended(house, _upload(house, content))
    good = patch_samples.ROWS - len(patch_samples.BROKEN_ROWS)
    assert (again["rows_created"], again["rows_known"]) == (0, good)
    assert books.digests(but=OF_IMPORTS | {"clue_import_row"}) == before


def _upload(house: RunningHouse, content: bytes) -> str:
    answer = house.coordinator.ask("POST", "/clue-imports", files={"file": ("patches.zip", content)})
    assert answer.status_code == 202
    return str(answer.json()["id"])


def _ended(house: RunningHouse, job: str) -> dict[str, Any]:
    """The job when it has ended."""
    path = f"/clue-imports/{job}"
    house.until(lambda: house.coordinator.get(path)["state"] in ("finished", "refused"), "the import ended")
    return dict(house.coordinator.get(path))


def _told_in_chinese(problem: dict[str, Any]) -> None:
    """The sentence that the command line shows for it."""
    told = detail(problem["code"], problem["facts"], problem["field"])
    assert CHINESE.search(told)
    assert problem["code"] not in told
    assert "未知" not in told
