"""How a value stands in an agency's form, and what it is to us: read, write, and the JSON Schema of what is written.

A reader takes what the schema says and nothing else, save blanks around a text. It never guesses a unit or a layout.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from shared.area import MOST_M2, exact_mu, m2_from_mu
from shared.clock import SHANGHAI
from shared.contracts.codes import title

_UNITED = re.compile(r"\s*[-+]?[\d.,]+\s*[^\d.,\s]+\s*")
_HUNDREDTH, _TEN_THOUSANDTH = Decimal("0.01"), Decimal("0.0001")
_PARTS = {"%Y": r"\d{4}", "%m": r"\d{2}", "%d": r"\d{2}", "%H": r"\d{2}", "%M": r"\d{2}", "%S": r"\d{2}"}


class Wrong(Exception):
    """A value that does not parse. reason: stable, see gateway/register/words.toml; facts: JSON-safe."""

    def __init__(self, reason: str, **facts: Any) -> None:
        super().__init__(reason)
        self.reason, self.facts = reason, facts


class Kind(ABC):
    """unit: of the figures, for people and for finding a field that was given in another one."""

    unit: str = ""

    @abstractmethod
    def read(self, value: Any) -> Any:
        """Ours of theirs. Raises Wrong."""

    @abstractmethod
    def write(self, value: Any) -> Any:
        """Theirs of ours, JSON-safe."""

    @abstractmethod
    def schema(self) -> dict[str, Any]: ...


class Text(Kind):
    def read(self, value: Any) -> str:
        if not isinstance(value, str):
            raise Wrong("string_type")
        if not value.strip():
            raise Wrong("string_too_short")
        return value.strip()

    def write(self, value: Any) -> str:
        return str(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1}


@dataclass(frozen=True)
class Texts(Kind):
    """Several texts: a JSON array, or one text with a separator between."""

    joined: str | None = None

    def read(self, value: Any) -> list[str]:
        if self.joined is not None:
            value = [part for part in Text().read(value).split(self.joined) if part.strip()]
        if not isinstance(value, list):
            raise Wrong("list_type")
        return [Text().read(part) for part in value]

    def write(self, value: Sequence[str]) -> list[str] | str:
        return list(value) if self.joined is None else self.joined.join(value)

    def schema(self) -> dict[str, Any]:
        if self.joined is None:
            return {"type": "array", "items": Text().schema()}
        return {**Text().schema(), "description": f"以“{self.joined}”分隔"}


@dataclass(frozen=True)
class Titles(Kind):
    """Codes of ours by their Chinese titles; in letters alone."""

    joined: str | None = None

    def read(self, value: Any) -> Any:
        raise NotImplementedError("a letter is not read")

    def write(self, value: Sequence[Any]) -> list[str] | str:
        return Texts(self.joined).write([title(code) for code in value])

    def schema(self) -> dict[str, Any]:
        return Texts(self.joined).schema()


@dataclass(frozen=True)
class Code(Kind):
    """codes: theirs -> ours."""

    codes: Mapping[str, Any]

    def read(self, value: Any) -> Any:
        if not isinstance(value, str) or value not in self.codes:
            raise Wrong("code_unknown", allowed=list(self.codes))
        return self.codes[value]

    def write(self, value: Any) -> str:
        return next(theirs for theirs, ours in self.codes.items() if ours == value)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.codes)}


class Listed(Code):
    """A code of somebody else's list, kept as it is; what was taken before it was listed is still written."""

    def write(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True)
