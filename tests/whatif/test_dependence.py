"""How figures hang together: a known correlation is found within its error, the fewer the more shrunk."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

import forecasts as fc
from forecasts.attainment.past import Reader
from forecasts.attainment.what_if import Shared
from forecasts.whatif.dependence import STRAYS, Z80, Measured, Strays, measured, shrunk
from forecasts.whatif.surprises import Surprises, all_surprises, normal_scores

DAY = dt.date(2025, 6, 1)
NOTHING = Measured(0.0, np.inf, 0, 0, 0)


def simulated(
    regions: int, years: int, within: float, across: float, seed: int, missing: float = 0.0
) -> tuple[Surprises, Surprises]:
    """Return the surprises of two indicators in a ledger whose growth hangs together as is said.

    `within` is the correlation of the two in one region, `across` that of one indicator in two regions.
    """
    rng = np.random.default_rng(seed)
    pair = np.linalg.cholesky([[1, within], [within, 1]])
    shock = np.sqrt(across) * rng.standard_normal((years, 1, 2)) @ pair.T
    own = np.sqrt(1 - across) * rng.standard_normal((years, regions, 2)) @ pair.T
    value = 100 * np.exp(np.cumsum(0.1 + 0.05 * (shock + own), 0))
    rows = [
        (f"r{r}", name, f"{2024 - years + y}-12-31", value[y, r, i])
        for r in range(regions) for i, name in enumerate("xy") for y in range(years)
        if rng.random() >= missing
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["region", "indicator", "as_of", "value"])
    one, other = all_surprises(Reader(fc.Ledger.from_frames(frame)), ("x", "y"), DAY)
    return one, other


@pytest.mark.parametrize("within", [-0.5, 0.0, 0.4, 0.8])
def test_two_indicators_of_a_region_are_found_again(within: float) -> None:
    found = [measured(*simulated(30, 12, within, 0.2, seed), Shared.REGION) for seed in range(8)]
    z = np.array([one.z for one in found])
    error = np.sqrt(np.mean([one.variance for one in found]))
    assert np.mean(z) == pytest.approx(np.arctanh(within), abs=0.1)
    assert np.all(np.abs(z - np.arctanh(within)) < 3 * error)
    assert {one.regions for one in found} == {30}


@pytest.mark.parametrize("across", [0.0, 0.2, 0.5])
def test_one_indicator_in_two_regions_is_found_again(across: float) -> None:
    found = []
    for seed in range(12):
        one, _ = simulated(25, 14, 0.0, across, seed)
        found.append(measured(one, one, Shared.INDICATOR))
    off = np.array([(f.z - np.arctanh(across)) / np.sqrt(f.variance) for f in found])
    assert np.all(np.abs(off) < 3.5)
    assert np.mean(np.abs(off) < Z80) >= 0.6
    assert abs(np.mean([f.z for f in found]) - np.arctanh(across)) < 0.15


def test_missing_figures_are_left_out_and_told() -> None:
    whole = measured(*simulated(30, 12, 0.6, 0.1, 1), Shared.REGION)
    holes = measured(*simulated(30, 12, 0.6, 0.1, 1, missing=0.3), Shared.REGION)
    assert 0 < holes.pairs < whole.pairs
    assert holes.z == pytest.approx(np.arctanh(0.6), abs=3 * np.sqrt(holes.variance))


def test_the_shock_that_nobody_saw_coming_stays_in_the_surprises() -> None:
    """Regions that fall together hang together: taken against their own middle they would seem opposed."""
    one, _ = simulated(20, 14, 0.0, 0.8, 3)
    assert np.tanh(measured(one, one, Shared.INDICATOR).z) > 0.4


def test_the_fewer_regions_the_more_it_is_shrunk() -> None:
    believed = []
    for regions in (5, 12, 60):
        own = measured(*simulated(regions, 12, 0.7, 0.0, 2), Shared.REGION)
        believed.append(shrunk(own, [own], STRAYS[Shared.REGION]))
        assert abs(believed[-1].z) < abs(own.z)
        assert believed[-1].spread ** 2 < own.variance + 1e-12
    assert believed[0].z < believed[1].z < believed[2].z
    assert believed[0].spread > believed[1].spread > believed[2].spread


def test_too_few_regions_or_periods_are_no_evidence() -> None:
    for regions, years in ((3, 12), (20, 2)):
        own = measured(*simulated(regions, years, 0.7, 0.0, 2), Shared.REGION)
        assert not own.known
    strays = STRAYS[Shared.REGION]
    alone = shrunk(NOTHING, [NOTHING], strays)
    assert (alone.z, alone.taught) == (0.0, 0)
    assert alone.spread == pytest.approx(np.hypot(strays.pooled, strays.pair))


def test_a_pair_without_figures_is_believed_to_be_as_the_others_are() -> None:
    others = [Measured(0.5, 0.02, 100, 50, 10)] * 20
    found = shrunk(NOTHING, [*others, NOTHING], Strays(0.3, 0.1))
    assert 0.4 < found.z < 0.5
    assert found.taught == 20
    assert found.spread == pytest.approx(0.1, abs=0.03)


def test_what_shrinks_is_the_law_of_two_levels() -> None:
    """The closed form is the posterior of the normal-normal model, as a system of equations tells it."""
    rng = np.random.default_rng(5)
    strays, variance = Strays(0.3, 0.2), rng.uniform(0.01, 0.2, 6)
    z = rng.normal(0.2, 0.3, 6)
    every = [Measured(float(a), float(v), 9, 9, 9) for a, v in zip(z, variance, strict=True)]
    prior = strays.pooled**2 + strays.pair**2 * np.eye(6)
    gain = prior @ np.linalg.inv(prior + np.diag(variance))
    middle, law = gain @ z, prior - gain @ prior
    for k, own in enumerate(every):
        found = shrunk(own, every, strays)
        assert found.z == pytest.approx(middle[k])
        assert found.spread == pytest.approx(np.sqrt(law[k, k]))


def test_normal_scores_are_even_and_know_ties() -> None:
    scores = normal_scores(np.array([3.0, 1.0, 2.0, 2.0, 10.0]))
    assert scores[2] == scores[3]
    assert scores.argmax() == 4
    assert normal_scores(np.arange(9.0)).sum() == pytest.approx(0)
    assert len(normal_scores(np.zeros(0))) == 0


def test_nothing_published_later_tells_anything() -> None:
    one, other = simulated(10, 8, 0.5, 0.0, 4)
    assert len(one) > 50
    early = dt.date(2019, 6, 1)
    rows = pd.DataFrame({"region": ["a"] * 6 + ["b"] * 6, "indicator": "x", "value": range(100, 112),
                         "as_of": [f"{y}-12-31" for y in range(2014, 2020)] * 2})  # fmt: skip
    [found] = all_surprises(Reader(fc.Ledger.from_frames(rows)), ("x",), early)
    assert found.period.max() % 10_000 == 2019  # the turn of 2018 to 2019
    assert len(other) == len(one)
