"""What it would take: at the value that is sought the probability is the one that was asked for."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import forecasts as fc
from forecasts.scenarios.base import Adjustment
from forecasts.whatif.seek import Sought, Vary
from tests.whatif.test_compare import LEDGER, QUESTION

TOTAL = fc.Ledger.from_frames(
    pd.DataFrame({"region": "a", "indicator": "x", "value": [10, 24, 41, 55, 70],
                  "as_of": [f"{y}-12-31" for y in range(2018, 2023)]}),
    kinds={"x": "cumulative"},
)  # fmt: skip
MONEY = fc.Question(fc.Goal("x", "a", 90, "2023-12-31"), "2023-06-01")


def with_number(found: Sought) -> Adjustment:
    assert found.value is not None
    match found.vary:
        case Vary.PACE:
            return fc.Pace(factor=found.value)
        case Vary.ONE_OFF:
            return fc.OneOff(amount=found.value, date="2023-12-31")
        case Vary.SCOPE:
            return fc.Scope(share=found.value)
        case Vary.DELAY:
            return fc.Delay(months=found.value)
        case _:
            return fc.OtherGoal(value=found.value)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from([v for v in Vary if v is not Vary.DEADLINE]), st.floats(0.05, 0.95), st.booleans())
def test_at_the_value_the_probability_is_the_one_that_was_asked_for(
    vary: Vary, wanted: float, total: bool
) -> None:
    ledger, question = (TOTAL, MONEY) if total else (LEDGER, QUESTION)
    found = fc.seek(ledger, question, vary, wanted)
    if found.value is None:
        reached = [t.probability for t in found.tried]
        assert not min(reached) <= wanted <= max(reached)
        assert found.reason_zh
        assert found.reason_en
        return
    again = fc.outlook(ledger, question.under(with_number(found)))  # type: ignore[arg-type]
    assert again.probability == pytest.approx(found.probability, abs=1e-9)
    assert again.probability == pytest.approx(wanted, abs=4 * found.std_error + 1e-6)
    assert Sought.model_validate_json(found.model_dump_json()) == found


def test_the_goal_that_has_a_probability_is_a_quantile() -> None:
    found = fc.seek(LEDGER, QUESTION, "goal", 0.8)
    assert found.value == pytest.approx(fc.outlook(LEDGER, QUESTION).quantiles((0.2,))[0], rel=1e-5)


def test_by_which_day_is_the_day_of_reaching() -> None:
    plain = fc.outlook(LEDGER, QUESTION)
    assert fc.seek(LEDGER, QUESTION, "deadline", 0.6).day == plain.day_reached(0.6)
    never = fc.seek(LEDGER, QUESTION.under(fc.Ceiling(value=1100)), "deadline", 0.6)
    assert never.day is None
    assert "stays below 60%" in never.reason_en


def test_what_the_scenario_has_of_the_kind_is_varied_and_the_rest_stays() -> None:
    own = QUESTION.under(
        fc.Pace(factor=0.3, from_="2023-09-30"), fc.OneOff(amount=5, date="2023-10-31", probability=0.9)
    )
    found = fc.seek(LEDGER, own, "pace", 0.4)
    assert found.value is not None
    by_hand = QUESTION.under(
        fc.Pace(factor=found.value, from_="2023-09-30"),
        fc.OneOff(amount=5, date="2023-10-31", probability=0.9),
    )
    assert fc.outlook(LEDGER, by_hand).probability == pytest.approx(0.4, abs=1e-6)
    amount = fc.seek(LEDGER, own, "one_off", 0.5)
    assert amount.value is not None
    later = fc.seek(LEDGER, own, "one_off", 0.5, date=dt.date(2023, 12, 1))
    assert later.value is not None


def test_a_value_has_the_error_that_the_probability_gives_it() -> None:
    unsure = QUESTION.under(fc.Scope(share={"uniform": [0.8, 1]}), fc.Delay(months={"uniform": [0, 6]}))
    found = [fc.seek(LEDGER, unsure, "one_off", 0.8, seed=seed, draws=512) for seed in range(12)]
    values = pd.Series([f.value for f in found], dtype=float)
    stated = pd.Series([f.value_std_error for f in found], dtype=float).mean()
    assert 0.4 * values.std() < stated < 2.5 * values.std()


def test_a_goal_that_asks_for_less_is_sought_the_other_way() -> None:
    less = fc.Question(fc.Goal("x", "a", 1080, "2023-12-31", comparison="<="), "2023-06-01")
    chance = fc.outlook(LEDGER, less).probability
    found = fc.seek(LEDGER, less, "pace", min(chance + 0.2, 0.9))
    assert found.value is not None
    assert found.value < 1


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(fc.BadInput) as told:
        fc.seek(LEDGER, QUESTION, "pase", 1.2)
    assert [p.place for p in told.value.problems] == ["vary", "probability"]
    assert told.value.problems[0].remedy == "did you mean 'pace'?"
