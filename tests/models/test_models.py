"""Growth models: properties that every member keeps."""

import ast
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.engine.pace import ANY_PACE
from forecasts.ledger.fields import Kind
from forecasts.models.base import ModelFailed, ModelUnfit
from forecasts.models.curves import CURVES
from forecasts.models.gamma import GammaTotal
from forecasts.models.members import MODELS, Blend, Members, fit
from forecasts.models.peers import Peers
from forecasts.models.reference import Reference, ReferenceClass
from forecasts.models.trend import Trend
from tests.models.conftest import Make, make_history

LEVELS = np.array([0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975])
CLASS = Reference.of(
    *(make_history([100 * (1 + g) ** i for i in range(5)], region=f"r{g}") for g in (0.1, 0.2, 0.25, 0.3))
)
LIGHT = tuple(m for m in MODELS if not m.name.startswith("prophet"))
GROWING = [100.0, 118, 139, 160, 190, 231, 270, 322, 371, 450, 520, 610]


@pytest.mark.parametrize("model", LIGHT, ids=lambda m: m.name)
def test_a_member_is_a_distribution(model: object, history_of: Make) -> None:
    kind = Kind.CUMULATIVE if isinstance(model, GammaTotal) else Kind.STOCK
    n = min(len(GROWING), model.max_n)  # type: ignore[attr-defined]
    history = history_of(GROWING[:n], kind)
    future = model.fit(history, CLASS, 1)  # type: ignore[attr-defined]
    time = float(history.years[-1]) + 1.5
    quantiles = future.quantile(time, LEVELS)
    assert np.all(np.isfinite(quantiles))
    assert np.all(np.diff(quantiles) >= 0)
    assert future.cdf(time, quantiles) == pytest.approx(LEVELS, abs=0.02)
    paths = future.paths(np.array([time - 1, time]), 4000, np.random.default_rng(3))
    assert paths.shape == (4000, 2)
    assert np.mean(paths[:, 1] <= quantiles[3]) == pytest.approx(0.5, abs=0.05)
    again = future.paths(np.array([time - 1, time]), 4000, np.random.default_rng(3))
    assert np.array_equal(paths, again)


# Exponential smoothing may estimate that the level never moves; then its interval does not widen. A flow's
# width is that of a year's part, then of another year's.
WIDENING = [m for m in LIGHT if m.name not in ("damped_ets", "flow")]


@pytest.mark.parametrize("model", WIDENING, ids=lambda m: m.name)
def test_a_member_widens_with_the_horizon(model: object, history_of: Make) -> None:
    kind = Kind.CUMULATIVE if isinstance(model, GammaTotal) else Kind.STOCK
    n = min(len(GROWING), model.max_n)  # type: ignore[attr-defined]
    history = history_of(GROWING[:n], kind)
    future = model.fit(history, CLASS, 1)  # type: ignore[attr-defined]
    width = []
    for ahead in (0.5, 1.0, 2.0, 4.0):
        low, high = future.quantile(float(history.years[-1]) + ahead, np.array([0.1, 0.9]))
        width.append(math.log(high / low))
    assert np.all(np.diff(width) > 0)


@given(st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=6), st.sampled_from([1e-9, 1e-4, 1e4, 1e9]))
@settings(max_examples=40, deadline=None)
def test_the_trend_does_not_know_the_unit(values: list[float], unit: float) -> None:
    ahead = 2015.0 + len(values)
    plain = Trend().fit(make_history(values), CLASS, 1).quantile(ahead, LEVELS)
    scaled = Trend().fit(make_history([v * unit for v in values]), CLASS, 1).quantile(ahead, LEVELS)
    assert scaled / unit == pytest.approx(plain, rel=1e-6)


@given(st.lists(st.floats(1e-6, 1e12), min_size=1, max_size=8), st.floats(0.1, 6.0))
@settings(max_examples=60, deadline=None)
def test_the_trend_takes_any_history(values: list[float], ahead: float) -> None:
    history = make_history(values)
    quantiles = Trend().fit(history, CLASS, 1).quantile(float(history.years[-1]) + ahead, LEVELS)
    assert np.all(np.isfinite(quantiles))
    assert np.all(np.diff(quantiles) >= 0)


