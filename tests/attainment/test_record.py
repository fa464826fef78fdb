"""The record of resolved goals: what it must never do, and what it must."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.attainment.effects import BLOCKS, EFFECTS, Taus, Traits
from forecasts.attainment.outlook import FLOOR
from forecasts.attainment.record import SPEAKS, GoalRecord, Precedent, ask_by, family_of
from forecasts.ledger.fields import Kind

DAY = dt.date(2020, 1, 1)
GOAL = Traits("counts", "ahead", "2", "city", "firms")

traits = st.builds(
    Traits,
    family=st.sampled_from(["counts", "rates"]),
    ask=st.sampled_from(["reached", "ahead", "unseen"]),
    level=st.sampled_from("012"),
    announcer=st.sampled_from(["a", "b", "c"]),
    indicator=st.sampled_from(["firms", "jobs", "parks"]),
)
chances = st.floats(FLOOR, 1 - FLOOR)
precedents = st.builds(
    Precedent,
    goal=st.sampled_from("abcdefgh"),
    traits=traits,
    alone=st.none() | chances,
    met=st.sampled_from([True, False, None]),
    known_on=st.dates(dt.date(2015, 1, 1), dt.date(2025, 1, 1)),
)
records = st.lists(precedents, max_size=25)


def resolved(met: bool, count: int = 1, of: Traits = GOAL, alone: float = 0.5) -> list[Precedent]:
    return [Precedent(f"g{i}", of, alone, met, DAY) for i in range(count)]


def with_record(known: list[Precedent], of: Traits = GOAL, alone: float = 0.5, day: dt.date = DAY) -> float:
    return GoalRecord.of(known).answer(of, alone, day).probability


@given(traits, chances)
def test_without_a_record_nothing_moves(goal: Traits, alone: float) -> None:
    found = GoalRecord.of([]).answer(goal, alone, DAY)
    assert (found.probability, found.low, found.high) == (alone, alone, alone)
    assert found.newest is None
    assert not found.speaks
    assert set(found.parts.values()) == {0.0}


@given(records, traits, chances)
def test_goals_that_teach_nothing_move_nothing(known: list[Precedent], goal: Traits, alone: float) -> None:
    other = "rates" if goal.family == "counts" else "counts"
    foreign = [replace(p, traits=replace(p.traits, family=other)) for p in known]
    silent = [replace(p, met=None) for p in known]
    unasked = [replace(p, alone=None) for p in known]
    assert with_record(foreign + silent + unasked, goal, alone, dt.date(2030, 1, 1)) == alone


@given(records, traits, chances, st.randoms(use_true_random=False))
def test_the_order_changes_nothing(known: list[Precedent], goal: Traits, alone: float, by: object) -> None:
    other = list(known)
    by.shuffle(other)  # type: ignore[attr-defined]
    day = dt.date(2021, 6, 1)
    one, two = GoalRecord.of(known).answer(goal, alone, day), GoalRecord.of(other).answer(goal, alone, day)
    assert (one.probability, one.low, one.high, one.blocks) == (
        two.probability, two.low, two.high, two.blocks,
    )  # fmt: skip


@settings(deadline=None)
@given(records, traits, chances, chances)
def test_one_more_goal_of_the_same_block_that_was_met_never_lowers_it(
    known: list[Precedent], goal: Traits, alone: float, theirs: float
) -> None:
    day = dt.date(2030, 1, 1)
    before = with_record(known, goal, alone, day)
    more = with_record([*known, *resolved(True, of=goal, alone=theirs)], goal, alone, day)
    less = with_record([*known, *resolved(False, of=goal, alone=theirs)], goal, alone, day)
    assert less <= before + 1e-9
    assert before <= more + 1e-9


@given(records, traits, st.lists(chances, min_size=2, max_size=6))
def test_a_likelier_goal_stays_likelier(known: list[Precedent], goal: Traits, alone: list[float]) -> None:
    found = [with_record(known, goal, p, dt.date(2030, 1, 1)) for p in sorted(alone)]
    assert (np.diff(found) >= -1e-9).all()


@given(records, traits, chances)
def test_it_stays_within_the_floor_and_its_range(known: list[Precedent], goal: Traits, alone: float) -> None:
    found = GoalRecord.of(known).answer(goal, alone, dt.date(2030, 1, 1))
    assert FLOOR <= found.low <= found.probability <= found.high <= 1 - FLOOR


@given(records, traits, chances, st.dates(dt.date(2015, 1, 1), dt.date(2025, 1, 1)))
def test_what_became_known_later_is_not_used(
    known: list[Precedent], goal: Traits, alone: float, day: dt.date
) -> None:
    by_then = [p for p in known if p.known_on <= day]
    one, two = GoalRecord.of(known).answer(goal, alone, day), GoalRecord.of(by_then).answer(goal, alone, day)
    assert one == two
    assert one.newest is None or one.newest.known_on <= day


@given(records, traits, chances)
def test_the_effects_shrink_to_nothing_with_their_spreads(
    known: list[Precedent], goal: Traits, alone: float
) -> None:
    tiny = Taus(*(1e-5,) * len(EFFECTS))
    found = GoalRecord.of(known, tiny).answer(goal, alone, dt.date(2030, 1, 1))
    assert found.probability == pytest.approx(alone, abs=1e-6)


@given(records, st.lists(st.tuples(traits, chances), min_size=1, max_size=6))
def test_many_at_once_are_answered_like_one_by_one(
    known: list[Precedent], goals: list[tuple[Traits, float]]
) -> None:
    record, day = GoalRecord.of(known), dt.date(2020, 6, 1)
    alone = [p for _, p in goals]
    found = record.probabilities([t for t, _ in goals], alone, [day] * len(goals))
    single = [record.answer(t, p, day).probability for t, p in goals]
    assert found == pytest.approx(np.array(single), abs=1e-12)


def test_a_goal_without_an_answer_gets_none_from_the_record() -> None:
    found = GoalRecord.of(resolved(True)).probabilities([GOAL, GOAL], [np.nan, 0.5], [DAY, DAY])
    assert np.isnan(found[0])
    assert found[1] > 0.5


def test_few_precedents_move_little_and_many_move_much() -> None:
    found = [with_record(resolved(True, n)) for n in (0, 1, 5, 25, 125)]
    assert found == sorted(found)
    assert found[1] < 0.75
    assert found[4] > 0.93
    width = [
        r.high - r.low for r in (GoalRecord.of(resolved(True, n)).answer(GOAL, 0.5, DAY) for n in (1, 25))
    ]
    assert width[1] < width[0]


def test_a_record_that_went_as_the_engine_said_leaves_it_nearly_alone() -> None:
    as_said = [*resolved(True, 40, alone=0.8), *resolved(False, 10, alone=0.8)]
    assert with_record(as_said, alone=0.8) == pytest.approx(0.8, abs=0.03)


def test_the_nearer_the_relation_the_more_it_moves() -> None:
    kept = {
        "family": GOAL.__class__("counts", "reached", "0", "country", "parks"),
        "indicator": GOAL.__class__("counts", "reached", "0", "country", "firms"),
        "level": GOAL.__class__("counts", "reached", "2", "country", "firms"),
        "announcer": GOAL.__class__("counts", "reached", "2", "city", "firms"),
        "ask": GOAL,
    }
    found = [with_record(resolved(True, 10, of=relation)) for relation in kept.values()]
    assert found == sorted(found)


def test_a_level_that_misses_what_others_meet_is_soon_believed() -> None:
    country = resolved(True, 40, of=Traits("counts", "ahead", "0", "country", "parks"))
    before = with_record(country)
    own = resolved(True, 3) + [replace(p, goal=f"m{i}") for i, p in enumerate(resolved(False, 7))]
    assert before > 0.55
    assert with_record(country + own) < 0.45


def test_silent_goals_are_counted_and_shown() -> None:
    known = [*resolved(True, 4), *resolved(False, 1), Precedent("s", GOAL, 0.5, None, DAY)]
    found = GoalRecord.of(known).answer(GOAL, 0.5, DAY)
    assert {b.name: (b.met, b.resolved, b.silent) for b in found.blocks} == dict.fromkeys(
        ("family", *BLOCKS), (4, 5, 1)
    )
    assert found.of("announcer").value == "city"
    assert found.newest is not None
    assert found.newest.met is not None
    assert found.dark < found.probability
    assert found.dark == with_record([*known[:-1], replace(known[-1], met=False)])
    assert GoalRecord.of(known[:-1]).answer(GOAL, 0.5, DAY).dark == found.probability


def test_it_speaks_once_the_announcer_or_its_level_has_resolved_goals() -> None:
    far = Traits("counts", "ahead", "0", "country", "firms")
    late = [replace(p, known_on=DAY.replace(2021)) for p in resolved(True, SPEAKS)]
    record = GoalRecord.of([*resolved(True, 9, of=far), *late])
    assert not record.answer(GOAL, 0.5, DAY).speaks
    assert record.answer(GOAL, 0.5, DAY.replace(2021)).speaks


def test_the_parts_say_what_moved_it() -> None:
    found = GoalRecord.of(resolved(True, 10)).answer(GOAL, 0.5, DAY)
    assert tuple(found.parts) == EFFECTS
    assert found.parts["level"] > found.parts["announcer"] > 0


def test_kinds_and_asks_have_their_words() -> None:
    assert {k.value: family_of(k) for k in Kind} == {
        "stock": "counts", "cumulative": "counts", "flow": "counts", "share": "rates", "rate": "rates",
    }  # fmt: skip
    assert [ask_by(r) for r in (True, False, None)] == ["reached", "ahead", "unseen"]
