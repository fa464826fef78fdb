"""What somebody wants to be told of: an answer that moved or crossed something, figures that grow old."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal, Protocol

from forecasts.batch.register.entry import Entry
from forecasts.publish.words import Words, step

if TYPE_CHECKING:
    from forecasts.ledger.ledger import Ledger

#: In points: .7 - .6 is ten of them, whatever binary fractions say.
ROUNDING = 1e-9

#: What is counted, and where: by ids.
Series = tuple[str, str]


class Condition(Protocol):
    """One of a plan's ``alerts``: one of `moved`, `crossed`, `older` is given.

    Attributes
    ----------
    moved : float, optional
        Points by which a probability moved at least.
    crossed : str or float, optional
        A step of the likelihood scale that was entered or left, or a probability that was passed.
    older : int, optional
        Days that the newest figure may lie back.
    goals : tuple of str, optional
        Ids or patterns; none = every goal of the plan.
    """

    @property
    def moved(self) -> float | None: ...  # noqa: D102
    @property
    def crossed(self) -> str | float | None: ...  # noqa: D102
    @property
    def older(self) -> int | None: ...  # noqa: D102
    @property
    def goals(self) -> Sequence[str] | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Raised:
    """What is told, in a sentence of each language.

    Attributes
    ----------
    scenario : str
        Empty where it is about the figures, whatever is assumed.
    """

    condition: Literal["moved", "crossed", "older"]
    goal: str
    scenario: str
    text_zh: str
    text_en: str


def alerts_of(
    alerts: Iterable[Condition],
    entries: Sequence[Entry],
    previous: Mapping[str, Entry],
    newest: Mapping[Series, dt.date],
    day: dt.date,
) -> tuple[Raised, ...]:
    """Return what is to be told of a run, in the order of the alerts and then of the jobs.

    Parameters
    ----------
    previous : mapping
        The plan's last forecasts by job, as :func:`~forecasts.batch.register.register.latest` returns them;
        a job without one has not moved.
    newest : mapping
        The newest day that a figure describes, by indicator and region; a series without one is not old.
    day : date
        The day from which age is counted: today, or the day of knowledge where that is given.
    """
    found: dict[Raised, None] = {}  # a goal's figures are as old under each of its scenarios: told once
    for alert in alerts:
        for entry in entries:
            if not alert.goals or any(fnmatchcase(entry.goal, pattern) for pattern in alert.goals):
                before = previous.get(entry.job)
                last = newest.get((entry.indicator, entry.region))
                found |= dict.fromkeys(_raised(alert, entry, before, last, day))
    return tuple(found)


def newest_figures(ledger: "Ledger", series: Iterable[Series], known_on: dt.date) -> dict[Series, dt.date]:
    """Return the newest day that was described by then, of each series that has one."""
    found: dict[Series, dt.date] = {}
    for one in set(series):
        rows = ledger.series(*one)
        if days := [row.as_of for row in rows if max(row.as_of, row.published_on) <= known_on]:
            found[one] = max(days)
    return found


def _raised(
    alert: Condition, entry: Entry, before: Entry | None, last: dt.date | None, day: dt.date
) -> Iterator[Raised]:
    """Yield what one alert says of one forecast: something or nothing."""
    if alert.older is not None and last is not None and (day - last).days > alert.older:
        yield _old(entry, last, day, alert.older)
    if before is None:
        return
    was, now = before.probability, entry.probability
    if alert.moved is not None and abs(100 * (now - was)) >= alert.moved - ROUNDING:
        yield _moved(entry, was, alert.moved)
    if isinstance(alert.crossed, str) and (step(was) == alert.crossed) != (step(now) == alert.crossed):
        yield _in_other_words(entry, was)
    elif isinstance(alert.crossed, float) and (was < alert.crossed) != (now < alert.crossed):
        yield _passed(entry, was, alert.crossed)


def _moved(entry: Entry, was: float, limit: float) -> Raised:
    def said(words: Words) -> str:
        points = words.decimal(abs(100 * (entry.probability - was)), 1)
        return words.say(
            "alert.moved", about=_about(entry, words), before=words.probability(was),
            now=words.probability(entry.probability), points=points, limit=words.number(limit),
        )  # fmt: skip

    return Raised("moved", entry.goal, entry.scenario, said(Words("zh")), said(Words("en")))


def _in_other_words(entry: Entry, was: float) -> Raised:
    def said(words: Words) -> str:
        before, now = (
            words.say("chance", probability=words.probability(p), likelihood=words.likelihood(p))
            for p in (was, entry.probability)
        )
        return words.say("alert.word", about=_about(entry, words), before=before, now=now)

    return Raised("crossed", entry.goal, entry.scenario, said(Words("zh")), said(Words("en")))


def _passed(entry: Entry, was: float, limit: float) -> Raised:
    key = "alert.rose" if entry.probability > was else "alert.fell"

    def said(words: Words) -> str:
        return words.say(
            key, about=_about(entry, words), before=words.probability(was),
            now=words.probability(entry.probability), limit=f"{words.number(100 * limit)}%",
        )  # fmt: skip

    return Raised("crossed", entry.goal, entry.scenario, said(Words("zh")), said(Words("en")))


def _old(entry: Entry, last: dt.date, day: dt.date, limit: int) -> Raised:
    def said(words: Words) -> str:
        return words.say(
            "alert.older", **_names(entry, words), day=words.date(last), today=words.date(day),
            age=words.number((day - last).days), limit=words.number(limit),
        )  # fmt: skip

    return Raised("older", entry.goal, "", said(Words("zh")), said(Words("en")))


def _names(entry: Entry, words: Words) -> dict[str, str]:
    return {
        "region": words.of(entry, "region"),
        "indicator": words.of(entry, "indicator"),
        "goal": entry.goal,
    }


def _about(entry: Entry, words: Words) -> str:
    """Say which forecast it is about."""
    return words.say("alert.about", **_names(entry, words), scenario=entry.scenario)
