"""Units that hold a scale of their own: 150 of "100 million yuan" are 15 billion yuan, and so they are told.

Chinese counts in 万 and 亿, and a table keeps its figures in such units. English has other steps: where it
speaks, a figure is brought to thousands, millions, billions or trillions of what is counted.
"""

import re
from decimal import Decimal
from functools import cache
from typing import Final

#: The steps of English, the highest first; what lies below the lowest is written out.
STEPS: Final = (("trillion", 12), ("billion", 9), ("million", 6))

_NAMES: Final = {"thousand": 3, **dict(STEPS)}
_UNIT: Final = re.compile(
    r"(?:(?P<count>\d{1,3}(?:[, ]\d{3})+|\d+)\s+)?"
    r"(?:(?P<step>thousand|million|billion|trillion)\s+)?(?P<of>\D.*)",
    re.IGNORECASE,
)


@cache
def parts_of(unit: str) -> tuple[Decimal, str]:
    """Return how many of what a unit is; 1 of itself where it holds no scale.

    Examples
    --------
    >>> parts_of("100 million yuan"), parts_of("10,000 homes"), parts_of("firms")
    ((Decimal('100000000'), 'yuan'), (Decimal('10000'), 'homes'), (Decimal('1'), 'firms'))
    """
    found = _UNIT.fullmatch(unit.strip())
    if found is None or not (found["count"] or found["step"]):
        return Decimal(1), unit
    count = int(re.sub(r"\D", "", found["count"] or "1"))
    return Decimal(count) * 10 ** _NAMES.get((found["step"] or "").casefold(), 0), found["of"]


def told_in(value: float | Decimal, unit: str) -> tuple[Decimal, str]:
    """Return by what a value of an English unit is multiplied to be told, and the unit in which it then is.

    Examples
    --------
    >>> told_in(150, "100 million yuan"), told_in(0.8, "100 million yuan"), told_in(5, "firms")
    ((Decimal('0.1'), 'billion yuan'), (Decimal('100'), 'million yuan'), (Decimal('1'), 'firms'))
    """
    scale, of = parts_of(unit)
    if of == unit:
        return Decimal(1), unit
    whole = abs(Decimal(str(value))) * scale
    for name, power in STEPS:
        if whole >= 10**power:
            return scale.scaleb(-power).normalize() + 0, f"{name} {of}"
    return scale, of
