"""Writes docs/rules.md, the shipped rules with their sources: `python -m services.cases.rules_document`.

The same files, the same bytes. What a county has edited since stands in its database: `tianwei rules`.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from services.cases.storage.rule_files import read_all
from services.cases.storage.shipped_row import ShippedRow
from shared.contracts.clue_parts import OpinionProof
from shared.contracts.codes import (
    DisclosurePurpose,
    EvidenceKind,
    EvidenceStep,
    LandLayerKind,
    Measure,
    OrgType,
    RuleRegister,
    SentBackReason,
    ViolationType,
    title,
)

FILE = Path(__file__).parents[2] / "docs" / "rules.md"

_HEAD = """# 规则库

本文件由 `python -m services.cases.rules_document`（`make docs`）从 `services/cases/register/` 和
`shared/register/` 生成，不要手改；测试检查它与文件一致。各县改过的规则在数据库里，用 `tianwei rules` 或
`GET /api/v1/rules` 查看，变更记录在 `GET /api/v1/rules/{登记册}/{代码}/changes`。

- 每行从“有效期”首日起（含末日）有效；一条规则在任何一天至多有一行有效。
- 性质：法定、惯例（县级未另行规定时适用）、以文书载明为准。带 **[?]** 的待县级确认或者尚未核对原文。
- 没有一行早于其依据的施行日。依据施行前的行以当时有效的文本为依据，条文未核的带 [?]；当时没有文本的为惯例。
- “系统规程”是本系统的办理程序，不是法规，县级尚未发文前如实这样引用。本县发文后用 `tianwei rules set legal_source
  HOUSE.…` 登记文件名称（title）和条款（article），拒绝和提示即改引该文件。
