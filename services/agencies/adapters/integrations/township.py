"""乡镇政府: brings the party, cuts utilities, gives labour, watches daily, accepts first (domain.md 4.5, TWN).

It has no system of its own: its officers open the inbox of the console.
"""

from services.agencies.adapters.integrations.trade import Trade
from shared.contracts.codes import Agency


class Township(Trade):
    agency = Agency.TOWNSHIP
