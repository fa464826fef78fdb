"""A history as the engine sees it: numbers, and a name."""

from weakref import WeakKeyDictionary

import numpy as np

from forecasts.engine.series import Series
from forecasts.ledger.fields import Kind
from forecasts.ledger.history import History

#: The series of histories that are in use: the engine works once on what is one object.
_SERIES: "WeakKeyDictionary[History, Series]" = WeakKeyDictionary()


def series_of(history: History) -> Series:
    """Return a history as the engine sees it: one history, one object."""
    if history not in _SERIES:
        _SERIES[history] = _read(history)
    return _SERIES[history]


def _read(history: History) -> Series:
    times, values = history.years, history.value
    exact = not history.noise.any() and np.array_equal(history.low, history.high)
    sd = None if exact else history.log_sd
    # A timescale may stand still between two days; the later one counts.
    later = times[1:] > times[:-1]
    if not later.all():
        last = np.append(later, True)
        times, values, sd = times[last], values[last], None if sd is None else sd[last]
    return Series(
        times=times,
        values=values,
        name=history.name,
        never_falls=history.kind is Kind.CUMULATIVE,
        log_sd=sd if sd is not None and sd.any() else None,
        low=float(history.low[-1]),
    )
