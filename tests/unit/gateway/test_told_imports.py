"""Refusals and warnings of an import come with their sentence."""

from gateway.schemas.clue_imports import told_import, told_rows
from gateway.schemas.land import told_overlay


def test_a_refused_file_says_why() -> None:
    problem = {"code": "file.not-a-zip", "field": None, "facts": {"name": "a.zip"}}
    told = told_import({"warnings": [{"code": "file.too-large", "facts": {}}], "problem": problem})
    assert told["problem"] == {**problem, "detail": "文件“a.zip”不是 ZIP 压缩包。"}
    assert told["warnings"][0]["detail"] == "文件过大，无法处理。"
    assert told_import({"warnings": [], "problem": None})["problem"] is None


def test_a_row_says_why_it_was_rejected_or_what_to_check() -> None:
    rejected = {"code": "division.unknown", "field": "XZQBM", "facts": {"value": "640521998"}, "warnings": []}
    differs = {"stated_mu": "2", "measured_mu": "3"}
    taken = {"code": None, "field": None, "facts": {"patch.area-differs": differs}, "warnings": ["patch.area-differs"]}
    told = told_rows({"items": [rejected, taken], "next_cursor": None})["items"]
    assert told[0]["detail"] == "没有行政区划代码“640521998”。"
    assert (told[1]["detail"], told[1]["warning_details"]) == (None, ["填报面积 2 亩与图形面积 3 亩相差较大。"])


def test_an_overlay_says_why_it_takes_the_layers_of_a_day() -> None:
    asked = {"on_day": "2025-09-12", "day_basis": "image_before", "problem": None, "result": None}
    told = told_overlay(asked)
    assert told["why"] == "按前时相影像日期（2025-09-12），采用当日有效的图层版本：行为发生前的土地状况以此为准。"
    problem = {"code": "overlay.given-up", "field": None, "facts": {"tries": 3}}
    assert "套合 3 次" in told_overlay({**asked, "problem": problem})["problem"]["detail"]
