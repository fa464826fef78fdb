"""Several goals at once: each alone as ever, together within bounds, whatever the order."""

import time

import numpy as np
import pandas as pd
import pytest

import forecasts as fc
from forecasts.attainment.past import Reader
from forecasts.attainment.what_if import Joint, JointEvent, Shared

REGIONS, YEARS = "abcdefgh", range(2013, 2023)


def ledger(across: float = 0.5, within: float = 0.6) -> fc.Ledger:
    """Return a table of two indicators in eight regions, which hang together."""
    rng = np.random.default_rng(7)
    root = np.linalg.cholesky([[1, within], [within, 1]])
    shock = rng.standard_normal((len(YEARS), 1, 2)) * across**0.5
    own = rng.standard_normal((len(YEARS), len(REGIONS), 2)) * (1 - across) ** 0.5
    value = 500 * np.exp(np.cumsum(0.1 + 0.06 * (shock + own) @ root.T, 0))
    rows = [(r, name, f"{year}-12-31", value[y, k, i]) for k, r in enumerate(REGIONS)
            for i, name in enumerate("xy") for y, year in enumerate(YEARS)]  # fmt: skip
    return fc.Ledger.from_frames(pd.DataFrame(rows, columns=["region", "indicator", "as_of", "value"]))


LEDGER = ledger()


def asked(
    name: str, indicator: str = "x", region: str = "a", level: float = 0.4, years: int = 1, sign: str = ">="
) -> fc.Question:
    """Return the question about a goal that lies at a level of what may come."""
    rough = fc.Question(fc.Goal(indicator, region, 1, f"{2022 + years}-12-31"), "2023-06-01")
    value = round(float(fc.outlook(LEDGER, rough).quantiles((level,))[0]))
    goal = fc.Goal(indicator, region, value, rough.goal.deadline, id=name, comparison=sign)
    return fc.Question(goal, "2023-06-01")


THREE = [asked("one"), asked("two", indicator="y"), asked("three", region="b", level=0.3)]


def of(found: Joint, what: str, which: str | int | None = None) -> JointEvent:
    return next(e for e in found.events if e.what == what and which in (None, e.k, e.goal))


def test_each_goal_alone_is_what_its_outlook_says() -> None:
    found = fc.joint(LEDGER, THREE)
    for row, question in zip(found.goals, THREE, strict=True):
        one = fc.outlook(ledger(), question)
        assert (row.goal, row.probability, row.std_error) == (
            question.goal.id, one.probability, one.std_error,
        )  # fmt: skip
    assert [pair.relation for pair in found.pairs] == [
        Shared.INDICATOR, Shared.REGION, Shared.NEITHER,
    ]  # of one + three, one + two, three + two, in the order of their names # fmt: skip


def test_goals_that_hang_together_are_met_together_more_often() -> None:
    found = fc.joint(LEDGER, THREE)
    assert all(pair.correlation > 0.1 and pair.measured is not None for pair in found.pairs[:2])
    every = found.all
    alone = [goal.probability for goal in found.goals]
    assert every.independent == pytest.approx(np.prod(alone))
    assert np.prod(alone) < every.probability < min(alone)
    assert of(found, "none").probability > of(found, "none").independent
    assert every.at_low < every.probability < every.at_high
    assert of(found, "at_least", 3).probability == every.probability
    counts = [of(found, "at_least", k).probability for k in (1, 2, 3)]
    assert sum(counts) == pytest.approx(sum(alone))
    assert of(found, "none").probability == pytest.approx(1 - counts[0])
    first = sum(e.probability for e in found.events if e.what == "first_to_fail")
    assert first + every.probability == pytest.approx(1, abs=1e-9)


def test_the_order_of_the_goals_changes_no_number() -> None:
    found, other = fc.joint(LEDGER, THREE), fc.joint(LEDGER, THREE[::-1])
    assert found.pairs == other.pairs
    assert found.goals == other.goals[::-1]
    assert set(found.events) == set(other.events)


def test_one_more_goal_never_makes_all_of_them_likelier() -> None:
    two, three = fc.joint(LEDGER, THREE[:2]), fc.joint(LEDGER, THREE)
    assert two.all.std_error == 0
    assert three.all.probability <= two.all.probability + 4 * three.all.std_error


