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
    # A timescale may stand still between two days; the later one counts.
    last = np.append(np.diff(history.years) > 0, True)
    sd = history.log_sd[last]
    return Series(
        times=history.years[last],
        values=history.value[last],
        name=history.name,
        never_falls=history.kind is Kind.CUMULATIVE,
        log_sd=sd if sd.any() else None,
        low=float(history.low[-1]),
    )
