"""A verdict with what would change it: how ``result.json`` comes by its `what_if`."""

import datetime as dt
from collections.abc import Iterator

from forecasts.attainment.outlook import Outlook, outlook
from forecasts.attainment.past import reader_of
from forecasts.attainment.question import Question, find_question
from forecasts.attainment.recall import record_of
from forecasts.attainment.result import Attainment
from forecasts.attainment.sliders import sliders_of
from forecasts.attainment.verdict import verdict
from forecasts.attainment.waterfall import waterfall
from forecasts.attainment.what_if import Joint, Vary, WhatIf
from forecasts.ledger.problems import Refusal
from forecasts.models.paths import DRAWS
from forecasts.scenarios.scenario import BASELINE
from forecasts.scenarios.seeds import Seeds
from forecasts.whatif.alternatives import with_alternatives
from forecasts.whatif.compare import comparison
from forecasts.whatif.grid import Asking, grid_of
from forecasts.whatif.inquiries import inquiries_of
from forecasts.whatif.joint import joint
from forecasts.whatif.needed import needed_now
from forecasts.whatif.readings import readings_of
from forecasts.whatif.seek import sought_of
from forecasts.whatif.sensitivity import all_tried, sensitivity_by

#: What is sought for every verdict, and for which probability.
SOUGHT, WANTED = (Vary.PACE, Vary.GOAL), 0.8


def answer_whole(
    seeds: Seeds, goal: str, scenario: str, known_on: dt.date, draws: int = DRAWS, seed: int = 1
) -> Attainment:
    """Say how likely a goal of ``seeds/`` is, and what would change that.

    Parameters and errors are those of :func:`forecasts.attainment.verdict.answer`.

    Returns
    -------
    Attainment
        The same verdict, with its `what_if`.
    """
    question = find_question(seeds, goal, scenario, known_on)
    found = outlook(reader_of(seeds.ledger, known_on), question, seed, draws)
    said = verdict(found, record_of(seeds, known_on))
    return with_what_if(seeds, found, said)


def what_if(seeds: Seeds, found: Outlook, said: Attainment) -> WhatIf:
    """Return what would change a verdict; see :func:`with_what_if`."""
    told = with_what_if(seeds, found, said).what_if
    assert told is not None
    return told


def with_what_if(seeds: Seeds, found: Outlook, said: Attainment) -> Attainment:
    """Return a verdict with what would change it, and with what its assumptions could be instead.

    Parameters
    ----------
    found : Outlook
        Of a goal of `seeds`.
    said : Attainment
        The verdict on it.
    """
    outlooks = [found, *(found.of(question) for question in _other_scenarios(seeds, found.question))]
    every = all_tried(found)
    asking = Asking.after(found, every)
    grid, readings, needed = grid_of(asking), readings_of(outlooks), needed_now(found)
    return said.model_copy(
        update={
            "assumptions": with_alternatives(found, said, every, grid, readings),
            "what_if": WhatIf(
                comparison=comparison(outlooks),
                seek=tuple(sought_of(found, vary, WANTED) for vary in SOUGHT),
                sensitivity=sensitivity_by(found, every),
                joint=_joint(seeds, found),
                sliders=sliders_of(found, [point.date for point in said.fan]),
                waterfall=waterfall(found, said.probability),
                readings=readings,
                grid=grid,
                inquiries=inquiries_of(asking, grid, readings, needed),
                needed_now=needed,
            ),
        }
    )


def _other_scenarios(seeds: Seeds, question: Question) -> Iterator[Question]:
    """Yield the question under every other headline scenario of its goal."""
    for name in seeds.scenarios_of(question.goal.id, headline=True):
        if name != question.scenario.id:
            yield find_question(seeds, question.goal.id, name, question.known_on)


def _joint(seeds: Seeds, found: Outlook) -> Joint | None:
    """Return the goal, as it is asked, with all other headline goals of its region under their baseline."""
    question, goals = found.question, seeds.ledger.goals
    names = [
        name
        for name in seeds.ledger.headline_goals()
        if name != question.goal.id and goals[name].region == question.goal.region
    ]
    try:
        others = [find_question(seeds, name, BASELINE, question.known_on) for name in names]
        return joint(found.reader, [question, *others], found.seed, found.draws) if others else None
    except Refusal:  # one of the others has no answer; its own job says so
        return None
