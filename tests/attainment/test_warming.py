"""Warming up changes no answer; it only takes away what would be worked out again."""

import datetime as dt

import pytest

import forecasts as fc
from forecasts.attainment.past import reader_of
from forecasts.attainment.verdict import answer
from forecasts.attainment.warming import warm
from forecasts.ledger.ledger import Ledger
from forecasts.models import members
from forecasts.whatif.taken import answer_whole


def afresh(seeds: fc.Seeds) -> fc.Seeds:
    """Return the same seeds, of which nothing was worked out."""
    old = seeds.ledger
    ledger = Ledger(old.indicators, old.regions, old.sources, old.observations, old.goals)
    return fc.Seeds(ledger, seeds.scenarios, seeds.remarks, seeds.read, seeds.record)


def newest(seeds: fc.Seeds) -> dt.date:
    return seeds.ledger.newest_publication(seeds.ledger.headline_goals())


def test_no_answer_changes_by_a_digit(seeds: fc.Seeds) -> None:
    day, goals = newest(seeds), seeds.ledger.headline_goals()
    warmed = afresh(seeds)
    warm(warmed, [(goal, day) for goal in goals])
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
    warm(warmed, [(goal, day)])

    def refuse(*asked: object) -> None:
        pytest.fail("fitted again")

    monkeypatch.setattr(members, "fit", refuse)
    answer(warmed, goal, "baseline", day)
    assert reader_of(warmed.ledger, day) is reader_of(warmed.ledger, day)


def test_what_has_no_answer_is_passed_over(seeds: fc.Seeds) -> None:
    goals = seeds.ledger.headline_goals()
    passed = max(seeds.ledger.goals[goal].deadline for goal in goals)
    warm(seeds, [("no-such-goal", newest(seeds)), *((goal, passed) for goal in goals)])
