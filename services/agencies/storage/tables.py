"""Tables of the agencies service beside the kernel's."""

from typing import Any

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
    sa.Column("because", _uuid, comment="the event of cases that it tells of, where it is none of the task's"),
    sa.Column("at", _instant, nullable=False),
    sa.Index("task_message_mailbox", "agency", "position"),
    sa.Index("task_message_task", "task_id"),
)


def endpoint_columns() -> tuple[sa.Column[Any], ...]:
    """What an agency's endpoint has beside that of any receiver; the same list serves the migration."""
    return (
        sa.Column("protocol", sa.Text, comment="None: the default of TIANWEI_AGENCIES_PROTOCOLS"),
        sa.Column("body", sa.Text, comment="letter or link; None: the default"),
        sa.Column("signature", sa.Text, comment="ed25519 or sm2"),
        sa.Column("partner_key", sa.Text),
        sa.Column("partner_previous_key", sa.Text, comment="holds until previous_until"),
        sa.Column("host_key", sa.Text),
        sa.Column("access", sa.Text, comment="sealed password of an SFTP account"),
        sa.Column("intake_at", _instant),
        sa.Column("intake_error", sa.Text),
    )


agency_answer = sa.Table(
    "agency_answer",
    METADATA,
    sa.Column("id", _uuid, primary_key=True, comment="from agency and answer_id"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("agency", sa.Text, nullable=False),
    sa.Column("answer_id", sa.Text, nullable=False, comment="as its sender counts them"),
    sa.Column("protocol", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("verb", sa.Text),
    sa.Column("task_id", _uuid),
    sa.Column("faults", pg.JSONB, nullable=False),
    sa.Column("body", pg.JSONB, comment="of what was parked, as it came"),
    sa.Column("received_at", _instant, nullable=False),
    sa.Column("repeats", sa.Integer, nullable=False, server_default="0"),
    sa.Index("agency_answer_newest", "received_at", "id"),
    sa.Index("agency_answer_parked", "agency", "received_at", postgresql_where=sa.text("status = 'parked'")),
)

agency_reply = sa.Table(
    "agency_reply",
    METADATA,
    sa.Column("id", _uuid, primary_key=True, comment="also subject of its delivery"),
    sa.Column("agency", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False, comment="receipt, or resend: packages that are missing"),
    sa.Column("data", pg.JSONB, nullable=False),
    sa.Column("at", _instant, nullable=False),
)

exchange_package = sa.Table(
    "exchange_package",
    METADATA,
    sa.Column("agency", sa.Text, primary_key=True),
    sa.Column("direction", sa.Text, primary_key=True, comment="out: to the agency, in: from it"),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False, comment="gap-free in each direction"),
    sa.Column("package_id", _uuid, nullable=False, comment="out: the delivery"),
    sa.Column("subject_id", _uuid, comment="out: of the delivery"),
    sa.Column("sha256", sa.Text, comment="in: of the file"),
    sa.Column("body", sa.Text, comment="out: so that it can be laid again as it was"),
    sa.Column("at", _instant, nullable=False),
    sa.Index("exchange_package_out", "package_id", unique=True, postgresql_where=sa.text("direction = 'out'")),
)

exchange_series = sa.Table(
    "exchange_series",
    METADATA,
    sa.Column("agency", sa.Text, primary_key=True),
    sa.Column("direction", sa.Text, primary_key=True),
    sa.Column("last", sa.BigInteger, nullable=False, comment="in: all up to here were taken"),
    sa.Column("missing", pg.ARRAY(sa.BigInteger), nullable=False, server_default="{}"),
    sa.Column("asked_at", _instant, comment="when the missing ones were last asked for"),
)

agency_kit = sa.Table(
    "agency_kit",
    METADATA,
    sa.Column("id", _uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("agency", sa.Text, nullable=False),
    sa.Column("protocol", sa.Text, nullable=False),
    sa.Column("contract", sa.Text, nullable=False),
    sa.Column("public_key", sa.Text, nullable=False, comment="the private one is in the kit alone"),
    sa.Column("issued_at", _instant, nullable=False),
    sa.Column("issued_by", sa.Text, nullable=False),
)

agency_certificate = sa.Table(
    "agency_certificate",
    METADATA,
    sa.Column("id", _uuid, primary_key=True, comment="from kit and signature"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("agency", sa.Text, nullable=False),
    sa.Column("kit_id", _uuid, nullable=False),
    sa.Column("protocol", sa.Text, nullable=False),
    sa.Column("contract", sa.Text, nullable=False),
    sa.Column("contract_sha256", sa.Text, nullable=False),
    sa.Column("software", pg.JSONB, nullable=False),
    sa.Column("checks", pg.JSONB, nullable=False),
    sa.Column("ended_at", _instant, nullable=False),
    sa.Column("valid_until", _instant, nullable=False),
    sa.Column("submitted_at", _instant, nullable=False),
    sa.Column("submitted_by", sa.Text, nullable=False),
    sa.Index("agency_certificate_newest", "agency", "submitted_at"),
)

_outgoing = outgoing_tables(METADATA, *endpoint_columns())
delivery = _outgoing.delivery
endpoint = _outgoing.endpoint
