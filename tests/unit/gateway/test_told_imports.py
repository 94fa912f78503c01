"""Refusals and warnings of an import come with their sentence."""

from gateway.schemas.clue_imports import told_import, told_rows


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
