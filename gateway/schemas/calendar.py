"""The private address of a calendar feed."""

from pydantic import Field

from shared.contracts.base import Instant, View


class CalendarFeed(View):
    """Shown once: whoever has it reads these clocks."""

    address: str = Field(description="path and token on this server; give it to a calendar program")
    made_at: Instant
