"""公安局: files or refuses a criminal case, answers reconsideration, keeps order. It writes numbers for codes."""

from services.agencies.adapters.integrations.trade import Trade
from shared.contracts.codes import Agency


class PublicSecurity(Trade):
    agency = Agency.PUBLIC_SECURITY
