"""The circuit of an endpoint: after some failures in a row nothing is sent but one try now and then, until one arrives.

A broken circuit costs the letters none of their tries: what waits is tried at once when the endpoint answers again.
"""

import sqlalchemy as sa
from sqlalchemy import Connection

from shared.outgoing import deliveries

BREAKS_AFTER = 5
FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 30.0
_LONGEST_ERROR = 500
# How old the last success on record may be before a new one is written: not every delivery writes the endpoint's row.
_STALE_S = 5

_FAILED = sa.text("""
UPDATE endpoint SET
    failures = failures + 1,
    failing_since = coalesce(failing_since, clock_timestamp()),
    last_error = :error,
    broken_until = CASE WHEN failures + 1 >= :most THEN
        clock_timestamp() + make_interval(secs => least(:longest, :first * power(2, least(failures + 1 - :most, 16))))
    END
WHERE party = :party
RETURNING failures >= :most AND outage_at IS NULL AS is_outage
""")
_ANSWERED = sa.text("""
UPDATE endpoint SET failures = 0, failing_since = NULL, last_error = NULL, broken_until = NULL,
                    last_delivered_at = clock_timestamp()
FROM (SELECT party, broken_until IS NOT NULL AS was_broken, outage_at FROM endpoint WHERE party = :party) AS former
WHERE endpoint.party = former.party
  AND (failures > 0 OR last_error IS NOT NULL OR endpoint.outage_at IS NOT NULL
       OR last_delivered_at IS NULL OR last_delivered_at < now() - make_interval(secs => :stale))
RETURNING former.was_broken, former.outage_at IS NOT NULL AS was_outage
""")
_TRIED = sa.text("""
UPDATE endpoint SET trial_id = NULL, trial_error = :error, trial_at = clock_timestamp()
WHERE party = :party AND trial_id = :delivery_id
""")


def failed(connection: Connection, party: str, error: str) -> bool:
    """The endpoint did not answer as it should. True when this makes it an outage that nobody was told of."""
    values = {
        "party": party,
        "error": error[:_LONGEST_ERROR],
        "most": BREAKS_AFTER,
        "first": FIRST_PAUSE_S,
        "longest": LONGEST_PAUSE_S,
    }
    return bool(connection.execute(_FAILED, values).scalar())


def answered(connection: Connection, party: str) -> bool:
    """It took a letter. True when this ends an outage that was told; what waited is tried at once."""
    row = connection.execute(_ANSWERED, {"party": party, "stale": _STALE_S}).one_or_none()
    if row is None:
        return False
    if row.was_broken:
        deliveries.hurry(connection, party)
    return bool(row.was_outage)


def tried(connection: Connection, party: str, delivery_id: object, error: str | None) -> None:
    """What came of the one letter that was let through a paused endpoint, if it is that one."""
    connection.execute(_TRIED, {"party": party, "delivery_id": delivery_id, "error": error and error[:_LONGEST_ERROR]})
