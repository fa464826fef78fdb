"""The track record: what scores must do, that nothing leaks from the future, and what the seeds say."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
import scoringrules as sr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from forecasts.attainment.outlook import FLOOR
from forecasts.attainment.past import Past, Reader, read_past
from forecasts.attainment.verdict import answer
from forecasts.evaluation.backtest import DRIFT, VERDICT, ask, forecasters
from forecasts.evaluation.cases import MULTIPLES, Case, announced_cases, planned_growth, rolling_cases
from forecasts.evaluation.naive import random_walk
from forecasts.evaluation.scores import (
    INTERVALS,
    LEVELS,
    Forecasts,
    pit_histogram,
    reliability,
    score,
)
from forecasts.evaluation.track_record import TrackRecord, track_record
from forecasts.ledger.fields import Kind, Origin
from forecasts.ledger.ledger import Ledger
from forecasts.models.reference import Reference
from forecasts.scenarios.scenario import AS_PUBLISHED
from forecasts.scenarios.seeds import Seeds, read_seeds

SEEDS = read_seeds(Path(__file__).parents[2] / "seeds")
LEDGER = SEEDS.ledger
READER = Reader(LEDGER)
TODAY = max(o.published_on for o in LEDGER.observations.values())
ROLLING = rolling_cases(READER)
ORIGINS = sorted({case.origin for case in ROLLING.asked})


@pytest.fixture(scope="module")
def record() -> TrackRecord:
    return track_record(SEEDS, TODAY, resamples=500)


def past_of(case: Case) -> Past:
    """Return the past of a case, read from what was published by its day."""
    return read_past(Reader(LEDGER.known_on(case.origin)), case.question)


def synthetic(units: int = 300, seed: int = 1, spread: float = 1.0) -> Forecasts:
    """Return forecasts of normal values by somebody who knows their law (`spread` = 1) or thinks so."""
    rng = np.random.default_rng(seed)
    middle = rng.normal(100, 10, units)
    actual = middle + rng.standard_normal(units)
    offsets = np.array([-1.0, -0.4, 0.0, 0.4, 1.0])
    goals = middle[:, None] + offsets + rng.normal(0, 0.7, (units, 1))
    each = len(offsets)
    return Forecasts(
        series=np.repeat([f"s{k % 60:02d}" for k in range(units)], each),
        unit=np.repeat(np.arange(units), each),
        stratum=np.tile([f"{m:g}" for m in MULTIPLES], units),
        probability=norm.sf((goals - middle[:, None]) / spread).ravel(),
        met=(actual[:, None] >= goals).ravel(),
        quantiles=np.repeat(middle[:, None] + spread * norm.ppf(LEVELS), each, axis=0),
        pit=np.repeat(norm.cdf((actual - middle) / spread), each),
        actual=np.repeat(actual, each),
        scale=np.full(units * each, 100.0),
    )


def climatology(f: Forecasts) -> Forecasts:
    """Return the base rate of each stratum as everybody's forecast."""
    rates = {s: f.met[f.stratum == s].mean() for s in np.unique(f.stratum)}
    return replace(f, probability=np.array([rates[s] for s in f.stratum]))


def test_perfect_forecasts_have_no_error() -> None:
    f = synthetic()
    sure = replace(
        f, probability=f.met.astype(float), quantiles=np.repeat(f.actual[:, None], len(LEVELS), axis=1)
    )
    found = score("sure", sure, {"normal": f})
    assert found.brier.value == found.log_score.value == found.crps.value == 0
    assert found.skill.value == found.against["normal"].value == 1
    assert {p: s.value for p, s in found.coverage.items()} == dict.fromkeys(INTERVALS, 1.0)
    assert reliability(sure, resamples=50).error == 0


@given(st.integers(0, 50))
@settings(max_examples=10)
def test_climatology_has_no_skill(seed: int) -> None:
    assert score("base", climatology(synthetic(40, seed)), {}, 50).skill.value == pytest.approx(0, abs=1e-12)


@given(st.integers(0, 1000))
@settings(max_examples=10)
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    f = synthetic(40)
    mixed = f.take(np.random.default_rng(seed).permutation(len(f)))
    plain, other = score("x", f, {}, 100), score("x", mixed, {}, 100)
    assert plain == other
    assert reliability(f, 50) == reliability(mixed, 50)
    assert pit_histogram(f) == pit_histogram(mixed)


