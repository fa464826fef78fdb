"""Scores of what was written down: all of it, in advance apart from afterwards, each goal counted once."""

import datetime as dt
import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.attainment.effects import Traits
from forecasts.attainment.record import Precedent
from forecasts.evaluation.published import Role, Scored, Written, base_rate, scored, worth
from forecasts.evaluation.resolution import Asked, Became, State

DEADLINE = dt.date(2023, 12, 31)
SINCE = dt.date(2024, 3, 15)
EARLY = dt.date(2023, 9, 6)


def a_question(name: str = "g", value: float = 1150.0) -> Asked:
    return Asked(name, "A", "firms", "stock", "家", "", "", "", ">=", value, 0.0, DEADLINE)


def written(
    p: float, known_on: dt.date = EARLY, made_on: dt.date = EARLY, asked: Asked | None = None,
    role: Role = "answer",
) -> Written:  # fmt: skip
    return Written(asked or a_question(), role, p, known_on, made_on)


def an_end(state: State, since: dt.date | None = SINCE) -> Became:
    return Became(state, since, True, (), "")


def precedents(met: Sequence[bool | None], family: str = "counts") -> tuple[Precedent, ...]:
    traits = Traits(family, "ahead", "1", "B", "x")
    return tuple(Precedent(f"p{i}", traits, 0.5, one, dt.date(2022, 1, 1 + i)) for i, one in enumerate(met))


def test_scores_are_those_of_the_textbook() -> None:
    # Brier (1950): (0.7 - 1)^2; Good (1952): -ln 0.7 and -ln 0.3.
    met, missed = (scored(written(0.7), an_end(state)) for state in ("met", "missed"))
    assert (met.brier, met.log_score) == (pytest.approx(0.09), pytest.approx(0.35667494))
    assert (missed.brier, missed.log_score) == (pytest.approx(0.49), pytest.approx(1.2039728))


def test_made_in_advance_and_tried_afterwards_are_two_things() -> None:
    end = an_end("met")
    assert scored(written(0.7), end).timing == "advance"
    later = SINCE + dt.timedelta(days=200)
    assert scored(written(0.7, made_on=later), end).timing == "afterwards"
    assert scored(written(0.7, made_on=SINCE), end).timing == "afterwards", "the same day is not before"
    for known_on in (SINCE, later):
        late = scored(written(0.7, known_on=known_on, made_on=known_on), end)
        assert (late.state, late.brier, late.timing) == ("late", None, None)


@pytest.mark.parametrize("state", ["open", "silent", "undecided", "lost"])
def test_what_is_not_known_is_not_scored(state: State) -> None:
    one = scored(written(0.7), an_end(state, None), precedents([True] * 9))
    assert (one.state, one.brier, one.log_score, one.base_brier) == (state, None, None, None)


def test_the_base_rate_is_that_of_its_day_and_kind() -> None:
    known = precedents([True, True, True, None, False, True])
    assert base_rate(known, "stock", dt.date(2022, 1, 6)) == pytest.approx(5 / 7)  # (4 + 1) / (5 + 2)
    assert base_rate(known, "stock", dt.date(2022, 1, 5)) is None, "too few were known"
    assert base_rate(known, "rate", EARLY) is None, "rates learn from rates"
    one = scored(written(0.7), an_end("met"), known)
    assert one.base_brier == pytest.approx((1 - 5 / 7) ** 2)
    assert one.base_log_score == pytest.approx(-math.log(5 / 7))


PROBABILITIES = st.lists(st.floats(0.01, 0.99), min_size=1, max_size=5)


@given(PROBABILITIES, PROBABILITIES, st.integers(1, 4))
def test_a_goal_counts_once_however_often_it_was_asked(
    first: list[float], second: list[float], times: int
) -> None:
    def found(again: int) -> list[Scored]:
        one = [scored(written(p), an_end("met")) for p in first * again]
        return one + [scored(written(p, asked=a_question("h", 9)), an_end("missed")) for p in second]

    once, often = worth(found(1))[0], worth(found(times))[0]
    assert often.goal_brier.value == pytest.approx(once.goal_brier.value)
    assert often.goal_log_score.value == pytest.approx(once.goal_log_score.value)
    assert (often.goals, often.met, often.forecasts) == (2, 1, times * len(first) + len(second))
    by_hand = (sum((p - 1) ** 2 for p in first) / len(first) + sum(p**2 for p in second) / len(second)) / 2
    assert once.goal_brier.value == pytest.approx(by_hand)


@given(st.lists(st.tuples(st.floats(0.01, 0.99), st.booleans(), st.booleans(), st.booleans()), max_size=12))
def test_none_is_left_out_and_none_counts_twice(
    made: list[tuple[float, bool, bool, bool]],
) -> None:
    later = SINCE + dt.timedelta(days=1)
    found = [
        scored(written(p, made_on=later if late else EARLY, role="alternative" if other else "answer"),
               an_end("met" if met else "silent", SINCE if met else None))
        for p, met, late, other in made
    ]  # fmt: skip
    groups = worth(found)
    assert sum(one.forecasts for one in groups) == sum(one.state == "scored" for one in found)
    assert sum(one.forecasts for one in groups) + sum(one.state == "silent" for one in found) == len(made)
    for group in groups:
        mine = [o for o in found if (o.timing, o.written.role) == (group.timing, group.role)]
        assert group.brier.value == pytest.approx(sum(o.brier or 0 for o in mine) / len(mine))


def test_skill_is_against_the_base_rate() -> None:
    known = precedents([True] * 4 + [False] * 4)  # (4 + 1) / (8 + 2) = one half
    (half,) = worth([scored(written(0.5), an_end("met"), known)])
    (better,) = worth([scored(written(0.9), an_end("met"), known)])
    assert half.skill.value == pytest.approx(0.0)
    assert better.skill.value == pytest.approx(1 - 0.01 / 0.25)
    (without,) = worth([scored(written(0.9), an_end("met"))])
    assert math.isnan(without.skill.value)
    assert without.with_base == 0