def test_one_point_grows_as_its_class_does(history_of: Make) -> None:
    history = history_of([1000.0])
    slow = Reference.of(*(history_of([100, 101, 103, 104], region=f"s{i}") for i in range(8)))
    fast = Reference.of(*(history_of([100, 150, 220, 330], region=f"f{i}") for i in range(8)))
    time = float(history.years[-1]) + 1
    medians = [float(Trend().fit(history, c, 1).quantile(time, np.array([0.5]))[0]) for c in (slow, fast)]
    assert 1000 < medians[0] < 1080
    assert 1200 < medians[1] < 1550


def test_without_a_class_the_pace_is_that_of_any() -> None:
    assert Reference().pace == ANY_PACE[:2]
    assert Reference().borrowed() is None


def test_a_reference_is_the_class_without_oneself(history_of: Make) -> None:
    whole = ReferenceClass(CLASS.histories, "indicator")
    own = CLASS.histories[1]
    seen = Reference(whole, frozenset({own.name, "elsewhere/indicator"}))
    assert len(seen) == len(seen.histories) == 3
    assert own not in seen.histories
    others = Reference.of(*(h for h in CLASS.histories if h is not own))
    assert seen.pace == pytest.approx(others.pace)
    assert seen.steps.rate == pytest.approx(others.steps.rate)
    future, apart = (Trend().fit(own, of, 1).quantile(2016.0, LEVELS) for of in (seen, others))
    assert future == pytest.approx(apart, rel=5e-3)  # how far a class is believed is said once for all


def test_the_parent_pulls_the_pace_towards_its_newest_year(history_of: Make) -> None:
    parent = history_of([100, 140, 147], region="parent")
    alone = CLASS.pace
    pulled = Reference(CLASS.everyone, parent=parent).pace
    assert math.log(147 / 140) < pulled[0] < alone[0]
    assert pulled[1] < alone[1]


@given(st.lists(st.floats(0.01, 1e5), min_size=2, max_size=8), st.floats(0.05, 4.0))
@settings(max_examples=50, deadline=None)
def test_a_total_never_falls(steps: list[float], ahead: float) -> None:
    totals = np.concatenate([[0.0], np.cumsum(steps)])
    history = make_history(list(totals), Kind.CUMULATIVE)
    time = float(history.years[-1]) + ahead
    for fitted in Members(history, CLASS, 1, (Trend(), GammaTotal())).all():
        assert fitted.predictive is not None, fitted.reason
        assert np.all(fitted.predictive.quantile(time, LEVELS) >= history.low[-1])
        paths = fitted.predictive.paths(np.array([time, time + 1]), 200, np.random.default_rng(1))
        assert np.all(np.diff(paths, axis=1) >= 0)
        assert np.all(paths >= history.low[-1])


def test_the_flow_of_an_even_total_goes_on_evenly(history_of: Make) -> None:
    history = history_of([10.0 * i for i in range(11)], Kind.CUMULATIVE)
    median = GammaTotal().fit(history, Reference(), 1).quantile(float(history.years[-1]) + 1, np.array([0.5]))
    assert float(median[0]) == pytest.approx(110, rel=0.03)


def test_curves_find_the_truth_they_were_made_from(history_of: Make) -> None:
    t = np.arange(15)
    saturating = 1000 / (1 + np.exp(-(t - 5) / 1.5))
    logistic = next(c for c in CURVES if c.name == "logistic")
    history = history_of(list(saturating))
    median = logistic.fit(history, Reference(), 1).quantile(float(history.years[-1]) + 3, np.array([0.5]))
    assert float(median[0]) == pytest.approx(1000, rel=0.05)


def test_too_few_steps_of_peers_are_no_law(history_of: Make) -> None:
    with pytest.raises(ModelUnfit, match="steps<5"):
        Peers().fit(history_of([10.0]), Reference.of(history_of([1.0, 2.0]), relation="family"), 1)


class _Broken:
    name = "broken"
    min_n, max_n = 1, 99
    kinds = frozenset(Kind)
    knows_totals = True

    def fit(self, *_: object) -> Trend:
        raise ZeroDivisionError("no luck")


