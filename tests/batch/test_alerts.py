"""Alerts: told when something happened, silent when nothing did, in both languages."""

import datetime as dt
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.batch.register.alerts import Raised, alerts_of, newest_figures
from forecasts.batch.register.entry import Entry
from forecasts.publish.words import SCALE, Words, step
from forecasts.scenarios.seeds import Seeds
from tests.batch.registers import DAY, an_entry

#: Probabilities as they are printed, so that points are whole.
Chance = st.integers(1, 99).map(lambda percent: percent / 100)
WORDS = [name for _, name in SCALE]


@dataclass(frozen=True)
class Alert:
    """One alert, as a plan says it."""

    moved: float | None = None
    crossed: str | float | None = None
    older: int | None = None
    goals: tuple[str, ...] | None = None


def told(alert: Alert, now: float, before: float | None) -> tuple[Raised, ...]:
    """Return what an alert says of one forecast."""
    previous: dict[str, Entry] = {} if before is None else {"g--baseline": an_entry(probability=before)}
    return alerts_of([alert], [an_entry(probability=now)], previous, {}, DAY)


@given(Chance, Chance, st.integers(1, 99))
def test_it_moved_if_the_points_say_so_in_either_direction(before: float, now: float, points: int) -> None:
    raised = told(Alert(moved=points), now, before)
    assert bool(raised) == (abs(round(100 * now) - round(100 * before)) >= points)
    assert bool(raised) == bool(told(Alert(moved=points), before, now))


@given(Chance, Chance, st.sampled_from(WORDS))
def test_a_word_is_crossed_by_whoever_enters_or_leaves_it(before: float, now: float, word: str) -> None:
    raised = told(Alert(crossed=word), now, before)
    assert bool(raised) == ((step(before) == word) + (step(now) == word) == 1)


@given(Chance, Chance)
def test_two_words_are_crossed_by_a_change_of_word_and_none_without_one(before: float, now: float) -> None:
    crossed = [word for word in WORDS if told(Alert(crossed=word), now, before)]
    assert set(crossed) == {step(before)} ^ {step(now)}


@given(Chance, Chance, Chance)
def test_a_probability_is_crossed_if_it_lies_between(before: float, now: float, limit: float) -> None:
    low, high = sorted((before, now))
    raised = told(Alert(crossed=limit), now, before)
    assert bool(raised) == (low < limit <= high)
    if raised:
        assert ("rose" in raised[0].text_en) == (now > before)


@given(st.integers(0, 800), st.integers(1, 800))
def test_figures_are_old_beyond_the_days_and_not_before(age: int, limit: int) -> None:
    last = {("firms", "r"): DAY - dt.timedelta(age)}
    raised = alerts_of([Alert(older=limit)], [an_entry()], {}, last, DAY)
    assert bool(raised) == (age > limit)


@pytest.mark.parametrize("alert", [Alert(moved=0.1), Alert(crossed=0.5), Alert(crossed="likely")])
def test_what_was_never_forecast_has_not_moved(alert: Alert) -> None:
    assert told(alert, 0.9, None) == ()


@given(Chance)
def test_what_stayed_is_not_told(p: float) -> None:
    alerts = [Alert(moved=0.1), *(Alert(crossed=word) for word in WORDS), Alert(crossed=p)]
    entry = an_entry(probability=p)
    assert alerts_of(alerts, [entry], {entry.job: entry}, {}, DAY) == ()


def test_only_the_goals_that_an_alert_is_about_are_told() -> None:
    entries = [an_entry(f"{goal}--{s}", probability=0.9) for goal in ("a-1", "a-2", "b-1") for s in "xy"]
    previous = {one.job: an_entry(one.job, probability=0.1) for one in entries}
    for patterns, goals in (
        (None, {"a-1", "a-2", "b-1"}),
        ((), {"a-1", "a-2", "b-1"}),
        (("a-*",), {"a-1", "a-2"}),
        (("b-1", "z"), {"b-1"}),
    ):
        raised = alerts_of([Alert(moved=50, goals=patterns)], entries, previous, {}, DAY)
        assert {one.goal for one in raised} == goals
        assert len(raised) == 2 * len(goals)


def test_old_figures_are_told_once_a_goal_whatever_is_assumed() -> None:
    entries = [an_entry(f"g--{scenario}") for scenario in "xyz"]
    raised = alerts_of([Alert(older=10)], entries, {}, {("firms", "r"): DAY - dt.timedelta(11)}, DAY)
    assert [(one.goal, one.scenario) for one in raised] == [("g", "")]
    assert alerts_of([Alert(older=10)], entries, {}, {}, DAY) == ()


def test_a_sentence_names_everything_in_its_language() -> None:
    [moved] = told(Alert(moved=5), 0.72, 0.6)
    assert moved.text_zh == (
        "甲区，企业数（目标 g，情景 baseline）："
        "达标概率由 60% 变为 72%，变动 12.0 个百分点（满 5 个即提醒）。"
    )
    assert "from 60% to 72%, by 12.0 points (told from 5 on)" in moved.text_en
    [word] = told(Alert(crossed="likely"), 0.72, 0.6)
    for text, words in ((word.text_zh, Words("zh")), (word.text_en, Words("en"))):
        assert words.likelihood(0.72) in text
        assert words.likelihood(0.6) in text
    [old] = alerts_of([Alert(older=90)], [an_entry()], {}, {("firms", "r"): dt.date(2023, 5, 30)}, DAY)
    assert "2023年5月30日" in old.text_zh
    assert "30 May 2023, 99 days before 6 September 2023" in old.text_en


def test_the_newest_figure_is_one_that_was_known(seeds: Seeds) -> None:
    own = [(goal.indicator, goal.region) for goal in seeds.ledger.goals.values()]
    everything = newest_figures(seeds.ledger, own, dt.date(2100, 1, 1))
    assert everything
    for one, last in everything.items():
        rows = seeds.ledger.series(*one)
        assert last == max(row.as_of for row in rows)
        day = min(max(row.as_of, row.published_on) for row in rows)
        assert newest_figures(seeds.ledger, [one], day)[one] <= day
        assert newest_figures(seeds.ledger, [one], day - dt.timedelta(1)) == {}
