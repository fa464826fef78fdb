"""Adjustments of paths: what changes nothing changes nothing, order, direction, agreement, errors."""

import datetime as dt
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

import forecasts as fc
from forecasts.attainment.outlook import FLOOR
from forecasts.models.paths import DRAWS, REPLICATES
from forecasts.scenarios.base import Adjustment

DAY, END = dt.date(2023, 6, 1), dt.date(2023, 12, 31)
SERIES = {
    "stock": [800, 870, 930, 1010, 1060], "cumulative": [10, 24, 41, 55, 70], "share": [50, 55, 61, 64, 70],
    "rate": [5.1, 4.2, 6.0, 5.5, 4.9], "flow": [100, 115, 118, 140, 152],
}  # fmt: skip
GOALS = {"stock": 1150, "cumulative": 82, "share": 73, "rate": 5.2, "flow": 160}


def ledger(kind: str) -> fc.Ledger:
    rows = [(r, f"{2018 + i}-12-31", v * f) for r, f in (("a", 1.0), ("b", 0.7), ("c", 1.2), ("d", 0.4))
            for i, v in enumerate(SERIES[kind])]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["region", "as_of", "value"]).assign(indicator="x")
    if kind == "share":
        frame["value"] = frame["value"].clip(upper=96)
    if kind == "flow":
        frame["period_start"] = frame["as_of"].str[:4] + "-01-01"
    return fc.Ledger.from_frames(frame, kinds={"x": kind})


def asked(kind: str, **more: Any) -> fc.Outlook:
    return fc.outlook(ledger(kind), fc.Question(fc.Goal("x", "a", GOALS[kind], END, **more), DAY))


FOUND = {kind: asked(kind) for kind in SERIES}

NOTHING: list[Adjustment] = [
    fc.Pace(factor=1), fc.Pace(factor=1, from_="2023-07-31", until="2023-10-31"),
    fc.OneOff(amount=0, date="2023-10-31"), fc.OneOff(amount=9, date="2023-10-31", probability=0),
    fc.Delay(months=0), fc.Scope(share=1),
]  # fmt: skip


def everything(found: fc.Outlook) -> tuple[Any, ...]:
    days = [dt.date(2023, 9, 30), END, dt.date(2024, 12, 31)]
    return (
        found.probability, found.std_error, found.quantiles().tolist(), found.day_reached(0.5),
        found.day_reached(0.8), [found.quantiles_on(day).tolist() for day in days],
        [found.probability_of(v * found.goal) for v in (0.8, 0.95, 1.1)], found.paths(days).tolist(),
    )  # fmt: skip


@pytest.mark.parametrize("kind", SERIES)
@pytest.mark.parametrize("nothing", NOTHING, ids=lambda a: a.kind)
def test_what_changes_nothing_changes_nothing_to_the_last_bit(kind: str, nothing: Adjustment) -> None:
    assert everything(FOUND[kind].under(nothing)) == everything(FOUND[kind])


def test_no_certificate_lapses_and_no_model_changes_nothing() -> None:
    for nothing in (fc.Expiry(share=0, date="2023-11-30"), fc.ByModels(weights=["trend"])):
        assert everything(FOUND["stock"].under(nothing)) == everything(FOUND["stock"])


# Each one


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(sorted(SERIES)), st.floats(1, 5), st.floats(0.6, 1.4),
    st.sampled_from([None, "2023-08-31", "2023-11-15"]),
)  # fmt: skip
def test_a_faster_pace_never_lowers_the_probability_of_a_goal_that_asks_for_more(
    kind: str, factor: float, goal: float, since: str | None
) -> None:
    found = FOUND[kind]
    value = goal * found.goal
    faster = found.under(fc.Pace(factor=factor, from_=since)).probability_of(value)
    assert faster >= found.probability_of(value) - 1e-12
    slower = found.under(fc.Pace(factor=1 / factor, from_=since)).probability_of(value)
    assert slower <= found.probability_of(value) + 1e-12


def test_a_pace_of_what_never_falls_is_that_factor_of_what_is_to_come() -> None:
    found = FOUND["cumulative"]
    twice = found.under(fc.Pace(factor=2))
    last = found.history.value[-1]
    assert twice.quantiles() == pytest.approx(last + 2 * (found.quantiles() - last), rel=1e-9)
    assert twice.std_error < 1e-9  # moves all alike: no error
    assert found.under(fc.Pace(factor=0)).quantiles() == pytest.approx([last] * 9)


