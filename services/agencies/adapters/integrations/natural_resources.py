"""自然资源局: the land enforcement system (自然资源执法监管系统). Finds land classes and control lines, in m²."""

from services.agencies.adapters.integrations.trade import Trade
from shared.contracts.codes import Agency


class NaturalResources(Trade):
    agency = Agency.NATURAL_RESOURCES
