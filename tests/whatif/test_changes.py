"""The parts of a change add up; what was not swapped has no part in it; what nobody knows is not made up."""

import datetime as dt
import math
import random
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import pytest

from forecasts.attainment.verdict import answer
from forecasts.ledger.records import Observation
from forecasts.scenarios.growth import Pace
from forecasts.scenarios.seeds import Seeds
from forecasts.whatif.changed import changed_of, course_of, figures_of
from forecasts.whatif.changes import SWAPS, Part, Side, Swap, split
from forecasts.whatif.differences import differences, without_news
from tests.whatif.ledgers import GOAL, random_pair, row, rows_of, scenario_of, seeds_of, side

DAY, LATER = dt.date(2022, 6, 1), dt.date(2023, 6, 1)


@pytest.fixture(scope="module")
def rows() -> dict[str, Observation]:
    """Figures that were all published before the first day, but for the own one of 2022."""
    old = {name: one for name, one in rows_of(random.Random(5)).items() if one.published_on <= DAY}
    new = row("a", 2022, 1120)
    return {**old, new.id: new}


def at(seeds: Seeds, day: dt.date, **changed: object) -> Side:
    found = side(seeds, day, **changed)  # type: ignore[arg-type]
    assert found is not None
    return found


def moved(parts: Iterable[Part]) -> list[tuple[Swap, ...]]:
    return [part.swaps for part in parts if part.change]


def check(then: Side, now: Side, parts: tuple[Part, ...]) -> None:
    """Check what holds of every split."""
    assert [swap for part in parts for swap in part.swaps] == sorted(
        SWAPS, key=[swap for part in parts for swap in part.swaps].index
    )
    assert sorted(swap for part in parts for swap in part.swaps) == sorted(SWAPS), "each once"
    whole = now.probability - then.probability
    assert math.fsum(part.change for part in parts) == pytest.approx(whole, abs=1e-12)


def check_pair(number: int) -> None:
    """Check a random pair of runs, asked as in a night and asked in full."""
    then, now = random_pair(number)
    quick = split(then, now)
    check(then, now, quick)
    assert Part(("model",), 0.0) in quick, "the same program"
    # Where nobody may take what the runs said for granted, every question is asked, and all is the same.
    assert split(replace(then, current=False), replace(now, current=False)) == quick
    # Another program made both: what it made of them is the model's, and everything else is as it was.
    other = split(
        replace(then, current=False, probability=then.probability / 2),
        replace(now, current=False, probability=now.probability / 4),
    )
    check(
        replace(then, probability=then.probability / 2), replace(now, probability=now.probability / 4), other
    )
    if all(len(part.swaps) == 1 for part in quick):
        assert other[1:] == quick[1:]
        model = then.probability / 2 - 3 * now.probability / 4
        assert other[0].change == pytest.approx(model, abs=1e-12)


@pytest.mark.parametrize("number", range(12))
def test_parts_sum_to_the_change(number: int) -> None:
    check_pair(number)


@pytest.mark.soak
@pytest.mark.parametrize("number", range(100))
def test_parts_sum_to_the_change_of_a_hundred_pairs(number: int) -> None:
    check_pair(1_000 + number)


def test_where_nothing_changed_every_part_is_nothing(rows: dict[str, Observation]) -> None:
    now = at(seeds_of(rows), DAY, current=False)
    again = at(seeds_of(dict(rows)), DAY, current=False)
    assert [part.change for part in split(now, again)] == [0.0] * len(SWAPS)


def test_only_time_passed(rows: dict[str, Observation]) -> None:
    """An estimate that was printed before describes a day that comes in between."""
    said = row("a", 2022, 1160).model_dump()
    ahead = Observation(**said | {"origin": "estimate", "published_on": dt.date(2022, 5, 1)})
    seeds = seeds_of({**rows, ahead.id: ahead})
    then, now = at(seeds, DAY, current=False), at(seeds, dt.date(2023, 2, 1), current=False)
    assert moved(split(then, now)) == [("time",)]
    told = changed_of(then, now, seeds, GOAL, scenario_of(seeds), "baseline")
    assert (told.quiet, told.figures, told.outcomes) == (True, (), ())


def test_a_figure_that_was_published_since(rows: dict[str, Observation]) -> None:
    seeds = seeds_of(rows)
    then, now = at(seeds, DAY), at(seeds, LATER)
    assert moved(split(then, now)) == [("new",)]
    told = changed_of(then, now, seeds, GOAL, scenario_of(seeds), "baseline")
    assert [(one.id, one.how, one.whose, one.value, one.before) for one in told.figures] == [
        ("a-firms-2022", "new", "own", "1120", None)
    ]
    assert not told.quiet


@pytest.mark.parametrize("how", ["changed", "removed", "entered"])
def test_a_figure_that_was_revised(rows: dict[str, Observation], how: str) -> None:
    mine = rows["a-firms-2020"]
    more = row("a", 2019, 610)
    rows = {name: one for name, one in rows.items() if name != more.id}
    other = {
        "changed": {**rows, mine.id: mine.model_copy(update={"value": mine.value + 90})},
        "removed": {name: one for name, one in rows.items() if name != mine.id} | {more.id: more},
        "entered": {**rows, more.id: more},
    }[how]
    before = {**rows, more.id: more} if how == "removed" else rows
    then, later = at(seeds_of(before), DAY), seeds_of(other)
    parts = split(then, at(later, DAY))
    assert moved(parts) == [("revised",)]
    (found,) = differences(then.seeds, DAY, later, DAY)
    assert found.how == how


