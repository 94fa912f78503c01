"""Reading a form that an outside system filled in: every field is looked at once, every fault names its field."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import ValidationError

from services.agencies.domain.task import RESULT
from shared.area import exact_mu, m2_from_mu, square_metres
from shared.contracts.agencies import TaskResult
from shared.contracts.base import AreaM2
from shared.errors import InvalidInput

_LONGEST_NUMBER = 24


class FormReader:
    """Take every field, then call done(): what nobody took is refused."""

    def __init__(self, form: Mapping[str, Any]) -> None:
        self._left = dict(form)

    def text(self, name: str) -> str:
        value = self._take(name)
        if not isinstance(value, str) or not value.strip():
            raise wrong(name, "text")
        return value

    def code(self, name: str, table: Mapping[str, str]) -> str:
        """Our code for theirs. table: our code -> theirs."""
        value = self.text(name)
        for ours, theirs in table.items():
            if theirs == value:
                return ours
        raise wrong(name, "code", allowed=sorted(table.values()))

    def day(self, name: str, layout: str = "%Y-%m-%d") -> date:
        try:
            return datetime.strptime(self.text(name), layout).date()
        except ValueError as error:
            raise wrong(name, "date") from error

    def number(self, name: str) -> Decimal:
        """A number of at least 0, as JSON number or text."""
        value = self._take(name)
        if isinstance(value, bool) or not isinstance(value, int | float | str) or len(str(value)) > _LONGEST_NUMBER:
            raise wrong(name, "number")
        try:
            number = Decimal(str(value))
        except InvalidOperation as error:
            raise wrong(name, "number") from error
        if not number.is_finite() or number < 0 or number > Decimal("1e12"):
            raise wrong(name, "number")
        return number

    def whole(self, name: str) -> int:
        number = self.number(name)
        if number != int(number):
            raise wrong(name, "whole-number")
        return int(number)

    def area_m2(self, name: str) -> Decimal:
        """A field in square metres."""
        return square_metres(self.number(name))

    def area_mu(self, name: str) -> Decimal:
        """A field in mu, as square metres."""
        return m2_from_mu(self.number(name))

    def done(self, **fields: Any) -> TaskResult:
        """The typed result of what was taken."""
        for name in self._left:
            raise wrong(str(name)[:50], "unknown")
        try:
            return RESULT.validate_python(fields)
        except ValidationError as error:
            fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
            field = ".".join(str(part) for part in fault["loc"][1:])
            raise InvalidInput("agencies.form-invalid", "form", reason=fault["type"], part=field) from error

    def _take(self, name: str) -> Any:
        if name not in self._left:
            raise InvalidInput("agencies.form-field-missing", f"form.{name}")
        return self._left.pop(name)


def wrong(name: str, reason: str, **facts: Any) -> InvalidInput:
    """A field of a form that is not as it must be."""
    return InvalidInput("agencies.form-field-wrong", f"form.{name}", reason=reason, **facts)


def mu(area_m2: AreaM2 | None) -> float | None:
    """Square metres as mu, 4 decimals (less than a tenth of a square metre); None: not to be known."""
    return None if area_m2 is None else float(exact_mu(area_m2).quantize(Decimal("0.0001")))


def m2(area_m2: AreaM2 | None) -> float | None:
    """As a number; None: not to be known."""
    return None if area_m2 is None else float(area_m2)