def test_a_pace_of_a_while_counts_for_that_while_alone() -> None:
    found, factor = FOUND["stock"], 3.0
    late = found.under(fc.Pace(factor=factor, from_="2023-09-30"))
    before, after = dt.date(2023, 8, 31), dt.date(2023, 11, 30)
    assert np.array_equal(late.paths([before]), found.paths([before]))
    assert late.quantiles_on(after, (0.5,)) > found.quantiles_on(after, (0.5,))
    both = fc.Pace(factor=factor, until="2023-09-30"), fc.Pace(factor=factor, from_="2023-09-30")
    one, two, all_ = (found.under(*some).probability for some in (both[:1], both, (fc.Pace(factor=factor),)))
    assert one < two
    assert two == pytest.approx(all_, abs=0.05)  # growth after a fall counts as growth anew


def test_a_share_that_is_counted_is_what_the_integral_says() -> None:
    for kind in ("stock", "cumulative"):
        found = FOUND[kind]
        part = found.under(fc.Scope(share={"uniform": [0.8, 1.0]}))
        exact, _ = integrate.quad(
            lambda s, of=found: 1 - float(of.future.cdf(of.end, of.goal * s)), 0.8, 1, epsabs=1e-6
        )
        assert part.probability == pytest.approx(exact / 0.2, abs=4 * part.std_error + 1e-3)
        assert part.std_error < 0.004
        low, high = found.quantiles((0.1, 0.9))
        assert low < part.quantiles((0.1,))[0] < low / 0.8
        assert high < part.quantiles((0.9,))[0] < high / 0.8


def test_a_share_stays_within_its_bound() -> None:
    part = FOUND["share"].under(fc.Scope(share={"uniform": [0.6, 0.9]}), fc.Pace(factor=3))
    assert np.all(part.quantiles((0.1, 0.5, 0.99)) <= 100)
    assert part.probability_of(101) == FLOOR
    assert part.paths([END]).max() <= 100


def test_something_on_top_comes_on_its_day_as_often_as_it_may() -> None:
    found = FOUND["stock"]
    fund = found.under(fc.OneOff(amount=50, date="2023-10-31", probability=0.25))
    before, after = dt.date(2023, 10, 30), dt.date(2023, 10, 31)
    assert np.array_equal(fund.paths([before]), found.paths([before]))
    gained = fund.paths([after]) - found.paths([after])
    assert set(gained.round(6).ravel()) == {0.0, 50.0}
    assert np.mean(gained > 1) == pytest.approx(0.25, abs=0.005)
    sure = found.under(fc.OneOff(amount=50, date="2023-10-31"))
    assert sure.probability == pytest.approx(found.probability_of(1100), abs=1e-9)
    assert fund.probability == pytest.approx(0.75 * found.probability + 0.25 * sure.probability, abs=0.004)


def test_a_batch_of_one_year_is_no_part_of_the_next() -> None:
    found = asked("flow")
    batch = found.under(fc.OneOff(amount=30, date="2023-10-31"))
    this, following = END, dt.date(2024, 12, 31)
    assert np.allclose(batch.paths([this]) - found.paths([this]), 30)
    assert np.array_equal(batch.paths([following]), found.paths([following]))


def test_a_delay_is_the_value_of_so_many_months_before() -> None:
    found = FOUND["stock"]
    late = found.under(fc.Delay(months=3))
    assert np.array_equal(late.paths([END]), found.paths([dt.date(2023, 9, 30)]))
    assert np.all(found.under(fc.Delay(months=24)).paths([END]) == found.history.value[-1])
    between = found.under(fc.Delay(months=2.5)).paths([END])
    near, far = (found.paths([day]) for day in (dt.date(2023, 10, 31), dt.date(2023, 9, 30)))
    assert np.allclose(between, (near + far) / 2)
    unsure = found.under(fc.Delay(months={"uniform": [2, 4]})).probability
    assert found.under(fc.Delay(months=4)).probability < unsure < found.under(fc.Delay(months=2)).probability