def test_words_around_a_figure_are_no_revision(rows: dict[str, Observation]) -> None:
    mine = rows["a-firms-2020"]
    worded = seeds_of({**rows, mine.id: mine.model_copy(update={"quote": "共有", "note_zh": "注"})})
    then, now = at(seeds_of(rows), DAY), at(worded, DAY)
    assert differences(then.seeds, DAY, worded, DAY) == ()
    assert moved(split(then, now)) == []


def test_a_scenario_and_a_goal_that_were_edited(rows: dict[str, Observation]) -> None:
    then = at(seeds_of(rows), LATER)
    paced = seeds_of(rows, GOAL, Pace(factor=0.5))
    assert moved(split(then, at(paced, LATER))) == [("scenario",)]
    more = GOAL.model_copy(update={"value": Decimal(1200)})
    assert moved(split(then, at(seeds_of(rows, more), LATER))) == [("goal",)]
    both = split(then, at(seeds_of(rows, more, Pace(factor=0.5)), LATER))
    assert moved(both) == [("scenario",), ("goal",)]
    told = changed_of(
        then, at(seeds_of(rows, more, Pace(factor=0.5)), LATER), paced, more, scenario_of(paced), "baseline"
    )
    assert told.adjustments_before == ()
    assert told.goal_before is not None
    assert told.goal_before.value == 1150


def test_what_nobody_knows_any_more_is_one_part(rows: dict[str, Observation]) -> None:
    seeds = seeds_of(rows)
    then, now = at(seeds, DAY), at(seeds, LATER)
    lost = replace(then, seeds=None, probability=0.3)
    assert split(replace(lost, current=False), now)[0].swaps == ("model", "revised")
    assert [part.swaps for part in split(lost, now)][:2] == [("model",), ("revised",)]
    all_lost = replace(lost, scenario=None, goal=None, current=False)
    parts = split(all_lost, now)
    assert parts[0].swaps == ("model", "revised", "scenario", "goal")
    assert [part.swaps for part in parts[1:]] == [("time",), ("new",)]
    check(all_lost, now, parts)
    blind = replace(now, seeds=None)
    assert split(replace(then, current=False), blind) == (Part(SWAPS, now.probability - then.probability),)
    assert split(then, blind)[0] == Part(("model",), 0.0)


def test_a_question_in_between_that_has_no_answer_joins_the_next(rows: dict[str, Observation]) -> None:
    """The deadline passed, and was put off: on the later day nobody can ask the goal of before."""
    then = at(seeds_of(rows, GOAL.model_copy(update={"deadline": dt.date(2022, 12, 31)})), DAY)
    now = at(seeds_of(rows), LATER)
    parts = split(then, now)
    assert [part.swaps for part in parts][-1] == ("time", "new", "scenario", "goal")
    check(then, now, parts)


def test_other_draws_belong_to_the_model(rows: dict[str, Observation]) -> None:
    seeds = seeds_of(rows, GOAL, Pace(factor=1.2))
    then, now = at(seeds, LATER), at(seeds, LATER)
    fewer = replace(then, draws=100, probability=then.probability + 0.01)
    assert moved(split(fewer, now)) == [("model",)]


def test_without_news_nothing_later_is_left_and_levels_are(seeds: Seeds) -> None:
    quiet = without_news(seeds, dt.date(2023, 6, 1))
    assert max(o.published_on for o in quiet.ledger.observations.values()) <= dt.date(2023, 6, 1)
    assert seeds.record is not None
    assert quiet.record is not None
    assert len(quiet.record.past) == len(seeds.record.past)
    far = dt.date(2150, 1, 1)
    assert without_news(seeds, far) is seeds
    assert without_news(quiet, dt.date(2023, 6, 1)) is without_news(quiet, dt.date(2023, 6, 1))


def test_the_real_headlines_are_asked_again_to_the_last_digit(seeds: Seeds, goal: str) -> None:
    days, scenario = (dt.date(2023, 6, 1), dt.date(2023, 9, 6)), seeds.ledger.goals[goal].baseline
    sides = []
    for day in days:
        said = answer(seeds, goal, scenario, day, draws=200)
        sides.append(
            Side(
                said.probability,
                day,
                seeds,
                seeds.scenarios[scenario],
                seeds.ledger.goals[goal],
                200,
                1,
                False,
            )
        )
    parts = split(sides[0], sides[1])
    assert parts[0] == Part(("model",), 0.0), "what a result says is what is asked again"
    assert parts == split(replace(sides[0], current=True), replace(sides[1], current=True))


def test_a_course_has_each_day_once_with_what_came(rows: dict[str, Observation]) -> None:
    seeds = seeds_of(rows)
    figures = figures_of(seeds, GOAL, scenario_of(seeds), LATER)
    said = [(DAY, 0.4, "asked"), (LATER, 0.6, "run"), (DAY, 0.5, "run"), (LATER, 0.7, "run")]
    course = course_of(said, figures)  # type: ignore[arg-type]
    assert [(one.known_on, one.probability, one.origin) for one in course] == [
        (DAY, 0.5, "run"), (LATER, 0.7, "run")
    ]  # fmt: skip
    assert (course[1].figures, course[1].own, course[1].others) == (("a-firms-2022",), True, 0)
