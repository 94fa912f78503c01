"""What a parcel says of itself by each way: subject and text of a mail, a line for a group, a short message.

Whatever the title holds, nothing in it can end a line, begin a header, turn the direction of writing or be markup: the
text is plain, and its fields are one line each.
"""

import unicodedata
from datetime import datetime

from services.notify.domain.channel import Parcel, ParcelKind
from shared.clock import SHANGHAI

_LONGEST_TITLE = 120
_SHORT_TITLE = 30
# Of a text in a group of WeCom; that of DingTalk may be longer.
MOST_ROBOT_BYTES = 2048
# The other ends of lines, and what is neither a character nor a space to a reader.
_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")


def one_line(text: str, most: int = _LONGEST_TITLE) -> str:
    """Text as a header, a file name or a cell may hold it: one line, without control and direction characters."""
    seen = "".join(" " if unicodedata.category(char) in _UNSEEN else char for char in text)
    line = " ".join(seen.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def file_name(text: str) -> str:
    """A name that every system stores, without its ending."""
    cleaned = "".join("_" if char in '/\\:*?"<>|' else char for char in one_line(text, 60))
    return cleaned.strip(". ") or "_"


def subject(parcel: Parcel) -> str:
    """Of a mail."""
    if parcel.kind is ParcelKind.PROBE:
        return f"【田卫】送达渠道测试（{one_line(parcel.recipient_name)}）"
    head = "【催签收】" if parcel.kind is ParcelKind.URGE else "【送达】"
    number = f"（{one_line(parcel.number)}）" if parcel.number else ""
    return f"{head}{one_line(parcel.title)}{number}"


def letter_text(parcel: Parcel) -> str:
    """The body of a mail: what came, how to see that it is unaltered, where to sign for it."""
    if parcel.kind is ParcelKind.PROBE:
        return _probe(parcel)
    lines = [f"{one_line(parcel.recipient_name)}：", "", _opening(parcel, one_line(parcel.title))]
    if parcel.due_at is not None:
        lines.append(f"请于{chinese_time(parcel.due_at)}前签收。")
    lines += ["", f"查阅和签收：{parcel.link}", f"正文摘要（SHA-256）：{parcel.sha256}"]
    if parcel.verify_url:
        lines.append(f"核验真伪：{parcel.verify_url}")
    lines += [f"{one_line(file.name)}  SHA-256 {file.sha256}" for file in parcel.files]
    lines += [
        "",
        f"送达编号：{parcel.delivery_id}。收到同一编号的重复邮件，以先到的为准。",
        "本邮件由系统发出，请勿回复。",
    ]
    return "\n".join(lines) + "\n"


def group_text(parcel: Parcel, keyword: str = "") -> str:
    """For a group, where strangers may read: no fact of the case. keyword: what the robot asks every text to hold."""
    head = f"{one_line(keyword)} " if keyword else ""
    if parcel.kind is ParcelKind.PROBE:
        return head + _probe(parcel)
    due = f"请于{chinese_time(parcel.due_at)}前签收。" if parcel.due_at else ""
    end = f"{due}查阅和签收：{parcel.link}（送达编号 {parcel.delivery_id}）"
    title = one_line(parcel.title)
    while len((text := f"{head}{_opening(parcel, title)}{end}").encode()) > MOST_ROBOT_BYTES and len(title) > 1:
        title = title[: len(title) // 2] + "…" if len(title) > 2 else "…"
    return text


def short_text(parcel: Parcel) -> str:
    """For a telephone: nothing but that something waits, and where."""
    if parcel.kind is ParcelKind.PROBE:
        return f"【田卫】送达渠道测试（{one_line(parcel.recipient_name, 20)}），无需回复。"
    what = one_line(parcel.number, 40) or one_line(parcel.title, _SHORT_TITLE)
    due = f"，请于{chinese_time(parcel.due_at)}前签收" if parcel.due_at else ""
    urge = "尚未签收" if parcel.kind is ParcelKind.URGE else "已送达"
    return f"【田卫】{what}{urge}{due}：{parcel.link}"


def doorbell(parcel: Parcel) -> dict[str, object]:
    """Of the signed webhook: ids, links and digests, no text (R10)."""
    if parcel.kind is ParcelKind.CHECKPOINT:
        return {"type": "audit.checkpoint", "data": dict(parcel.checkpoint)}
    verb = {ParcelKind.SERVE: "issued", ParcelKind.URGE: "urged", ParcelKind.PROBE: "probe"}[parcel.kind]
    data: dict[str, object] = {f"{parcel.about}_id": str(parcel.document_id), "link": parcel.link}
    files = [{"name": file.name, "sha256": file.sha256, "link": file.link} for file in parcel.files if file.link]
    if files:
        data |= {"sha256": parcel.sha256, "files": files}
    if parcel.kind is ParcelKind.PROBE:
        data = {"recipient": parcel.recipient}
    return {"type": f"{parcel.about}.{verb}" if verb != "probe" else "endpoint.probe", "data": data}


def chinese_time(at: datetime) -> str:
    """Like 2026年4月27日18时00分, Asia/Shanghai."""
    local = at.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日{local.hour}时{local.minute:02d}分"


def _opening(parcel: Parcel, title: str) -> str:
    number = f"（{one_line(parcel.number)}）" if parcel.number else ""
    issuer = one_line(parcel.issuer)
    if parcel.kind is ParcelKind.URGE:
        return f"{issuer}送达的《{title}》{number}尚未签收，现予提醒。"
    return f"{issuer}向你单位送达《{title}》{number}。"


def _probe(parcel: Parcel) -> str:
    name = one_line(parcel.recipient_name)
    return f"这是田卫系统向“{name}”发送的渠道测试（编号 {parcel.delivery_id}），不是公文，无需处理。\n"
