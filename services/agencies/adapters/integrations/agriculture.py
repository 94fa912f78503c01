"""农业农村局: appraises damage to farmland (破坏程度鉴定), checks replanting (复耕核查). Its papers count in mu."""

from services.agencies.adapters.integrations.trade import Trade
from shared.contracts.codes import Agency


class Agriculture(Trade):
    agency = Agency.AGRICULTURE
