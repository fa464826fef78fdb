"""Numbers of scenarios: fixed or a distribution, within bounds, and what is refused."""

from typing import Annotated, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from scipy import stats

from forecasts.scenarios.numbers import PARAMETERS, Between, Law, Number, as_law, ends, middle


class Held(BaseModel):
    some: Annotated[Number, Between(0.0, 10.0)]


SOUND: list[tuple[dict[str, Any], Any]] = [
    ({"triangular": [1, 2, 4]}, stats.triang(1 / 3, 1, 3)),
    ({"uniform": [2, 3]}, stats.uniform(2, 1)),
    ({"normal": [5, 0.5]}, stats.norm(5, 0.5)),
    ({"beta": [2, 3]}, stats.beta(2, 3)),
    ({"beta": [2, 3], "bounds": [4, 8]}, stats.beta(2, 3, 4, 4)),
    ({"lognormal": [2, 0.2]}, stats.lognorm(0.2, scale=2)),
    ({"normal": [5, 20], "bounds": [1, 9]}, stats.truncnorm(-0.2, 0.2, 5, 20)),
]


def named(value: object) -> str:
    """Name a law by how it is written; scipy's own has but an address, which no two processes share."""
    return str(value) if isinstance(value, dict) else "law"


@pytest.mark.parametrize(("written", "expected"), SOUND, ids=named)
def test_a_distribution_is_what_scipy_says(written: dict[str, Any], expected: Any) -> None:
    law = Held(some=written).some  # type: ignore[arg-type]
    levels = np.linspace(0.01, 0.99, 25)
    assert isinstance(law, Law)
    assert law.at(levels) == pytest.approx(expected.ppf(levels), rel=1e-3)
    assert middle(law) == pytest.approx(expected.median(), rel=1e-3)
    assert law.moments == pytest.approx((expected.mean(), expected.std()), rel=0.01)
    low, high = ends(law)
    assert 0 <= low < middle(law) < high <= 10


@pytest.mark.parametrize(
    ("written", "expected"), [one for one in SOUND if one[0].get("bounds") != [1, 9]], ids=named
)
def test_the_formulas_are_those_of_scipy_to_the_last_digit(written: dict[str, Any], expected: Any) -> None:
    law = as_law(written)
    levels = np.concatenate([[0, 1e-12, 1 - 1e-12, 1], np.linspace(0, 1, 101)])
    assert np.array_equal(law.at(levels), expected.ppf(levels))
    for value in [*expected.ppf(np.linspace(0.01, 0.99, 31)), 100.0, np.inf]:
        assert law.outside(value, np.inf) == 1.0 - (1.0 - expected.cdf(value))


@pytest.mark.parametrize("written", [3, 0, 10, 2.5, *(w for w, _ in SOUND)], ids=str)
def test_what_is_written_is_read_again(written: Any) -> None:
    once = Held(some=written)
    assert Held.model_validate(once.model_dump()) == once
    assert Held.model_validate_json(once.model_dump_json()) == once


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (-0.1, "at least 0"),
        (10.1, "at most 10"),
        (True, "must be a number"),
        ("five", "must be a number"),
        ("5%", "must be a number"),
        (float("nan"), "must be a number"),
        (float("inf"), "must be a number"),
        ({"uniform": [3, 3]}, "low must be below high"),
        ({"uniform": [4, 3]}, "low must be below high"),
        ({"triangular": [1, 5, 4]}, "in order"),
        ({"triangular": [1, 2]}, "takes 3 numbers"),
        ({"normal": [1, 0]}, "sd must be above 0"),
        ({"normal": [5, 3]}, "lies where it cannot be"),
        ({"beta": [0, 1]}, "must be above 0"),
        ({"lognormal": [-1, 1]}, "must be above 0"),
        ({"uniform": [8, 12]}, "lies where it cannot be"),
        ({"normal": [5, 1], "bounds": [90, 99]}, "no mass"),
        ({"normal": [5, 1], "bounds": [6, 4]}, "in order"),
        ({"normal": [5, 1], "bounds": [6]}, "two numbers"),
        ({"normal": [5, float("inf")]}, "finite"),
        ({"normal": "5, 1"}, "list of numbers"),
        ({"normal": [True, 1]}, "list of numbers"),
        ({"norml": [5, 1]}, "did you mean 'normal'"),
        ({"normal": [5, 1], "uniform": [1, 2]}, "one name"),
        ({}, "one name"),
    ],
    ids=str,
)
def test_a_number_that_cannot_be_is_refused_with_the_rule(written: Any, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Held(some=written)


@given(st.sampled_from(sorted(PARAMETERS)), st.lists(st.floats(-50, 50), min_size=2, max_size=3))
def test_what_is_drawn_lies_within_the_bounds(name: str, numbers: list[float]) -> None:
    try:
        law = Held(some={name: numbers}).some  # type: ignore[arg-type]
    except ValidationError:
        return
    assert isinstance(law, Law)
    drawn = law.at(np.linspace(1e-9, 1 - 1e-9, 101))
    assert np.all((drawn >= 0) & (drawn <= 10))
    assert np.all(np.diff(drawn) >= 0)
