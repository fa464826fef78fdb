"""Laws of shares, rates and flows: inside their bounds, told alike by every view, sharper with a class."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import forecasts as fc
from forecasts.attainment.outlook import FLOOR, Outlook
from forecasts.ledger.fields import Kind
from forecasts.ledger.history import Counts, History
from forecasts.models.base import Predictive
from forecasts.models.flow import Flow
from forecasts.models.laws import RATE, SHARE
from forecasts.models.reference import Reference

LEVELS = np.array([0.001, 0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975, 0.999])
AHEAD = (0.1, 0.5, 1.0, 2.4, 6.0)

shares = st.lists(st.floats(0.0, 100.0), min_size=1, max_size=8)
rates = st.lists(st.floats(-40.0, 60.0), min_size=1, max_size=8)
flows = st.lists(st.one_of(st.just(0.0), st.floats(1e-300, 1e18)), min_size=1, max_size=8)


def history(values: list[float], kind: Kind, counts: Counts | None = None, region: str = "here") -> History:
    """Return yearly figures from 2010 on, exact."""
    v = np.asarray(values, float)
    days = np.array([dt.date(2010 + i, 12, 31) for i in range(len(v))], "datetime64[D]")
    upper = 100.0 if kind is Kind.SHARE else np.inf
    return History("x", region, kind, days, v, v, np.zeros(len(v)), upper=upper, counts=counts)


def counted(year: int, until: str, value: float) -> Counts:
    """Return one count of a year that is not over."""
    return Counts(
        np.array([f"{year}-01-01"], "datetime64[D]"), np.array([f"{year}-{until}"], "datetime64[D]"),
        np.array([value]), np.array([value]), np.array([np.nan]),
    )  # fmt: skip


def is_a_law(future: Predictive, end: float, low: float, high: float) -> None:
    """Check that a future is a distribution between bounds, and that all views of it agree."""
    for ahead in AHEAD:
        q = future.quantile(end + ahead, LEVELS)
        assert np.all(np.isfinite(q))
        assert np.all((q >= low) & (q <= high))
        assert np.all(np.diff(q) >= 0)
        below = future.cdf(end + ahead, q)
        # Where levels lie closer than digits reach, they cannot be told apart.
        gap = np.minimum(np.diff(q, prepend=-np.inf), np.diff(q, append=np.inf))
        apart = (gap > 1e-6 * np.abs(q)) & (np.abs(q) < 1e300)
        inside = apart & (q > low + 1e-3 * abs(low)) & ((q < high * 0.999) | (high == np.inf)) & (q > 1e-290)
        if high < np.inf:
            inside &= q > 0.001 * high
        assert below[inside] == pytest.approx(LEVELS[inside], abs=1e-4)
        assert np.all(np.diff(future.cdf(end + ahead, np.sort(np.r_[q, q * 1.1, 0.0]))) >= 0)
    rng = np.random.default_rng(1)
    paths = future.paths(end + np.array(AHEAD), 200, rng)
    assert paths.shape == (200, len(AHEAD))
    assert np.all((paths >= low) & (paths <= high))


@given(shares)
@settings(max_examples=60, deadline=None)
def test_a_share_stays_inside_its_bounds(values: list[float]) -> None:
    h = history(values, Kind.SHARE)
    future = SHARE.fit(h, Reference(), 1)
    end = float(h.years[-1])
    is_a_law(future, end, 0.0, 100.0)
    assert future.cdf(end + 1, 100.0001) == 1.0
    assert future.cdf(end + 1, 0.0) == 0.0


@given(rates)
@settings(max_examples=60, deadline=None)
def test_a_rate_may_be_negative_and_comes_back_part_of_the_way(values: list[float]) -> None:
    h = history(values, Kind.RATE)
    future = RATE.fit(h, Reference(), 1)
    is_a_law(future, float(h.years[-1]), -np.inf, np.inf)
    middle = float(future.quantile(float(h.years[-1]) + 1, 0.5))
    if len(values) > 1:
        assert min(values) - 5 <= middle <= max(values) + 5


@given(flows, st.floats(0.0, 1e18), st.sampled_from(["03-31", "06-30", "11-30"]))
@settings(max_examples=60, deadline=None)
def test_a_flow_never_falls_below_what_is_counted(values: list[float], count: float, until: str) -> None:
    year = 2010 + len(values)
    h = history(values, Kind.FLOW, counted(year, until, count))
    future = Flow().fit(h, Reference(), 1)
    is_a_law(future, float(h.years[-1]), 0.0, np.inf)
    whole = float(year + 1)
    assert float(future.quantile(whole, 0.0001)) >= count
    assert float(future.cdf(whole, count)) == 0.0


def test_the_more_of_a_year_is_counted_the_surer_it_is() -> None:
    width = []
    for until, count in (("03-31", 31.0), ("06-30", 62.0), ("09-30", 93.0), ("12-20", 121.0)):
        future = Flow().fit(history([100, 112, 123], Kind.FLOW, counted(2013, until, count)), Reference(), 1)
        low, high = future.quantile(2014.0, np.array([0.1, 0.9]))
        width.append(float(high - low))
    assert width == sorted(width, reverse=True)


def test_a_season_is_learned_from_earlier_years_and_from_peers() -> None:
    late = Counts(
        np.array(["2010-01-01", "2011-01-01", "2012-01-01"], "datetime64[D]"),
        np.array(["2010-06-30", "2011-06-30", "2012-06-30"], "datetime64[D]"),
        np.array([20.0, 23.0, 26.0]), np.array([20.0, 23.0, 26.0]), np.array([100.0, 110.0, np.nan]),
    )  # fmt: skip
    own = Flow().fit(history([100, 110], Kind.FLOW, late), Reference(), 1)
    even = Flow().fit(history([100, 110], Kind.FLOW, counted(2012, "06-30", 26.0)), Reference(), 1)
    peers = Reference.of(*(history([100, 110], Kind.FLOW, late, region=f"r{i}") for i in range(4)))
    told = Flow().fit(history([100, 110], Kind.FLOW, counted(2012, "06-30", 26.0)), peers, 1)
    middle = [float(f.quantile(2013.0, 0.5)) for f in (even, told, own)]
    assert middle[0] < 90
    assert middle[1] > 100
    assert middle[2] > 100


def test_a_class_moves_a_short_history() -> None:
    for kind, law, slow, fast in (
        (Kind.SHARE, SHARE, [20, 20.5, 21], [20, 26, 33]),
        (Kind.FLOW, Flow(), [100, 101, 102], [100, 140, 196]),
    ):
        found = [
            float(
                law.fit(
                    history([30.0], kind),
                    Reference.of(*(history(v, kind, region=f"r{i}") for i in range(8))),
                    1,
                ).quantile(2013.0, 0.5)
            )
            for v in (slow, fast)
        ]
        assert found[1] > found[0] * 1.05


# Whole answers, through the public road


def outlook(
    kind: str, rows: list[tuple[str | None, str, float]], goal: fc.Goal, known_on: str, **more: object
) -> Outlook:
    frame = pd.DataFrame(rows, columns=["period_start", "as_of", "value"]).assign(indicator="x", region="A")
    ledger = fc.Ledger.from_frames(frame, kinds={"x": kind})
    return fc.outlook(ledger, fc.Question(goal, known_on))


YEARS: list[tuple[str | None, str, float]] = [
    ("2020-01-01", "2020-12-31", 100), ("2021-01-01", "2021-12-31", 112), ("2022-01-01", "2022-12-31", 123),
    ("2023-01-01", "2023-06-30", 60),
]  # fmt: skip


def test_a_year_half_counted_at_last_years_pace_is_all_but_sure_of_less() -> None:
    found = outlook("flow", YEARS, fc.Goal("x", "A", 100, "2023-12-31"), "2023-07-10")
    assert found.probability > 0.97
    assert found.probability_of(60) == 1 - FLOOR
    assert found.quantiles()[0] >= 60
    assert found.observed_pace is not None
    assert found.observed_pace.value == pytest.approx(100 * (123 / 112 - 1))
    assert outlook("flow", YEARS, fc.Goal("x", "A", 58, "2023-12-31"), "2023-07-10").day_reached(
        0.8
    ) == dt.date(2023, 6, 30)
    by_autumn = outlook("flow", YEARS, fc.Goal("x", "A", 90, "2023-09-30"), "2023-07-10")
    assert 0.3 < by_autumn.probability < 0.8
    assert outlook("flow", YEARS, fc.Goal("x", "A", 62, "2024-03-31"), "2023-07-10").probability < 0.05


def test_a_goal_beyond_a_bound_gets_the_floor() -> None:
    rows: list[tuple[str | None, str, float]] = [
        (None, f"{y}-12-31", v) for y, v in ((2020, 91), (2021, 93), (2022, 94))
    ]
    assert outlook("share", rows, fc.Goal("x", "A", 105, "2023-12-31"), "2023-01-10").probability == FLOOR
    assert (
        outlook(
            "share", rows, fc.Goal("x", "A", 105, "2023-12-31", comparison="<="), "2023-01-10"
        ).probability
        == 1 - FLOOR
    )
    found = outlook("share", rows, fc.Goal("x", "A", 95, "2023-12-31"), "2023-01-10")
    assert found.quantiles()[-1] < 100
    assert found.required_pace is not None
    assert found.required_pace.scale == "points_per_year"
    assert found.required_pace.value == pytest.approx(1.0)


def test_scenarios_act_on_flows_shares_and_rates() -> None:
    base = outlook("flow", YEARS, fc.Goal("x", "A", 120, "2023-12-31"), "2023-07-10")
    more = base.under(fc.Scope(share={"uniform": [0.8, 0.9]}))
    assert more.probability > base.probability
    assert np.all(more.quantiles() > base.quantiles())
    assert more.day_reached(0.5) <= base.day_reached(0.5)
    row = base.history.observations[-1]
    sooner = base.under(fc.Redate(observation=row, as_of="2023-05-31"))
    assert sooner.probability > base.probability
    shares: list[tuple[str | None, str, float]] = [
        (None, f"{y}-12-31", v) for y, v in ((2020, 85), (2021, 88), (2022, 90))
    ]
    whole = outlook("share", shares, fc.Goal("x", "A", 99, "2023-12-31"), "2023-01-10").under(
        fc.Scope(share={"uniform": [0.85, 0.95]})
    )
    assert whole.quantiles()[-1] <= 100
    rates: list[tuple[str | None, str, float]] = [
        (None, f"{y}-12-31", v) for y, v in ((2020, -3.0), (2021, 1.0), (2022, -2.0))
    ]
    shared = outlook("rate", rates, fc.Goal("x", "A", 1, "2023-12-31"), "2023-01-10").under(
        fc.Scope(share={"uniform": [0.5, 1.0]})
    )
    assert np.all(np.isfinite(shared.quantiles()))
    assert np.all(np.diff(shared.quantiles()) >= 0)


def test_flows_are_measured_by_their_sum() -> None:
    frames = [
        pd.DataFrame(YEARS, columns=["period_start", "as_of", "value"]).assign(indicator=name, region="A")
        for name in ("x", "y", "z")
    ]
    ledger = fc.Ledger.from_frames(pd.concat(frames), kinds={name: "flow" for name in "xyz"})
    question = fc.Question(fc.Goal("x", "A", 200, "2023-12-31"), "2023-07-10")
    found = fc.outlook(ledger, question.under(fc.Measure(indicators=("y", "z"))))
    assert found.history.value.tolist() == [200, 224, 246]
    assert found.probability > 0.97
    assert found.probability_of(120) == 1 - FLOOR


@pytest.mark.parametrize("kind", ["stock", "cumulative", "flow", "share", "rate"])
@pytest.mark.parametrize(
    "values", [(1e-300, 2e-300, 3e-300), (0.0, 0.0, 0.0), (1e17, 5e17, 1e18), (5.0, 0.0, 0.0)]
)
@pytest.mark.parametrize("goal", ["1e-400", "0", "1e18", "50"])
def test_no_number_is_too_small_or_too_large(kind: str, values: tuple[float, ...], goal: str) -> None:
    values = tuple(sorted(values)) if kind == "cumulative" else values
    values = tuple(min(v, 100.0) for v in values) if kind == "share" else values
    rows: list[tuple[str | None, str, float]] = [(None, f"{2020 + i}-12-31", v) for i, v in enumerate(values)]
    found = outlook(kind, rows, fc.Goal("x", "A", goal, "2024-12-31"), "2023-01-10")
    assert FLOOR <= found.probability <= 1 - FLOOR
    assert np.all(np.isfinite(found.quantiles()))
    if kind != "rate":
        assert np.all(found.quantiles() >= 0)
    _ = found.day_reached(0.5), found.required_pace, found.observed_pace


@pytest.mark.parametrize("kind", ["stock", "flow", "share", "rate"])
def test_without_a_figure_of_its_own_the_goals_of_others_tell_where_it_starts(kind: str) -> None:
    rows = [
        {"indicator": "x", "region": f"R{i}", "as_of": f"{y}-12-31", "value": 40 + i + 2 * (y - 2018)}
        for i in range(6)
        for y in range(2018, 2023)
    ]
    ledger_goals = pd.DataFrame(
        [
            {
                "goal": f"g{i}",
                "indicator": "x",
                "region": f"R{i}",
                "value": 50 + i,
                "deadline": "2024-12-31",
                "announced_on": "2023-02-01",
            }
            for i in range(6)
        ]
        + [
            {
                "goal": "own",
                "indicator": "x",
                "region": "new",
                "value": 60,
                "deadline": "2024-12-31",
                "announced_on": "2023-03-01",
            }
        ]
    )
    found = fc.attain(pd.DataFrame(rows), ledger_goals, kinds={"x": kind}).set_index("goal").loc["own"]
    assert 0.02 < found["probability"] < 0.98
    assert found["n"] == 0
    if kind == "share":
        assert found["q0.975"] < 100
    assert (found["probability"] >= 0.5) == bool(
        found["reached_p50"] and found["reached_p50"] <= "2024-12-31"
    )