class Stamp(Kind):
    """layout: as strptime has it; what is not written exactly so is refused."""

    layout: str

    def _stamp(self, value: Any) -> datetime:
        if not isinstance(value, str):
            raise Wrong("layout_wrong", layout=self.shown)
        try:
            stamp = datetime.strptime(value, self.layout)
        except ValueError as error:
            raise Wrong("layout_wrong", layout=self.shown) from error
        if stamp.strftime(self.layout) != value:
            raise Wrong("layout_wrong", layout=self.shown)
        return stamp

    @property
    def shown(self) -> str:
        names = {"%Y": "yyyy", "%m": "MM", "%d": "dd", "%H": "HH", "%M": "mm", "%S": "ss"}
        return re.sub("%[A-Za-z]", lambda part: names[part[0]], self.layout)

    def schema(self) -> dict[str, Any]:
        pattern = re.sub("%[A-Za-z]", lambda part: _PARTS[part[0]], re.escape(self.layout).replace(r"\ ", " "))
        return {"type": "string", "pattern": f"^{pattern}$", "description": self.shown}


class Day(Stamp):
    def read(self, value: Any) -> date:
        return self._stamp(value).date()

    def write(self, value: date) -> str:
        return value.strftime(self.layout)


class Instant(Stamp):
    """In Asia/Shanghai, to the finest part of the layout."""

    def read(self, value: Any) -> datetime:
        return self._stamp(value).replace(tzinfo=SHANGHAI)

    def write(self, value: datetime) -> str:
        return value.astimezone(SHANGHAI).strftime(self.layout)

    def schema(self) -> dict[str, Any]:
        schema = super().schema()
        return {**schema, "description": f"{schema['description']}，北京时间"}


@dataclass(frozen=True)
class Figure(Kind):
    """A JSON number; step: the finest that is written."""

    step: Decimal
    least: Decimal
    most: Decimal
    unit: str = ""

    def read(self, value: Any) -> Any:
        number = self._number(value)
        if number < self.least:
            raise Wrong("greater_than_equal", least=float(self.least))
        if number > self.most:
            raise Wrong("less_than_equal", most=float(self.most))
        if number % self.step:
            raise Wrong("step_wrong", step=f"{self.step:f}")
        return number

    def _number(self, value: Any) -> Decimal:
        if isinstance(value, str) and _UNITED.fullmatch(value[:100]):
            raise Wrong("unit_wrong", unit=self.unit or "不带单位的数值")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Wrong("decimal_type")
        # A JSON integer may be as long as its body: compared before it is written out.
        if isinstance(value, int) and abs(value) > self.most:
            raise Wrong("less_than_equal" if value > 0 else "greater_than_equal", most=float(self.most))
        number = Decimal(str(value))
        if not number.is_finite():
            raise Wrong("finite_number")
        return number

    def write(self, value: Any) -> float:
        return float(value)

    def schema(self) -> dict[str, Any]:
        said = {"type": "number", "minimum": float(self.least), "maximum": float(self.most)}
        about = f"至多 {-int(str(self.step.as_tuple().exponent))} 位小数"
        return {**said, "description": f"{self.unit}，{about}" if self.unit else about}


class AreaM2(Figure):
    def __init__(self) -> None:
        super().__init__(_HUNDREDTH, Decimal(0), MOST_M2, "平方米")


class AreaMu(Figure):
    """Read to square metres with 2 decimals; 4 decimals of a mu are less than a tenth of a square metre."""

    def __init__(self) -> None:
        super().__init__(_TEN_THOUSANDTH, Decimal(0), MOST_M2 * 3 / 2000, "亩")

    def read(self, value: Any) -> Decimal:
        return m2_from_mu(super().read(value))

    def write(self, value: Any) -> float:
        return float(exact_mu(value).quantize(self.step))


class Degrees(Figure):
    def __init__(self) -> None:
        super().__init__(Decimal("0.00000001"), Decimal(-360), Decimal(360), "度")

    def read(self, value: Any) -> float:
        return float(super().read(value))


class Whole(Figure):
    def __init__(self) -> None:
        super().__init__(Decimal(1), Decimal(0), Decimal(10**9))

    def read(self, value: Any) -> int:
        return int(super().read(value))

    def write(self, value: Any) -> int:
        return int(value)

    def schema(self) -> dict[str, Any]:
        return {**super().schema(), "type": "integer", "description": "整数"}