def test_what_is_good_for_one_goal_is_bad_for_one_that_asks_for_less() -> None:
    more, less = asked("more"), asked("less", indicator="y", sign="<=")
    found = fc.joint(LEDGER, [more, less])
    assert found.pairs[0].correlation > 0.1
    assert found.all.probability < found.all.independent
    assert found.all.at_low < found.all.at_high


def test_goals_of_one_series_hang_together_as_its_paths_do() -> None:
    sooner, later = asked("sooner"), asked("later", years=3)
    found = fc.joint(LEDGER, [sooner, later])
    [pair] = found.pairs
    assert pair.relation is Shared.SERIES
    assert pair.std_error == 0
    assert 0.3 < pair.correlation < 1
    # On one day the harder of two goals is never met without the easier.
    nested = fc.joint(LEDGER, [sooner, asked("harder", level=0.6)])
    easier, harder = (goal.probability for goal in nested.goals)
    assert nested.all.probability == pytest.approx(harder, abs=1e-9)
    assert of(nested, "at_least", 1).probability == pytest.approx(easier, abs=1e-9)


def test_a_scenario_of_one_goal_is_its_own_matter() -> None:
    moved = [THREE[0].under(fc.Scope(share={"uniform": [0.9, 1]})), *THREE[1:]]
    found = fc.joint(LEDGER, moved)
    assert found.goals[0].std_error > 0
    assert found.goals[0].probability == fc.outlook(LEDGER, moved[0]).probability
    assert found.all.probability > fc.joint(LEDGER, THREE).all.probability


def test_without_any_evidence_the_prior_speaks_and_says_so() -> None:
    rows = pd.DataFrame(
        {"region": ["a"] * 4 + ["b"] * 4, "indicator": ["x", "x", "y", "y"] * 2,
         "value": [100, 110, 50, 60, 30, 32, 11, 13], "as_of": ["2021-12-31", "2022-12-31"] * 4}
    )  # fmt: skip
    pair = [
        fc.Question(fc.Goal(i, "a", v, "2023-12-31", id=i), "2023-06-01") for i, v in (("x", 120), ("y", 66))
    ]
    found = fc.joint(fc.Ledger.from_frames(rows), pair)
    [tie] = found.pairs
    assert (tie.correlation, tie.pooled, tie.measured, tie.taught) == (0.0, 0.0, None, 0)
    assert tie.low == -tie.high
    assert found.all.probability == pytest.approx(found.all.independent, abs=0.02)
    assert found.all.at_low < found.all.independent < found.all.at_high


def test_what_is_no_set_of_goals_is_refused_all_at_once() -> None:
    with pytest.raises(fc.BadInput, match="at least two"):
        fc.joint(LEDGER, THREE[:1])
    later = fc.Question(asked("later").goal, "2023-07-01")
    with pytest.raises(fc.BadInput) as told:
        fc.joint(LEDGER, [THREE[0], THREE[0], later])
    rules = [problem.rule for problem in told.value.problems]
    assert rules == [
        "differs between the goals",
        "is named twice",
        "asks the same as 'one': they are one goal",
    ]


def test_every_goal_without_an_answer_is_told() -> None:
    empty = fc.Ledger.from_frames(
        pd.DataFrame({"region": ["a", "b"], "indicator": ["x", "y"], "value": [1, 2], "as_of": "2022-12-31"})
    )
    pair = [
        fc.Question(fc.Goal(i, r, 9, "2025-12-31", id=i), "2021-06-01") for i, r in (("x", "a"), ("y", "b"))
    ]
    with pytest.raises(fc.Unanswerable) as told:
        fc.joint(empty, pair)
    assert [problem.value for problem in told.value.problems] == ["x", "y"]


def test_it_is_written_and_read_again_and_is_a_table() -> None:
    found = fc.joint(LEDGER, THREE)
    assert Joint.model_validate_json(found.model_dump_json()) == found
    table = found.table
    assert table["what"].tolist()[:5] == ["goal", "goal", "goal", "all", "at_least"]
    assert len(table) == 3 + 1 + 3 + 1 + 3 + 3
    assert table["probability"].between(0, 1, inclusive="neither").all()


def test_eight_goals_are_quick() -> None:
    """The bound is for a busy machine."""
    many = [asked(f"{i}{r}", i, r) for r in REGIONS[:4] for i in "xy"]
    reader, start = Reader(LEDGER), time.process_time()
    found = fc.joint(reader, many)
    assert time.process_time() - start < 10
    assert len(found.pairs) == 28
