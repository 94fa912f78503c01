"""What a document says without its layout, for whoever reads it on a screen."""

from collections.abc import Iterable, Iterator

from services.notify.domain.blocks import Block, Chart, Paragraph, Table
from services.notify.domain.composing import Header, compose
from services.notify.domain.document import Document
from services.notify.domain.document_types import DocumentTypes
from services.notify.domain.documents import chinese_date
from services.notify.domain.drafting import read_facts
from services.notify.domain.former_notice import BODY, TEMPLATE

_TO_COME = "（待印制）"


def plain_text(found: Document, types: DocumentTypes) -> str:
    """Empty for one without a day. A former notice has its text as it was."""
    if found.frozen is not None and found.frozen.template == TEMPLATE:
        return str(found.content.facts[BODY])
    if found.dated_on is None:
        return ""
    version = types.on(found.type, found.dated_on)
    header = Header(
        issuer=found.frozen.issuer if found.frozen else _TO_COME,
        dated_on=found.dated_on,
        number=found.number.text if found.number else "",
        to=tuple(found.content.to),
        copies=tuple(found.content.copies),
        signer=found.approved_by or _TO_COME,
        contact=found.content.contact,
    )
    composed = compose(version, header, read_facts(version, found.content.facts))
    ends = [composed.issuer, chinese_date(composed.dated_on), f"抄送：{composed.copies}" if composed.copies else ""]
    annexes = [text for annex in composed.annexes for text in (annex.title, *_lines(annex.blocks))]
    return "\n".join(line for line in (f"{composed.to}：", *_lines(composed.body), *ends, *annexes) if line.strip("："))


def _lines(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield "".join(run.text for run in block.runs)
        elif isinstance(block, Table):
            yield "\t".join(column.title for column in block.columns)
            yield from ("\t".join(row) for row in block.rows)
        elif isinstance(block, Chart):
            yield block.caption
            yield "\t".join(("", *(bar.title for bar in block.series)))
            for place, label in enumerate(block.labels):
                yield "\t".join((label, *(f"{bar.values[place]:.12g}" for bar in block.series)))
        else:
            yield from ("\t".join(cell.text for cell in row) for row in block.rows)