@settings(max_examples=20, deadline=None)
@given(st.floats(1065, 3000))
def test_nothing_grows_beyond_a_ceiling_and_a_high_one_is_none(ceiling: float) -> None:
    found = FOUND["stock"]
    under = found.under(fc.Ceiling(value=ceiling))
    assert np.all(under.paths([END]) <= ceiling)
    assert np.all(under.paths([END]) <= found.paths([END]) + 1e-9)
    higher = found.under(fc.Ceiling(value=ceiling * 1.2))
    assert higher.probability >= under.probability
    assert found.under(fc.Ceiling(value=1e9)).probability == pytest.approx(found.probability, abs=1e-4)
    assert found.under(fc.Ceiling(value=900)).paths([END]).max() == 1060


def test_what_lapses_is_a_share_of_the_cohort() -> None:
    found = FOUND["stock"]
    lapsed = found.under(fc.Expiry(share=0.2, cohort=300, date="2023-11-30"))
    assert np.allclose(found.paths([END]) - lapsed.paths([END]), 60)
    third = found.under(fc.Expiry(share=0.2, date="2023-11-30"))
    assert np.allclose(found.paths([END]) - third.paths([END]), 0.2 * 1060 / 3)


def test_the_middle_grows_as_the_other_did() -> None:
    found = FOUND["stock"]
    year = dt.date(2023, 12, 31)
    like = found.under(fc.PaceOf(region="b"))
    steps = np.log(np.array(SERIES["stock"])[1:] / np.array(SERIES["stock"])[:-1])
    wanted = 1060 * np.exp(steps[-3:].mean())
    assert np.median(like.paths([year])) == pytest.approx(wanted, rel=1e-3)
    ten = found.under(fc.PaceOf(growth=0.1))
    assert np.median(ten.paths([year])) == pytest.approx(1.1 * 1060, rel=1e-3)
    low, high = (found.under(fc.PaceOf(quantile=q)).probability for q in (0.1, 0.9))
    assert low <= high
    total = FOUND["cumulative"].under(fc.PaceOf(region="b"))
    assert np.all(total.paths([year]) >= 70)
    rows = pd.DataFrame({"region": ["a", "a", "z"], "indicator": "x", "value": [9, 10, 3],
                         "as_of": ["2021-12-31", "2022-12-31", "2022-12-31"]})  # fmt: skip
    alone = fc.outlook(fc.Ledger.from_frames(rows), fc.Question(fc.Goal("x", "a", 11, END), DAY))
    like = alone.under(fc.PaceOf(region="z"))
    with pytest.raises(fc.Unanswerable, match="no growth"):
        _ = like.probability


# Consistency


MANY: list[tuple[Adjustment, ...]] = [
    (fc.Pace(factor={"triangular": [0.5, 1, 2]}),),
    (fc.Scope(share={"beta": [8, 2]}), fc.OneOff(amount={"normal": [9, 2]}, date="2023-09-30")),
    (fc.Delay(months={"uniform": [0, 4]}), fc.Pace(factor=1.3, from_="2023-09-30")),
    (fc.PaceOf(quantile={"uniform": [0.1, 0.9]}),),
]  # fmt: skip


@pytest.mark.parametrize("kind", SERIES)
@pytest.mark.parametrize("changes", MANY, ids=lambda c: "+".join(a.kind for a in c))
def test_probability_quantiles_days_and_paths_agree(kind: str, changes: tuple[Adjustment, ...]) -> None:
    under = FOUND[kind].under(*changes)
    values = under.paths([END])[:, 0]
    for value in np.quantile(values, [0.1, 0.3, 0.6, 0.9]):
        assert under.probability_of(float(value)) == pytest.approx(np.mean(values >= value), abs=0.006)
    levels = np.array([0.1, 0.25, 0.5, 0.75, 0.9])
    quantiles = under.quantiles(levels.tolist())
    for quantile in quantiles:  # many paths may end on the bound of a share
        reach = np.mean(values >= quantile - 1e-9)
        assert under.probability_of(float(quantile)) == pytest.approx(reach, abs=0.006)
    assert [np.mean(values < q) for q in quantiles if q < 100] == pytest.approx(
        levels[quantiles < 100], abs=0.006
    )
    for level in (0.3, 0.5, 0.8):
        day = under.day_reached(level)
        assert (day is not None and day <= END) == (under.probability >= level)


