"""The command line against a gateway on a real port."""

import json
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from typer.testing import CliRunner, Result

from gateway.cli.__main__ import load_commands
from gateway.cli.app import app
from shared.contracts.codes import Role
from shared.errors import NotAllowed, NotFound, Unavailable
from tests.integration.gateway.conftest import PASSWORD, House
from tests.support.nodes import free_port, wait_until

ID = "0199a1b2-0000-7000-8000-000000000001"
CLUE = {
    "id": ID,
    "version": 1,
    "clue_no": "ZW-CL-640521-2026-00001",
    "state": "received",
    "source": "patrol",
    "received_at": "2026-03-02T01:00:00Z",
    "deadlines": [],
}
JOB = {
    "crs": "EPSG:4523",
    "encoding": "GB18030",
    "sample": {"JCBH": "640521WP26000037", "BZ": "砂场"},
    "warnings": [{"code": "file.encoding-contradicted", "facts": {"stated": "UTF-8", "used": "GB18030"}}],
    "id": ID,
    "state": "queued",
    "rows_total": None,
    "rows_done": 0,
    "rows_created": 0,
    "rows_known": 0,
    "rows_rejected": 0,
    "problem": None,
}
ROW = {
    "row_no": 2,
    "patch_no": "TB-2",
    "field": "XZQDM",
    "code": "division.unknown",
    "facts": {"value": "999999"},
    "warnings": [],
}

load_commands()


