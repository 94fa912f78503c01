"""No process holds more connections than it may, and none sits idle in a transaction (R11)."""

from tests.faults.checker.database import APPLICATION, Database
from tests.faults.checker.evidence import Limits
from tests.faults.checker.report import Findings

_SESSIONS = """
SELECT application_name, count(*) FROM pg_stat_activity
WHERE backend_type = 'client backend' AND application_name <> %s GROUP BY 1
"""
_IDLE = """
SELECT application_name, pid, extract(epoch FROM clock_timestamp() - state_change) FROM pg_stat_activity
WHERE backend_type = 'client backend' AND state LIKE 'idle in transaction%%' AND application_name <> %s
  AND clock_timestamp() - state_change > make_interval(secs => %s)
"""


def check_sessions(database: Database, limits: Limits, findings: Findings) -> None:
    """Sessions of the whole server, as the role of `database` may see them."""
    sessions: dict[str, int] = dict(database.rows(_SESSIONS, APPLICATION))
    if limits.connections:
        for name, most in limits.connections.items():
            if (number := sessions.pop(name, 0)) > most:
                findings.add("leaked_connections", f"{name} has {number} connections, at most {most}", number - most)
        if (unknown := sum(sessions.values())) > limits.unknown:
            findings.add("leaked_connections", f"connections of others: {sessions}", unknown - limits.unknown)
    for name, pid, seconds in database.rows(_IDLE, APPLICATION, limits.idle_s):
        findings.add("leaked_connections", f"{name} ({pid}) is idle in a transaction for {float(seconds):.0f} s")
    findings.looked_at("sessions", database.number("SELECT count(*) FROM pg_stat_activity"))