class _NotFinite:
    name = "not_finite"
    min_n, max_n = 1, 99
    kinds = frozenset(Kind)
    knows_totals = True

    def fit(self, *_: object) -> "_NotFinite":
        return self

    def quantile(self, _: float, level: np.ndarray) -> np.ndarray:
        return np.full(level.shape, np.nan)


def test_a_failed_member_is_named_and_never_averaged(history_of: Make) -> None:
    history = history_of([100.0, 120, 140])
    members = Members(history, CLASS, 1, (Trend(), _Broken(), _NotFinite()))  # type: ignore[arg-type]
    fitted = members.all()
    assert [f.status for f in fitted] == ["serves", "failed", "failed"]
    assert fitted[1].reason == "no luck"
    mixture = members.future(members.weights)
    alone = Trend().fit(history, CLASS, 1)
    assert mixture.quantile(2014.0, LEVELS) == pytest.approx(alone.quantile(2014.0, LEVELS), rel=1e-6)
    nobody = Members(history, CLASS, 1, (_Broken(),))  # type: ignore[arg-type]
    with pytest.raises(ModelFailed, match="no luck"):
        nobody.future(nobody.weights)


def test_the_pool_lies_between_its_members(history_of: Make) -> None:
    history = history_of(GROWING)
    members = Members(history, CLASS, 1, LIGHT)
    serving = [f for f in members.all() if f.predictive is not None]
    assert {f.name for f in serving} >= {
        "trend",
        "exponential",
        "logistic",
        "gompertz",
        "local_trend",
        "damped_ets",
    }
    alike = {f.name: 1 / len(serving) for f in serving}
    mixture = members.future(alike)
    assert isinstance(mixture, Blend)
    each = [float(f.predictive.cdf(2024.0, 700.0)) for f in serving if f.predictive]
    assert float(mixture.cdf(2024.0, 700.0)) == pytest.approx(np.mean(each))


@pytest.mark.slow
def test_prophet_serves_with_its_own_seed(history_of: Make) -> None:
    history = history_of(GROWING)
    np.random.seed(5)
    before = np.random.get_state()[1]
    members = [m for m in MODELS if m.name.startswith("prophet")]
    first = [fit(m, history, CLASS, 1) for m in members]
    assert [f.status for f in first] == ["serves", "serves"]
    assert np.array_equal(before, np.random.get_state()[1])
    second = [fit(m, history, CLASS, 1) for m in members]
    for a, b in zip(first, second, strict=True):
        assert a.predictive is not None
        assert b.predictive is not None
        assert np.array_equal(a.predictive.quantile(2023.0, LEVELS), b.predictive.quantile(2023.0, LEVELS))


def test_every_model_says_what_it_serves() -> None:
    assert len({m.name for m in MODELS}) == len(MODELS)
    for model in MODELS:
        assert 1 <= model.min_n <= model.max_n
        assert model.kinds


def test_models_import_heavy_libraries_only_when_used() -> None:
    for path in (Path(__file__).parents[2] / "forecasts" / "models").glob("*.py"):
        top = ast.parse(path.read_text(encoding="utf-8")).body
        names = {n.name for s in top if isinstance(s, ast.Import) for n in s.names}
        names |= {s.module or "" for s in top if isinstance(s, ast.ImportFrom)}
        assert not any(n.split(".")[0] in {"prophet", "statsmodels", "pandas"} for n in names), path


def test_the_trend_carries_the_answer_and_the_others_are_second_opinions(history_of: Make) -> None:
    history = history_of(GROWING)
    assert Members(history, CLASS, 1, LIGHT).weights == {"trend": 1.0}
    young = history_of([0.0, 65.0], Kind.CUMULATIVE)
    assert Members(young, CLASS, 1, LIGHT).weights == {"trend": 0.5, "gamma": 0.5}
    without = Members(history, CLASS, 1, tuple(m for m in LIGHT if m.name != "trend"))
    serving = [f.name for f in without.all() if f.status == "serves"]
    assert list(without.weights) == serving
    assert len(set(without.weights.values())) == 1
