"""The independent checker of the fault suite: reads what is stored and says what of the promise does not hold.

It imports nothing of services, gateway and shared, so that it shares no error with what it judges.
"""

from tests.faults.checker.checking import check, check_pair, lag
from tests.faults.checker.evidence import Evidence, Limits
from tests.faults.checker.feeds import check_feed
from tests.faults.checker.log import check_log
from tests.faults.checker.memory import Memory
from tests.faults.checker.names import Kept
from tests.faults.checker.reactions import Reaction
from tests.faults.checker.report import COUNTS, Report

__all__ = [
    "COUNTS",
    "Evidence",
    "Kept",
    "Limits",
    "Memory",
    "Reaction",
    "Report",
    "check",
    "check_feed",
    "check_log",
    "check_pair",
    "lag",
]
