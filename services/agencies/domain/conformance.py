"""What the conformance kit asks of an agency's system: one row a check. A certificate must hold every row of its way.

title, english: what a system that passes does. mend: what to do about one that does not, both for its vendor.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WEBHOOK, MAILBOX, EXCHANGE, QUEUE = "signed_webhook", "polled_mailbox", "file_exchange", "bus_queue"
_ALL = (WEBHOOK, MAILBOX, EXCHANGE, QUEUE)
_CALLED = (WEBHOOK, MAILBOX)
_SIGNED = (WEBHOOK, EXCHANGE, QUEUE)


@dataclass(frozen=True)
class Check:
    id: str
    title: str
    english: str
    mend: str
    protocols: tuple[str, ...] = _ALL


_ROWS = (
    Check(
        "letter.signed",
        "收到任务书后签收",
        "signs for a task letter",
        "收到 tianwei.task.issued.v1（或信箱中的新任务）后，以 sign 答复签收；subject 填任务标识。",
    ),
    Check(
        "letter.accepted",
        "签收后受理并指定联系人",
        "accepts a task and names a contact",
        "签收成功后以 accept 答复受理，data.contact_person 必填。",
    ),
    Check(
        "letter.reported",
        "受理后以本部门表单反馈",
        "reports on its own form",
        "受理后以 report 答复反馈，data.form 按 contract/report.schema.json 填写。",
    ),
    Check(
        "steps.order",
        "按签收、受理、反馈的顺序办理，每一步在前一步成功之后",
        "takes each step after the one before it has succeeded",
        "每一步等前一步的回执（taken 或 repeated）后再发；受理之前不得反馈。",
    ),
    Check(
        "answer.json",
        "答复是合法的 UTF-8 JSON",
        "answers are valid UTF-8 JSON",
        "以 JSON 库生成答复并按 UTF-8 编码，不要拼接字符串。",
    ),
    Check(
        "answer.envelope",
        "答复的信封符合 CloudEvents 和接口约定",
        "answers are CloudEvents as the contract has them",
        "specversion、id、type 等按 contract/answers.schema.json 填写，不加约定以外的字段。",
    ),
    Check(
        "answer.source",
        "答复的 source 是本部门",
        "answers name their own agency as source",
        "source 填 /agencies/部门代码，部门代码见 kit.json。",
    ),
    Check(
        "answer.subject",
        "答复只针对发给本部门的任务",
        "answers are about tasks that were given to it",
        "subject 原样带回任务书中的任务标识，不要自行编号。",
    ),
    Check(
        "answer.data",
        "答复的内容符合约定",
        "the data of answers is as the contract has it",
        "data 按 contract/answers.schema.json 中该类答复的定义填写。",
    ),
    Check(
        "answer.id",
        "不同的答复用不同的编号",
        "different answers have different ids",
        "每一条新答复用新编号；内容变了就是另一条答复。",
    ),
    Check(
        "form.codes",
        "表单中的代码都在代码表内",
        "codes in forms are of the code lists",
        "代码照 contract/codes.json 填写；对照回执 faults 中的 field 和 allowed。",
    ),
    Check(
        "form.fields",
        "表单栏目齐全，没有约定以外的栏目",
        "forms have every needed field and no other",
        "栏目照 contract/fields.json 和 report.schema.json 填写；回执 faults 逐栏指出缺少或多余的栏目。",
    ),
    Check(
        "form.units",
        "面积、日期、时间按约定的单位和格式",
        "areas, days and instants are in the unit and layout of the form",
        "单位和格式见 contract/fields.json；数值栏只填数字，不带单位。",
    ),
    Check(
        "form.agrees",
        "表单数据互不矛盾、与任务相符",
        "the data of a form do not contradict each other",
        "回执 faults 逐项指出互相矛盾的栏目，请在填报时校验。",
    ),
    Check(
        "delivery.duplicate",
        "重复送达的任务书只办理一次",
        "acts once on a letter that comes twice",
        "以消息编号（CloudEvents id）或任务标识去重，重复送达时不再发新的答复。",
    ),
    Check(
        "withdrawn.stops",
        "任务撤回后停止办理",
        "stops work on a withdrawn task",
        "收到 tianwei.task.withdrawn.v1（或信箱消息 withdrawn）后不再发出该任务的任何答复。",
    ),
    Check(
        "withdrawn.before-letter",
        "撤回通知先于任务书到达时，不再办理",
        "does not begin a task whose withdrawal came before its letter",
        "记下已撤回的任务标识；之后才到的任务书不受理、不反馈。",
    ),
    Check(
        "returned.again",
        "退回补正后重新反馈",
        "reports again when a report is returned",
        "收到 tianwei.task.returned.v1（或信箱消息 returned）后按 data.points 补正，以新编号再次 report。",
    ),
    Check(
        "parked.not-repeated",
        "答复被搁置后不反复重发，其他任务不受影响",
        "does not repeat a parked answer over and over",
        "回执为 parked 时按 faults 修改或转人工处理；原样重发只会得到同样的回执。",
    ),
    Check(
        "retry.repeats",
        "没有得到回答（503、断开、超时）时重发答复",
        "repeats an answer that got no reply",
        "遇到 503、连接断开或超时，按 Retry-After 等待后重发，直到得到 2xx 或 4xx。",
        _CALLED,
    ),
    Check(
        "retry.same-id",
        "重发用同一编号、同一内容",
        "repeats under the same id with the same content",
        "重发时不要更换编号：/answers 用原 id，/tasks/… 用原 Idempotency-Key，内容不变。",
        _CALLED,
    ),
    Check(
        "token.renewed",
        "访问令牌失效后重新取得",
        "asks for a new token when the old one has ended",
        "遇到 401 时到 token_path 重新取得令牌，再重发原请求。",
        _CALLED,
    ),
    Check(
        "signature.wrong-key",
        "拒绝用其他密钥签名的消息",
        "refuses what is signed with another key",
        "验证签名（Webhook 和队列：Standard Webhooks；交换包：县方公钥），不符的不办理。",
        _SIGNED,
    ),
    Check(
        "signature.tampered",
        "拒绝签名之后被改动的消息",
        "refuses what was changed after it was signed",
        "对收到的原始字节验证签名（交换包先核对摘要），不要先解析再拼回。",
        _SIGNED,
    ),
    Check(
        "signature.old",
        "拒绝时间戳过旧的推送",
        "refuses a push whose timestamp is old",
        "webhook-timestamp 与当前时间相差超过 5 分钟的推送应拒绝（4xx），以防重放。",
        (WEBHOOK,),
    ),
    Check(
        "tolerant.unknown-field",
        "容忍消息中不认识的字段",
        "tolerates fields it does not know",
        "解析消息时忽略不认识的字段；小版本升级会增加字段。",
    ),
    Check(
        "tolerant.unknown-type",
        "容忍不认识的消息类型",
        "tolerates types of messages it does not know",
        "不认识的消息类型确认收到后忽略，不要报错、停止或反复失败。",
    ),
    Check(
        "package.named",
        "交换包的名称、清单和内容符合格式",
        "packages are named and made as the format has them",
        "包名、manifest.json 和包内文件按 contract/package.md 制作。",
        (EXCHANGE,),
    ),
    Check(
        "package.signed",
        "每个交换包都有签名文件",
        "every package has its signature beside it",
        "先放 .zip，再放同名 .zip.sig。",
        (EXCHANGE,),
    ),
    Check(
        "package.key",
        "用登记的密钥签名",
        "packages are signed with the registered key",
        "用 access.json 中 exchange.private_key 对应的密钥签名，签名内容见 contract/package.md。",
        (EXCHANGE,),
    ),
    Check(
        "package.whole",
        "交换包写完整之后才出现",
        "packages appear when they are whole",
        "先以其他名称写完，再改名为正式名称；签名文件最后出现。",
        (EXCHANGE,),
    ),
    Check(
        "package.sequence",
        "交换包的序号连续",
        "numbers of packages have no gap",
        "序号从 1 起逐个加一，重启后接着上次的序号，不跳号；被要求重发（resend）时按原序号重放。",
        (EXCHANGE,),
    ),
    Check(
        "package.receipt",
        "收到任务包后回送收条",
        "acknowledges packages it has taken",
        "取走任务包后以 received 答复，data.received 填消息编号。",
        (EXCHANGE,),
    ),
    Check(
        "package.gap",
        "我方序号有缺时，补齐后照常办理",
        "goes on when a missing package of ours has come",
        "缺号的包补到后，缺号之前和之后的任务都要办理。",
        (EXCHANGE,),
    ),
    Check(
        "package.half",
        "未放签名的包先不读取，完整后再办理",
        "waits for the signature of a package",
        "只处理已有同名 .zip.sig 的包；未写完的包不要读取、移走或删除。",
        (EXCHANGE,),
    ),
    Check(
        "alive.last",
        "经过全部试验后仍能办理新任务",
        "still works when all is over",
        "任何一条消息出错都不应使系统停止；程序应一直运行到收到 SIGTERM。",
    ),
)

CHECKS: Mapping[str, Check] = {row.id: row for row in _ROWS}


def checks_of(protocol: str) -> Sequence[Check]:
    """Every check of a way of being reached, in the order in which they are told."""
    return [row for row in _ROWS if protocol in row.protocols]
