"""What a script or a notebook of one's own sees of the package."""

import inspect
import subprocess
import sys

import altair as alt
import numpy as np
import pandas as pd
import pytest

import forecasts as fc

HEAVY = (
    "numpy", "pandas", "scipy", "pydantic", "statsmodels", "prophet", "altair", "jupyter", "jupyter_client",
    "papermill", "nbclient", "nbformat", "typer",
)  # fmt: skip


@pytest.fixture
def observations() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "region": ["A"] * 5 + ["B"] * 5,
            "indicator": "firms",
            "as_of": [f"{year}-12-31" for year in range(2018, 2023)] * 2,
            "value": [640, 700, 810, 905, 1036, 300, 330, 371, 420, 480],
        }
    )


@pytest.fixture
def goals() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "goal": ["one", "two"], "region": ["A", "B"], "indicator": "firms", "value": [1150, 600],
            "deadline": "2023-12-31",
        }
    )  # fmt: skip


def test_the_example_of_the_handbook(observations: pd.DataFrame, goals: pd.DataFrame) -> None:
    ledger = fc.Ledger.from_frames(observations, kinds={"firms": "stock"})
    question = fc.Question(fc.Goal("firms", "A", 1150, "2023-12-31"), known_on="2023-06-01")
    outlook = fc.outlook(ledger, question)
    assert 0 < outlook.probability < 1
    assert outlook.probability_of(1200) < outlook.probability
    quantiles = outlook.quantiles()
    assert np.all(np.diff(quantiles) >= 0)
    day = outlook.day_reached(0.8)
    assert day is None or (day <= question.goal.deadline) == (outlook.probability >= 0.8)
    assert outlook.members[0].name == "trend"
    assert 0 < outlook.under(fc.Clock(q4_share=0.9)).probability < 1
    chart = outlook.plot()
    assert isinstance(chart, alt.LayerChart)
    assert chart.to_dict()["layer"]
    found = fc.attain(observations, goals)
    assert found["goal"].tolist() == ["one", "two"]
    # The newest figure is of 2022-12-31: nothing came between that day and June.
    assert found["probability"][0] == pytest.approx(outlook.probability, abs=1e-9)
    assert fc.verdict(outlook).probability == outlook.probability


@pytest.mark.parametrize("name", fc.__all__)
def test_every_public_name_loads_and_says_what_it_is(name: str) -> None:
    found = getattr(fc, name)
    if name != "__version__":
        assert inspect.getdoc(found), name
    assert name in dir(fc)


def test_the_surface_is_said_once() -> None:
    assert sorted(fc.__all__, key=lambda n: (n.lower(), n)) == sorted(
        set(fc.__all__), key=lambda n: (n.lower(), n)
    )
    assert set(fc.__all__) == {*fc._HOME, "__version__"}
    with pytest.raises(AttributeError, match="no attribute 'forecast'"):
        fc.forecast  # noqa: B018


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = f"import sys, forecasts; print([m for m in {HEAVY!r} if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_a_refusal_carries_every_problem(observations: pd.DataFrame) -> None:
    wrong = observations.astype(object)
    wrong.loc[1, "value"] = "many"
    wrong.loc[2, "as_of"] = "soon"
    with pytest.raises(fc.BadInput) as bad:
        fc.Ledger.from_frames(wrong)
    assert isinstance(bad.value, fc.Refusal)
    assert [(p.line, p.column) for p in sorted(bad.value.problems, key=lambda p: p.line or 0)] == [
        (1, "value"), (2, "as_of"),
    ]  # fmt: skip
    with pytest.raises(fc.BadInput, match="did you mean 'stock'"):
        fc.Ledger.from_frames(observations, kinds={"firms": "stok"})


def test_sound_rows_that_cannot_answer_are_another_refusal(observations: pd.DataFrame) -> None:
    ledger = fc.Ledger.from_frames(observations)
    with pytest.raises(fc.Unanswerable):
        fc.Question(fc.Goal("firms", "A", 1150, "2023-12-31"), known_on="2023-12-31")
    with pytest.raises(fc.Unanswerable):
        fc.outlook(ledger, fc.Question(fc.Goal("firms", "A", 1150, "2023-12-31"), known_on="2001-01-01"))
    assert not issubclass(fc.Unanswerable, fc.BadInput)
    assert issubclass(fc.Unanswerable, fc.Refusal)


@pytest.mark.parametrize("asked", ["region", "indicator"])
def test_a_goal_about_what_the_ledger_does_not_know_is_refused(
    observations: pd.DataFrame, asked: str
) -> None:
    ledger = fc.Ledger.from_frames(observations)
    goal = fc.Goal("firms", "A", 1150, "2023-12-31").model_copy(update={asked: "atlantis"})
    with pytest.raises(fc.Refusal, match="atlantis"):
        fc.outlook(ledger, fc.Question(goal, "2023-06-01"))
