"""Lists of answers: the index, a run's own, the course of a goal, and what comparing needs."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from forecasts.publish.changes import tenths
from forecasts.publish.english import scaled
from forecasts.publish.fonts import printable
from forecasts.publish.phrases import ASKED, named
from forecasts.publish.site.changed import compared as changes
from forecasts.publish.site.places import answer_page, goal_page, run_page
from forecasts.publish.site.runs import Filed, Group, Summary
from forecasts.publish.typeset import json_in_html
from forecasts.publish.units import told_in
from forecasts.publish.words import Language, Words, printed_percent, step

#: The languages of the site; data that pages share hold both.
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")


#: Units of shares: what lies between two of these is counted in points.
PERCENT: Final = ("%", "％")


@dataclass(frozen=True, slots=True)
class Row:
    """One scenario of a goal."""

    scenario: str
    role: str
    number: str
    likelihood: str
    low: float
    high: float
    at: float
    head: bool
    page: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One goal with its scenarios: what is shown, and what it is found and sorted by."""

    goal: str
    name: str
    region: str
    indicator: str
    target: str
    plan: str
    day: str
    state: str
    stated: str
    number: str
    likelihood: str
    undetermined: bool
    low: float
    high: float
    marks: tuple[float, ...]
    rows: tuple[Row, ...]
    now: str
    supposed: bool
    gap: str
    figure_day: str
    age: int | None
    aged: str
    probability: float
    deadline: str
    page: str
    run: str


def entry_of(group: Group, words: Words, newest: bool = False) -> Entry:
    """Return a goal as a list shows it.

    Parameters
    ----------
    newest : bool
        Whether it leads to the goal's own page rather than to the run's.
    """
    first = spoken(group.first, words)
    goal = first.goal
    low, high = group.range
    unit = words.of(goal, "unit")
    page = answer_page(group.run.plan, group.run.day, group.goal)
    now, gap = _now(first, words)
    age = (first.known_on - first.newest.date).days if first.newest else None
    return Entry(
        goal=goal.id,
        name=named(words.of(goal, "region"), words.of(goal, "indicator"), words),
        region=words.of(goal, "region"),
        indicator=words.of(goal, "indicator"),
        target=words.say(
            ASKED[goal.comparison],
            amount=words.amount(words.number(goal.value), unit),
            deadline=words.date(goal.deadline),
        ),
        plan=group.run.plan,
        day=group.run.day,
        state=group.run.state,
        stated=words.say(f"site.state.{group.run.state}"),
        number=_number(group, low, high, words),
        likelihood=_likelihood(group, words),
        undetermined=group.undetermined,
        low=_at(low),
        high=_at(high),
        marks=tuple(_at(s.probability) for s in group.heads),
        rows=tuple(_row(s, s in group.heads, page, words) for _, s in group.answers),
        now=now,
        supposed=first.newest is not None and first.newest.origin == "assumed",
        gap=gap,
        figure_day=first.newest.date.isoformat() if first.newest else "",
        age=age,
        aged=words.say("site.age", days=words.number(age)) if age is not None else words.say("site.age.none"),
        probability=first.probability,
        deadline=goal.deadline.isoformat(),
        page=goal_page(goal.id) if newest else page,
        run=run_page(group.run.plan, group.run.day),
    )


def spoken(summary: Summary, words: Words) -> Summary:
    """Return what lists say of a result as a language tells its figures."""
    goal, newest = summary.goal, summary.newest
    factor, unit = told_in(goal.value, goal.unit_en) if words.language == "en" else (Decimal(1), "")
    if factor == 1:
        return summary
    there: Summary = scaled(summary, factor, ("median", "least", "most"))
    asked = scaled(goal, factor, ("value", "tolerance", "upper")).model_copy(update={"unit_en": unit})
    seen = newest and scaled(newest, factor, ("value", "low", "high"))
    return there.model_copy(update={"goal": asked, "newest": seen})


def _row(summary: Summary, head: bool, page: str, words: Words) -> Row:
    return Row(
        words.of(summary.scenario, "name"), words.say(f"role.{summary.scenario.role}"),
        words.probability(summary.probability), words.likelihood(summary.probability), _at(summary.own[0]),
        _at(summary.own[1]), _at(summary.probability), head, page,
    )  # fmt: skip


def _at(probability: float) -> float:
    """Return a probability's place on a strip, in percent; never at its very end."""
    return round(100 * min(max(probability, 0.005), 0.995), 1)


def _number(group: Group, low: float, high: float, words: Words) -> str:
    """Return the number of a goal: of rival readings that leave nothing to say, both ends."""
    if group.undetermined:
        return words.say("range", low=words.probability(low), high=words.probability(high))
    told = dict.fromkeys(words.probability(s.probability) for s in group.heads)
    return words.say("or").join(told)


def _likelihood(group: Group, words: Words) -> str:
    if group.undetermined:
        return words.say("site.undetermined")
    steps = {step(s.probability) for s in group.heads}
    return words.likelihood(group.first.probability) if len(steps) == 1 else words.say("site.depends")


