"""A number that is fixed, or known only as a distribution: what every assumption may be written as."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic_core import core_schema

from forecasts.engine.special import betainc, betaincinv, ndtr, ndtri
from forecasts.ledger.fields import as_number

Floats = NDArray[np.float64]

#: What each distribution is written with.
PARAMETERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "triangular": ("low", "mode", "high"),
        "normal": ("mean", "sd"),
        "uniform": ("low", "high"),
        "beta": ("a", "b"),
        "lognormal": ("median", "sigma"),
    }
)

#: A distribution may have so much of its mass beyond the bounds of what it stands for; it is cut there.
BEYOND = 1e-4


@dataclass(frozen=True)
class Law:
    """A distribution of a number.

    Attributes
    ----------
    name : str
        One of :data:`PARAMETERS`.
    numbers : tuple of float
        Its parameters, in their order.
    bounds : (float, float), optional
        Where it is cut; of a beta distribution what its 0 and 1 stand for.
    """

    name: str
    numbers: tuple[float, ...]
    bounds: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        fault = _fault(self.name, self.numbers) or self._bounds_fault()
        if fault:
            raise ValueError(fault)

    def __str__(self) -> str:
        cut = "" if self.bounds is None else f" within {self.bounds[0]:g} to {self.bounds[1]:g}"
        return f"{self.name} {', '.join(f'{n:g}' for n in self.numbers)}{cut}"

    def _bounds_fault(self) -> str:
        if self.bounds is None:
            return ""
        low, high = self.bounds
        if not low < high:
            return "bounds must be two numbers in order"
        return "" if self.name == "beta" or self._mass(low, high) > BEYOND else "no mass within its bounds"

    @property
    def _place(self) -> tuple[float, float]:
        """What 0 and 1 of the standard form stand for: where it starts, and how long its unit is."""
        a, b, *more = self.numbers
        match self.name:
            case "triangular":
                return a, more[0] - a
            case "normal":
                return a, b
            case "uniform":
                return a, b - a
            case "beta":
                low, high = self.bounds or (0.0, 1.0)
                return low, high - low
            case _:
                return 0.0, a

    def _below(self, value: float) -> float:
        """Return how much of its mass lies below a value, were it not cut."""
        start, unit = self._place
        a, b, *more = self.numbers
        x = (value - start) / unit
        match self.name:
            case "normal":
                return float(ndtr(x))
            case "lognormal":
                return float(ndtr(np.log(x) / b)) if x > 0 else 0.0
        x = min(max(x, 0.0), 1.0)
        match self.name:
            case "triangular":
                mode = (b - a) / (more[0] - a)
                return x * x / mode if x < mode else (x * x - 2 * x + mode) / (mode - 1) if x < 1 else 1.0
            case "beta":
                return float(betainc(a, b, x))
            case _:
                return x

    def _uncut(self, level: ArrayLike) -> Floats:
        """Return the quantiles at some levels, were it not cut."""
        start, unit = self._place
        q = np.asarray(level, float)
        a, b, *more = self.numbers
        match self.name:
            case "triangular":
                mode = (b - a) / (more[0] - a)
                x = np.where(q < mode, np.sqrt(mode * q), 1 - np.sqrt((1 - mode) * (1 - q)))
            case "normal":
                x = ndtri(q)
            case "beta":
                x = betaincinv(a, b, q)
            case "lognormal":
                x = np.exp(b * ndtri(q))
            case _:
                x = q
        return np.asarray(x * unit + start, float)

    def _mass(self, low: float, high: float) -> float:
        return self._below(high) - self._below(low)

    def at(self, level: Floats | float) -> Floats:
        """Return the quantiles at some levels between 0 and 1."""
        if self.bounds is None or self.name == "beta":
            return self._uncut(level)
        low, high = self.bounds
        first, last = self._below(low), self._below(high)
        inside = self._uncut(first + np.asarray(level, float) * (last - first))
        return np.asarray(np.clip(inside, low, high), float)

    @property
    def moments(self) -> tuple[float, float]:
        """Mean and standard deviation, by its quantiles."""
        drawn = self.at((np.arange(2000) + 0.5) / 2000)
        return float(drawn.mean()), float(drawn.std())

    def outside(self, low: float, high: float) -> float:
        """Return how much of its mass lies outside some bounds."""
        ended = self.name in ("uniform", "triangular") and self.bounds is None
        if ended and low <= self.numbers[0] and self.numbers[-1] <= high:
            return 0.0  # the usual case: reading a file of scenarios needs no scipy.stats
        first, last = (float(q) for q in self.at(np.array([BEYOND / 2, 1 - BEYOND / 2])))
        return 0.0 if low <= first and last <= high else 1.0 - self._mass(low, high)

    def written(self) -> dict[str, Any]:
        """Return it as it stands in files."""
        said: dict[str, Any] = {self.name: list(self.numbers)}
        return said if self.bounds is None else said | {"bounds": list(self.bounds)}


Number = float | Law


def _fault(name: str, numbers: tuple[float, ...]) -> str:
    """Return what is wrong with parameters; empty if nothing is."""
    names = PARAMETERS[name]
    if len(numbers) != len(names):
        return f"{name} takes {len(names)} numbers: [{', '.join(names)}]"
    if not np.all(np.isfinite(numbers)) or max(map(abs, numbers)) > 1e18:
        return f"{name} takes finite numbers"
    match name:
        case "triangular":
            low, mode, high = numbers
            return (
                ""
                if low <= mode <= high and low < high
                else "low, mode and high must be in order, low below high"
            )
        case "uniform":
            return "" if numbers[0] < numbers[1] else "low must be below high"
        case "normal":
            return "" if numbers[1] > 0 else "sd must be above 0"
        case "beta":
            return "" if min(numbers) > 0 else "a and b must be above 0"
        case _:
            return "" if min(numbers) > 0 else "median and sigma must be above 0"


def as_law(given: Mapping[str, Any]) -> Law:
    """Take a distribution as it stands in files: ``{normal: [mean, sd]}``, perhaps with ``bounds``."""
    from forecasts.ledger.problems import nearest

    names = [str(name) for name in given if name != "bounds"]
    if len(names) != 1:
        raise ValueError(f"a distribution has one name: {', '.join(PARAMETERS)}")
    if names[0] not in PARAMETERS:
        raise ValueError(f"there is no distribution {names[0]!r}: {nearest(names[0], PARAMETERS)}")
    bounds = None if given.get("bounds") is None else _numbers(given["bounds"], "bounds")
    if bounds is not None and len(bounds) != 2:
        raise ValueError("bounds must be two numbers in order")
    return Law(names[0], _numbers(given[names[0]], names[0]), bounds)


def _numbers(given: Any, what: str) -> tuple[float, ...]:
    """Take a list of numbers."""
    listed = isinstance(given, list | tuple)
    if not listed or any(isinstance(n, bool) or not isinstance(n, int | float) for n in given):
        raise ValueError(f"{what} takes a list of numbers")
    return tuple(float(n) for n in given)


@dataclass(frozen=True)
class Between:
    """What a number may be: fixed or a distribution, within bounds.

    Parameters
    ----------
    low, high : float
        The bounds.
    above : bool
        Whether the lower one itself is too low.
    optional : bool
        Whether nothing may stand there.
    """

    low: float = -1e18
    high: float = 1e18
    above: bool = False
    optional: bool = False

    def check(self, given: object) -> Number | None:
        """Take a number or a distribution; one that is a little wider than the bounds is cut there.

        Raises
        ------
        ValueError
            For what is neither, or lies outside.
        """
        if given is None and self.optional:
            return None
        if isinstance(given, Mapping):
            given = as_law(given)
        if isinstance(given, Law):
            if self.above and given.name in ("uniform", "triangular") and given.numbers[0] <= self.low:
                raise ValueError(self._rule())
            if (lost := given.outside(self.low, self.high)) > BEYOND:
                raise ValueError(
                    f"{lost:.2%} of the distribution lies where it cannot be: {self._rule()}; give it bounds"
                )
            wide = given.name in ("normal", "lognormal") and given.bounds is None and self.low > -1e18
            return Law(given.name, given.numbers, (self.low, self.high)) if wide else given
        number = as_number(given)
        if not isinstance(number, int | float) or not np.isfinite(number):
            raise ValueError("must be a number, or a distribution such as {triangular: [low, mode, high]}")
        if not (self.low < number if self.above else self.low <= number) or number > self.high:
            raise ValueError(self._rule())
        return float(number)

    def _rule(self) -> str:
        low = f"{'above' if self.above else 'at least'} {self.low:g}" if self.low > -1e18 else ""
        high = f"at most {self.high:g}" if self.high < 1e18 else ""
        return f"must be {' and '.join(filter(None, (low, high))) or 'below 1e18'}"

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        """Tell pydantic how such a number is read and written."""
        return core_schema.no_info_plain_validator_function(
            self.check,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda held: held.written() if isinstance(held, Law) else held
            ),
        )

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        """Tell editors what such a number may be."""
        least = {"exclusiveMinimum" if self.above else "minimum": self.low} if self.low > -1e18 else {}
        most = {"maximum": self.high} if self.high < 1e18 else {}
        nothing = [{"type": "null"}] if self.optional else []
        return {"anyOf": [{"type": "number"} | least | most, *_LAW_SCHEMAS, *nothing]}


_LAW_SCHEMAS = [
    {
        "type": "object",
        "properties": {
            name: {
                "type": "array", "items": {"type": "number"}, "minItems": len(names), "maxItems": len(names),
                "description": f"[{', '.join(names)}]",
            },
            "bounds": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
        },
        "required": [name],
        "additionalProperties": False,
    }
    for name, names in PARAMETERS.items()
]  # fmt: skip


def middle(number: Number) -> float:
    """Return a fixed number, or a distribution's median."""
    return float(number.at(0.5)) if isinstance(number, Law) else number


def ends(number: Number) -> tuple[float, float]:
    """Return the bounds within which a number lies, but for a hundredth of its distribution."""
    if not isinstance(number, Law):
        return number, number
    if number.name in ("uniform", "triangular") and number.bounds is None:
        return number.numbers[0], number.numbers[-1]
    low, high = number.at(np.array([0.005, 0.995])).tolist()
    return low, high