- 改规则不改过去：已起算的期限、已作出的决定带着当时的规则。有效期早于今天的修改只能是附依据文件的更正，也不触及它们。
"""

_UNITS = {"working_day": "个工作日", "calendar_day": "日", "hour": "小时", "month": "个月"}
_DIRECTIONS = {"until": "", "not_before": "，期满后方可", "before": "，自届满日往前数"}
_BASES = {
    "m2": "元/平方米",
    "reclamation_fee": "倍耕地开垦费",
    "restoration_fee": "倍土地复垦费",
    "gains": "违法所得",
    "value": "倍价值",
    "yuan": "元",
}
_WHEN = {
    "buildings": "有建筑物的",
    "going_on": "行为正在进行的",
    "injuries": "有人受伤的",
    "threshold_suspected": "面积达到刑事标准的",
    "waste": "涉及废弃物的",
}
_VIEWS = {"whole": "全景", "close": "近景", "inside": "室内"}
_MODES = {"original": "法律直接规定", "centralised": "相对集中", "township": "下放乡镇", "entrusted": "委托"}
_KINDS = {"holiday": "法定节假日", "rest": "休息", "makeup_workday": "调休上班", "workday": "工作日"}

_STEP_TITLES = {
    EvidenceStep.SUBMIT_OPINION: "提交认定意见",
    EvidenceStep.START_REVIEW: "线索县级审核",
    EvidenceStep.FILE_CASE: "立案",
    EvidenceStep.CONCLUDE: "调查终结",
    EvidenceStep.REPORT: "报告整改完成",
    EvidenceStep.CHECK: "乡镇核查",
    EvidenceStep.ACCEPT: "县级验收",
    EvidenceStep.STRIKE_OFF: "销号",
    EvidenceStep.RECHECK: "下一耕种季复查",
}

Cells = Callable[[Mapping[str, Any]], list[str]]


def text() -> str:
    """The document as committed."""
    rows = read_all()
    chapters = [
        chapter(register, [row for row in rows if row.register is register]) for register, chapter in _CHAPTERS.items()
    ]
    return "\n".join([_HEAD, *chapters])


def _table(headings: str, cells: Cells) -> Callable[[RuleRegister, list[ShippedRow]], str]:
    """A chapter with a row for each rule: its key, the cells of its content, validity, mark and source."""

    def chapter(register: RuleRegister, rows: list[ShippedRow]) -> str:
        columns = ["代码", *headings.split("、"), "有效期", "性质", "依据"]
        lines = [[row.key, *cells(row.value), *_tail(row)] for row in rows]
        return f"## {title(register)}（`{register}`）\n\n{_markdown(columns, lines)}"

    return chapter


def _calendar(register: RuleRegister, rows: list[ShippedRow]) -> str:
    """The newest years day by day; of former ones how many days differ."""
    columns = ["代码", "与平常星期不同的日子", "依据"]
    lines = [[row.key, _days(row, spelled=row in rows[-2:]), row.source.text or ""] for row in rows]
    return f"## {title(register)}（`{register}`）\n\n{_markdown(columns, lines)}"


def _days(row: ShippedRow, spelled: bool) -> str:
    days = row.value["days"]
    if not spelled:
        return f"{len(days)} 天"
    kinds = groupby(sorted(days, key=lambda day: (day["kind"], day["date"])), key=lambda day: day["kind"])
    return "；".join(f"{_KINDS[kind]}：" + "、".join(day["date"][5:] for day in of_kind) for kind, of_kind in kinds)


def _markdown(columns: list[str], lines: Iterable[list[str]]) -> str:
    rows = [columns, ["---"] * len(columns), *lines]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows) + "\n"


def _tail(row: ShippedRow) -> list[str]:
    validity = f"{row.valid_from} 起" if row.valid_to is None else f"{row.valid_from} 至 {row.valid_to}"
    return [validity, title(row.mark) + (" **[?]**" if row.unsure else ""), _source(row)]


def _source(row: ShippedRow) -> str:
    said = []
    for one in row.source.basis:
        article = f"第{one.article}条" if one.article else ""
        said.append(f"《{one.law}》（{one.version}）{article}")
    return "；".join([*said, *([row.source.text] if row.source.text else [])])


def _bodies(codes: Iterable[str]) -> str:
    return "、".join(title(OrgType(code)) for code in codes)


def _law(value: Mapping[str, Any]) -> list[str]:
    term = " 至 ".join(part for part in (value.get("effective_from"), value.get("effective_to")) if part)
    name = f"系统规程“{value['title']}”" if value.get("house") else value["title"]
    return [name, value.get("full_title", ""), value["version"], term, value.get("note", "")]


def _deadline(value: Mapping[str, Any]) -> list[str]:
    limit = f"{value['limit']}{_UNITS[value['unit']]}{_DIRECTIONS[value.get('direction', 'until')]}"
    right = value.get("party_right", False)
    notes = [
        said
        for said, holds in (
            ("当事人权利", right),
            ("末日遇休息日顺延", value.get("rolls", right and value["unit"] in ("calendar_day", "month"))),
            ("末日遇休息日提前预警", value.get("alarm_on_earlier", False)),
            ("宁夏节假日计入休息日", value.get("overlay", right)),
            ("立即办理，不单独计时：退回后案件的办案期限（D10）恢复计算", not value["limit"]),
        )
        if holds
    ]
    return [value["title"], limit, "；".join(notes)]


def _ladder(value: Mapping[str, Any]) -> list[str]:
    hours = "" if value.get("hours") is None else f"；按小时计的：{value['hours']:+d} 小时"
    return [value["ladder"], value["step"], f"{value['days']:+d} 个工作日 {value['at'][:5]}{hours}"]


def _violation(value: Mapping[str, Any]) -> list[str]:
    fines = "；".join(_fine(fine) for fine in value.get("fines", []))
    return [
        value["title"],
        _bodies(value["lead"]) + (f"（{value['lead_note']}）" if "lead_note" in value else ""),
        _bodies(value["support"]),
        value["measures"],
        fines,
        "、".join(value["crimes"]),
        "、".join(value["copies"]),
    ]


def _fine(fine: Mapping[str, Any]) -> str:
    least, most = (number.removesuffix("/100") + ("%" if "/100" in number else "") for number in _range(fine))
    return f"{'可以并处 ' if fine.get('optional') else ''}{least} 至 {most} {_BASES[fine['base']]}"


def _range(fine: Mapping[str, Any]) -> tuple[str, str]:
    return fine["least"], fine["most"]


def _copy(value: Mapping[str, Any]) -> list[str]:
    to = [_bodies(value.get("to", [])), value.get("to_note", "")]
    limit = f"{value['limit']}{_UNITS[value['unit']]}" if "limit" in value else ""
    sealed = "（限定知悉人）" if value.get("restricted") else ""
    told = "；".join(part for part in to if part)
    return [value["condition"], told, _bodies(value.get("cc", [])), value["document"] + sealed, limit]


def _threshold(value: Mapping[str, Any]) -> list[str]:
    unit = "平方米" if value["measure"] == "area_m2" else "元"
    notes = [value.get("condition", ""), value.get("doubled", "") and f"两倍以上：{value['doubled']}"]
    if value.get("tillage_destroyed"):
        notes.append("并须经鉴定种植条件严重毁坏")
    if value.get("pro_rata"):
        notes.append("各类按比例折算合计")
    return [value["title"], f"≥ {value['at_least']} {unit}", "；".join(note for note in notes if note)]


def _power(value: Mapping[str, Any]) -> list[str]:
    type_ = title(ViolationType(value["violation_type"]))
    where = value.get("region_code") or "全域"
    return [_bodies([value["agency"]]), type_, _MODES[value["mode"]], value["basis_doc"], where, value.get("note", "")]


def _homestead(value: Mapping[str, Any]) -> list[str]:
    decides = "（由县级决定）" if value.get("county_decides") else ""
    lead = _bodies(value["lead"]) + decides
    return [value["party"], value["land_before"], value["purpose"], lead, value.get("note", "")]


def _evidence(value: Mapping[str, Any]) -> list[str]:
    notes = [
        _WHEN.get(value.get("condition", ""), ""),
        f"不少于{value['count']}件" if value.get("count", 1) > 1 else "",
        f"方位角相差{value['azimuth_gap_deg']}度以上" if "azimuth_gap_deg" in value else "",
        "每张整改前照片各有一张" if "paired" in value else "",
        "" if value.get("enabled", True) else "停用",
    ]
    types = "、".join(title(ViolationType(type_)) for type_ in value.get("types", [])) or "全部类型"
    return [value["title"], _STEP_TITLES[EvidenceStep(value["step"])], types, "；".join(note for note in notes if note)]


def _item(value: Mapping[str, Any]) -> list[str]:
    return [value["title"], "、".join(title(EvidenceKind(kind)) for kind in value["kinds"]) or "不限"]


def _flag(value: Mapping[str, Any]) -> list[str]:
    reason = value.get("sent_back_reason")
    return [value["title"], "不计入" if value["spoils"] else "仅提示", title(SentBackReason(reason)) if reason else ""]


def _photo(value: Mapping[str, Any]) -> list[str]:
    units = {"metre": "米", "degree": "度", "minute": "分钟", "hour": "小时"}
    number = f"{value['number']}{units[value['unit']]}" if "number" in value else "、".join(value["words"])
    return [value["title"], number, value["text"]]


def _proof(value: Mapping[str, Any]) -> list[str]:
    def named(keys: Iterable[str]) -> str:
        return "、".join(OpinionProof.model_fields[key].description or key for key in keys)

    said = [named(value["needs"])] if value.get("needs") else []
    if alternatives := value.get("alternatives"):
        said.append("以下之一：" + "；".join(named(keys) for keys in alternatives))
    said += [f"{named([key])}时另须{named(more)}" for key, more in value.get("when", {}).items()]
    said += [f"{named([key])}须为{_plain(must)}" for key, must in value.get("must", {}).items()]
    said += [f"{named([key])}在{least:g}至{most:g}之间" for key, (least, most) in value.get("bounds", {}).items()]
    return ["。".join(said)]


def _remedy(value: Mapping[str, Any]) -> list[str]:
    return ["、".join(title(Measure(one)) for one in value["measures"]), "、".join(value["over"]), value["count_from"]]


def _certificate(value: Mapping[str, Any]) -> list[str]:
    days = f"{value['holds_from']}至{value['holds_until']}"
    return [value["name"], value["agency"], value["certificate_no"], days]


def _level(value: Mapping[str, Any]) -> list[str]:
    return [value["title"], "、".join(f"{days}日" for days in value["term_days"]), value["rests_on"]]


def _trigger(value: Mapping[str, Any]) -> list[str]:
    numbers = "，".join(f"{name}={number}" for name, number in value.get("numbers", {}).items())
    return [
        value["title"],
        numbers,
        "、".join(value.get("violations", [])),
        "启用" if value.get("enabled", True) else "停用",
    ]


def _disclosure(value: Mapping[str, Any]) -> list[str]:
    return [value["title"], title(DisclosurePurpose(value["purpose"])), "、".join(value["fields"])]


def _choice(value: Mapping[str, Any]) -> list[str]:
    return [value["title"], "须附说明" if value.get("needs_text") else ""]


def _land_class(value: Mapping[str, Any]) -> list[str]:
    notes = [word for name, word in (("cultivated", "耕地"), ("wetland", "湿地")) if value.get(name)]
    main = {"agricultural": "农用地", "construction": "建设用地", "unused": "未利用地"}[value["main_class"]]
    return [value["title"], main, "、".join(notes)]


def _land_rule(value: Mapping[str, Any]) -> list[str]:
    tone = {"flag": "标记", "warn": "警示", "info": "提示"}[value["tone"]]
    notes = [value["effect"]]
    if value.get("notify"):
        notes.append("告知" + _bodies(value["notify"]))
    if "pass_share" in value:
        left = f"，未覆盖耕地少于 {value['uncovered_m2']} 平方米" if "uncovered_m2" in value else ""
        notes.append(f"覆盖比例 ≥ {value['pass_share']}{left}")
    return [value["title"], title(LandLayerKind(value["layer"])), tone, "；".join(notes)]


def _setting(value: Mapping[str, Any]) -> list[str]:
    return [value["title"], _plain(value.get("value")), value.get("why_open", ""), value.get("owner", "")]


def _plain(value: Any) -> str:
    if value is None:
        return "（未定）"
    if isinstance(value, dict):
        return "，".join(f"{name}：{_plain(part)}" for name, part in value.items())
    if isinstance(value, list):
        return "、".join(map(_plain, value))
    return {True: "是", False: "否"}[value] if isinstance(value, bool) else str(value)


_CHAPTERS: dict[RuleRegister, Callable[[RuleRegister, list[ShippedRow]], str]] = {
    RuleRegister.LEGAL_SOURCE: _table("简称、全称、版本、施行、说明", _law),
    RuleRegister.DEADLINE: _table("期限、长度、算法", _deadline),
    RuleRegister.LADDER: _table("阶梯、步骤、时间", _ladder),
    RuleRegister.VIOLATION_TYPE: _table("违法类型、牵头、配合、措施、罚款、罪名、抄告", _violation),
    RuleRegister.COPY_RULE: _table("条件、主送、抄送、文书、期限", _copy),
    RuleRegister.CRIMINAL_THRESHOLD: _table("标准、数额、说明", _threshold),
    RuleRegister.POWER_GRANT: _table("机关、违法类型、方式、权限文件、区域、说明", _power),
    RuleRegister.HOMESTEAD: _table("当事人、原地类、用途、牵头、说明", _homestead),
    RuleRegister.OFFICER_CERTIFICATE: _table("姓名、部门、证号、有效期", _certificate),
    RuleRegister.REQUIRED_EVIDENCE: _table("应有证据、环节、违法类型、条件", _evidence),
    RuleRegister.EVIDENCE_ITEM: _table("项目、证据种类", _item),
    RuleRegister.EVIDENCE_FLAG: _table("提示、后果、打回原因", _flag),
    RuleRegister.PHOTO_RULE: _table("要求、数值、说明", _photo),
    RuleRegister.OPINION_PROOF: _table("须举证的事实", _proof),
    RuleRegister.REMEDY: _table("处罚内容、须期满的期限、申请强制执行自何期限届满起算", _remedy),
    RuleRegister.LISTING_LEVEL: _table("层级、可定期限、权限依据", _level),
    RuleRegister.JOINT_ACTION_TRIGGER: _table("触发条件、数值、不论当事人的违法类型、状态", _trigger),
    RuleRegister.DISCLOSURE: _table("披露对象、用途、字段", _disclosure),
    RuleRegister.CLOSED_LIST: _table("选项、说明", _choice),
    RuleRegister.LAND_CLASS: _table("地类、三大类、说明", _land_class),
    RuleRegister.LAND_RULE: _table("结论、图层、级别、后果", _land_rule),
    RuleRegister.CONFIGURATION: _table("配置项、默认值、为何待定、责任人", _setting),
    RuleRegister.CALENDAR: _calendar,
}


def main() -> None:
    FILE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
