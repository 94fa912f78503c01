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
        sa.Column("settled_at", _instant, comment="when it was last delivered, exhausted or cancelled"),
        *delivery_columns(),
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
        sa.Column("configured_at", _instant, comment="None: nobody has said yet how the party is reached"),
        sa.Column("configured_by", sa.Text),
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


def delivery_columns() -> tuple[Column[Any], ...]:
    """What a delivery keeps however often it is sent again."""
    return (
        sa.Column(
            "arrived_at", _instant, comment="when it first came to its party; sending it again takes that from none"
        ),
        sa.Column("owed_since", _instant, nullable=False, server_default=sa.func.now(), comment="since when it waits"),
        sa.Column("told_late_at", _instant, comment="when somebody was told that it waits too long"),
    )


def add_operation_columns(connection: Connection) -> None:
    """The same for a database of before there were any; called by a service's migration."""
    names = _columns_of(connection, "endpoint")
    for column in operation_columns():
        if column.name not in names:
            more = "" if column.server_default is None else " NOT NULL DEFAULT 0"
            kind = column.type.compile(connection.dialect)
            connection.execute(sa.text(f"ALTER TABLE endpoint ADD COLUMN {column.name} {kind}{more}"))


def add_delivery_columns(connection: Connection) -> None:
    """Likewise; what was delivered has arrived when it was settled."""
    if "arrived_at" in _columns_of(connection, "delivery"):
        return
    connection.execute(sa.text("ALTER TABLE delivery ADD COLUMN arrived_at timestamptz"))
    connection.execute(sa.text("ALTER TABLE delivery ADD COLUMN owed_since timestamptz NOT NULL DEFAULT now()"))
    connection.execute(sa.text("ALTER TABLE delivery ADD COLUMN told_late_at timestamptz"))
    connection.execute(sa.text("UPDATE delivery SET owed_since = created_at"))
    connection.execute(sa.text("UPDATE delivery SET arrived_at = settled_at WHERE state = 'delivered'"))


def _columns_of(connection: Connection, table: str) -> set[str]:
    return {column["name"] for column in sa.inspect(connection).get_columns(table)}
