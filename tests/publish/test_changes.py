"""What is said of a change: printed parts add up, nothing is certain, a quiet day is called so."""

import datetime as dt
import math
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from forecasts.publish import changes
from forecasts.publish.brief import compose
from forecasts.publish.parts import Figure, Heading, Paragraph, Table, strings
from forecasts.publish.typeset import html
from forecasts.publish.words import Words
from forecasts.whatif.changed import Changed, ChangedFigure, ChangedPart, Changes, CoursePoint, Named
from forecasts.whatif.changes import SWAPS
from tests.publish.conftest import Maker

DAY, LATER = dt.date(2023, 9, 6), dt.date(2023, 10, 6)
LEVEL = st.floats(0.0005, 0.9995)


def changed(levels: list[float], **more: Any) -> Changed:
    """Return a change whose parts lead over these levels."""
    steps = [b - a for a, b in pairwise(levels)]
    said: dict[str, Any] = {
        "goal": "hightech", "scenario": "baseline", "scenario_before": "baseline",
        "region_zh": "甲区", "region_en": "Alton", "indicator_zh": "企业数", "indicator_en": "firms",
        "scenario_zh": "基准情景", "scenario_en": "Baseline", "unit_zh": "家", "unit_en": "firms",
        "known_before": DAY, "known_on": LATER, "before": levels[0], "after": levels[-1],
        "change": levels[-1] - levels[0],
        "parts": tuple(ChangedPart(swaps=(s,), change=c) for s, c in zip(SWAPS, steps, strict=True)),
        "figures": (), "more_figures": 0, "outcomes": (), "quiet": False,
    }  # fmt: skip
    return Changed(**said | more)


def figure(**more: Any) -> ChangedFigure:
    said: dict[str, Any] = {
        "id": "f", "how": "new", "whose": "own", "region_zh": "甲区", "region_en": "Alton",
        "indicator_zh": "企业数", "indicator_en": "firms", "unit_zh": "家", "unit_en": "firms",
        "as_of": DAY, "published_on": LATER, "value": "1036", "qualifier": None, "before": None,
        "source_title": "公报",
    }  # fmt: skip
    return ChangedFigure(**said | more)


def whole(*some: Changed, **more: Any) -> Changes:
    said: dict[str, Any] = {
        "plan": "brief", "known_on": LATER, "since_plan": "brief", "since": DAY, "kept": True,
        "changed": some, "new": (), "gone": (),
    }  # fmt: skip
    return Changes(**said | more)


UP = changed([0.5, 0.5, 0.52, 0.51, 0.6, 0.6, 0.6], figures=(figure(),))
QUIET = changed([0.5] * 7, quiet=True)


@given(st.lists(LEVEL, min_size=7, max_size=7))
def test_printed_parts_add_up_to_the_printed_change(levels: list[float]) -> None:
    one, words = changed(levels), Words("en")
    points = changes.printed(one)
    ends = [float(changes.level(p, words).removesuffix("%")) for p in (one.before, one.after)]
    assert all(0 < end < 100 for end in ends)
    assert math.isclose(sum(points), ends[1] - ends[0], abs_tol=1e-9)
    shown = sum(abs(p - 100 * part.change) for p, part in zip(points, one.parts, strict=True))
    assert shown <= 0.7, "each is what it is, but for rounding"


@given(st.lists(LEVEL, min_size=7, max_size=7), st.integers(0, 5))
def test_what_made_no_change_is_printed_as_none(levels: list[float], at: int) -> None:
    levels[at + 1] = levels[at]
    assert changes.printed(changed(levels))[at] == 0


def test_a_rise_is_told_with_its_parts(words: Words) -> None:
    said = changes.sentence(UP, False, words)
    assert "50.0%" in said
    assert "60.0%" in said
    assert words.say("changes_swap.new") in said
    assert "+9.0" in said
    assert "−1.0" in said
    assert words.say("changes_swap.scenario") not in said
    down = changed([0.6, 0.6, 0.6, 0.6, 0.5, 0.5, 0.5])
    assert changes.sentence(down, False, words) != said
    assert "10.0" in changes.sentence(down, False, words)


