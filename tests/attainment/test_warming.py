"""Warming up changes no answer; it only takes away what would be worked out again."""

import datetime as dt
import gc
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import forecasts as fc
from forecasts.attainment.outlook import Outlook, outlook
from forecasts.attainment.past import PASTS, reader_of
from forecasts.attainment.question import Question, find_question
from forecasts.attainment.verdict import answer
from forecasts.attainment.warming import warm
from forecasts.ledger.ledger import Ledger
from forecasts.models import members
from forecasts.models.paths import Drawn
from forecasts.whatif.taken import answer_whole


def afresh(seeds: fc.Seeds) -> fc.Seeds:
    """Return the same seeds, of which nothing was worked out."""
    old = seeds.ledger
    ledger = Ledger(old.indicators, old.regions, old.sources, old.observations, old.goals)
    return fc.Seeds(ledger, seeds.scenarios, seeds.remarks, seeds.read, seeds.record)


def futures(found: Outlook) -> Drawn:
    return found.paths_of(found.fitted.future(found.weights))


def newest(seeds: fc.Seeds) -> dt.date:
    return seeds.ledger.newest_publication(seeds.ledger.headline_goals())


def test_no_answer_changes_by_a_digit(seeds: fc.Seeds) -> None:
    day, goals = newest(seeds), seeds.ledger.headline_goals()
    warmed = afresh(seeds)
    held = warm(warmed, [(goal, name, day) for goal in goals for name in seeds.scenarios_of(goal)])
    assert held
    for goal in goals:
        scenarios = seeds.scenarios_of(goal)
        for scenario in (scenarios[0], scenarios[-1]):
            alone = answer(afresh(seeds), goal, scenario, day)
            assert answer(warmed, goal, scenario, day) == alone
    assert answer_whole(warmed, goals[0], "baseline", day) == answer_whole(
        afresh(seeds), goals[0], "baseline", day
    )


def test_what_is_warm_is_fitted_no_more(seeds: fc.Seeds, monkeypatch: pytest.MonkeyPatch) -> None:
    day, goal = newest(seeds), seeds.ledger.headline_goals()[0]
    warmed = afresh(seeds)
    names = seeds.scenarios_of(goal)
    held = warm(warmed, [(goal, name, day) for name in names])

    def refuse(*asked: object) -> None:
        pytest.fail("fitted again")

    reading = seeds.scenarios["baseline"].reading
    alike = [name for name in names if seeds.scenarios[seeds.resolve(name, goal)].reading == reading]
    monkeypatch.setattr(members, "fit", refuse)
    assert len(alike) > 1
    for name in alike:
        answer(warmed, goal, name, day)
        later = outlook(reader_of(warmed.ledger, day), find_question(warmed, goal, name, day))
        assert futures(later) is futures(held[0])


def test_futures_of_one_question_are_not_drawn_ahead(seeds: fc.Seeds) -> None:
    day, goal = newest(seeds), seeds.ledger.headline_goals()[0]
    assert all(warm(afresh(seeds), [(goal, name, day)]) == () for name in seeds.scenarios_of(goal))


def test_what_is_slow_to_import_is_there_though_nothing_is_asked(root: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from forecasts.scenarios.seeds import read_seeds;"
        "from forecasts.attainment.warming import warm;"
        f"warm(read_seeds(Path({str(root / 'seeds')!r})), []);"
        "print('scipy.stats' in sys.modules, 'scipy.optimize' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]


def test_futures_are_kept_no_longer_than_they_are_held(seeds: fc.Seeds) -> None:
    day, goal = newest(seeds), seeds.ledger.headline_goals()[0]
    warmed = afresh(seeds)
    held = warm(warmed, [(goal, name, day) for name in seeds.scenarios_of(goal)])
    past = held[0].past
    assert len(past._drawn)
    del held
    gc.collect()
    assert not len(past._drawn)


def test_a_reader_keeps_so_many_pasts_at_hand_and_no_more() -> None:
    regions = [f"r{i:03d}" for i in range(PASTS + 20)]
    rows = [(r, "firms", f"{y}-12-31", 100 + y - 2019) for r in regions for y in (2020, 2021, 2022)]
    ledger = fc.Ledger.from_frames(pd.DataFrame(rows, columns=["region", "indicator", "as_of", "value"]))
    reader = reader_of(ledger, dt.date(2023, 6, 1))
    asked = [Question(fc.Goal("firms", r, 110, "2023-12-31"), dt.date(2023, 6, 1)).asked for r in regions]
    pasts = [reader.read(one) for one in asked]
    assert len(reader._pasts) == PASTS
    assert reader.read(asked[-1]) is pasts[-1]
    assert np.array_equal(reader.read(asked[0]).history.value, pasts[0].history.value)


def test_what_has_no_answer_is_passed_over(seeds: fc.Seeds) -> None:
    goals = seeds.ledger.headline_goals()
    passed = max(seeds.ledger.goals[goal].deadline for goal in goals)
    asked = [("no-such-goal", "baseline", newest(seeds)), (goals[0], "no-such-scenario", newest(seeds))]
    assert warm(seeds, [*asked, *((goal, "baseline", passed) for goal in goals)]) == ()
