"""What many questions share, worked out before the first is asked: by a process that is forked later."""

import datetime as dt
from collections.abc import Iterable
from contextlib import suppress

from forecasts.attainment.outlook import outlook
from forecasts.attainment.past import reader_of
from forecasts.attainment.question import find_question
from forecasts.attainment.recall import record_of
from forecasts.ledger.problems import Refusal
from forecasts.models.paths import DRAWS, points
from forecasts.scenarios.scenario import BASELINE
from forecasts.scenarios.seeds import Seeds


def warm(seeds: Seeds, asked: Iterable[tuple[str, dt.date]], draws: int = DRAWS, seed: int = 1) -> None:
    """Work out what answers to some goals on some days of knowledge have in common, whatever the scenario.

    The record of past goals, the reference classes, the growth models on what was published, and the points
    that draws are made of. All of it is kept beside the seeds, so that whoever answers from the same seeds
    in this process, or in one forked from it, finds it. Nothing of the answers changes.

    Parameters
    ----------
    asked : iterable of (str, date)
        Goals, by their ids, and the day whose knowledge is used. What has no answer is passed over: who asks
        for it is told why.
    draws, seed : int
        As they will be asked for.
    """
    points(draws, seed)
    for goal, known_on in asked:
        with suppress(Refusal):
            question = find_question(seeds, goal, BASELINE, known_on)
            record_of(seeds, known_on)
            outlook(reader_of(seeds.ledger, known_on), question, seed, draws).fitted.all()
