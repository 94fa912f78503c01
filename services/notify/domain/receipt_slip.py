"""The slip that goes with a document and comes back signed: 送达回证, on paper or in a package (domain.md 4.10).

Its QR code holds the package id as it stands in a receipt code.
"""

from services.notify.domain.blocks import Cell, Document, Form, Layout
from services.notify.domain.channel import Parcel
from services.notify.domain.channel_wording import one_line
from services.notify.domain.receipt_code import package_text
from shared.clock import local_day
from shared.contracts.codes import ChannelKind, title

TEMPLATE = "receipt_slip/1"
_WRITTEN_TIME = "　　　　年　　月　　日　　时　　分"
_SHARES = (3, 4, 3, 4)


def slip(parcel: Parcel, channel: ChannelKind, handed_by: str = "") -> Document:
    """handed_by: who carries it, where that is known; else it is written by hand."""
    number = one_line(parcel.number) or "无文号"
    rows = (
        _wide("送达文书", f"《{one_line(parcel.title)}》（{number}）"),
        _wide("受送达单位", one_line(parcel.recipient_name)),
        (_label("送达方式"), Cell(title(channel)), _label("送达人"), Cell(one_line(handed_by))),
        _wide("正文摘要", parcel.sha256),
        _wide("件号", package_text(parcel.delivery_id)),
        _wide("收到时间", _WRITTEN_TIME, height=2),
        _wide("签收人（签名）", "", height=2),
        _wide("单位（盖章）", "", height=4),
        _wide("备注", "", height=3),
    )
    return Document(
        template=TEMPLATE,
        layout=Layout.FORM,
        issuer=one_line(parcel.issuer),
        mark="",
        number="",
        title="送达回证",
        to="",
        body=(Form(_SHARES, rows),),
        dated_on=local_day(parcel.made_at),
        signed=False,
        verify_url=f"receipt/{package_text(parcel.delivery_id).replace('-', '')}",
    )


def _wide(label: str, text: str, height: int = 1) -> tuple[Cell, ...]:
    return (_label(label), Cell(text, span=3, height=height))


def _label(text: str) -> Cell:
    return Cell(text, label=True)
