"""What many questions share, worked out before the first is asked: by a process that is forked later."""

import datetime as dt
from collections.abc import Generator, Iterable
from contextlib import suppress

from forecasts.attainment.outlook import Outlook, outlook
from forecasts.attainment.past import Past, reader_of
from forecasts.attainment.question import find_question
from forecasts.attainment.recall import record_of
from forecasts.attainment.verdict import verdict
from forecasts.ledger.problems import Refusal
from forecasts.models.paths import DRAWS, points
from forecasts.scenarios.futures import Adjusted
from forecasts.scenarios.seeds import Seeds


def warm(
    seeds: Seeds, asked: Iterable[tuple[str, str, dt.date]], draws: int = DRAWS, seed: int = 1
) -> tuple[Outlook, ...]:
    """Work out what the answers to some questions have in common.

    The record of past goals, the reference classes, the growth models on what was published, and possible
    futures of a past that are asked under several scenarios. It is kept beside the seeds: whoever answers
    from the same seeds in this process, or in one forked from it, finds it, and no answer changes.

    Parameters
    ----------
    asked : iterable of (str, str, date)
        Goals and scenarios, by their ids, and the day whose knowledge is used. What has no answer is passed
        over: who asks for it is told why.
    draws, seed : int
        As they will be asked for.

    Returns
    -------
    tuple of Outlook
        What was looked at. The futures are kept as long as somebody holds these; they take some megabytes a
        goal, so a run of many goals warms one after the other, and lets go of those that are done.
    """
    steps = warming(seeds, asked, draws, seed)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            held: tuple[Outlook, ...] = done.value
            return held


def warming(
    seeds: Seeds, asked: Iterable[tuple[str, str, dt.date]], draws: int = DRAWS, seed: int = 1
) -> Generator[None, None, tuple[Outlook, ...]]:
    """Do what :func:`warm` does in small steps, for who has other things to do in between."""
    points(draws, seed)
    alike: dict[tuple[Past, dt.date], list[Outlook]] = {}
    for goal, scenario, known_on in asked:
        yield
        with suppress(Refusal):
            question = find_question(seeds, goal, scenario, known_on)
            found = outlook(reader_of(seeds.ledger, known_on), question, seed, draws)
            for model in found.fitted.models:
                found.fitted.of(model)
                yield
            record_of(seeds, known_on)
            if isinstance(found.future, Adjusted):
                alike.setdefault((found.past, question.goal.deadline), []).append(found)
    held = tuple(first for first, *others in alike.values() if others)
    for found in held:
        yield
        with suppress(Refusal):
            verdict(found)
    return held
