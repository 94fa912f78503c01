"""Faults on purpose, for tests of the conformance kit: `--fault NAME`. Nothing a vendor needs.

Each replaces one method of the desk or of the program, so that the examples themselves stay free of it.
"""

import sys
import time
from uuid import uuid4

# For each agency: a field with a code, a field that must be there, an area and what it is in another unit, and the
# fields of its letter as they are published.
_FORMS = {
    "natural_resources": {
        "code": "规划符合性",
        "needed": "报告编号",
        "unit": ("实测面积_平方米", "实测面积_亩"),
        "letter": "对接版本 任务标识 联合执法编号 案件编号 案件名称 案由 当事人 行政区代码 行政区名称 坐落 中心点 "
        "占地面积_平方米 耕地面积_平方米 永久基本农田面积_平方米 工作事项 法律依据 成果要求 集合地点 行动时间 "
        "紧急程度 签收期限 反馈期限",
    },
    "public_security": {
        "code": "涉嫌罪名",
        "needed": "文书编号",
        "unit": None,
        "letter": "对接版本 协查标识 协查函编号 行政案件编号 涉嫌事项 涉案单位或人员 案发地行政区划 案发地详址 "
        "案发地经度 案发地纬度 占用耕地面积_平方米 占用永久基本农田面积_平方米 协查要求 法律依据 应答文书 "
        "行动集合时间 行动集合地点 是否紧急 签收期限 答复期限",
    },
    "comprehensive_enforcement": {
        "code": "处置方式",
        "needed": "依据决定文号",
        "unit": ("处置面积_平方米", "处置面积_亩"),
        "letter": "对接版本 派单号 行动编号 关联案件 行动名称 执法对象 违法行为 现场位置 现场坐标 涉及面积_平方米 "
        "处置要求 处置依据 应交材料 出动时间 集结点 紧急 签收截止 办结截止",
    },
}
_EVENT = "specversion id source type subject time datacontenttype data"
_DATA = (
    "task_id action_no link letter message_id task_version reason points answer_by result fields basis from_agency "
    "answer_id status verb faults received_at numbers number_used"
)
_KNOWN_TYPES = "issued withdrawn expired returned done shared_result receipt resend"


def apply(name, desk, program):
    """Make this fault from now on. Ends the program with the names there are when it does not know it."""
    fault = _FAULTS.get(name)
    if fault is None or not fault(desk, program):
        sys.exit(f"{name} is no fault of this program; there are: {', '.join(sorted(_FAULTS))}")


def _no_signature_check(desk, program):
    if hasattr(program, "check_seal"):
        program.check_seal = lambda name, content, seal: None
        return True
    program.is_signed = lambda headers, body: True
    return True


def _old_timestamp(desk, program):
    if not hasattr(program, "oldest_s"):
        return False
    program.oldest_s = 10**12
    return True


def _answers_twice(desk, program):
    def repeated(event):
        if event["type"] == "tianwei.task.issued.v1":
            desk.answer(event["subject"], "sign", {"signed_by": "值班员"})
            desk.state.data["outbox"][-1]["answer"]["id"] = str(uuid4())
            desk.state.save()

    desk.repeated = repeated
    return True


def _new_id_on_retry(desk, program):
    def again(entry):
        entry["answer"]["id"] = str(uuid4())
        return True

    desk.again = again
    return True


def _no_retry(desk, program):
    desk.again = lambda entry: False
    return True


def _form(change):
    def apply_(desk, program):
        made, facts = desk.form, _FORMS[desk.agency]

        def form(task):
            return change(made(task), facts)

        desk.form = form
        return True

    return apply_


def _with_wrong_code(form, facts):
    return {**form, facts["code"]: "不明"}


def _without_a_field(form, facts):
    return {name: value for name, value in form.items() if name != facts["needed"]}


def _in_another_unit(form, facts):
    right, wrong = facts["unit"]
    changed = dict(form)
    changed[wrong] = round(changed.pop(right) * 3 / 2000, 4)
    return changed


def _wrong_unit(desk, program):
    if _FORMS[desk.agency]["unit"] is None:
        return False
    return _form(_in_another_unit)(desk, program)


def _composed(change):
    def apply_(desk, program):
        made = desk.compose

        def compose(task_id, verb, data, number):
            return change(made(task_id, verb, data, number), verb)

        desk.compose = compose
        return True

    return apply_


