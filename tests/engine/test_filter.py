"""The filter against textbook matrices, the likelihood against a multivariate Student t."""

import numpy as np
import pytest
from scipy.stats import multivariate_t

from forecasts.engine.filter import (
    SHAPE,
    discounted,
    log_likelihood,
    project_level,
    project_sum,
    run_filter,
    spread_of,
)
from forecasts.engine.grid import NOISE, SIZES, WHOLE, Cells
from tests.engine.test_motion import van_loan

GAPS = np.array([1.0, 0.4, 2.3, 1.0, 0.15, 3.7, 1.1])
ERROR, SPREAD, HOME = 0.2, 1.3, 0.04


def cell(damp: float) -> Cells:
    return Cells(*(np.array([v]) for v in (0.0, 0.7, ERROR, 0.6, damp, SPREAD, HOME)))


def values(n: int) -> np.ndarray:
    return np.cumsum(np.random.default_rng(4).normal(0.1, 0.2, n))


class Dense:
    """Kalman's filter as in a textbook: state (1, level, slope), so that the home is part of the matrix."""

    def __init__(self, y: np.ndarray, measured: np.ndarray, damp: float, discount: float) -> None:
        self.damp, self.h = damp, np.array([0.0, 1.0, 0.0])
        self.mean = np.array([1.0, y[0], HOME])
        self.cov = np.diag([0.0, ERROR + measured[0], SPREAD**2])
        self.logdet = self.squares = 0.0
        for gap, value, m in zip(GAPS, y[1:], measured[1:], strict=True):
            self.mean, self.cov = self.ahead(gap)
            f = self.h @ self.cov @ self.h + ERROR + m
            e = value - self.h @ self.mean
            gain = self.cov @ self.h / f
            self.mean = self.mean + gain * e
            joseph = np.eye(3) - np.outer(gain, self.h)
            self.cov = joseph @ self.cov @ joseph.T + np.outer(gain, gain) * (ERROR + m)
            self.logdet = discount * self.logdet + np.log(f)
            self.squares = discount * self.squares + e * e / f

    def matrices(self, gap: float) -> tuple[np.ndarray, np.ndarray]:
        move, noise = van_loan(self.damp, gap)
        f, q = np.eye(3), np.zeros((3, 3))
        f[1:, 1:], q[1:, 1:] = move, noise
        f[1, 0] = HOME * (gap - move[0, 1])
        f[2, 0] = HOME * (1 - move[1, 1])
        return f, q

    def ahead(self, gap: float) -> tuple[np.ndarray, np.ndarray]:
        f, q = self.matrices(gap)
        return f @ self.mean, f @ self.cov @ f.T + q


@pytest.mark.parametrize("damp", [1.0, 0.9, 0.3])
@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("discount", [1.0, 0.97])
def test_the_filter_is_the_textbooks(damp: float, exact: bool, discount: float) -> None:
    y, c, count = values(len(GAPS) + 1), cell(damp), discounted(len(GAPS), discount)
    measured = np.zeros(len(y)) if exact else np.linspace(0.05, 0.6, len(y))
    dense = Dense(y, measured, damp, discount)
    s = run_filter(
        y[None, :, None], GAPS[None], c, discount, None if exact else measured[None, :, None, None]
    )
    ours = [float(x.ravel()[0]) for x in (s.level, s.slope, s.v00, s.v01, s.v11, s.logdet, s.squares)]
    theirs = [*dense.mean[1:], dense.cov[1, 1], dense.cov[1, 2], dense.cov[2, 2], dense.logdet, dense.squares]
    assert ours == pytest.approx(theirs, rel=1e-10, abs=1e-10)
    for ahead in (0.25, 1.0, 6.5):
        mean, variance = project_level(s, np.array([ahead]), c)
        there, cov = dense.ahead(ahead)
        assert float(mean.ravel()[0]) == pytest.approx(there[1], rel=1e-10, abs=1e-10)
        assert float(variance.ravel()[0]) == pytest.approx(cov[1, 1] + ERROR, rel=1e-10)
        b = SHAPE * NOISE**2 + dense.squares / 2
        scale = np.sqrt(b / (SHAPE + count / 2) * (cov[1, 1] + ERROR))
        assert spread_of(s, variance, count, flow=False).ravel() == pytest.approx(scale, rel=1e-10)


def joint(damp: float, measured: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean (less the first value) and covariance of the values after the first, without filtering."""
    steps = [van_loan(damp, g) for g in GAPS]
    mean, cov, known = np.array([0.0, HOME]), np.diag([ERROR + measured[0], SPREAD**2]), []
    means, blocks = [], np.zeros((len(GAPS), len(GAPS)))
    for k, ((move, noise), gap) in enumerate(zip(steps, GAPS, strict=True)):
        mean = np.array([mean[0] + HOME * gap, HOME]) + move @ np.array([0.0, mean[1] - HOME])
        cov = move @ cov @ move.T + noise
        known = [move @ across for across in known]
        for j, across in enumerate(known):
            blocks[j, k] = blocks[k, j] = across[0]
        known.append(cov[:, 0])
        means.append(mean[0])
        blocks[k, k] = cov[0, 0] + ERROR + measured[k + 1]
    return np.array(means), blocks


@pytest.mark.parametrize("damp", [1.0, 0.4])
@pytest.mark.parametrize("exact", [True, False])
def test_the_likelihood_is_a_multivariate_student_t(damp: float, exact: bool) -> None:
    y = values(len(GAPS) + 1)
    measured = np.zeros(len(y)) if exact else np.linspace(0.05, 0.6, len(y))
    s = run_filter(
        y[None, :, None], GAPS[None], cell(damp), 1.0, None if exact else measured[None, :, None, None]
    )
    ours = log_likelihood(s, float(len(GAPS)), flow=False).ravel()
    mean, cov = joint(damp, measured)
    # The noise's variance is inverse gamma (SHAPE, SHAPE * size**2).
    theirs = [multivariate_t(y[0] + mean, size**2 * cov, df=2 * SHAPE).logpdf(y[1:]) for size in NOISE]
    assert ours == pytest.approx(theirs, rel=1e-10, abs=1e-10)
    assert len(ours) == SIZES


def test_one_step_of_a_sum_is_the_level_half_a_step_on() -> None:
    s = run_filter(values(8)[None, :, None], np.ones((1, 7)), WHOLE.level_cells, 0.97)
    ahead = np.array([1.0])
    assert np.allclose(
        project_sum(s, ahead, ahead, WHOLE.level_cells),
        project_level(s, ahead, WHOLE.level_cells),
        rtol=0,
        atol=1e-12,
    )
