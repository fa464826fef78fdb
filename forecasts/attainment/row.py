"""One answer as a row of the table of answers: its columns, and what stands where there is none."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from forecasts.attainment.outlook import LEVELS, Outlook

#: One answer, and the columns of many, by their names.
Row = dict[str, object]
Fields = dict[str, NDArray[Any]]

QUANTILES: Final = tuple(f"q{level:g}" for level in LEVELS)
COLUMNS: Final = (
    "goal", "probability", "std_error", *QUANTILES, "reached_p50", "reached_p80",
    "required_pace", "observed_pace", "n", "model", "outcome", "note", "notes",
)  # fmt: skip

#: Columns of the days from which a goal is reached with a probability.
REACHED: Final[Mapping[str, float]] = MappingProxyType({"reached_p50": 0.5, "reached_p80": 0.8})

#: What stands where there is no answer.
BLANK: Final[Mapping[str, object]] = MappingProxyType(
    {name: float("nan") for name in COLUMNS}
    | dict.fromkeys(("goal", *REACHED, "model", "outcome", "note"), "")
    | {"notes": "[]", "n": 0}
)

#: What is said of an answer without own figures.
CLASS_ALONE: Final = "no figure of its own: its reference class and the goals of others answer"


def blank(count: int) -> Fields:
    """Return the columns of so many goals without an answer."""
    kinds = {name: object if isinstance(value, str) else type(value) for name, value in BLANK.items()}
    return {name: np.full(count, BLANK[name], kinds[name]) for name in COLUMNS}


def row_of(found: Outlook) -> Row:
    """Return one outlook as a row of the table of answers."""
    required, observed = found.required_pace, found.observed_pace
    return {
        "probability": found.probability,
        "std_error": found.std_error,
        **dict(zip(QUANTILES, map(float, found.quantiles()), strict=True)),
        **{name: str(found.day_reached(level) or "") for name, level in REACHED.items()},
        "required_pace": np.nan if required is None else required.value,
        "observed_pace": np.nan if observed is None else observed.value,
        "n": found.n,
        "model": found.model,
        "outcome": "",
        "note": "" if found.past.own else CLASS_ALONE,
        "notes": "[]",
    }
