"""综合执法局: demolishes, seals or clears by lawful decision, and records it with times and photographs."""

from services.agencies.adapters.integrations.trade import Trade
from shared.contracts.codes import Agency


class ComprehensiveEnforcement(Trade):
    agency = Agency.COMPREHENSIVE_ENFORCEMENT
