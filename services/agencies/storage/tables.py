"""Tables of the agencies service beside the kernel's."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from shared.contracts.codes import TaskState
from shared.contracts.hand_over import OPEN, PENDING
from shared.outgoing.tables import outgoing_tables

METADATA = sa.MetaData()

_uuid = pg.UUID(as_uuid=True)
_instant = sa.TIMESTAMP(timezone=True)


def _in(states: frozenset[TaskState]) -> sa.TextClause:
    return sa.text(f"state IN ({', '.join(repr(state.value) for state in sorted(states))})")


_open, _pending = _in(OPEN), _in(PENDING)

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
    sa.Column(
        "decided_version",
        sa.Integer,
        nullable=False,
        comment="version after the last step somebody took: what an If-Match must know at least",
    ),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("holder", sa.Text, nullable=False, comment="coordinator or agency, from the state"),
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
    sa.Column("answer_by", _instant, comment="an offer not answered by then is over"),
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
    sa.Column("proposed_agency", sa.Text),
    sa.Column("started_at", _instant),
    sa.Column("reported_at", _instant),
    sa.Column("reports", sa.Integer, nullable=False, server_default="0"),
    sa.Column("result", pg.JSONB),
    sa.Column("returned_at", _instant),
    sa.Column("return_points", pg.JSONB, nullable=False, server_default="[]"),
    sa.Column("done_at", _instant),
    sa.Column("expired_at", _instant),
    sa.Column("withdrawn_at", _instant),
    sa.Column("withdraw_reason", sa.Text),
    sa.Index("agency_task_mailbox", "agency", "position"),
    sa.Index("agency_task_action", "action_id"),
    sa.Index("agency_task_case", "case_id"),
    # One open task of an agency in an action, whatever the code believes.
    sa.Index("agency_task_one_open", "action_id", "agency", unique=True, postgresql_where=_open),
    sa.Index("agency_task_answer_by", "answer_by", postgresql_where=_pending),
)

task_message = sa.Table(
    "task_message",
    METADATA,
    sa.Column("id", _uuid, primary_key=True, comment="also subject of its delivery"),
    sa.Column(
        "position",
        sa.BigInteger,
        sa.Identity(always=True),
        nullable=False,
        unique=True,
        comment="place among the agency's messages: rises in the order of commit; may have gaps",
    ),
    sa.Column("task_id", _uuid, nullable=False),
    sa.Column("task_version", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("agency", sa.Text, nullable=False),
    sa.Column("facts", pg.JSONB, nullable=False),
    sa.Column("at", _instant, nullable=False),
    sa.Index("task_message_mailbox", "agency", "position"),
    sa.Index("task_message_task", "task_id"),
)

_outgoing = outgoing_tables(METADATA)
delivery = _outgoing.delivery
endpoint = _outgoing.endpoint