def test_a_quiet_day_is_called_so(words: Words) -> None:
    said = changes.sentence(QUIET, False, words)
    assert words.say("changes.quiet") in said
    assert words.say("changes.no_figure") not in said
    revised = changed([0.5, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6], figures=(figure(how="changed", before="1000"),))
    assert words.say("changes.no_figure") in changes.sentence(revised, False, words)
    assert words.say("changes.no_figure") not in changes.sentence(UP, False, words)
    assert not [
        b for b in changes.blocks_of(whole(QUIET), "hightech", ["baseline"], words) if isinstance(b, Table)
    ]


def test_the_table_has_every_part_and_both_ends(words: Words) -> None:
    table = changes.parts_table([UP], words)
    names = [row[0].text for row in table.rows]
    assert names[1:-1] == [words.say(f"changes_swap.{swap}") for swap in SWAPS]
    assert [row[1].text for row in (table.rows[0], table.rows[-1])] == ["50.0%", "60.0%"]


def test_what_cannot_be_told_apart_is_named_together(words: Words) -> None:
    lost = UP.model_copy(
        update={"parts": (ChangedPart(swaps=("model", "revised"), change=0.02), *UP.parts[2:])}
    )
    both = changes.parts_table([UP, lost], words)
    names = [row[0].text for row in both.rows]
    assert changes.swap_names(("model", "revised"), words) in names
    assert len(names) == 2 + 7
    assert changes.swap_names(SWAPS, words) == words.say("changes.all")
    told = changes.blocks_of(whole(lost, kept=False), "hightech", ["baseline"], words)
    assert words.say("changes.lost") in list(strings(told))


def test_a_goal_without_an_earlier_answer_says_so(words: Words) -> None:
    first = whole(new=(Named(goal="hightech", scenario="baseline"),))
    heading, said = changes.blocks_of(first, "hightech", ["baseline"], words)
    assert isinstance(heading, Heading)
    assert isinstance(said, Paragraph)
    assert changes.blocks_of(first, "other", ["baseline"], words) == ()
    assert [words.say("changes.named", goal="hightech", scenario="baseline") in line
            for line in changes.came_and_went(first, words)] == [True]  # fmt: skip


def test_the_brief_has_it_in_the_goals_section(make: Maker, words: Words, templates: Any) -> None:
    course = tuple(
        CoursePoint(known_on=day, probability=p, origin="run", own=p > 0.5, figures=("f",), others=1)
        for day, p in ((dt.date(2023, 8, 1), 0.4), (DAY, 0.5), (LATER, 0.6))
    )
    evil = figure(source_title="<script>alert(1)</script>", region_zh="#set page", region_en="#set page")
    told = whole(UP.model_copy(update={"course": course, "figures": (evil,)}))
    brief = compose([make()], [], words, changes=told)
    plain = compose([make()], [], words)
    assert brief.sections[1:] == plain.sections[1:]
    new = [block for block in brief.sections[0].blocks if block not in plain.sections[0].blocks]
    assert [type(block) for block in new] == [Heading, Paragraph, Table, Paragraph, Table, Figure]
    page = html(brief, templates)
    assert "<script>alert" not in page
    assert words.say("changes.heading", date=words.date(DAY)) in page
    assert "60%" in changes.course_alt(told.changed[0], words)
    assert len(changes.course_table(told.changed[0], words).rows) == 3
    assert compose([make()], [], words, changes=whole()) == plain


def test_figures_that_changed_are_written_as_all_numbers_are() -> None:
    money = {"unit_zh": "亿元", "unit_en": "100 million yuan"}
    some = (figure(value="26371", before="1260.50"), figure(value="63", before="150", **money))
    one = changed([0.5] * 7, figures=some)
    shown = {}
    for language in ("zh", "en"):
        rows = changes.figures_table(one, Words(language)).rows  # type: ignore[arg-type]
        shown[language] = [(row[2].text, row[3].text) for row in rows]
    assert shown["zh"] == [("1,260.50", "26,371 家"), ("150", "63 亿元")]
    assert shown["en"] == [("1,260.50", "26,371 firms"), ("15", "6.3 billion yuan")]


def test_the_course_names_the_figures_that_the_change_tells_of(words: Words) -> None:
    course = tuple(
        CoursePoint(known_on=day, probability=0.5, origin="run", own=True, figures=(id,), others=0)
        for day, id in ((DAY, "old"), (LATER, "f"))
    )
    old, new = changes.course_table(UP.model_copy(update={"course": course}), words).rows
    assert old[-1].text == "old"
    assert words.of(figure(), "indicator") in new[-1].text
    assert words.date(DAY) in new[-1].text