def test_scores_are_those_of_somebody_elses_code() -> None:
    f = synthetic()
    found = score("x", f, {})
    middle = f.quantiles[:, len(LEVELS) // 2]
    assert found.brier.value == pytest.approx(np.mean(sr.brier_score(f.met, f.probability)))
    assert found.crps.value == pytest.approx(np.mean(sr.crps_normal(f.actual, middle, 1.0)), rel=0.02)
    for percent, covered in found.coverage.items():
        assert covered.value == pytest.approx(percent / 100, abs=3 * covered.std_error + 0.01)


def test_the_bootstrap_is_as_wide_as_samples_of_other_series() -> None:
    many = [score("x", synthetic(60, seed), {}, 300).brier for seed in range(60)]
    apart = np.std([s.value for s in many])
    assert np.mean([s.std_error for s in many]) == pytest.approx(apart, rel=0.3)


def test_one_series_has_no_standard_error() -> None:
    f = synthetic(10)
    alone = score("x", replace(f, series=np.full(len(f), "one")), {})
    assert np.isnan(alone.brier.std_error)
    assert np.isfinite(alone.brier.value)


def test_no_forecast_is_no_score() -> None:
    silent = synthetic(5)
    silent = replace(silent, probability=np.full(len(silent), np.nan))
    found = score("silent", silent, {"x": silent})
    assert found.n == 0
    assert np.isnan(found.brier.value)
    assert np.isnan(found.against["x"].value)
    assert reliability(silent).forecast == ()


def inside(f: Forecasts, seed: int) -> list[bool]:
    found = reliability(f, resamples=200, seed=seed)
    bars = zip(found.low, found.observed, found.high, strict=True)
    return [low <= seen <= high for low, seen, high in bars]


def test_consistency_bars_hold_a_calibrated_forecaster() -> None:
    kept = [ok for seed in range(40) for ok in inside(synthetic(150, seed), seed)]
    assert 0.85 < np.mean(kept) < 0.95


def test_consistency_bars_do_not_hold_an_overconfident_one() -> None:
    kept = [ok for seed in range(5) for ok in inside(synthetic(150, seed, spread=0.4), seed)]
    assert np.mean(kept) < 0.5


def test_bars_are_wider_where_goals_hang_together() -> None:
    f = synthetic(100)
    apart = replace(f, unit=np.arange(len(f)))
    width = [np.subtract(r.high, r.low).mean() for r in (reliability(f, 400), reliability(apart, 400))]
    assert width[0] > width[1]


def test_the_histogram_counts_each_value_once_and_is_flat() -> None:
    found = pit_histogram(synthetic(500))
    assert sum(found.count) == 500
    assert sum(found.low <= n <= found.high for n in found.count) >= 7


def changed_after(ledger: Ledger, day: dt.date, change: Callable[[Decimal], Decimal]) -> Ledger:
    """Return the ledger with every figure that was published after a day changed."""
    rows = {}
    for key, row in ledger.observations.items():
        if row.published_on > day and row.origin is not Origin.KNOWN_START:
            row = row.model_copy(update={"value": change(row.value), "low": None, "high": None})
        rows[key] = row
    return replace(ledger, observations=MappingProxyType(rows))


def questions(ledger: Ledger, until: dt.date) -> dict[tuple[str, dt.date, dt.date], tuple[float, ...]]:
    cases = rolling_cases(Reader(ledger)).asked
    return {(c.series, c.origin, c.goal.deadline): c.values for c in cases if c.origin <= until}


@given(st.sampled_from(ORIGINS[5:]), st.sampled_from(["0.3", "0.9", "2", "7"]))
@settings(max_examples=8)
def test_what_is_published_later_changes_no_forecast(day: dt.date, factor: str) -> None:
    other = changed_after(LEDGER, day, lambda value: value * Decimal(factor))
    assert questions(other, day) == questions(LEDGER, day)
    cases = [case for case in ROLLING.asked if case.origin <= day][-12:]
    plain, moved = (ask(cases, Reader(ledger), forecasters()) for ledger in (LEDGER, other))
    for name in plain:
        np.testing.assert_array_equal(plain[name].probability, moved[name].probability)
        np.testing.assert_array_equal(plain[name].quantiles, moved[name].quantiles)


def test_what_was_published_before_does_change_forecasts() -> None:
    cases = ROLLING.asked[-12:]
    early = min(case.origin for case in cases) - dt.timedelta(days=400)
    other = changed_after(LEDGER, early, lambda value: value * 2)
    plain, moved = (ask(cases, Reader(ledger), forecasters())[VERDICT] for ledger in (LEDGER, other))
    assert not np.array_equal(plain.probability, moved.probability)


def test_questions_are_about_figures_not_yet_seen() -> None:
    assert len(ROLLING.asked) > 50
    for case in ROLLING.asked:
        history = past_of(case).history
        assert case.goal.deadline > max(case.origin, history.dates[-1])
        assert LEDGER.indicators[case.goal.indicator].kind is not Kind.FLOW
        assert case.scale == pytest.approx(history.value[-1])


def test_goals_are_set_as_planners_do() -> None:
    for case in ROLLING.asked:
        past = past_of(case)
        scale, last = past.history.timescale, past.history.value[-1]
        growth = planned_growth(past, scale.years(case.goal.deadline) - float(past.history.years[-1]))
        assert growth is not None
        np.testing.assert_allclose(case.values, last * (1 + growth * np.array(MULTIPLES)))
        assert list(case.values) == sorted(case.values)
        assert case.met == tuple(case.actual >= v for v in case.values)


def test_every_announced_goal_is_asked_or_counted() -> None:
    found = announced_cases(READER, SEEDS.scenarios)
    assert len(found.asked) + sum(found.dropped.values()) == len(LEDGER.goals)
    for case in found.asked:
        goal = LEDGER.goals[case.goal.id]
        assert not goal.success_selected
        assert case.origin == goal.announced_on
        assert case.goal.outcome_value is None


def test_an_outcome_that_came_later_does_not_count() -> None:
    found = announced_cases(Reader(LEDGER.known_on(dt.date(2020, 12, 30))), SEEDS.scenarios)
    assert all(case.goal.deadline <= dt.date(2020, 12, 30) for case in found.asked if case.actual)


def test_the_record_says_what_a_brief_of_that_day_would_have_said(record: TrackRecord) -> None:
    assert record.resolved
    for told in record.resolved[:2]:
        verdict = answer(SEEDS, told.goal, "baseline", told.origin)
        assert told.probability == pytest.approx(verdict.probability, abs=1e-9)


def test_the_simple_forecast_goes_on_as_before() -> None:
    past = next(p for p in map(past_of, ROLLING.asked) if len(p.history) > 3)
    future = random_walk(past)
    assert future is not None
    history = past.history.positive()
    end = float(history.years[-1])
    pace = (history.value[-1] / history.value[0]) ** (1 / (end - float(history.years[0])))
    assert float(future.quantile(end + 1, 0.5)) == pytest.approx(history.value[-1] * pace, rel=1e-6)
    levels = np.array([0.05, 0.5, 0.9])
    np.testing.assert_allclose(future.cdf(end + 1, future.quantile(end + 1, levels)), levels)
    near, far = (np.ptp(np.log(future.quantile(end + ahead, levels))) for ahead in (1, 2))
    assert far > near


def test_without_two_steps_the_simple_forecast_is_silent() -> None:
    case = ROLLING.asked[0]
    bare = replace(past_of(case), reference=Reference())
    assert random_walk(replace(bare, history=bare.history.take(np.array([0])))) is None


def test_nothing_to_look_back_on_is_no_error() -> None:
    empty = replace(LEDGER, observations=MappingProxyType({}), goals=MappingProxyType({}))
    found = track_record(Seeds(empty, SEEDS.scenarios), TODAY, resamples=100)
    assert found.verdict.n == 0
    assert found.resolved == ()


def test_the_seeds_track_record(record: TrackRecord) -> None:
    v, drift = record.verdict, record.methods[1]
    for s in (v, drift):
        print(
            f"\n{s.method}: {s.n} goals, {s.units} values, {s.series} series; Brier {s.brier.value:.3f} "
            f"± {s.brier.std_error:.3f}; skill {s.skill.value:+.3f} ± {s.skill.std_error:.3f}; "
            f"CRPS {s.crps.value:.1f} %; held "
            + ", ".join(f"{p} %: {c.value:.0%}" for p, c in s.coverage.items())
        )
    print(f"calibration error {record.reliability.error:.3f}; against drift {v.against[DRIFT]}")
    assert (v.method, drift.method) == (VERDICT, DRIFT)
    assert v.against[DRIFT].value > 0
    assert v.brier.value < 0.25
    assert 0.5 < v.coverage[80].value < 0.95
    assert all(s.expected >= t.expected for s, t in zip(v.strata, v.strata[1:], strict=False))
    assert all(FLOOR <= told.probability <= 1 - FLOOR for told in record.resolved)


def test_the_same_question_gives_the_same_record(record: TrackRecord) -> None:
    again = track_record(SEEDS, TODAY, resamples=500)
    assert again.reliability == record.reliability
    assert again.resolved == record.resolved
    assert [s.brier for s in again.methods] == [s.brier for s in record.methods]


@pytest.mark.slow
def test_every_growth_model_can_be_scored() -> None:
    cases: list[Case] = [case for case in ROLLING.asked if case.question.scenario is AS_PUBLISHED][-3:]
    found = ask(cases, READER, forecasters(members=True))
    assert np.isfinite(found["trend"].probability).all()
    assert set(found) > {VERDICT, DRIFT, "trend", "peers"}
