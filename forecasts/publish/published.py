"""What forecasts were worth that were published in advance: in sentences, and goal by goal."""

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from forecasts.evaluation.published import Published, Scored, Worth
from forecasts.evaluation.resolution import Asked
from forecasts.evaluation.scores import Score
from forecasts.ledger.fields import Comparison
from forecasts.ledger.ledger import Ledger
from forecasts.publish.parts import Cell, Column, Table
from forecasts.publish.phrases import goal_mark
from forecasts.publish.words import Words

#: Goals that a sentence names; it says how many more there are.
NAMED: Final = 5

#: The standard error above which a skill says nothing.
VAGUE: Final = 1.0


def sentences(found: Published, ledger: Ledger, words: Words) -> tuple[str, ...]:
    """Say what forecasts were worth; nothing where no outcome is due.

    What was published in advance, and what was tried afterwards, are never told in one number.
    """
    said = [sentence for worth in found.worth for sentence in _worth(worth, words)]
    for key, state in (
        ("published.silent", "silent"), ("published.undecided", "undecided"), ("published.lost", "lost"),
    ):  # fmt: skip
        if asked := found.questions(state):
            said.append(words.say(key, count=str(len(asked)), goals=_names(asked, ledger, words)))
    return tuple(said)


def published_table(found: Published, ledger: Ledger, words: Words) -> Table:
    """Return every goal whose day has come, with how many forecasts were made of it and what they scored."""
    columns = (
        Column(words.say("track_record.goal"), 4.0),
        Column(words.say("published.forecasts"), 1.2, "right"),
        Column(words.say("published.said"), 1.4, "right"),
        Column(words.say("track_record.outcome"), 1.4),
        Column(words.say("track_record.brier"), 1.2, "right"),
        Column(words.say("track_record.log"), 1.2, "right"),
    )
    groups: dict[tuple[object, str], list[Scored]] = {}
    for one in found.forecasts:
        if one.became.state != "open" and one.written.role == "answer":
            groups.setdefault((one.written.asked.question, one.timing or ""), []).append(one)
    rows = tuple(_row(some, ledger, words) for some in groups.values())
    return Table(words.say("published.table"), columns, rows)


def _row(some: Sequence[Scored], ledger: Ledger, words: Words) -> tuple[Cell, ...]:
    asked, end, timing = some[0].written.asked, some[0].became, some[0].timing
    name, target = _name(asked, ledger, words), _target(asked, words)
    probabilities = sorted(one.written.probability for one in some)
    ends = dict.fromkeys(words.probability(p) for p in (probabilities[0], probabilities[-1]))
    outcomes = {
        "met": words.say("track_record.yes"), "missed": words.say("track_record.no"),
        "silent": words.say("published.state.silent"), "undecided": words.say("published.state.undecided"),
        "lost": words.say("published.state.lost"),
    }  # fmt: skip
    when = {
        "advance": words.say("published.when.advance"), "afterwards": words.say("published.when.afterwards"),
    }  # fmt: skip
    return (
        Cell(name, target), Cell(str(len(some)), when[timing] if timing else ""), Cell(" – ".join(ends)),
        Cell(outcomes[end.state]), Cell(_mean([one.brier for one in some], words)),
        Cell(_mean([one.log_score for one in some], words)),
    )  # fmt: skip


def _mean(scores: Sequence[float | None], words: Words) -> str:
    there = [score for score in scores if score is not None]
    return words.decimal(sum(there) / len(there), 3) if there else "-"


def _worth(worth: Worth, words: Words) -> list[str]:
    keys = {
        ("advance", "answer"): "published.advance",
        ("advance", "alternative"): "published.advance.alternative",
        ("afterwards", "answer"): "published.afterwards",
        ("afterwards", "alternative"): "published.afterwards.alternative",
    }
    said = [
        words.say(
            keys[worth.timing, worth.role], n=str(worth.forecasts), goals=str(worth.goals),
            met=str(worth.met), brier=_both(worth.brier, words), goal=_both(worth.goal_brier, words),
            log=_both(worth.log_score, words),
        )
    ]  # fmt: skip
    if worth.role == "answer" and math.isfinite(worth.skill.value):
        few = not worth.skill.std_error <= VAGUE  # of a single series there is none
        said.append(
            words.say("published.skill.few")
            if few
            else words.say("published.skill", skill=_both(worth.skill, words))
        )
    return said


def _both(score: Score, words: Words) -> str:
    """Return a score with its standard error, where that can be said."""
    if not math.isfinite(score.std_error):
        return words.decimal(score.value, 3)
    error = words.say("track_record.error", error=words.decimal(score.std_error, 3))
    return f"{words.decimal(score.value, 3)} {error}"


def _names(asked: Sequence[Asked], ledger: Ledger, words: Words) -> str:
    shown = [f"{_name(one, ledger, words)} {_target(one, words)}" for one in asked[:NAMED]]
    told = words.together(shown)
    more = len(asked) - NAMED
    return words.say("published.more", goals=told, count=str(more)) if more > 0 else told


def _name(asked: Asked, ledger: Ledger, words: Words) -> str:
    """Name what is asked; by ids where ``seeds/`` describes it no more."""
    region, indicator = ledger.regions.get(asked.region), ledger.indicators.get(asked.indicator)
    where = words.of(region, "name") if region is not None else asked.region
    what = words.of(indicator, "name") if indicator is not None else asked.indicator
    return f"{where} · {what}"


def _target(asked: Asked, words: Words) -> str:
    value = float(Decimal(repr(asked.value)))
    return goal_mark(value, Comparison(asked.comparison), asked.deadline, words.of(asked, "unit"), words)