def _of_another_task(answer, verb):
    return {**answer, "subject": str(uuid4())} if verb == "report" else answer


def _of_another_agency(answer, verb):
    return {**answer, "source": "/agencies/township"}


def _not_json(desk, program):
    made = desk.encode

    def encode(answer):
        is_report = answer["type"] == "tianwei.answer.report.v1"
        return b'{"specversion": "1.0", "id": ' if is_report else made(answer)

    desk.encode = encode
    return True


def _report_before_accept(desk, program):
    made = desk.next_step

    def next_step(task_id, task, done):
        if done == "sign":
            desk.report(task_id, task)
        else:
            made(task_id, task, done)

    desk.next_step = next_step
    return True


def _report_after_withdrawal(desk, program):
    made = desk.ended

    def ended(task_id, how):
        task = desk.state.data["tasks"].get(task_id)
        made(task_id, how)
        if how == "withdrawn" and task is not None and task["letter"] is not None:
            desk.report(task_id, task)

    desk.ended = ended
    return True


def _ignores_correction(desk, program):
    desk.returned = lambda task_id, points: None
    return True


def _never_signs(desk, program):
    desk.offered = lambda task_id, letter: None
    return True


def _breaks(on):
    def apply_(desk, program):
        made = desk.handle
        letter = set(_FORMS[desk.agency]["letter"].split())

        def handle(event):
            data = event.get("data") or {}
            if on == "type" and event["type"].split(".")[2] not in _KNOWN_TYPES.split():
                raise ValueError(f"unknown type {event['type']}")
            unknown = (event.keys() - set(_EVENT.split())) | (data.keys() - set(_DATA.split()))
            unknown |= (data.get("letter") or {}).keys() - letter
            if on == "field" and unknown:
                raise ValueError(f"unknown fields {sorted(unknown)}")
            made(event)

        desk.handle = handle
        return True

    return apply_


# ---- of packages and queues -----------------------------------------------------------------------------------------


def _of_exchange(change):
    def apply_(desk, program):
        if not hasattr(program, "seal"):
            return False
        change(program)
        return True

    return apply_


def _skips_number(program):
    made = program.lay

    def lay(answer):
        if program._state.data["next_out"] == 2:
            program._state.data["next_out"] = 3
        made(answer)

    program.lay = lay


def _wrong_key(program):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    program.key = Ed25519PrivateKey.generate()


def _without_signature(program):
    def put(name):
        program._in.mkdir(parents=True, exist_ok=True)
        (program._in / name).write_bytes((program._sent / name).read_bytes())

    program.put = put


def _half(program):
    """Straight under its name, its signature first; and the other half never comes."""

    def put(name):
        program._in.mkdir(parents=True, exist_ok=True)
        content = (program._sent / name).read_bytes()
        (program._in / f"{name}.sig").write_bytes((program._sent / f"{name}.sig").read_bytes())
        (program._in / name).write_bytes(content[: len(content) // 2])

    program.put = put


def _unsigned(desk, program):
    if hasattr(program, "headers"):
        program.headers = lambda body: {"webhook-id": str(uuid4()), "webhook-timestamp": str(int(time.time()))}
        return True
    return _of_exchange(_without_signature)(desk, program)


_FAULTS = {
    "no-signature-check": _no_signature_check,
    "old-timestamp-accepted": _old_timestamp,
    "answers-twice": _answers_twice,
    "new-id-on-retry": _new_id_on_retry,
    "no-retry": _no_retry,
    "wrong-code": _form(_with_wrong_code),
    "missing-field": _form(_without_a_field),
    "wrong-unit": _wrong_unit,
    "wrong-task": _composed(_of_another_task),
    "wrong-source": _composed(_of_another_agency),
    "not-json": _not_json,
    "report-before-accept": _report_before_accept,
    "report-after-withdrawal": _report_after_withdrawal,
    "ignores-correction": _ignores_correction,
    "never-signs": _never_signs,
    "breaks-on-unknown-field": _breaks("field"),
    "breaks-on-unknown-type": _breaks("type"),
    "skips-number": _of_exchange(_skips_number),
    "wrong-key": _of_exchange(_wrong_key),
    "unsigned": _unsigned,
    "half-written": _of_exchange(_half),
}
