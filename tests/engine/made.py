"""Series and questions made for tests."""

import numpy as np
from hypothesis import strategies as st

from forecasts.engine.ask import Ask, Peers
from forecasts.engine.series import Series


def growing(
    rng: np.random.Generator, n: int, name: str, measured: bool = False, irregular: bool = False
) -> Series:
    """Return a series that grows by about a tenth a year."""
    times = 2000 + (np.cumsum(rng.uniform(0.2, 1.8, n)) if irregular else np.arange(float(n)))
    values = 100 * np.exp(np.cumsum(rng.normal(0.1, 0.08, n)))
    return Series(times, values, name, log_sd=np.full(n, 0.01) if measured else None)


@st.composite
def some_asks(draw: st.DrawFn, least: int = 2, most: int = 6) -> list[Ask]:
    """Return questions of every sort: short, long, measured, shared, in classes and without, of zeros."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    series = [
        growing(rng, int(rng.integers(1, 9)), f"s{i}", bool(rng.integers(2)), bool(rng.integers(2)))
        for i in range(8)
    ]
    series.append(Series(np.arange(3.0), np.zeros(3), "zeros"))
    total = Series(np.arange(6.0), np.cumsum(rng.uniform(1, 9, 6)), "total", never_falls=True)
    series += [total, Series(total.times, total.values, "alias", never_falls=True)]
    totals = tuple(
        Series(2000 + np.arange(7.0), np.cumsum(rng.uniform(1, 9, 7)), f"total {i}", never_falls=True)
        for i in range(4)
    )
    series += [totals[0], Series(totals[1].times[-1:], totals[1].values[-1:], "young", never_falls=True)]
    classes = [None, Peers(tuple(series[:5])), Peers(tuple(series[3:])), Peers((series[0],)), Peers(totals)]
    asks = []
    for _ in range(draw(st.integers(least, most))):
        own = series[int(rng.integers(len(series)))]
        times = own.times[-1] + rng.choice([0.3, 1.0, 2.5, 7.0], size=int(rng.integers(1, 3)), replace=False)
        pace = (0.12, 0.1) if rng.integers(2) else None
        asks.append(Ask(own, times, classes[int(rng.integers(len(classes)))], frozenset(), pace))
    return asks
