"""Deliveries in the database: added in a unit of work, claimed by lease on the database's clock, settled once (R10)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from shared.contracts.codes import DeliveryState
from shared.contracts.dead_letters import DeadLetterKind, Settlement
from shared.ids import derived_id
from shared.outgoing.unit import SendingUnit

WAKE_CHANNEL = "tianwei_delivery"
_LONGEST_ERROR = 500

_ADD = sa.text("""
INSERT INTO delivery (id, subject_id, party, channel, correlation_id)
VALUES (:id, :subject_id, :party, :channel, :correlation_id)
ON CONFLICT (subject_id, party) DO NOTHING
""")

# Per endpoint at most so many in flight, whoever sends: a slow receiver delays only itself. While its circuit is
# broken one at a time is tried when the pause is over; while it is paused, only the one that a person lets through.
_CLAIM = sa.text("""
WITH busy AS (
    SELECT party, count(*) AS number FROM delivery
    WHERE state = 'pending' AND lease_until > now() GROUP BY party
), due AS (
    SELECT d.id AS delivery_id, e.id AS endpoint_id, e.url, e.secret,
           CASE WHEN e.previous_until > now() THEN e.previous_secret END AS previous_secret
    FROM endpoint e
    LEFT JOIN busy ON busy.party = e.party
    CROSS JOIN LATERAL (
        SELECT id FROM delivery
        WHERE party = e.party AND channel = ANY(:channels) AND state = 'pending' AND next_at <= now()
          AND (lease_until IS NULL OR lease_until <= now())
          AND (e.paused_at IS NULL OR id = e.trial_id)
        ORDER BY next_at
        LIMIT greatest(CASE WHEN e.broken_until IS NULL THEN :per_endpoint ELSE 1 END - coalesce(busy.number, 0), 0)
        FOR UPDATE SKIP LOCKED
    ) d
    WHERE e.active AND (e.broken_until IS NULL OR e.broken_until <= now())
    LIMIT :most
)
UPDATE delivery SET tries = tries + 1, lease_until = now() + make_interval(secs => :lease_s)
FROM due WHERE delivery.id = due.delivery_id
RETURNING delivery.id, delivery.subject_id, delivery.party, delivery.channel, delivery.tries, delivery.deferrals,
          delivery.correlation_id, delivery.created_at, delivery.arrived_at,
          due.endpoint_id, due.url, due.secret, due.previous_secret
""")

_NEXT = sa.text("""
SELECT extract(epoch FROM min(greatest(
    d.next_at, coalesce(d.lease_until, d.next_at), coalesce(e.broken_until, d.next_at)
)) - now())
FROM delivery d JOIN endpoint e ON e.party = d.party AND e.active AND (e.paused_at IS NULL OR e.trial_id = d.id)
WHERE d.state = 'pending' AND d.channel = ANY(:channels)
""")

_SETTLE = sa.text("""
UPDATE delivery SET
    state = CASE WHEN :state = 'cancelled' AND arrived_at IS NOT NULL THEN 'delivered' ELSE :state END,
    arrived_at = CASE WHEN :state = 'delivered' THEN coalesce(arrived_at, clock_timestamp()) ELSE arrived_at END,
    settled_at = clock_timestamp(), lease_until = NULL, last_error = :error
WHERE id = :id AND state = 'pending' AND tries = :tries
""")

_LATER = sa.text("""
UPDATE delivery SET next_at = clock_timestamp() + make_interval(secs => :after_s), lease_until = NULL,
                    last_error = :error, deferrals = deferrals + :deferred
WHERE id = :id AND state = 'pending' AND tries = :tries
""")

_HANDED_OVER = sa.text("""
UPDATE delivery SET state = 'delivered', settled_at = clock_timestamp(), lease_until = NULL,
                    arrived_at = coalesce(arrived_at, clock_timestamp())
WHERE subject_id = :subject_id AND party = :party AND state IN ('pending', 'exhausted')
RETURNING id
""")

_CANCEL = sa.text("""
UPDATE delivery SET state = CASE WHEN arrived_at IS NULL THEN 'cancelled' ELSE 'delivered' END,
                    settled_at = clock_timestamp(), lease_until = NULL, last_error = :reason
