"""A notebook's parameters: strict, with every fault told at once."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.ledger.problems import BadInput, Problem
from forecasts.notebook.parameters import PLAIN, GoalParameters, PortfolioParameters, read_parameters

NAMES = set(GoalParameters.model_fields)


def faults(namespace: dict[str, Any], model: type = GoalParameters) -> dict[str | None, str]:
    with pytest.raises(BadInput) as caught:
        read_parameters(namespace, model)
    return {problem.column: str(problem) for problem in caught.value.problems}


def test_defaults() -> None:
    got = read_parameters({}, GoalParameters)
    assert (got.goal, got.scenario, got.known_on, got.draws, got.seed) == ("", "baseline", "", 4_096, 1)
    assert (got.language, got.output) == ("zh", "")


def test_all_faults_at_once() -> None:
    told = faults(
        {"gaol": "x", "draws": "20000", "seed": -1, "language": "zg", "known_on": "2023-02-30", "goal": 5}
    )
    assert set(told) == {"gaol", "draws", "seed", "language", "known_on", "goal"}
    assert "did you mean 'goal'?" in told["gaol"]
    assert "did you mean 'zh'?" in told["language"]
    assert "YYYY-MM-DD" in told["known_on"]
    assert "papermill" in told["goal"], "a number where text is needed comes from papermill -p"


@pytest.mark.parametrize("value", [True, 2.0, "2", None, [2]])
def test_a_whole_number_is_nothing_else(value: object) -> None:
    assert "draws" in faults({"draws": value})


@pytest.mark.parametrize(
    "text", ["2023-9-6", "20230906", "06.09.2023", "newest", "2023-W36-3", " 2023-09-06"]
)
def test_a_date_is_written_one_way(text: str) -> None:
    assert "known_on" in faults({"known_on": text})


@pytest.mark.parametrize("value", ["2023-09-06", "", 5, dt.date(2023, 9, 6)])
@pytest.mark.parametrize("model", [GoalParameters, PortfolioParameters])
def test_an_old_name_is_refused_with_the_new_one(model: type, value: object) -> None:
    assert faults({"as_of": value}, model).keys() == {"as_of"}
    told = faults({"as_of": value}, model)["as_of"]
    assert "the notebook has no such parameter" in told
    assert "it is called known_on now" in told


@pytest.mark.parametrize("goals", ["one", ("a",), [1], {"a": 1}])
def test_goals_are_a_list_of_texts(goals: object) -> None:
    [told] = faults({"goals": goals}, PortfolioParameters).values()
    assert "papermill" in told


@given(st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda n: n not in NAMES and n[0] != "_"))
def test_any_other_plain_name_is_refused(name: str) -> None:
    if name not in {"In", "Out"} and not name.startswith("PAPERMILL_"):
        assert name in faults({name: 1})


@given(st.dictionaries(st.sampled_from(sorted(NAMES)), st.none() | st.integers() | st.text() | st.booleans()))
def test_whatever_is_given_ends_in_parameters_or_in_problems(namespace: dict[str, Any]) -> None:
    problems: tuple[Problem, ...] = ()
    try:
        got = read_parameters(namespace, GoalParameters)
    except BadInput as bad:
        problems = bad.problems
    assert {problem.column for problem in problems} <= set(namespace)
    assert all(problem.remedy for problem in problems)
    assert problems or got.model_dump() == GoalParameters().model_dump() | namespace


def test_what_is_no_parameter_passes() -> None:
    namespace = {
        "In": [""],
        "Out": {},
        "_": 1,
        "_private": 2,
        "pytest": pytest,
        "faults": faults,
        "BadInput": BadInput,
    }
    assert not any(type(value) in PLAIN for key, value in namespace.items() if key[0] not in "_IO")
    assert read_parameters(namespace, GoalParameters) == GoalParameters()
