"""Histories made for tests."""

import datetime as dt
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from forecasts.ledger.fields import Kind
from forecasts.ledger.history import History

Make = Callable[..., History]


def make_history(
    values: Sequence[float], kind: Kind = Kind.STOCK, start: int = 2010, region: str = "here"
) -> History:
    """Return yearly figures, exact to a thousandth."""
    v = np.asarray(values, float)
    days = np.array([dt.date(start + i, 12, 31) for i in range(len(v))], "datetime64[D]")
    return History("indicator", region, kind, days, v * 0.999, v * 1.001, np.zeros(len(v)))


@pytest.fixture
def history_of() -> Make:
    return make_history
