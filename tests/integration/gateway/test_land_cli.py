"""`tianwei land`: a version of a base layer sent, watched, told."""

import json
from typing import Any

from gateway.texts import detail
from tests.integration.gateway.test_cli import Desk, _page, desk  # noqa: F401 - the fixture

LAYER: dict[str, Any] = {
    "id": "0199a1b2-0000-7000-8000-000000000009",
    "kind": "parcel",
    "version_name": "2025年度",
    "valid_from": "2025-12-31",
    "state": "queued",
    "file_name": "plots.gpkg",
    "file_sha256": "0" * 64,
    "crs": "EPSG:4490",
    "requested_at": "2026-03-02T01:00:00Z",
    "finished_at": None,
    "rows_total": 2,
    "rows_done": 2,
    "rows_created": 2,
    "rows_repaired": 1,
    "rows_rejected": 0,
    "encoding": "UTF-8",
    "sample": {},
    "warnings": [],
    "problem": None,
}
REPAIRED: dict[str, Any] = {
    "row_no": 2,
    "outcome": "repaired",
    "field": "geometry",
    "code": "land.geometry-repaired",
    "facts": {"reason": "self-intersection"},
}


def load(desk: Desk, end: dict[str, Any], rows: list[dict[str, Any]], *words: str) -> Any:  # noqa: F811
    desk.log_in()
    desk.house.services.answers |= {
        "land_layer.load": LAYER,
        "land_layer.get": {**LAYER, **end},
        "land_layer.rows": _page(*rows),
    }
    file = desk.home / "plots.gpkg"
    file.write_bytes(b"SQLite")
    options = ("--kind", "parcel", "--version", "2025年度", "--valid-from", "2025-12-31")
    return desk.run("land", "import", str(file), *options, *words)


def test_a_layer_is_sent_and_its_repaired_rows_are_told(desk: Desk) -> None:  # noqa: F811
    result = load(desk, {"state": "finished"}, [REPAIRED])
    assert result.exit_code == 0
    assert "图形 2，其中修复 1，退回 0" in result.output
    assert detail("land.geometry-repaired", REPAIRED["facts"]) in result.output.replace("\n", "")
    sent = desk.house.services.last("land_layer.load")["body"]
    assert (sent["kind"], sent["valid_from"]) == ("parcel", "2025-12-31")


def test_a_rejected_row_is_exit_code_1(desk: Desk) -> None:  # noqa: F811
    row = {**REPAIRED, "outcome": "rejected", "field": "PLOT_CODE", "code": "attribute.missing", "facts": {}}
    result = load(desk, {"state": "finished", "rows_created": 1, "rows_rejected": 1}, [row], "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["rows"][0]["field"] == "PLOT_CODE"


def test_a_refused_layer_says_why(desk: Desk) -> None:  # noqa: F811
    problem = {"code": "file.outside-county", "field": "file", "facts": {"longitude": 105.1, "latitude": 34.2}}
    result = load(desk, {"state": "refused", "problem": problem}, [])
    assert result.exit_code == 1
    assert "没有一个图形在本县范围内" in result.output


def test_versions_are_listed_in_chinese(desk: Desk) -> None:  # noqa: F811
    desk.log_in()
    desk.house.services.answers["land_layer.list"] = _page({**LAYER, "state": "finished"})
    told = desk.run("land", "layers", "--kind", "parcel").output
    assert "2025年度" in told
    assert "有效" in told