@pytest.mark.parametrize("kind", ["stock", "cumulative"])
def test_paths_of_a_total_never_fall_under_a_scenario_either(kind: str) -> None:
    days = [dt.date(2023, 11, 30), *(dt.date(2024, m, 28) for m in range(1, 12, 2))]
    fell = {}
    for change in (fc.Pace(factor=1.5), fc.Ceiling(value=3000), fc.OneOff(amount=5, date="2023-12-15"),
                   fc.PaceOf(region="b"), fc.Scope(share={"uniform": [0.5, 1]})):  # fmt: skip
        paths = FOUND[kind].under(change).paths(days)
        fell[change.kind] = bool(np.any(np.diff(paths, axis=1) < -1e-9))
    assert not any(fell.values()) if kind == "cumulative" else all(fell.values())


# What the documentation says of order


COMMUTE = [
    (fc.OneOff(amount=20, date="2023-08-31"), fc.OneOff(amount=30, date="2023-10-31")),
    (fc.OneOff(amount=20, date="2023-08-31"), fc.Expiry(share=0.1, date="2023-10-31")),
    (fc.Scope(share=0.9), fc.Pace(factor=1.4)),
    (fc.Scope(share=0.9), fc.Delay(months=2)),
    (fc.Pace(factor=1.4), fc.Delay(months=2)),
]


@pytest.mark.parametrize(("one", "other"), COMMUTE, ids=lambda a: a.kind)
def test_some_adjustments_commute(one: Adjustment, other: Adjustment) -> None:
    found = FOUND["stock"]
    first, second = found.under(one, other), found.under(other, one)
    assert first.probability == pytest.approx(second.probability, abs=1e-9)
    assert np.allclose(first.paths([END]), second.paths([END]))


def test_what_comes_on_top_before_a_pace_grows_with_it() -> None:
    found, more, pace = FOUND["stock"], fc.OneOff(amount=40, date="2023-08-31"), fc.Pace(factor=2)
    gained = found.under(more, pace).paths([END]) - found.under(pace, more).paths([END])
    assert np.all(gained >= 0)
    assert np.median(gained) == pytest.approx(40)


# Errors


def test_a_stated_error_is_the_real_one() -> None:
    """Forty seeds: what the probabilities stray by is what each of them says."""
    table = ledger("stock")
    part = fc.Scope(share={"uniform": [0.7, 1]}), fc.Delay(months={"uniform": [0, 6]})
    question = fc.Question(fc.Goal("x", "a", 1150, END), DAY).under(*part)
    found = [fc.outlook(table, question, seed, draws=512) for seed in range(40)]
    real = float(np.std([one.probability for one in found], ddof=1))
    stated = float(np.sqrt(np.mean([one.std_error**2 for one in found])))
    assert 0.5 * real < stated < 2.0 * real
    plain = np.sqrt(0.25 / 512)
    assert real < 0.75 * plain


def test_more_draws_make_it_smaller() -> None:
    part = fc.Scope(share={"uniform": [0.7, 1]}), fc.Delay(months={"uniform": [0, 6]})
    question = fc.Question(fc.Goal("x", "a", 1150, END), DAY).under(*part)
    few, many = (fc.outlook(ledger("stock"), question, draws=n) for n in (256, 16_384))
    assert many.std_error < few.std_error / 3
    assert few.probability == pytest.approx(many.probability, abs=4 * few.std_error)


def test_the_draws_of_two_scenarios_are_the_same() -> None:
    """Their difference has at most a third of the error of two runs of independent draws, measured."""
    table = ledger("stock")
    question = fc.Question(fc.Goal("x", "a", 1150, END), DAY)
    base = question.under(fc.Scope(share={"uniform": [0.8, 1]}), fc.Delay(months={"uniform": [0, 6]}))
    more = base.under(fc.OneOff(amount=10, date="2023-10-31"))
    pairs = [[fc.outlook(table, q, seed).probability for q in (base, more)] for seed in range(12)]
    one, other = np.array(pairs).T
    common = np.std(one - other, ddof=1)
    independent = np.sqrt((one * (1 - one) + other * (1 - other)).mean() / DRAWS)
    assert common < independent / 3


def test_reasking_is_quick_and_reads_nothing_anew() -> None:
    found = FOUND["stock"]
    under = [found.under(fc.Pace(factor=f)) for f in (1.1, 1.2, 1.3)]
    assert all(one.fitted is found.fitted and one.past is found.past for one in under)
    assert all(b.probability > a.probability for a, b in pairwise(under))
    assert len(found.paths([END])) == DRAWS
    assert found.by_replicate.shape == (REPLICATES,)
    other = found.under(fc.Clock(q4_share=0.6))
    assert other.past is not found.past
