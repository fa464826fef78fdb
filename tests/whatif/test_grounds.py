"""What a verdict rests on: parts sum, and cells, answers and alternatives are what asking them gives."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import forecasts as fc
from forecasts.attainment.grounds import Alternative, Assumed, Part
from forecasts.attainment.outlook import Outlook, outlook
from forecasts.attainment.past import reader_of
from forecasts.attainment.question import find_question
from forecasts.attainment.result import Attainment
from forecasts.attainment.verdict import verdict
from forecasts.ledger.records import Source
from forecasts.models.reference import Reference
from forecasts.scenarios.reading import Measure
from forecasts.scenarios.seeds import Seeds, read_seeds
from forecasts.whatif.alternatives import with_alternatives
from forecasts.whatif.grid import Asking, grid_of
from forecasts.whatif.inquiries import _inquiry
from forecasts.whatif.needed import WANTED, needed_now, with_newest
from forecasts.whatif.readings import UNDETERMINED, is_reading, readings_of, verdict_of
from forecasts.whatif.sensitivity import all_tried
from forecasts.whatif.settings import of_past
from forecasts.whatif.taken import answer_whole
from tests.conftest import ROOT
from tests.whatif.test_compare import LEDGER, QUESTION
from tests.whatif.test_seek import MONEY, TOTAL
from tests.whatif.test_sensitivity import NEWEST, undated

DAY = dt.date(2023, 9, 6)
HIGHTECH, TECH, FINANCING = (f"science-city-{name}-2023" for name in ("hightech", "tech", "financing"))
ASKED = [(HIGHTECH, "baseline"), (TECH, "baseline"), (FINANCING, "scope-counted")]


@cache
def seeds_of() -> Seeds:
    return read_seeds(ROOT / "seeds")


@cache
def whole(goal: str, scenario: str) -> Attainment:
    return answer_whole(seeds_of(), goal, scenario, DAY)


@cache
def plain(goal: str, scenario: str) -> Attainment:
    return verdict(asked(goal, scenario), members=False)


@cache
def asked(goal: str, scenario: str) -> Outlook:
    seeds = seeds_of()
    return outlook(reader_of(seeds.ledger, DAY), find_question(seeds, goal, scenario, DAY))


def ground(result: Attainment, id: str) -> Assumed:
    return next(one for one in result.assumptions if one.id == id)


@pytest.fixture(params=ASKED, ids=lambda pair: "/".join(pair))
def pair(request: pytest.FixtureRequest) -> tuple[str, str]:
    found: tuple[str, str] = request.param
    return found


def sums(parts: tuple[Part, ...], headline: float) -> None:
    assert sum(part.points for part in parts) == pytest.approx(headline, abs=1e-12)
    assert parts[-1].probability == headline
    assert np.cumsum([part.points for part in parts]) == pytest.approx([p.probability for p in parts])


def test_the_parts_sum_to_the_headline(pair: tuple[str, str]) -> None:
    result = whole(*pair)
    assert result.what_if is not None
    fall = result.what_if.waterfall
    assert fall is not None
    sums(fall.parts, result.probability)
    sums(fall.bridge, result.probability)
    assert fall.parts[0].name == "pool"
    assert fall.bridge[0].probability == result.reference.beat
    assert fall.diverges == (abs(fall.bridge[0].probability - result.probability) >= 0.25)
    assert (fall.reason is not None) == fall.diverges


def test_each_part_is_what_asking_without_the_rest_gives() -> None:
    found, result = asked(TECH, "baseline"), whole(TECH, "baseline")
    assert result.what_if is not None
    assert result.what_if.waterfall is not None
    told = {part.name: part.probability for part in result.what_if.waterfall.parts}
    trend = next(m for m in found.fitted.models if m.name == "trend")
    alone = replace(found.past.reference, everyone=Reference().everyone, parent=None)
    apart = replace(found.past.reference, parent=None)
    for name, of in (("pool", alone), ("class", apart), ("parent", found.past.reference)):
        fitted = trend.fit(found.history, of, 1)
        bare = fitted.without(calibration=True, persistence=True, few=True)  # type: ignore[attr-defined]
        assert told[name] == pytest.approx(found.chance(bare), abs=1e-12), name
    # Nine in ten steps were fast enough; the engine's law is wider than the steps, and the parent was slow.
    assert result.reference.beat is not None
    assert result.reference.beat > 0.85 > 0.6 > result.probability
    assert result.what_if.waterfall.reason == "law"


def test_every_step_of_the_class_is_listed_with_its_source() -> None:
    result = whole(TECH, "baseline")
    steps, rows = result.reference.listed, seeds_of().ledger.observations
    assert len(steps) == result.reference.steps
    assert np.mean([bool(step.beats) for step in steps]) == pytest.approx(result.reference.beat)
    for step in steps:
        assert len(step.observations) == 2
        first, last = (rows[name] for name in step.observations)
        assert (first.as_of, last.as_of, last.source) == (step.start, step.end, step.source)
        assert first.region == last.region == step.region
        assert last.published_on <= DAY
        assert step.source_title
        assert step.beats == (step.per_year >= (result.reference.required or 0.0))
        assert (step.per_year > 0) == (step.end_value > step.start_value)
    quantiles = np.quantile([step.per_year for step in steps], [0.1, 0.5, 0.9])
    assert quantiles == pytest.approx([result.reference.low, result.reference.median, result.reference.high])


@pytest.mark.parametrize(("goal", "scenario"), ASKED[:2])
def test_every_cell_of_the_grid_is_what_its_scenario_gives(goal: str, scenario: str) -> None:
    result, found = whole(goal, scenario), asked(goal, scenario)
    assert result.what_if is not None
    grid = result.what_if.grid
    assert grid is not None
    assert 2 <= len(grid.days) <= 4
    assert 2 <= len(grid.q4_shares) <= 3
    assert len(grid.cells) == len(grid.days) * len(grid.q4_shares)
    assert grid.at(grid.as_of, grid.q4_share) == result.probability_alone
    assert grid.days[-1] <= dt.date(2023, 5, 30)  # the report was given on that day: it counts nothing later
    for cell in grid.cells:
        changes = [fc.Redate(observation=row, as_of=cell.as_of) for row in grid.observations]
        alone = find_question(seeds_of(), goal, scenario, DAY).under(
            *changes, fc.Clock(q4_share=cell.q4_share)
        )
        assert cell.probability == pytest.approx(fc.outlook(found.reader, alone).probability, abs=1e-12)


def test_a_pair_of_conditions_breaks_what_neither_does_alone() -> None:
    result = whole(HIGHTECH, "baseline")
    assert result.what_if is not None
    grid, inquiries = result.what_if.grid, result.what_if.inquiries
    assert grid is not None
    turning = grid.turning
    assert turning is not None
    assert turning.needs_both
    for alone in (grid.at(turning.as_of, grid.q4_share), grid.at(grid.as_of, turning.q4_share)):
        assert alone == pytest.approx(result.probability_alone, abs=0.01)
    assert turning.probability < result.probability_alone - 0.1
    [both] = [one for one in inquiries if one.about == "date_and_clock"]
    assert {(a.day, a.q4_share): a.probability for a in both.answers} == {
        (c.as_of, c.q4_share): c.probability for c in grid.cells
    }
    assert [(a.day, a.q4_share) for a in both.answers if a.stands] == [(grid.as_of, grid.q4_share)]
    assert both.publisher


def test_whoever_knows_the_answer_knows_the_probability(pair: tuple[str, str]) -> None:
    result, found = whole(*pair), asked(*pair)
    assert result.what_if is not None
    inquiries = result.what_if.inquiries
    assert inquiries
    assert [one.swing for one in inquiries] == sorted((one.swing for one in inquiries), reverse=True)
    for one in inquiries:
        chances = [answer.probability for answer in one.answers]
        assert one.swing == max(chances) - min(chances)
        assert all(a.probability == result.probability_alone for a in one.answers if a.stands)
        for answer in one.answers:
            if one.about == "scope":
                question = find_question(seeds_of(), pair[0], answer.scenario, DAY)
                assert answer.probability == fc.outlook(found.reader, question).probability
            if one.about == "date":
                moves = [fc.Redate(observation=row, as_of=answer.day) for row in one.observations]
                assert answer.probability == pytest.approx(found.under(*moves).probability, abs=1e-12)


def test_each_is_asked_what_it_knows() -> None:
    found = asked(HIGHTECH, "baseline")
    row = found.ledger.observations[found.history.observations[-1]]
    sources = {
        "printed": Source(id="printed", publisher="Who published"),
        "announced": Source(id="announced", publisher="Who announced"),
    }
    rows = {row.id: row.model_copy(update={"source": "printed"})}
    goal = found.question.goal.model_copy(update={"source": "announced"})
    ledger = SimpleNamespace(sources=sources, observations=rows)
    apart: Any = SimpleNamespace(
        ledger=ledger, question=SimpleNamespace(goal=goal), past=found.past, history=found.history
    )
    whom = {
        about: _inquiry(about, apart, [], observations=(row.id,)).publisher
        for about in ("date", "clock", "date_and_clock", "scope", "value")
    }
    assert {about for about, name in whom.items() if name == "Who announced"} == {"scope", "value"}
    assert {about for about, name in whom.items() if name == "Who published"} == {
        "date", "clock", "date_and_clock"
    }  # fmt: skip


def test_readings_that_span_the_scale_leave_a_goal_undetermined() -> None:
    what_if = whole(FINANCING, "scope-counted").what_if
    assert what_if is not None
    assert what_if.undetermined
    assert what_if.readings is not None
    assert {row.scenario for row in what_if.readings.rows} == {"scope-counted", "scope-share"}
    assert what_if.readings.high - what_if.readings.low >= UNDETERMINED
    other = readings_of([asked(FINANCING, name) for name in ("scope-share", "scope-counted")])
    assert other is not None
    assert (other.verdict, other.low, other.high) == (
        "undetermined",
        what_if.readings.low,
        what_if.readings.high,
    )
    for goal in (HIGHTECH, TECH):
        what_if = whole(goal, "baseline").what_if
        assert what_if is not None
        assert what_if.readings is not None
        assert not what_if.undetermined
        assert len(what_if.readings.rows) == 2


@given(st.floats(0.002, 0.998), st.floats(0.002, 0.998))
def test_the_rule_is_the_distance(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert (verdict_of(low, high) == "undetermined") == (high - low >= UNDETERMINED)


def test_what_is_supposed_of_what_is_to_come_is_no_reading() -> None:
    scenarios = seeds_of().scenarios
    assert is_reading(scenarios["hightech-since-may"])
    assert not any(is_reading(scenarios[name]) for name in ("city-pace", "credit-squeeze", "large-fund"))


@settings(max_examples=6, deadline=None)
@given(st.sampled_from([(LEDGER, QUESTION), (TOTAL, MONEY)]), st.floats(0.8, 1.3))
def test_what_was_needed_has_the_probability(pair: tuple[fc.Ledger, fc.Question], times: float) -> None:
    ledger, question = pair
    goal = question.goal.model_copy(update={"value": Decimal(round(float(question.goal.value) * times))})
    found = fc.outlook(ledger, fc.Question(goal, question.known_on))
    for needed in needed_now(found):
        assert needed.value is not None
        history = with_newest(found.history, needed.value)
        chance = of_past(found, replace(found.past, history=history)).probability
        assert chance == needed.probability == pytest.approx(needed.wanted, abs=1e-4)


def test_how_much_had_to_be_there_in_may() -> None:
    told = {}
    for scenario in ("scope-counted", "scope-share"):
        needed = needed_now(asked(FINANCING, scenario))
        told[scenario] = [one.value for one in needed]
        assert [one.wanted for one in needed] == list(WANTED)
        assert {one.as_of for one in needed} == {dt.date(2023, 5, 30)}
    assert told["scope-counted"] == pytest.approx(told["scope-share"])  # no share is supposed for it
    half, most = told["scope-counted"]
    assert half is not None
    assert most is not None
    assert 65.05 < half < most < 150
    # A published figure says the same, but for the width of what it is the sum of.
    fund = "science-city-fund_supported_financing-20230530"
    supposed = asked(FINANCING, "scope-counted").under(fc.Observe(observation=fund, value=half - 2.05))
    assert supposed.probability == pytest.approx(0.5, abs=0.01)


def test_every_assumption_says_how_it_is_known(pair: tuple[str, str]) -> None:
    result = whole(*pair)
    known = {one.id: one for one in result.assumptions}
    assert len(known) == len(result.assumptions)
    assert known["goal"].known == "known"
    assert known["goal"].quote
    assert known["clock.q4_share"].known == "assumed"
    rows = {row.id for row in result.evidence}
    for one in result.assumptions:
        assert set(one.observations) <= rows
        if one.known == "known" and one.observations:
            assert one.quote
            assert one.source
        if one.scenario:
            assert one.known == "assumed"
    moved = [one for one in result.assumptions if one.alternatives]
    assert len(moved) >= 4
    for one in moved:
        stands = result.probability_alone
        chances = [a.probability for a in one.alternatives if a.probability is not None]
        assert one.moves == pytest.approx(max(abs(p - stands) for p in chances))


def test_the_season_is_told_and_so_is_a_sum() -> None:
    season = ground(whole(HIGHTECH, "baseline"), "clock.q4_share")
    assert season.number == 0.9
    assert season.note_en
    assert ground(whole(HIGHTECH, "baseline"), "date.2022-12-31").known == "inferred"
    sum_ = whole(FINANCING, "scope-counted")
    assert ground(sum_, "date.2020-01-01").known == "assumed"
    assert ground(sum_, "scope").known == "assumed"
    assert ground(sum_, "scope").scenario == "scope-counted"
    assert len(ground(sum_, "overlap").names) == 4
    assert "overlap" not in {one.id for one in whole(TECH, "baseline").assumptions}


def test_an_alternative_is_what_asking_it_gives(pair: tuple[str, str]) -> None:
    result, found = whole(*pair), asked(*pair)
    reference = found.past.reference
    checked = 0
    for one in result.assumptions:
        for other in one.alternatives:
            again = _again(found, one, other, reference)
            if again is not None:
                assert other.probability == pytest.approx(again.probability, abs=1e-12), (one.id, other)
                checked += 1
    assert checked >= 6


def _again(found: Outlook, one: Assumed, other: Alternative, reference: Reference) -> Outlook | None:
    """Ask an alternative anew, by the public road where there is one."""

    def past(of: Reference) -> Outlook:
        return of_past(found, replace(found.past, reference=of))

    match one.about:
        case "date":
            changes = [fc.Redate(observation=row, as_of=other.day) for row in one.observations]
            return found.under(*changes)
        case "clock":
            return found.under(fc.Clock(q4_share=other.number))
        case "models":
            return found.under(fc.ByModels(weights={other.names[0]: 1.0}))
        case "parent":
            return past(replace(reference, parent=None))
        case "reference" if not other.names:
            return past(replace(reference, everyone=Reference().everyone, parent=None))
        case "overlap":
            scenario = found.question.scenario.replacing(Measure(indicators=other.names))
            return found.of(replace(found.question, scenario=scenario))
        case _:
            return None


def test_what_a_scenario_supposes_is_assumed_and_can_be_left_out() -> None:
    question = QUESTION.under(fc.Pace(factor=1.5), fc.OneOff(amount=9, date="2023-11-30", probability=0.5))
    found = fc.outlook(LEDGER, question)
    said = fc.verdict(found)
    told = {one.id: one for one in with_alternatives(found, said, all_tried(found), None, None)}
    assert {"pace.factor", "one_off.amount", "one_off.probability"} <= set(told)
    assert told["pace.factor"].known == "assumed"
    [without] = [a for a in told["pace.factor"].alternatives if a.what == "without"]
    alone = QUESTION.under(fc.OneOff(amount=9, date="2023-11-30", probability=0.5))
    assert without.probability == fc.outlook(LEDGER, alone).probability


def test_points_of_an_assumption_are_not_called_published() -> None:
    share, counted = plain(FINANCING, "scope-share"), plain(FINANCING, "scope-counted")
    assert [p.origin for p in share.history] == ["known_start", "assumed"]
    assert [p.origin for p in counted.history] == ["known_start", "derived"]
    assert [p.origin for p in plain(HIGHTECH, "baseline").history] == ["printed"]
    assert share.required_pace is not None
    assert counted.required_pace is not None
    assert (share.required_pace.assumed, counted.required_pace.assumed) == (True, False)


def test_the_share_never_supposes_a_goal_that_was_met_when_it_was_set() -> None:
    result = plain(FINANCING, "scope-share")
    assert result.scenario.share is not None
    assert result.history[-1].value > 0
    counted = ground(result, "digits").number
    assert counted is not None
    assert counted / result.scenario.share[0] <= result.goal.value


def test_a_grid_needs_a_day_and_a_season_that_are_open() -> None:
    ledger = undated(NEWEST)
    found = fc.outlook(ledger, QUESTION)
    assert grid_of(Asking.after(found, all_tried(found))) is not None
    supposed = fc.outlook(ledger, QUESTION.under(fc.Clock(q4_share=0.5)))
    assert grid_of(Asking.after(supposed, all_tried(supposed))) is None
    dated = fc.outlook(LEDGER, QUESTION)
    assert grid_of(Asking.after(dated, all_tried(dated))) is None


def test_without_the_question_what_if_only_facts_are_told() -> None:
    said = fc.verdict(asked(HIGHTECH, "baseline"))
    assert said.what_if is None
    assert said.assumptions
    assert all(one.moves is None and not one.alternatives for one in said.assumptions)
    bare = [one.model_copy(update={"alternatives": (), "moves": None, "number": None}) for one in
             whole(HIGHTECH, "baseline").assumptions]  # fmt: skip
    assert bare == [one.model_copy(update={"number": None}) for one in said.assumptions]