WHERE subject_id = :subject_id AND state IN ('pending', 'exhausted')
  AND (CAST(:party AS text) IS NULL OR party = :party)
""")

# The tries so far count as put off: the schedule begins anew, and `tries` goes on as the fence.
_RESUME = sa.text("""
UPDATE delivery SET state = 'pending', settled_at = NULL, next_at = clock_timestamp(), deferrals = tries,
                    owed_since = clock_timestamp()
WHERE subject_id = :subject_id AND party = :party AND state = 'exhausted'
RETURNING id
""")

# Of what was delivered too: a person has it sent once more, under the same id, by the way the party is reached now.
# That it had arrived stays known (arrived_at).
_RESEND = sa.text("""
UPDATE delivery SET state = 'pending', settled_at = NULL, next_at = clock_timestamp(), deferrals = tries,
                    owed_since = clock_timestamp(), channel = coalesce(CAST(:channel AS text), channel)
WHERE subject_id = :subject_id AND party = :party AND (state <> 'cancelled' OR :cancelled_too)
  AND (lease_until IS NULL OR lease_until <= now())
RETURNING id
""")

_REROUTE = sa.text("""
UPDATE delivery SET channel = :channel, next_at = clock_timestamp(), deferrals = tries
WHERE party = :party AND state = 'pending' AND channel <> :channel
""")

_WITHDRAW = sa.text("""
UPDATE delivery SET state = 'cancelled', settled_at = clock_timestamp(), lease_until = NULL, last_error = :reason
WHERE party = :party AND state = 'pending'
RETURNING subject_id
""")

_HURRY = sa.text("UPDATE delivery SET next_at = clock_timestamp() WHERE party = :party AND state = 'pending'")


@dataclass(frozen=True)
class Claimed:
    """A delivery leased to this sender for one try.

    tries: this one included; the fence by which only the present holder of the lease records an outcome.
    arrived_at: of what is sent once more, when it first came.
    secret, previous_secret: sealed; the previous one only while rotating.
    """

    id: UUID
    subject_id: UUID
    party: str
    channel: str
    tries: int
    deferrals: int
    correlation_id: str
    created_at: datetime
    arrived_at: datetime | None
    endpoint_id: UUID
    url: str
    secret: str
    previous_secret: str | None

    @property
    def failures(self) -> int:
        """Tries that count when this one fails too; those the receiver put off do not."""
        return self.tries - self.deferrals


def add(connection: Connection, subject_id: UUID, party: str, channel: str, correlation_id: str) -> UUID:
    """Owe a party a subject; the same twice is one delivery. Wakes the sender when the unit commits. Its id."""
    id_ = derived_id("delivery", subject_id, party)
    values = {"id": id_, "subject_id": subject_id, "party": party, "channel": channel, "correlation_id": correlation_id}
    connection.execute(_ADD, values)
    wake(connection)
    return id_


def wake(connection: Connection) -> None:
    """Wake the sender when this transaction commits."""
    connection.execute(sa.text(f"NOTIFY {WAKE_CHANNEL}"))


def claim(
    connection: Connection, channels: Sequence[str], *, most: int, per_endpoint: int, lease_s: float
) -> Sequence[Claimed]:
    """Lease what is due and count the try; the caller commits before it sends."""
    values = {"channels": list(channels), "most": most, "per_endpoint": per_endpoint, "lease_s": lease_s}
    return [Claimed(**row) for row in connection.execute(_CLAIM, values).mappings()]


def seconds_to_next(connection: Connection, channels: Sequence[str]) -> float | None:
    """Until something is due or a lease ends; negative when overdue, None when nothing is owed."""
    seconds = connection.execute(_NEXT, {"channels": list(channels)}).scalar_one()
    return None if seconds is None else float(seconds)


def delivered(connection: Connection, claimed: Claimed) -> bool:
    """False when somebody else settled it meanwhile: then nothing may be told."""
    return _settle(connection, claimed, DeliveryState.DELIVERED, None)


def exhausted(connection: Connection, claimed: Claimed, error: str) -> bool:
    """False when somebody else settled it meanwhile."""
    return _settle(connection, claimed, DeliveryState.EXHAUSTED, error)


def cancelled(connection: Connection, claimed: Claimed, reason: str) -> bool:
    """The subject is no longer to be sent to this party. False when somebody else settled it meanwhile."""
    return _settle(connection, claimed, DeliveryState.CANCELLED, reason)


def later(connection: Connection, claimed: Claimed, error: str, after_s: float, *, deferred: bool = False) -> bool:
    """Try again after so many seconds. deferred: the receiver asked for it, the try does not count."""
    values = {"id": claimed.id, "tries": claimed.tries, "after_s": after_s, "deferred": int(deferred)}
    return connection.execute(_LATER, {**values, "error": error[:_LONGEST_ERROR]}).rowcount == 1


def handed_over(unit: SendingUnit, subject_id: UUID, party: str) -> UUID | None:
    """The party has the subject by another way (read in the mailbox, on paper). Its id if that is new, else None."""
    found = unit.connection.execute(_HANDED_OVER, {"subject_id": subject_id, "party": party}).scalar_one_or_none()
    if found is not None:
        _settle_letters(unit, Settlement.HANDED_OVER, subject_id, party)
    return None if found is None else UUID(str(found))


def cancel(unit: SendingUnit, subject_id: UUID, reason: str, party: str | None = None) -> None:
    """Owe the subject to nobody any more, or not to this party; what was delivered stays delivered."""
    values = {"subject_id": subject_id, "party": party, "reason": reason[:_LONGEST_ERROR]}
    unit.connection.execute(_CANCEL, values)
    _settle_letters(unit, Settlement.CANCELLED, subject_id, party)


def resume(connection: Connection, subject_id: UUID, party: str) -> UUID | None:
    """Owe again what was given up, with a whole new schedule. Its id, None when it is not given up."""
    found = connection.execute(_RESUME, {"subject_id": subject_id, "party": party}).scalar_one_or_none()
    if found is not None:
        wake(connection)
    return None if found is None else UUID(str(found))


def resend(
    unit: SendingUnit, subject_id: UUID, party: str, *, channel: str | None = None, cancelled_too: bool = False
) -> UUID | None:
    """Owe it once more under the same id, delivered or not. Its id; None when unknown, cancelled or being sent now.

    channel: how the party is reached now; None as it was. cancelled_too: even what is no longer to be sent, for a
    receiver that counts and misses its number.
    """
    values = {"subject_id": subject_id, "party": party, "channel": channel, "cancelled_too": cancelled_too}
    found = unit.connection.execute(_RESEND, values).scalar_one_or_none()
    if found is None:
        return None
    wake(unit.connection)
    return UUID(str(found))


def reroute(connection: Connection, party: str, channel: str) -> None:
    """The party is reached another way from now on: all it is still owed goes that way, with a new schedule."""
    connection.execute(_REROUTE, {"party": party, "channel": channel})
    wake(connection)


def withdraw(connection: Connection, party: str, reason: str) -> list[UUID]:
    """Send nothing more to the party; what it is still owed. What is on its way at this moment may yet arrive."""
    values = {"party": party, "reason": reason[:_LONGEST_ERROR]}
    return list(connection.execute(_WITHDRAW, values).scalars())


def hurry(connection: Connection, party: str) -> None:
    """Try everything pending for the party now: its endpoint was put right."""
    connection.execute(_HURRY, {"party": party})
    wake(connection)


def _settle(connection: Connection, claimed: Claimed, state: DeliveryState, error: str | None) -> bool:
    values = {"id": claimed.id, "tries": claimed.tries, "state": state.value}
    settled = connection.execute(_SETTLE, {**values, "error": error and error[:_LONGEST_ERROR]})
    return settled.rowcount == 1


def _settle_letters(unit: SendingUnit, how: Settlement, subject_id: UUID, party: str | None = None) -> None:
    """What was given up and needed a person needs nobody any more."""
    for letter_id in unit.dead_letters.open_of(unit.connection, DeadLetterKind.EXHAUSTED_DELIVERY, subject_id, party):
        unit.dead_letters.settle(unit, letter_id, how)
