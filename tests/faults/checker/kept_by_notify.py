"""What notify keeps of what cases tells: facts for documents, counts for bulletins, briefs, agencies' letters."""

from typing import Final

_STEPS: Final = {
    "case": """
        acts-summed appraisal-commissioned appraised archived building-handed closed conflict-reported
        court-accepted court-applied court-refused court-ruled decided decision-published defiance-reported
        deliberated dropped executed filed filing-declined fine-paid hearing-announced hearing-held
        hearing-requested higher-court-asked investigation-concluded investigation-started jurisdiction-settled
        land-found large-area-reported legal-opinion-given legal-review-requested paper-published party-notified
        party-told penalty-waived performance-demanded performance-started publication-withdrawn recusal-decided
        recusal-requested remedy-ended remedy-sought reopened result-not-taken resumed review-started served
        stop-reported stopped supplement-ordered survey-record-signed suspended taken-over term-extended terminated
        threshold-reviewed transfer-moved
    """,
    "clue": """
        act-stopped aliases-added archived assigned closed deduplicated duty-ruled filing-extended found-large
        linked opinion-submitted rebound-noted received rejected returned review-passed review-started sent-back
        shape-added signed split split-off taken-over transfer-answered transferred-out turned-into-case
        verification-started
    """,
    "rectification": """
        accepted extended extension-refused extension-requested opened ordered pbf-decided pbf-found plan-set
        rebound rechecked reported resubmitted review-ended review-requested sent-back started struck-off
        township-checked
    """,
    "joint-action": "acted convened met rescheduled task-reassigned task-reported",
    "action": "proposal-raised proposed",
    "assistance": "answered extended refused requested withdrawn",
    "listing": """
        approved begun declined delisted done-reported extended extension-refused extension-requested notified
        overdue proposed published signed talked verified
    """,
    "police-transfer": """
        approved due ended filed filing-ordered handed-over material-handed not-approved passed-on reasons-asked
        reasons-given reconsideration-asked refused reported returned supervision-suggested supplement-asked
        supplemented
    """,
    "evidence": "added excluded quarantined",
    "deadline": "alarm-raised",
    "deadlines": "recounted",
    "rule": "set withdrawn",
}
KEPT_BY_NOTIFY: Final = frozenset(f"{thing}-{step}" for thing, steps in _STEPS.items() for step in steps.split())
"""Names of events, without source and version."""
