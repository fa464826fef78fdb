"""Of many goals, how many moved since the last edition: each counted once, the largest first."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from forecasts.publish import since
from forecasts.publish.brief import compose
from forecasts.publish.parts import Table
from forecasts.publish.words import Words
from tests.publish.conftest import Maker, attainment
from tests.publish.test_changes import LEVEL, changed, whole


def moves(levels: list[tuple[float, float]]) -> list[Any]:
    """Return a change for each goal, all of it by new figures."""
    return [changed([a, b, b, b, b, b, b], goal=f"g{k}") for k, (a, b) in enumerate(levels)]


@given(st.lists(st.tuples(LEVEL, LEVEL), min_size=1, max_size=12), st.integers(0, 3))
def test_every_goal_is_counted_once(levels: list[tuple[float, float]], new: int) -> None:
    words = Words("en")
    heads = {f"g{k}": [attainment(goal=f"g{k}")] for k in range(len(levels) + new)}
    told = since.counted(whole(*moves(levels)), heads, words)
    found = since.compared(whole(*moves(levels)), heads)
    up, down = (sum(s * since.moved(one) > 0 for one in found.values()) for s in (1, -1))
    assert f"{up} up, {down} down, {len(levels) - up - down} unchanged" in told
    assert told.endswith(f"first time: {new}.")


@given(st.lists(st.tuples(LEVEL, LEVEL), min_size=1, max_size=30))
def test_the_largest_moves_come_first(levels: list[tuple[float, float]]) -> None:
    words = Words("en")
    heads = {f"g{k}": [attainment(goal=f"g{k}")] for k in range(len(levels))}
    told = since.section(whole(*moves(levels)), heads, {goal: goal for goal in heads}, words)
    sizes = [abs(since.moved(one)) for one in since.compared(whole(*moves(levels)), heads).values()]
    if not any(sizes):
        assert told is None
        return
    assert told is not None
    [table] = [block for block in told.blocks if isinstance(block, Table)]
    shown = [float(row[3].text.replace("−", "-").replace("+", "")) for row in table.rows]
    assert [abs(points) for points in shown] == sorted(sizes, reverse=True)[: len(shown)]
    assert len(shown) == min(since.SHOWN, sum(size > 0 for size in sizes))


def test_a_portfolio_says_what_changed_on_page_one_beside_each_goal_and_in_a_section(
    make: Maker, words: Words
) -> None:
    results = [make(0.5, goal=f"g{k}") for k in range(9)]
    told = whole(*moves([(0.4, 0.5)] * 7 + [(0.5, 0.5)]))
    brief = compose(results, [], words, changes=told)
    rows = {row.anchor: row.since for row in brief.front.rows}
    assert sum(bool(said) for said in rows.values()) == 7, "what did not move has nothing beside it"
    assert not rows["goal-g8"]
    assert brief.front.changed == since.counted(told, {r.goal.id: [r] for r in results}, words)
    assert [section.anchor for section in brief.sections] == ["changes", "method"]


def test_without_an_edition_before_nothing_is_said(make: Maker, words: Words) -> None:
    brief = compose([make(goal=f"g{k}") for k in range(9)], [], words)
    assert not brief.front.changed
    assert not any(row.since for row in brief.front.rows)
