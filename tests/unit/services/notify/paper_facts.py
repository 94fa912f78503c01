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
    "certificates": ["宁E0001", "宁E0002"],
    "surveyors": ["李四（执法证号：宁E0001）", "王五（执法证号：宁E0002）"],
    "reviewers": ["赵六", "孙七"],
    "triggers": ["责令停止后继续施工：2026年6月20日现场仍在堆放砂石"],
    "wished": ["公安局", "农业农村局", "乡镇政府"],
    "urgency": "紧急",
    "risks": "现场有作业人员约十人，存在阻挠执法的可能。",
    "route": "县政府—109国道—恩和镇政府—恩和村三队",
    "commander": "分管副县长",
    "deputy": "县自然资源局局长",
    "groups": [
        {"group": group, "leader": leader, "people": people, "duty": duty}
        for group, leader, people, duty in (
            ("执法取证组", "李四", "自然资源局4人、农业农村局2人", "宣读文书、勘测、全程录像"),
            ("秩序维护组", "王五", "公安局6人", "设置警戒，处置阻碍执法行为"),
            ("拆除复耕组", "赵六", "综合执法局8人、恩和镇人民政府10人", "清运砂石料，恢复耕作层"),
        )
    ],
    "steps": ["8时30分集合，出示证件，宣读法律文书。", "勘测、取证后依法清运砂石料。"],
    "risk_plan": ["有人阻挠的，由公安机关依法处置。", "救护车现场待命，遇大风停止拆除作业。"],
    "evidence_plan": ["全程录音录像，两台设备同时记录。", "证据当日移交牵头单位。"],
    "on_site": [
        {"agency": "中宁县自然资源局", "name": "李四", "certificate_no": "宁E0001"},
        {"agency": "中宁县公安局", "name": "钱八", "certificate_no": "宁E0102"},
        {"agency": "恩和镇人民政府", "name": "周九", "certificate_no": ""},
    ],
    "measures": ["当场送达责令停止违法行为通知书。", "对砂石料先行登记保存。"],
    "media": ["现场照片12张", "执法录像1段（36分钟）"],
    "recorder": "王五",
    "sex": "男",
    "age": 46,
    "identity_no": "640521198001010011",
    "job": "中宁县某砂石有限公司负责人",
    "address": "中宁县恩和镇恩和村三队",
    "phone": "13900000000",
    "relation": "当事人的负责人",
    "recusal": "看清了，不申请回避。",
    "questions": "问：砂场占用的土地是什么时候开始硬化的？\n答：2026年5月初。\n"
    "问：有没有办理用地手续？\n答：没有办理。",
    "weather": "晴",
    "basis": "《土地管理法》第七十七条",
    "servers": ["李四", "王五"],
    "receiver": "中宁县某砂石有限公司",
    "service_way": "直接送达",
    "signed_by": "张某某（公司负责人）",
    "persons": ["张某某", "委托代理人吴某", "调查人员李四、王五"],
    "kept_at": "恩和镇人民政府院内",
    "keeper": "周九",
    "responsible": "恩和镇镇长",
    "on_competence": "符合立案条件，属于本机关管辖。",
    "on_party": "违法主体认定准确。",
    "on_facts": "事实清楚，证据合法、充分。",
    "on_nature": "定性准确。",
    "on_law": "适用法律法规规章正确，裁量适当。",
    "on_procedure": "程序合法。",
    "on_papers": "文书完备、规范。",
    "on_crime": "已达到刑事追诉标准，应当移送公安机关。",
    "reviewer": "周某，法律职业资格证号A20206405210001",
    "on_proposal": "处理建议适当。",
    "on_other": "无其他需要审理的事项。",
    "attending": "当事人的负责人到场",
    "witness": "恩和村民委员会 郑某",
    "refusal": "当事人拒绝签名，由见证人郑某签名证明",
    "points": [{"point": f"J{at}", "x": f"41512{at}3.412", "y": f"36435{at}8.207"} for at in range(1, 5)],
    "classes": [
        {"land_class": "水浇地（0102）", "area_m2": "7000.00", "pbf_area_m2": "4200.00"},
        {"land_class": "农村道路（1006）", "area_m2": "1400.00", "pbf_area_m2": "0.00"},
    ],
    "pieces": [
        {
            "n": "1",
            "title": "现场全景",
            "kind": "视听资料",
            "evidence_no": "ZW-EV-640521-2026-00001",
            "taken": "2026年4月22日 李四",
        },
        {
            "n": "2",
            "title": "现场勘验笔录",
            "kind": "勘验笔录",
            "evidence_no": "ZW-EV-640521-2026-00002",
            "taken": "2026年4月26日 王五",
        },
        {
            "n": "3",
            "title": "询问笔录（张某某）",
            "kind": "当事人的陈述",
            "evidence_no": "ZW-EV-640521-2026-00003",
            "taken": "2026年4月27日",
        },
    ],
    "preserved": [
        {"n": "1", "name": "装载机", "mark": "ZL50，车架号末四位0716", "quantity": "1台", "state": "能够使用"},
        {"n": "2", "name": "销售账册", "mark": "2026年1月至5月", "quantity": "2本", "state": "完好"},
    ],
    "appraiser": "宁夏某农业环境司法鉴定中心",
    "qualification": "环境损害司法鉴定，许可证号640000001",
    "question": "被占用耕地的耕作层是否遭到毁坏，毁坏的面积和程度，能否恢复种植条件。",
    "transfer": "已达到刑事追诉标准，建议移送公安机关。",
    "proposal": "责令退还土地，限期拆除地上建筑物，并处罚款。",
    "penalty": "责令退还非法占用的土地，限期拆除在非法占用的土地上新建的建筑物和其他设施，并处罚款126000元。",
    "statements": [
        {"name": "局长", "view": "事实清楚，证据充分，同意承办人的意见。", "vote": "同意"},
        {"name": "副局长", "view": "处罚幅度符合裁量基准。", "vote": "同意"},
        {"name": "总工程师", "view": "建议写明复耕的验收标准。", "vote": "同意"},
    ],
    "deliberators": ["局长", "副局长", "总工程师"],
    "votes_for": 3,
    "votes_against": 0,
    "abstentions": 0,
    "openness": "公开",
    "hearers": ["赵六", "孙七"],
    "papers": [{"paper": "行政处罚决定书", "number": "中宁自然资罚〔2026〕7号", "copies": "1"}],
    "court": "中宁县人民法院",
    "applicant": "中宁县自然资源局，住所：中宁县城北街，负责人：王建国（局长）",
    "police": "中宁县公安局",
    "crime": "非法占用农用地罪",
    "stages": [
        {
            "stage": "第一步",
            "measure": "拆除建筑物、清运砂石料",
            "area_mu": "12.60",
            "duty": "恩和镇人民政府",
            "due": "2026年7月10日",
        },
        {
            "stage": "第二步",
            "measure": "回填表土，平整土地",
            "area_mu": "12.60",
            "duty": "县农业农村局",
            "due": "2026年7月16日",
        },
    ],
    "progress": [
        {"plot": "恩和村三队东侧", "method": "拆除复耕", "area_mu": "8.40", "done_mu": "8.40", "left_mu": "0.00"},
        {"plot": "恩和村三队西侧", "method": "拆除复耕", "area_mu": "4.20", "done_mu": "2.10", "left_mu": "2.10"},
    ],
    "kind": "巡查",
    "area_name": "恩和镇、鸣沙镇",
    "patrollers": ["李四", "王五", "恩和镇周九"],
    "findings": [
        {"n": "1", "place": "恩和村三队北侧", "finding": "新堆放渣土约20平方米", "handling": "当场要求清除"},
        {"n": "2", "place": "鸣沙镇黄营村", "finding": "大棚内硬化地面", "handling": "登记线索，交自然资源局"},
    ],
    "meeting": "恩和镇砂场联合执法行动前会商会",
    "chair": "马某",
    "decisions": [
        {"n": "1", "decision": "7月9日8时30分开展联合执法", "owner": "自然资源局", "due": "2026年7月9日"},
        {"n": "2", "decision": "落实现场警戒和交通疏导", "owner": "公安局", "due": "2026年7月8日"},
    ],
    "retention": "永久",
    "catalogue": [
        {"n": str(at), "title": name, "pages": pages, "remark": ""}
        for at, (name, pages) in enumerate(
            (
                ("立案呈批表", "1—2"),
                ("现场勘验笔录", "3—6"),
                ("调查报告（中宁自然资调〔2026〕1号）", "7—12"),
                ("行政处罚决定书（中宁自然资罚〔2026〕7号）", "13—16"),
                ("送达回证", "17"),
            ),
            1,
        )
    ],
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
