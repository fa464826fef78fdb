"""Many goals: by region and family, counted on the scale of words, and nothing said a hundred times over."""

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from conftest import Maker, attainment, with_record
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.attainment.result import Attainment
from forecasts.publish.brief import Failure, compose
from forecasts.publish.typeset import html
from forecasts.publish.words import SCALE, Words, step

PROBABILITIES = st.lists(st.floats(0.002, 0.998), min_size=7, max_size=30)


def goal_of(k: int, probability: float, **goal: Any) -> Attainment:
    result = with_record(attainment(probability, goal=f"g{k}"), probability, own=0)
    region = {"region": f"r{k % 3}", "region_zh": f"地区{k % 3}", "region_en": f"Region {k % 3}"}
    return result.model_copy(update={"goal": result.goal.model_copy(update=region | goal)})


def many(probabilities: list[float]) -> list[Attainment]:
    return [goal_of(k, p) for k, p in enumerate(probabilities)]


@given(PROBABILITIES, st.sampled_from(["zh", "en"]))
@settings(max_examples=15, deadline=None)
def test_the_overview_counts_every_goal_once(probabilities: list[float], language: Any) -> None:
    front = compose(many(probabilities), [], Words(language)).front
    view = front.overview
    assert view is not None
    whole = [int(count or 0) for count, _ in view.whole.counts]
    stands = Counter(step(p) for p in probabilities)
    assert whole == [stands[name] for _, name in SCALE]
    assert len(front.scale) == len(view.whole.counts)
    for tally in view.rows:
        assert sum(int(count or 0) for count, _ in tally.counts) == int(tally.total)
    assert sum(int(tally.total) for tally in view.rows) == len(probabilities) == int(view.whole.total)


def test_a_region_stands_in_one_place_and_is_led_to(words: Words, templates: Any) -> None:
    results = many([0.1 + 0.01 * k for k in range(40)])
    rates = [
        goal_of(100 + k, 0.5, indicator=f"rate{k}").model_copy(update={"record": None}) for k in range(3)
    ]
    brief = compose([*results, *rates], [], words)
    regions = [group.region for group in brief.front.groups]
    assert regions == sorted(regions, key=regions.index), "no region comes back after another"
    assert [chapter.region for chapter in brief.front.chapters] == list(dict.fromkeys(regions))
    assert brief.front.overview is not None
    page = html(brief, templates)
    for tally in brief.front.overview.rows:
        assert f'href="#{tally.anchor}"' in page
        assert page.count(f'id="{tally.anchor}"') == 1
    few = compose(results[:3], [], words)
    assert few.front.overview is None
    assert "<details" not in html(few, templates)


def test_a_deadline_that_all_share_is_told_once(words: Words) -> None:
    results = many([0.1 + 0.05 * k for k in range(9)])
    day = words.date(results[0].goal.deadline)
    shared = compose(results, [], words).front
    assert day in shared.columns[0].detail
    assert not any(results[0].goal.deadline.isoformat() in row.target for row in shared.rows)
    later = goal_of(9, 0.5, deadline=dt.date(2026, 12, 31))
    mixed = compose([*results, later], [], words).front
    assert mixed.columns[0].detail == ""
    assert all("-12-31" in row.target for row in mixed.rows)


def test_the_headline_counts_from_the_likeliest_to_the_least_likely(words: Words) -> None:
    told = compose(many([0.5, 0.02, 0.95, 0.2, 0.75, 0.995, 0.004]), [], words).headline
    places = [told.index(words.say(f"headline.{name}", count="1")) for _, name in reversed(SCALE)]
    assert places == sorted(places)


def test_what_failed_for_one_reason_is_one_line(make: Maker, words: Words) -> None:
    reasons = ["no figure (got 'a')", "no figure (got 'b')", "stopped"]
    failures = [Failure(goal, "baseline", why) for goal, why in zip("abc", reasons, strict=True)]
    failed = compose([make()], failures, words).failed
    assert failed is not None
    assert len(failed.lines) == 2
    assert all(name in failed.lines[0] for name in "ab")
    assert "3" in failed.heading


@pytest.mark.parametrize("steps", [0, 1, 46])
def test_a_number_without_an_own_figure_says_so_and_stands_back(
    make: Maker, words: Words, templates: Any, steps: int
) -> None:
    plain = make(0.993)
    facts = plain.reference.model_copy(update={"steps": steps})
    bare = make(0.993, n=0, basis="reference", history=(), evidence=(), reference=facts)
    [row] = compose([bare], [], words).front.rows
    said = words.say("basis.presumed" if steps < 5 else "basis.reference", steps=words.number(steps))
    assert said in row.notices
    assert row.bare
    assert 'class="number open' in html(compose([bare], [], words), templates)
    [row] = compose([plain], [], words).front.rows
    assert not row.bare
    assert 'class="number open' not in html(compose([plain], [], words), templates)
    short = words.say("notice.presumed" if steps < 5 else "notice.reference")
    among = [*many([0.5] * 8), bare]
    assert [short in row.notices for row in compose(among, [], words).front.rows].count(True) == 1
