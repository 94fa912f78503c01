"""Tables of the agencies service beside the kernel's."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from shared.outgoing.tables import outgoing_tables

METADATA = sa.MetaData()

_uuid = pg.UUID(as_uuid=True)
_instant = sa.TIMESTAMP(timezone=True)

agency_task = sa.Table(
    "agency_task",
    METADATA,
    sa.Column("id", _uuid, primary_key=True),
    sa.Column(
        "position",
        sa.BigInteger,
        sa.Identity(always=True),
        nullable=False,
        unique=True,
        comment="place in the mailbox: rises in the order of commit, see TaskStore; may have gaps",
    ),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("agency", sa.Text, nullable=False),
    sa.Column("division_code", sa.Text, nullable=False),
    sa.Column("action_id", _uuid, nullable=False),
    sa.Column("action_no", sa.Text, nullable=False),
    sa.Column("case_id", _uuid, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("acting_at", _instant, nullable=False),
    sa.Column("urgent", sa.Boolean, nullable=False),
    sa.Column("letter", pg.JSONB, nullable=False),
    sa.Column("brief", pg.JSONB, nullable=False),
    sa.Column("sign_due_on", sa.Date),
    sa.Column("feedback_due_on", sa.Date),
    sa.Column("protocol", sa.Text, nullable=False),
    sa.Column("issued_at", _instant, nullable=False),
    sa.Column("signed_at", _instant),
    sa.Column("signed_by", sa.Text),
    sa.Column("sign_channel", sa.Text),
    sa.Column("accepted_at", _instant),
    sa.Column("contact_person", sa.Text),
    sa.Column("contact_phone", sa.Text),
    sa.Column("declined_at", _instant),
    sa.Column("return_reason", sa.Text),
    sa.Column("decline_reason", sa.Text),
    sa.Column("reported_at", _instant),
    sa.Column("result", pg.JSONB),
    sa.Column("withdrawn_at", _instant),
    sa.Column("withdraw_reason", sa.Text),
    sa.Index("agency_task_mailbox", "agency", "position"),
    sa.Index("agency_task_action", "action_id"),
    sa.Index("agency_task_case", "case_id"),
)

_outgoing = outgoing_tables(METADATA)
delivery = _outgoing.delivery
endpoint = _outgoing.endpoint
