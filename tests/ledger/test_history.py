"""Histories: printed numbers as intervals, the timescale, conflicts kept."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.ledger.fields import Basis, Confidence, Origin, Qualifier
from forecasts.ledger.history import Timescale, add_histories, interval_of
from forecasts.ledger.ledger import read_ledger
from forecasts.ledger.records import Observation

SEEDS = Path(__file__).parents[2] / "seeds"


def interval(value: str, qualifier: Qualifier | None, **more: object) -> tuple[float, float]:
    row = Observation.model_validate(
        {
            "id": "o", "indicator": "i", "region": "r", "as_of": "2020-12-31", "as_of_basis": Basis.STATED,
            "value": value, "qualifier": qualifier, "source": "s", "published_on": "2021-01-31",
            "published_basis": Basis.STATED, "quote": "q", "confidence": Confidence.HIGH,
            "origin": Origin.PRINTED, **more,
        }
    )  # fmt: skip
    return interval_of(row.value, row.qualifier, row.low, row.high, row.origin)


@pytest.mark.parametrize(
    ("value", "qualifier", "low", "high"),
    [
        ("1036", Qualifier.EQ, 1035.5, 1036.5),
        ("1036", None, 1036, 1036),  # a figure of a data table
        ("0", Qualifier.EQ, 0, 0.5),
        ("134.51", Qualifier.EQ, 134.505, 134.515),
        ("5200", Qualifier.OVER, 5200, 5300),  # 超5200家
        ("10000", Qualifier.OVER, 10000, 11000),  # 突破1万家
        ("1900", Qualifier.REMAINDER, 1900, 2000),  # 1900多家
        ("20000", Qualifier.NEAR, 18000, 20000),  # 近2万家
        ("36900", Qualifier.ABOUT, 36531, 37269),  # 约3.69万家
    ],
)
def test_a_printed_number_is_an_interval(
    value: str, qualifier: Qualifier | None, low: float, high: float
) -> None:
    assert interval(value, qualifier) == pytest.approx((low, high))


@given(
    st.decimals(min_value=Decimal("0.01"), max_value=10**9, places=2),
    st.sampled_from([None, *Qualifier]),
)
def test_the_interval_holds_the_number(value: Decimal, qualifier: Qualifier | None) -> None:
    low, high = interval(str(value), qualifier)
    assert 0 <= low <= float(value) * (1 + 1e-12)
    assert high >= float(value) * (1 - 1e-12)


def test_a_known_start_is_exact() -> None:
    assert interval("0", Qualifier.ABOUT, origin=Origin.KNOWN_START) == (0, 0)


def test_stated_bounds_win() -> None:
    assert interval("44397", Qualifier.ABOUT, low="44298", high="44497") == (44298, 44497)


@given(st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1)), st.floats(0.0, 0.99))
def test_time_never_goes_back_and_a_year_is_a_year(day: dt.date, share: float) -> None:
    scale = Timescale(share)
    assert scale.years(day) <= scale.years(day + dt.timedelta(days=1)) + 1e-9
    end = dt.date(day.year, 12, 31)
    assert scale.years(end) == pytest.approx(day.year + 1)


def test_where_recognition_comes_late_spring_is_standstill() -> None:
    scale = Timescale(0.9)
    spring = scale.years(dt.date(2023, 5, 30)) - scale.years(dt.date(2022, 12, 31))
    winter = scale.years(dt.date(2023, 12, 31)) - scale.years(dt.date(2023, 9, 30))
    assert spring < 0.06
    assert winter == pytest.approx(0.9)


def test_the_published_compound_growth_is_found_again() -> None:
    """The city's briefing of 2023-03-31 states a compound growth of 25.8 % from 2017 to 2022."""
    history = read_ledger(SEEDS).history("hightech_enterprises", "chongqing")
    at = {
        d.year: v for d, v in zip(history.dates, history.value, strict=True) if (d.month, d.day) == (12, 31)
    }
    assert (at[2022] / at[2017]) ** 0.2 - 1 == pytest.approx(0.258, abs=0.001)
    assert at[2022] == 6348


def test_a_conflict_becomes_a_wider_interval() -> None:
    ledger = read_ledger(SEEDS).known_on(dt.date(2023, 1, 1))
    history = ledger.history("hightech_enterprises", "chongqing")
    row = history.dates.index(dt.date(2021, 12, 31))
    assert history.low[row] <= 5109 <= history.high[row] + 0.5


def test_an_expectation_is_no_count_until_its_day() -> None:
    ledger = read_ledger(SEEDS)
    ahead = [o for o in ledger.observations.values() if o.origin == "estimate" and o.as_of > o.published_on]
    assert ahead
    row = ahead[0]
    for seen in (ledger.known_on(row.published_on), ledger):
        assert row.as_of not in seen.history(row.indicator, row.region, row.published_on).dates


def test_sums_keep_to_common_days() -> None:
    ledger = read_ledger(SEEDS)
    names = ["fund_supported_financing", "points_loans", "hightech_loans", "seed_fund_support"]
    parts = [ledger.history(n, "science-city") for n in names]
    total = add_histories(parts)
    assert len(total) == 2
    assert total.value[0] == 0
    assert total.low[-1] == pytest.approx(62.5 + 0.8 + 0.7645 + 0.44)
    assert total.value[-1] > 63
    assert np.all(np.diff(total.years) > 0)
