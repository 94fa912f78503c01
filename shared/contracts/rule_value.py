"""What the contents of all rules have in common."""

from typing import Annotated

from pydantic import StringConstraints

from shared.contracts.base import Contract

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,40}$")]


class RuleValue(Contract):
    """The content of a row."""

    @property
    def own_key(self) -> str | None:
        """The key its content asks for; None where any key does."""
        return None
