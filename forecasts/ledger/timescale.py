"""Time on which growth is even: days become years, and years days."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]
Ints = NDArray[np.intp]

#: A share within this of a quarter is a quarter, and one below it is none.
EVEN = 1e-12

#: Every year has so many days of time, the first nine months so many: a leap day shares that of its eve, so
#: that a day of the year is the same time of the year in every year.
YEAR, NINE_MONTHS, FEBRUARY = 365.0, 273.0, 59.0


@dataclass(frozen=True, slots=True)
class Timescale:
    """Time on which growth is even: `q4_share` of a year's growth falls in the fourth quarter.

    A calendar year is one year of it, and a day is the same time of the year in every year: dates that are
    moved by whole years lie as far from each other as before (29 February, made another day, half a day off).
    With ``q4_share = 0.25`` it is the calendar.
    """

    q4_share: float = 0.25

    def years(self, day: dt.date) -> float:
        """Return the time at the end of `day`, in years."""
        return float(self.years_of(np.array([day], "datetime64[D]"))[0])

    def years_of(self, days: Days) -> Floats:
        """Return the times at the ends of days (n,), in years."""
        days = days.astype("datetime64[D]")
        year = days.astype("datetime64[Y]")
        whole = year.astype(float) + 1970
        passed = _evenly((days - year.astype("datetime64[D]")).astype(float) + 1, _is_leap(whole))
        if abs(self.q4_share - 0.25) < EVEN:
            return np.asarray(whole + passed / YEAR, float)
        early = whole + (1 - self.q4_share) * passed / NINE_MONTHS
        late = whole + 1 - self.q4_share * (YEAR - passed) / (YEAR - NINE_MONTHS)
        return np.asarray(np.where(passed <= NINE_MONTHS, early, late), float)

    def days_at(self, times: Floats) -> Days:
        """Return the first days at whose ends times (n,) have come: the inverse of :meth:`years_of`."""
        # A day's end may be computed a little too late; without that grace it would be the next day's.
        times = np.asarray(times, float) - 1e-9
        whole = np.floor(times)
        part = times - whole
        if abs(self.q4_share - 0.25) < EVEN:
            passed = part * YEAR
        else:
            quarter = self.q4_share if self.q4_share > EVEN else 1.0
            late = YEAR - (1 - part) / quarter * (YEAR - NINE_MONTHS)
            passed = np.where(part <= 1 - self.q4_share, part / (1 - self.q4_share) * NINE_MONTHS, late)
        # The days of a leap year: its 60th shares the time of the 59th's last and the 61st's first half.
        leap = _is_leap(whole) & (passed > FEBRUARY)
        number = np.ceil(passed) + (leap & (passed > FEBRUARY + 0.5))
        first = (whole - 1970).astype("datetime64[Y]").astype("datetime64[D]")
        return np.asarray(first + (number - 1).astype(np.int64))


def _is_leap(year: Floats) -> NDArray[np.bool_]:
    """Return which years have a leap day."""
    return np.asarray((year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0)), bool)


def _evenly(number: Floats, leap: NDArray[np.bool_]) -> Floats:
    """Return the time of the year at the ends of its days, by their number: of 365, in every year."""
    late = leap & (number > FEBRUARY)
    return np.asarray(
        np.where(late, np.where(number == FEBRUARY + 1, FEBRUARY + 0.5, number - 1), number), float
    )


#: Time on which every day of a year is worth the same.
CALENDAR = Timescale()