def _now(summary: Summary, words: Words) -> tuple[str, str]:
    """Return the newest value against the goal's, and what lies between them."""
    goal, unit = summary.goal, words.of(summary.goal, "unit")
    if summary.newest is None:
        return words.say("nothing"), words.say("nothing")
    value, origin = summary.newest.value, summary.newest.origin
    rough = origin == "assumed" or (origin != "printed" and round(value, 2) != value)
    told = words.estimate(value) if rough else words.number(value)
    now = words.say("site.now", now=told, goal=words.number(goal.value))
    left = goal.value - summary.newest.value
    if (left <= 0) != goal.comparison.asks_less:
        return now, words.say("site.gap.none")
    gap = words.number(round(abs(left), 2))
    return now, words.say("points", value=gap) if unit in PERCENT else words.amount(gap, unit)


def _newest(summary: Summary, words: Words) -> str:
    """Return the newest value: as it was printed, or rounded where a scenario supposes it."""
    if summary.newest is None:
        return ""
    value = summary.newest.value
    return words.estimate(value) if summary.newest.origin == "assumed" else words.number(value)


def headline(entries: Sequence[Entry], words: Words) -> str:
    """Return all goals in one line: how many are how likely, the likeliest first."""
    counts: dict[str, int] = {}
    for entry in sorted(entries, key=lambda one: (one.undetermined, -one.probability)):
        counts[entry.likelihood] = counts.get(entry.likelihood, 0) + 1
    parts = [words.say("site.headline.one", count=str(n), likelihood=name) for name, n in counts.items()]
    return words.say("site.headline", count=str(len(entries)), parts=words.together(parts))


def choices(values: Iterable[str]) -> list[tuple[str, int]]:
    """Return what a list can be narrowed to, with how many there are of each."""
    counts: dict[str, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return sorted(counts.items())


@dataclass(frozen=True, slots=True)
class Stop:
    """A day of a goal's course: what was said then, and how it had moved."""

    day: str
    plan: str
    number: str
    at: float
    low: float
    high: float
    moved: str
    figures: str
    page: str
    state: str


def course_of(groups: Sequence[Group], words: Words) -> tuple[Stop, ...]:
    """Return what was said of a goal on each day of knowledge, the newest first."""
    ordered = sorted(groups, key=lambda g: (g.run.day, g.run.plan))
    stops: list[Stop] = []
    before: dict[str, Group] = {}
    for group in ordered:
        old = before.get(group.run.plan)
        low, high = group.range
        stops.append(
            Stop(
                group.run.day, group.run.plan, words.probability(group.first.probability),
                _at(group.first.probability), _at(low), _at(high),
                moved_by(old.first.probability, group.first.probability, words) if old else "",
                _figures(old, group, words),
                answer_page(group.run.plan, group.run.day, group.goal),
                words.say(f"site.state.{group.run.state}"),
            )
        )  # fmt: skip
        before[group.run.plan] = group
    return tuple(reversed(stops))


def moved_by(before: float, after: float, words: Words) -> str:
    """Return a change of a probability in percentage points, with its sign."""
    points = (tenths(after) - tenths(before)) / 10
    key = "site.plus" if points >= 0 else "site.minus"
    return words.say("points", value=words.say(key, number=words.decimal(abs(points), 1)))


def _figures(old: Group | None, new: Group, words: Words) -> str:
    """Return whether a newer figure stood behind it."""
    if old is None or new.first.newest is None:
        return ""
    there = old.first.newest
    if there is not None and (there.date, there.value) == (new.first.newest.date, new.first.newest.value):
        return words.say("site.course.same")
    return words.say("site.course.newer", day=words.date(new.first.newest.date))


def compared(run: Filed, groups: Sequence[Group]) -> str:
    """Return what comparing needs of a run, as a script: pages from a disk may load nothing else."""
    both = {language: Words(language) for language in LANGUAGES}
    answers = [_compared(s, both) for group in groups for _, s in group.answers]
    states = {name: words.say(f"site.state.{run.state}") for name, words in both.items()}
    told = {"run": run.name, "plan": run.plan, "day": run.day, "state": states, "answers": answers,
            "changes": changes(run, both)}  # fmt: skip
    text = json_in_html(json.dumps(_shown(told), ensure_ascii=False, sort_keys=True))
    return f"forecastsSite.take({text.replace(chr(0x2028), '').replace(chr(0x2029), '')});\n"


def _compared(summary: Summary, both: Mapping[Language, Words]) -> dict[str, Any]:
    told = {language: spoken(summary, words) for language, words in both.items()}
    goal, newest = summary.goal, summary.newest
    return {
        "goal": goal.id,
        "scenario": summary.scenario.id,
        "name": {n: named(w.of(goal, "region"), w.of(goal, "indicator"), w) for n, w in both.items()},
        "called": {n: w.of(summary.scenario, "name") for n, w in both.items()},
        "probability": round(summary.probability, 6),
        "percent": printed_percent(summary.probability),
        "number": {n: w.probability(summary.probability) for n, w in both.items()},
        "target": {
            n: w.amount(w.number(told[n].goal.value), w.of(told[n].goal, "unit")) for n, w in both.items()
        },
        "newest": {n: _newest(told[n], w) for n, w in both.items()},
        "newest_day": "" if newest is None else newest.date.isoformat(),
        "median": {n: _estimate(told[n].median, w) for n, w in both.items()},
        "least": {n: _estimate(told[n].least, w) for n, w in both.items()},
        "most": {n: _estimate(told[n].most, w) for n, w in both.items()},
    }


def _estimate(value: float | None, words: Words) -> str:
    return "" if value is None else words.estimate(value)


def _shown(value: Any) -> Any:
    """Return JSON with every text as the fonts can show it."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [_shown(one) for one in value]
    return {k: _shown(v) for k, v in value.items()} if isinstance(value, dict) else value
