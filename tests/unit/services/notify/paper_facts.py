"""Facts for every type of official document: by the field's name where a sample reads well, else by its kind."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from services.notify.adapters.document_press import DocumentPress
from services.notify.adapters.fonts import FREE
from services.notify.adapters.registers import read_document_types
from services.notify.domain.blocks import Document
from services.notify.domain.composing import Header, compose
from services.notify.domain.document_types import Field, FieldKind, Version
from tests.support.wanting import Wanting

DAY = date(2026, 7, 6)
OFFICE = "中宁县耕地保护联合执法工作领导小组办公室"

_TOWNSHIPS = ("宁安镇", "恩和镇", "新堡镇", "鸣沙镇", "石空镇", "大战场镇")
SAMPLES: dict[str, Any] = {
    "case_no": "ZW-CA-640521-2026-00001",
    "clue_no": "ZW-CL-640521-2026-00057",
    "item_no": "ZW-RI-640521-2026-00001",
    "action_no": "ZW-JA-640521-2026-00001",
    "reference": "ZW-RI-640521-2026-00001",
    "bulletin_no": "中宁耕保通〔2026〕2号",
    "patch_no": "640521WP26000037",
    "case_title": "中宁县恩和镇恩和村违法占用耕地案",
    "item_title": "恩和镇恩和村砂场拆除复耕",
    "matter": "恩和镇恩和村砂场拆除复耕",
    "place": "中宁县恩和镇恩和村三队",
    "party": "中宁县某砂石有限公司",
    "person": "张某某",
    "post": "中宁县恩和镇人民政府副镇长",
    "violations": "非农业建设占用耕地",
    "act": "占用耕地建设砂场",
    "clue_source": "卫片图斑",
    "period": "2026年第二季度",
    "level": "县级",
    "lead": "中宁县自然资源局",
    "members": ["中宁县公安局", "中宁县农业农村局", "中宁县综合执法局", "恩和镇人民政府"],
    "muster": "恩和镇人民政府门前广场",
    "articles": "《土地管理法》第三十七条、第四十四条",
    "rule_text": "《中卫市耕地保护党政同责实施办法（试行）》第十一条",
    "method": "拆除复耕",
    "measure": "诫勉",
    "materials": ["核查报告1份", "现场照片12张", "勘测定界图1份"],
    "officers": ["李四", "王五"],
    "evidence": ["拆除前后照片各6张", "复耕现场照片4张", "土壤检测报告1份"],
    "present": ["赵某（县纪委监委）", "钱某（县委组织部）"],
    "absent": ["孙某（县农业农村局）"],
    "listening": ["周某（恩和镇人民政府）"],
    "damage": "严重毁坏，难以恢复",
    "party_kind": "单位",
    "tillage": "可直接耕种",
    "answer_form": "书面",
    "talker": "县委副书记、县长",
    "next_step": "提请县政府挂牌督办",
    "extension": "确需延期的，应当在期满五个工作日前书面申请，延期不超过三十日",
    "facts": "2026年5月，该公司未经批准在恩和村三队占用耕地建设砂场，硬化地面并堆放砂石料。"
    "经实地勘测，占用范围与图斑范围一致。\n"
    "上述事实有勘测笔录、询问笔录、现场照片和勘测定界图为证。",
    "has_actor": "是",
    "has_fact": "是",
    "liable": "是",
    "competent": "是",
    "in_time": "是",
    "photos": 12,
    "days": 5,
    "tasks": [
        {
            "agency": agency,
            "task": task,
            "law": "《中卫市耕地保护党政同责实施办法（试行）》第九条",
            "due": "2026年7月16日",
        }
        for agency, task in (
            ("中宁县公安局", "维护现场秩序，依法处置阻碍执法行为"),
            ("中宁县自然资源局", "勘测占地范围，认定地类和永久基本农田"),
            ("中宁县农业农村局", "鉴定耕作层毁坏程度，指导复耕"),
        )
    ],
    "duties": [
        {"task": "勘测占地范围", "law": "《土地管理法》第六十七条", "output": "勘测定界图", "due": "2026年7月16日"},
        {
            "task": "认定地类和永久基本农田",
            "law": "《土地管理法》第六十七条",
            "output": "认定意见",
            "due": "2026年7月16日",
        },
    ],
    "asked_no": "中宁耕保协〔2026〕5号",
    "asked_title": "关于协助办理中宁县恩和镇恩和村违法占用耕地案有关事项的函",
    "result": "已办结",
    "decision_no": "中宁自然资罚〔2026〕7号",
    "listing_no": "中宁耕保挂督〔2026〕1号",
    "decision": "同意延期",
    "way": "自行拆除并缴纳罚款",
    "amount": "126000.00",
    "ground": "行政处罚决定执行完毕",
    "townships": [
        {
            "township": name,
            "found": "12",
            "violations": "9",
            "dismissed": "2",
            "in_rectification": "3",
            "struck_off": "6",
            "rate": "66.67%",
            "overdue": "1",
            "listed": "1",
        }
        for name in _TOWNSHIPS
    ],
    "areas": [
        {
            "township": name,
            "found": "126.00",
            "violations": "113.40",
            "farmland": "94.50",
            "pbf": "56.70",
            "items": "113.40",
            "struck_off": "75.60",
            "rate": "66.67%",
        }
        for name in _TOWNSHIPS
    ],
    "comparison": [
        {"figure": name, "this": "72", "before": "60", "change": "+12", "year_before": "80", "year_change": "-8"}
        for name in ("发现", "核实违法", "已销号", "逾期未销号")
    ],
    "area_comparison": [
        {
            "figure": name,
            "this": "756.00",
            "before": "630.00",
            "change": "+126.00",
            "year_before": "840.00",
            "year_change": "-84.00",
        }
        for name in ("发现", "核实违法")
    ],
    "heads": [
        f"{name}系统：日志 0190a000-0000-7000-8000-000000000001，第1204号，链头 {' '.join(['0f0f0f0f'] * 8)}"
        for name in ("案件", "协作", "文书")
    ],
    "rate": "66.67%",
    "area_rate": "66.67%",
    "verified_rate": "91.67%",
    "summary": [
        {
            "township": name,
            "found": "12",
            "violations": "9",
            "in_rectification": "3",
            "struck_off": "6",
            "overdue": "1",
        }
        for name in _TOWNSHIPS
    ],
    "cases": [
        {
            "case_no": "ZW-CA-640521-2026-00001",
            "title": "中宁县恩和镇恩和村违法占用耕地案",
            "area_mu": "12.60",
            "state": "调查取证",
        }
    ],
}
# `members` of the acceptance sheet are rows, those of a joint action are lines.
_MEMBERS = [
    {"agency": "中宁县自然资源局", "name": "李四", "certificate_no": "宁E0001"},
    {"agency": "中宁县农业农村局", "name": "王五", "certificate_no": "宁E0002"},
]
_BY_KIND: dict[FieldKind, Any] = {
    FieldKind.LINE: "同意",
    FieldKind.TEXT: "已按要求开展工作，有关情况正在核实。\n下一步将继续推进。",
    FieldKind.DATE: date(2026, 7, 16),
    FieldKind.INSTANT: datetime(2026, 7, 9, 0, 30, tzinfo=UTC),
    FieldKind.COUNT: 18,
    FieldKind.AREA: Decimal("8400.00"),
    FieldKind.LINES: ["拆除地上建筑物和硬化地面，清运砂石料。", "恢复耕作层，达到耕种条件。"],
}


def sample(field: Field) -> Any:
    if field.kind is FieldKind.ROWS:
        rows = SAMPLES.get(field.name)
        return rows if rows and set(rows[0]) == set(field.columns) else _MEMBERS
    value = SAMPLES.get(field.name)
    plain_line = isinstance(value, str) and field.kind in (FieldKind.LINE, FieldKind.TEXT)
    lines = isinstance(value, list) and all(isinstance(item, str) for item in value)
    fits = plain_line or (lines and field.kind is FieldKind.LINES)
    return value if fits or (isinstance(value, int) and field.kind is FieldKind.COUNT) else _BY_KIND[field.kind]


def facts(version: Version, **changes: Any) -> dict[str, Any]:
    return {**{field.name: sample(field) for field in version.fields}, **changes}


def header(**changes: Any) -> Header:
    values: dict[str, Any] = {
        "issuer": OFFICE,
        "dated_on": DAY,
        "number": "中宁耕保函〔2026〕3号",
        "to": ("中宁县公安局",),
        "copies": ("中宁县人民检察院",),
        "signer": "王建国",
        "contact": "马某，0955-5021234",
        "printed_by": OFFICE,
        "printed_on": DAY,
    }
    return Header(**{**values, **changes})


def version(document_type: str) -> Version:
    return read_document_types().on(document_type, DAY)


def document(document_type: str, **changes: Any) -> Document:
    kind = version(document_type)
    return compose(kind, header(), facts(kind, **changes))


class OfficialFontsMissing(Wanting):
    """Without `make fonts` documents are set in Noto, and rare characters of names are refused."""

    what = "fonts"


def official_fonts() -> Path:
    """The folder that `make fonts` fills. Raises OfficialFontsMissing."""
    if not all((FREE / name).exists() for name in ("FandolFang-Regular.otf", "HanaMinB.ttf")):
        raise OfficialFontsMissing("no fonts for official documents here: run make fonts on Debian")
    return FREE


@cache
def press() -> DocumentPress:
    return DocumentPress(free_fonts=FREE)