class Desk:
    """A person at a terminal, whose data folder is `home`."""

    def __init__(self, house: House, home: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.house, self.home = house, home
        self.environment = monkeypatch
        monkeypatch.setenv("TIANWEI_HOME", str(home))
        monkeypatch.setenv("TIANWEI_URL", url)
        monkeypatch.setenv("COLUMNS", "200")
        for name in ("TIANWEI_LOGIN", "TIANWEI_PASSWORD"):
            monkeypatch.delenv(name, raising=False)

    def run(self, *words: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(app, list(words), input=typed)

    def log_in(self, login: str = "li") -> None:
        assert self.run("login", login, typed=f"{PASSWORD}\n").exit_code == 0


@pytest.fixture
def desk(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    house.account("li", Role.COORDINATOR)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(house.app, port=port, lifespan="on", log_config=None, ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_until(lambda: server.started)
    yield Desk(house, tmp_path, f"http://127.0.0.1:{port}", monkeypatch)
    server.should_exit = True
    thread.join()


def _page(*items: dict[str, Any], cursor: str | None = None) -> dict[str, Any]:
    return {"items": list(items), "next_cursor": cursor, "total": None}


def test_logging_in_keeps_a_token_that_only_its_owner_may_read(desk: Desk) -> None:
    desk.log_in()
    kept = desk.home / "login.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert PASSWORD not in kept.read_text(encoding="utf-8")
    assert "县联合执法协调员" in desk.run("whoami").output


def test_a_generated_account_logs_in_without_typing(desk: Desk) -> None:
    listed = [{"login": "li", "password": PASSWORD}]
    (desk.home / "accounts.json").write_text(json.dumps(listed), encoding="utf-8")
    assert desk.run("login", "li").exit_code == 0


def test_a_generated_password_that_was_changed_is_asked_for(desk: Desk) -> None:
    listed = [{"login": "li", "password": "of-the-first-day"}]
    (desk.home / "accounts.json").write_text(json.dumps(listed), encoding="utf-8")
    assert desk.run("login", "li", typed=f"{PASSWORD}\n").exit_code == 0


def test_a_wrong_password_says_what_to_do(desk: Desk) -> None:
    refused = desk.run("login", "li", typed="wrong\n")
    assert refused.exit_code == 1
    assert "账号或密码不正确" in refused.output
    assert "请这样做" in refused.output


def test_without_a_login_it_says_how_to_log_in(desk: Desk) -> None:
    refused = desk.run("clues", "list")
    assert refused.exit_code == 1
    assert "tianwei login" in refused.output


def test_a_program_logs_in_by_its_environment(desk: Desk) -> None:
    desk.environment.setenv("TIANWEI_LOGIN", "li")
    desk.environment.setenv("TIANWEI_PASSWORD", PASSWORD)
    assert json.loads(desk.run("whoami", "--json").output)["login"] == "li"


def test_an_old_token_is_renewed_without_a_word(desk: Desk) -> None:
    desk.log_in()
    kept = desk.home / "login.json"
    token = json.loads(kept.read_text(encoding="utf-8"))
    kept.write_text(json.dumps({**token, "expires_at": 0}), encoding="utf-8")
    assert desk.run("whoami").exit_code == 0
    assert json.loads(kept.read_text(encoding="utf-8"))["refresh_token"] != token["refresh_token"]


def test_logging_out_forgets_the_token(desk: Desk) -> None:
    desk.log_in()
    assert desk.run("logout").exit_code == 0
    assert desk.run("whoami").exit_code == 1


def test_a_house_that_does_not_run_is_exit_code_3(desk: Desk) -> None:
    desk.log_in()
    desk.environment.setenv("TIANWEI_URL", f"http://127.0.0.1:{free_port()}")
    refused = desk.run("login", "li", typed=f"{PASSWORD}\n")
    assert refused.exit_code == 3
    assert "tianwei up" in refused.output


def test_a_list_goes_over_as_many_pages_as_it_takes(desk: Desk) -> None:
    desk.log_in()
    desk.house.services.answers["clue.list"] = lambda asked: (
        _page(CLUE) if asked["body"].get("cursor") else _page(CLUE, cursor="more")
    )
    assert len(json.loads(desk.run("clues", "list", "--limit", "5", "--json").output)) == 2
    assert "ZW-CL-640521-2026-00001" in (told := desk.run("clues", "list").output)
    assert "2026-03-02 09:00" in told
    assert "已接收" in told


def test_a_record_is_found_by_the_number_people_read(desk: Desk) -> None:
    desk.log_in()
    desk.house.services.answers |= {"clue.list": _page(CLUE), "clue.get": CLUE}
    assert "状态：已接收" in desk.run("clues", "show", "ZW-CL-640521-2026-00001").output
    assert desk.house.services.last("clue.list")["body"]["no"] == "ZW-CL-640521-2026-00001"


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (NotAllowed("role-not-allowed", allowed=["coordinator"]), "您的角色不能做此操作"),
        (Unavailable("database-unavailable"), "数据库暂时不可用"),
    ],
)
@pytest.mark.parametrize("verb", [("clues", "list"), ("cases", "list"), ("tasks", "list"), ("notices", "list")])
def test_every_failure_is_told_with_what_to_do(desk: Desk, verb: tuple[str, str], raised: Any, said: str) -> None:
    desk.log_in()
    for operation in ("clue.list", "case.list", "task.list", "notice.list"):
        desk.house.services.answers[operation] = raised
    refused = desk.run(*verb)
    assert refused.exit_code == 1
    assert said in refused.output
    assert "请这样做" in refused.output


def _import(desk: Desk, *progress: dict[str, Any], rows: list[dict[str, Any]], words: tuple[str, ...] = ()) -> Result:
    """Import a file whose job goes through these states."""
    desk.log_in()
    states = iter([{**JOB, **state} for state in progress])
    desk.house.services.answers |= {
        "clue_import.start": JOB,
        "clue_import.get": lambda _: next(states),
        "clue_import.rows": _page(*rows),
    }
    file = desk.home / "patches.zip"
    file.write_bytes(b"PK")
    return desk.run("import", str(file), *words)


def test_an_import_without_rejected_rows_is_exit_code_0(desk: Desk) -> None:
    running = {"state": "running", "rows_total": 2, "rows_done": 1}
    done = {"state": "finished", "rows_total": 2, "rows_done": 2, "rows_created": 2}
    result = _import(desk, running, done, rows=[])
    assert result.exit_code == 0
    assert "新增线索 2" in result.output
    assert "BZ=砂场" in result.output
    assert "声明的字符编码“UTF-8”不对" in result.output


def test_rejected_rows_are_listed_with_field_and_reason(desk: Desk) -> None:
    done = {"state": "finished", "rows_total": 2, "rows_done": 2, "rows_created": 1, "rows_rejected": 1}
    result = _import(desk, done, rows=[ROW])
    assert result.exit_code == 1
    for part in ("TB-2", "XZQDM", "没有行政区划代码“999999”"):
        assert part in result.output


def test_rejected_rows_as_json(desk: Desk) -> None:
    done = {"state": "finished", "rows_total": 1, "rows_done": 1, "rows_rejected": 1}
    result = _import(desk, done, rows=[ROW], words=("--json",))
    assert json.loads(result.stdout)["rejected"][0]["row_no"] == 2


def test_a_refused_file_says_why(desk: Desk) -> None:
    problem = {"code": "file.member-missing", "field": "file", "facts": {"missing": [".prj"]}}
    result = _import(desk, {"state": "refused", "problem": problem}, rows=[])
    assert result.exit_code == 1
    assert "压缩包缺少文件：.prj" in result.output


def _letter(number: int, subject: int, **facts: Any) -> dict[str, Any]:
    return {
        "id": f"0199a1b2-0000-7000-8000-{number:012d}",
        "version": 1,
        "service": "notify",
        "kind": "parked_event",
        "status": "open",
        "reason": "handler_error",
        "error": None,
        "tries": 6,
        "times": 1,
        "producer": "cases",
        "position": number,
        "event_type": "tianwei.cases.case-filed.v1",
        "subject_id": f"0199a1b2-0000-7000-9000-{subject:012d}",
        "party": None,
        "opened_at": f"2026-04-24T04:00:{number:02d}Z",
        "age_s": 90_061,
        **dict.fromkeys(("last_at", "proposed_by", "proposed_reason", "decided_by", "decided_at", "decision")),
        **facts,
    }


def test_a_bulk_replay_takes_one_letter_of_each_aggregate_and_shows_its_progress(desk: Desk) -> None:
    letters = [_letter(4, 1), _letter(3, 2), _letter(2, 1), _letter(1, 1)]
    answers = desk.house.services.answers
    for service in ("cases", "agencies", "notify"):
        answers[f"{service}:dead-letter.list"] = _page(*(letters if service == "notify" else ()))
        answers[f"{service}:dead-letter.get"] = NotFound()
    known = {letter["id"]: letter for letter in letters}
    answers["notify:dead-letter.get"] = lambda request: known[request["body"]["id"]]
    made: list[dict[str, Any]] = [
        {"replayed": 3, "remaining": 0, "failed_id": None},
        {"replayed": 0, "remaining": 1},
    ]
    outcomes = iter(made)
    answers["dead-letter.replay"] = lambda request: {
        **known[request["target_id"]],
        "failed_id": request["target_id"],
        **next(outcomes),
    }
    desk.log_in()
    done = desk.run("dead-letters", "replay", "--all")
    assert done.exit_code == 1
    assert [request["target_id"][-1] for request in desk.house.services.all("dead-letter.replay")] == ["1", "3"]
    assert "重做 2/2" in done.stderr
    assert "已重做 3 项，涉及 2 个对象" in done.stdout
    assert f"又失败：{letters[1]['id']}（notify）" in done.stdout
    listed = desk.run("dead-letters", "list").output
    assert "1 天 1 时" in listed
    assert "搁置的事件" in listed


def test_clues_are_exported_to_a_file_and_a_failed_export_leaves_none(desk: Desk, tmp_path: Path) -> None:
    desk.log_in()
    page = {"headings": ["线索编号"], "rows": [["XS1"]], "next_cursor": None}
    desk.house.services.answers["clue.export"] = page
    file = tmp_path / "线索.xlsx"
    done = desk.run("clues", "export", str(file), "--state", "assigned", "--layout", "shapefile_fields")
    assert done.exit_code == 0, done.output
    assert file.read_bytes().startswith(b"PK")
    body = desk.house.services.last("clue.export")["body"]
    assert (body["state"], body["layout"]) == ("assigned", "shapefile_fields")
    desk.house.services.answers["clue.export"] = Unavailable("bus.timeout", service="cases")
    other = tmp_path / "other.xlsx"
    refused = desk.run("clues", "export", str(other))
    assert refused.exit_code == 1
    assert "没有及时答复" in refused.output
    assert not list(tmp_path.glob("other*"))
