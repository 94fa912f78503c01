"""The body of a PUT that sets a partner's endpoint: whose it is stands in the address."""

from typing import Annotated

from pydantic import Field

from shared.contracts.base import Contract


class EndpointAddress(Contract):
    url: Annotated[str, Field(max_length=500, pattern=r"^https?://")]
