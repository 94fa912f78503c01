"""Tables of what leaves the house, the same in every service that sends (reliability.md 2, 8)."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Connection, MetaData, Table
from sqlalchemy.dialects import postgresql as pg

_uuid = pg.UUID(as_uuid=True)
_instant = sa.TIMESTAMP(timezone=True)


@dataclass(frozen=True)
class OutgoingTables:
    delivery: Table
    endpoint: Table


def outgoing_tables(metadata: MetaData, *of_endpoint: Column[Any]) -> OutgoingTables:
    """Add `delivery` and `endpoint` to a service's metadata. of_endpoint: columns of the service's own endpoints.

    A delivery says how one subject (a task, a notice) reaches one party (an agency, a recipient); only rows whose
    channel is pushed and whose party has an active endpoint are claimed by a sender.
    """
    delivery = sa.Table(
        "delivery",
        metadata,
        sa.Column("id", _uuid, primary_key=True, comment="also the webhook-id, the same at every try"),
        sa.Column("subject_id", _uuid, nullable=False),
        sa.Column("party", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column(
            "state",
            sa.Text,
            sa.CheckConstraint("state in ('pending', 'delivered', 'exhausted', 'cancelled')", name="delivery_state"),
            nullable=False,
            server_default="pending",
        ),
        sa.Column("version", sa.Integer, nullable=False, server_default="0", comment="events told about it"),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column(
            "deferrals", sa.Integer, nullable=False, server_default="0", comment="tries the receiver asked to put off"
        ),
        sa.Column("next_at", _instant, nullable=False, server_default=sa.func.now()),
        sa.Column("lease_until", _instant),
        sa.Column("last_error", sa.Text),
        sa.Column("correlation_id", sa.Text, nullable=False),
        sa.Column("created_at", _instant, nullable=False, server_default=sa.func.now()),
        sa.Column("settled_at", _instant, comment="when it was delivered, exhausted or cancelled"),
        sa.UniqueConstraint("subject_id", "party", name="delivery_subject_party"),
        sa.Index("delivery_due", "state", "next_at"),
        sa.Index("delivery_party_due", "party", "next_at", postgresql_where=sa.text("state = 'pending'")),
    )
    endpoint = sa.Table(
        "endpoint",
        metadata,
        sa.Column("id", _uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("party", sa.Text, nullable=False, unique=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("secret", sa.Text, nullable=False, comment="sealed, see shared/outgoing/secret_box.py"),
        sa.Column("previous_secret", sa.Text, comment="sealed; signs beside the new one while rotating"),
        sa.Column("previous_until", _instant),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("disabled_reason", sa.Text),
        sa.Column("configured_at", _instant, nullable=False),
        sa.Column("configured_by", sa.Text, nullable=False),
        *operation_columns(),
        *of_endpoint,
    )
    return OutgoingTables(delivery, endpoint)


def operation_columns() -> tuple[Column[Any], ...]:
    """How an endpoint does: its circuit (circuit.py), whether it is paused, and what a person lets through."""
    return (
        sa.Column("failures", sa.Integer, nullable=False, server_default="0", comment="in a row"),
        sa.Column("failing_since", _instant),
        sa.Column("last_error", sa.Text),
        sa.Column("broken_until", _instant, comment="the circuit is broken; then one try"),
        sa.Column("last_delivered_at", _instant, comment="to about five seconds"),
        sa.Column("outage_at", _instant, comment="since when somebody has been told that it does not answer"),
        sa.Column("paused_at", _instant),
        sa.Column("paused_reason", sa.Text),
        sa.Column("trial_id", _uuid, comment="the one delivery let through while paused"),
        sa.Column("trial_at", _instant),
        sa.Column("trial_error", sa.Text, comment="empty of a trial that arrived"),
    )


def add_operation_columns(connection: Connection) -> None:
    """The same for a database of before there were any; called by a service's migration."""
    names = {column["name"] for column in sa.inspect(connection).get_columns("endpoint")}
    for column in operation_columns():
        if column.name not in names:
            more = "" if column.server_default is None else " NOT NULL DEFAULT 0"
            kind = column.type.compile(connection.dialect)
            connection.execute(sa.text(f"ALTER TABLE endpoint ADD COLUMN {column.name} {kind}{more}"))
