"""One number in its indicator's unit: powers of ten are settled, other units are none of its own."""

import re
import unicodedata
from decimal import Decimal

from forecasts.ledger.records import Indicator
from forecasts.ledger.units import power_beside
from forecasts.ledger.written import Unit, Unread, read_unit, same_unit, split_power


def in_unit_of(indicator: Indicator, number: Decimal, unit: str) -> Decimal | None:
    """Return a number in an indicator's unit; None where it carries another one, or none where one is needed.

    A number without a unit is taken as it is, unless the indicator counts in a power of ten: nobody knows
    then whether 63 is 63 or 63 亿. Brackets and blanks in a unit do not matter: 家(次) is 家次.

    Examples
    --------
    >>> loans = Indicator(id="loans", unit_zh="亿元")
    >>> in_unit_of(loans, Decimal(7650), "万元"), in_unit_of(loans, Decimal(63), "亿元")
    (Decimal('0.765'), Decimal('63'))
    >>> in_unit_of(loans, Decimal(63), "家") is None
    True
    """
    own = [u for u in (indicator.unit_zh, indicator.unit_en) if u.strip()]
    plain = _plain(unit)
    if any(same_unit(plain, _plain(u)) for u in own):
        return number
    if not plain:
        return None if any(split_power(_plain(u))[0] for u in own) else number
    try:
        carried: Unit = read_unit(plain)
    except Unread:
        return None
    if not own:
        return None
    power = power_beside(carried, indicator, "")
    if power is None or not carried.base:
        return None
    return Decimal(f"{number.scaleb(carried.power - power).normalize():f}")


def _plain(unit: str) -> str:
    return re.sub(r"[\s()]", "", unicodedata.normalize("NFKC", unit))
