"""What changed, the tornado and the goals together: pages say what runs wrote down, and reckon no more."""

import dataclasses
import datetime as dt
import re
from pathlib import Path

import pytest

from forecasts.attainment.question import find_question
from forecasts.attainment.result import Attainment
from forecasts.attainment.verdict import answer
from forecasts.publish import changes as told
from forecasts.publish.site.changed import compared, moved_in
from forecasts.publish.site.runs import Filed, Noted
from forecasts.publish.site.together import together_of
from forecasts.publish.site.tornado import tornado_of
from forecasts.publish.words import Language, Words
from forecasts.scenarios.seeds import Seeds
from forecasts.whatif.changed import Changed, Changes, changed_of, course_of, figures_of
from forecasts.whatif.changes import Side
from forecasts.whatif.taken import what_if
from tests.publish.sites import built, facts_of, lay
from tests.publish.test_site import Page

DAYS = dt.date(2023, 8, 1), dt.date(2023, 8, 2), dt.date(2023, 9, 6)


def side(seeds: Seeds, goal: str, result: Attainment) -> Side:
    return Side(
        result.probability, result.known_on, seeds, seeds.scenarios["baseline"], seeds.ledger.goals[goal],
        result.draws, result.seed, current=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def results(seeds: Seeds, goal: str) -> tuple[Attainment, ...]:
    return tuple(answer(seeds, goal, "baseline", day) for day in DAYS)


def between(seeds: Seeds, goal: str, old: Attainment, new: Attainment) -> Changed:
    made = changed_of(
        side(seeds, goal, old), side(seeds, goal, new), seeds, seeds.ledger.goals[goal],
        seeds.scenarios["baseline"], "baseline",
    )  # fmt: skip
    rested = figures_of(seeds, seeds.ledger.goals[goal], seeds.scenarios["baseline"], new.known_on)
    points = [(one.known_on, one.probability, "run") for one in (old, new)]
    points.insert(0, (dt.date(2023, 7, 1), 0.4, "run"))
    return made.model_copy(update={"course": course_of(points, rested)})  # type: ignore[arg-type]


def noted(seeds: Seeds, goal: str, old: Attainment, new: Attainment) -> Noted:
    changes = Changes(
        plan="brief", known_on=new.known_on, since_plan="brief", since=old.known_on, kept=True,
        changed=(between(seeds, goal, old, new),), new=(), gone=(),
    )  # fmt: skip
    return Noted(changes, f"digest {new.known_on}")


def filed(seeds: Seeds, goal: str, old: Attainment, new: Attainment) -> Filed:
    return Filed("brief", new.known_on.isoformat(), (), noted=(noted(seeds, goal, old, new),))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_printed_parts_lead_from_one_printed_level_to_the_other(
    seeds: Seeds, goal: str, results: tuple[Attainment, ...], language: Language
) -> None:
    words = Words(language)
    moved = moved_in(filed(seeds, goal, results[1], results[2]), goal, ["baseline"], words)
    assert moved is not None
    assert moved.parts is not None
    first, *parts, last = (row[1].text for row in moved.parts.rows)
    level = lambda text: round(10 * float(text.rstrip("%")))  # noqa: E731
    points = sum(round(10 * float(text.replace("−", "-"))) for text in parts)
    assert level(first) + points == level(last)
    assert moved.figures is not None
    assert len(moved.courses) == 1
    assert moved.courses[0].spec


def test_where_nothing_but_time_passed_the_page_says_that_there_is_no_new_figure(
    seeds: Seeds, goal: str, results: tuple[Attainment, ...]
) -> None:
    for language in ("zh", "en"):
        words = Words(language)
        moved = moved_in(filed(seeds, goal, results[0], results[1]), goal, ["baseline"], words)
        assert moved is not None
        assert words.say("changes.quiet") in moved.sentences[0]
        assert moved.figures is None


def test_a_goal_page_tells_changes_and_the_page_that_compares_has_them(
    seeds: Seeds, goal: str, results: tuple[Attainment, ...], tmp_path: Path
) -> None:
    folders = [lay([one], tmp_path / "runs", "brief", one.known_on.isoformat()) for one in results[1:]]
    facts = facts_of(folders, seeds)
    runs = tuple(
        dataclasses.replace(run, noted=(noted(seeds, goal, *results[1:]),))
        if run.day == DAYS[2].isoformat()
        else run
        for run in facts.runs
    )
    built(dataclasses.replace(facts, runs=runs), tmp_path / "site")
    said = told.sentence(runs[-1].noted[0].changes.changed[0], False, Words("zh"))
    page = Page((tmp_path / "site" / "goals" / f"{goal}.html").read_bytes())
    assert said in " ".join(page.text)
    assert "changed" in page.ids
    earlier = Page((tmp_path / "site" / "runs" / "brief" / "2023-08-02" / f"{goal}.html").read_bytes())
    assert "changed" not in earlier.ids, "the first has nothing before it"
    both = {name: Words(name) for name in ("zh", "en")}
    [one] = compared(runs[-1], both)["brief/2023-08-02"]  # type: ignore[arg-type]
    assert one["told"]["zh"] == said
    assert said in (tmp_path / "site" / "data" / "brief" / "2023-09-06.js").read_text(encoding="utf-8")


def test_the_tornado_and_the_goals_together_are_those_of_the_result(seeds: Seeds, goal: str) -> None:
    from forecasts.attainment.outlook import outlook
    from forecasts.attainment.past import Reader
    from forecasts.attainment.verdict import verdict

    one = outlook(Reader(seeds.ledger), find_question(seeds, goal, "baseline", DAYS[2]))
    said = verdict(one)
    said = said.model_copy(update={"what_if": what_if(seeds, one, said)})
    words = Words("en")
    assert said.what_if is not None
    held, tornado = said.what_if.sensitivity, tornado_of(said, words)
    assert held is not None
    assert tornado is not None
    assert tornado.number == words.probability(held.probability)
    for row, bar in zip(held.rows, tornado.bars, strict=True):
        numbers = [end.probability for end in (row.low, row.high) if end.probability is not None]
        assert [e.number for e in bar.ends if re.search(r"\d", e.number)] == [
            words.probability(p) for p in numbers
        ]
        assert bar.start <= tornado.stands <= bar.end
        assert bar.start == pytest.approx(100 * min(*numbers, held.probability), abs=0.01)
    together, joint = together_of([said], words), said.what_if.joint
    if joint is not None and len(joint.goals) > 1:
        assert together is not None
        every = next(event for event in joint.events if event.what == "all")
        assert together.table.rows[0][1].text == words.probability(every.probability)
    assert together_of([said.model_copy(update={"what_if": None})], words) is None
