"""Suppositions: figures that are added, replaced or dropped; other goals; other models."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

import forecasts as fc

DAY = dt.date(2023, 6, 1)
GOAL = fc.Goal("firms", "a", 1150, "2023-12-31", id="g")


def ledger() -> fc.Ledger:
    rows = [
        ("o1", "a", "2020-12-31", "2021-01-20", 800), ("o2", "a", "2021-12-31", "2022-01-20", 900),
        ("o3", "a", "2022-12-31", "2023-01-20", 1000), ("o4", "b", "2021-12-31", "2022-01-20", 70),
        ("o5", "b", "2022-12-31", "2023-01-20", 90), ("o6", "a", "2023-06-30", "2023-07-20", 1200),
        ("o7", "a", "2023-08-31", "2023-09-20", 1300),
    ]  # fmt: skip
    rows += [(f"p{y}", "b", f"{y}-12-31", f"{y + 1}-01-20", 40 + 5 * (y - 2015)) for y in range(2015, 2021)]
    frame = pd.DataFrame(rows, columns=["id", "region", "as_of", "published_on", "value"]).drop(columns="id")
    return fc.Ledger.from_frames(frame.assign(indicator="firms"))


def found(*changes: object, day: dt.date = DAY) -> fc.Outlook:
    return fc.outlook(ledger(), fc.Question(GOAL, day).under(*changes))  # type: ignore[arg-type]


def test_one_more_figure_counts_and_what_was_published_later_does_not() -> None:
    more = found(fc.Observe(as_of="2023-10-31", value=1090))
    assert more.history.value.tolist() == [800, 900, 1000, 1090]
    assert more.history.dates[-1] == dt.date(2023, 10, 31)
    assert more.probability != found().probability
    assert found(fc.Observe(as_of="2023-10-31", value=1140)).probability > more.probability
    result = fc.verdict(more)
    assert result.evidence[-1].value == 1090
    assert result.known_on == DAY


def test_a_figure_that_is_not_sure_is_an_interval_of_its_mean_and_spread() -> None:
    unsure = found(fc.Observe(as_of="2023-03-31", value={"uniform": [1000, 1060]}))
    assert (unsure.history.low[-1], unsure.history.high[-1]) == pytest.approx((1000, 1060), rel=1e-3)
    normal = found(fc.Observe(as_of="2023-03-31", value={"normal": [1030, 10]}))
    half = np.sqrt(3) * 10
    assert normal.history.low[-1] == pytest.approx(1030 - half, abs=0.2)
    assert normal.history.high[-1] == pytest.approx(1030 + half, abs=0.2)


def test_a_figure_is_replaced_or_dropped() -> None:
    other = found(fc.Observe(observation="observations:2", value=1050))
    assert other.history.value.tolist() == [800, 900, 1050]
    without = found(fc.Observe(observation="observations:2", drop=True))
    assert without.history.value.tolist() == [800, 900]
    same = found(fc.Observe(observation="observations:2", value=1000))
    assert same.probability == found().probability
    assert found(fc.Observe(observation="nowhere", drop=True)).probability == found().probability


def test_a_figure_of_somewhere_else_teaches() -> None:
    more = found(fc.Observe(as_of="2014-12-31", value=10, region="b"))
    assert more.history.value.tolist() == found().history.value.tolist()
    assert more.probability != found().probability


def test_another_goal_is_the_same_future_asked_otherwise() -> None:
    plain = found()
    other = found(fc.OtherGoal(value=1100))
    assert other.goal == 1100
    assert other.probability == plain.probability_of(1100)
    assert other.quantiles().tolist() == plain.quantiles().tolist()
    later = found(fc.OtherGoal(deadline="2024-12-31"))
    assert later.probability > plain.probability
    assert fc.verdict(later).goal.deadline == dt.date(2024, 12, 31)
    back = later.of(fc.Question(later.question.announced or GOAL, DAY))
    assert back.probability == plain.probability
    twice = plain.under(fc.Pace(factor=1.2)).of(fc.Question(GOAL, DAY).under(fc.OtherGoal(value=1100)))
    assert twice.probability == other.probability


def test_a_deadline_may_be_moved_before_the_day_of_knowledge_no_more_than_set_there() -> None:
    with pytest.raises(fc.Unanswerable, match="before the goal's deadline"):
        found(fc.OtherGoal(deadline="2023-05-01"))


def test_other_models_carry_the_answer_with_their_weights() -> None:
    plain = found()
    said = {opinion.name: opinion.probability for opinion in plain.members}
    peers = found(fc.ByModels(weights=["peers"]))
    assert peers.model == "peers"
    assert peers.probability == pytest.approx(said["peers"])
    both = found(fc.ByModels(weights={"trend": 3, "peers": 1}))
    assert said["trend"] is not None
    assert said["peers"] is not None
    assert both.probability == pytest.approx(0.75 * said["trend"] + 0.25 * said["peers"], abs=1e-6)
    paths = both.under(fc.Pace(factor=1))
    assert paths.probability == both.probability


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: fc.Observe(as_of="2023-10-31"),
        lambda: fc.Observe(observation="observations:0"),
        lambda: fc.Observe(observation="observations:0", drop=True, value=3),
        lambda: fc.Observe(observation="observations:0", as_of="2023-10-31", value=3),
        lambda: fc.OtherGoal(),
        lambda: fc.ByModels(weights={}),
        lambda: fc.ByModels(weights={"trend": -1}),
    ],
)
def test_what_supposes_nothing_or_two_things_is_refused(wrong: object) -> None:
    with pytest.raises(ValidationError):
        wrong()  # type: ignore[operator]


def test_a_scope_was_called_share() -> None:
    with pytest.raises(AttributeError, match="Scope"):
        _ = fc.Share
