"""The tornado: every end is what its setting says alone, shares sum, nothing certain is a row."""

import datetime as dt
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import forecasts as fc
from forecasts.attainment.past import Reader
from forecasts.attainment.what_if import Sensitivity, SensitivityRow
from forecasts.ledger.fields import Basis, Kind
from forecasts.scenarios.adjustments import AnyAdjustment
from forecasts.whatif.assumptions import plausible
from forecasts.whatif.laws import NAMED
from tests.whatif.test_compare import LEDGER, QUESTION
from tests.whatif.test_seek import MONEY, TOTAL

LAWS: list[AnyAdjustment] = [
    fc.Scope(share={"uniform": [0.8, 1]}), fc.Pace(factor={"triangular": [0.5, 1, 2]}, from_="2023-06-30"),
    fc.PaceOf(quantile={"beta": [2, 2]}), fc.Delay(months={"uniform": [0, 6]}),
    fc.OneOff(amount={"normal": [20, 5]}, date="2023-11-30", probability=0.4),
    fc.OneOff(amount=15, date="2023-10-31", probability={"beta": [3, 2]}),
    fc.Ceiling(value={"lognormal": [1500, 0.1]}),
    fc.Expiry(share={"uniform": [0, 0.2]}, date="2023-11-30", cohort={"uniform": [200, 400]}),
    fc.Observe(as_of="2023-03-31", value={"uniform": [1060, 1090]}),
]  # fmt: skip


def found_of(question: fc.Question, ledger: fc.Ledger = LEDGER) -> Sensitivity:
    found = fc.sensitivity(ledger, question)
    sound(found)
    assert found.probability == fc.outlook(ledger, question).probability
    return found


def sound(found: Sensitivity) -> None:
    """What holds of every tornado."""
    swings = [row.swing for row in found.rows]
    assert swings == sorted(swings, reverse=True)
    assert len({row.id for row in found.rows}) == len(found.rows)
    total = sum(row.share for row in found.rows)
    assert total == pytest.approx(1) or (total == 0 and not any(swings))
    for row in found.rows:
        assert row.share >= 0
        assert row.name_zh
        assert row.name_en
        ends = [end.probability for end in (row.low, row.high) if end.probability is not None]
        if ends:
            assert row.swing == max(found.probability, *ends) - min(found.probability, *ends)
        assert (len(ends) == 2) == (not row.reason_zh) == (not row.reason_en)
        assert all((end.probability is None) == (end.std_error is None) for end in (row.low, row.high))
    values = [p.value for p in found.curve]
    chances = [p.probability for p in found.curve]
    assert values == sorted(set(values))
    less = found.comparison.asks_less
    steps = np.diff(chances) if less else -np.diff(chances)
    assert np.all(steps >= 0)
    assert chances[values.index(found.goal_value)] == found.probability
    assert Sensitivity.model_validate_json(found.model_dump_json()) == found


def row_of(found: Sensitivity, id: str) -> SensitivityRow:
    return next(row for row in found.rows if row.id == id)


def undated(*names: str) -> fc.Ledger:
    """Return the ledger with some rows whose day no source states."""
    rows = {o.id: o for o in LEDGER.observations.values() if o.id in names}
    return LEDGER.with_observations(
        {
            name: row.model_copy(update={"as_of_basis": Basis.INFERRED, "published_on": dt.date(2023, 5, 1)})
            for name, row in rows.items()
        }
    )


NEWEST = LEDGER.series("x", "a")[-1].id


def test_without_anything_uncertain_there_are_only_class_and_models() -> None:
    found = found_of(QUESTION)
    assert {row.about for row in found.rows} == {"reference", "models"}


@settings(max_examples=8, deadline=None)
@given(st.lists(st.sampled_from(LAWS), unique_by=lambda a: a.kind, min_size=1, max_size=2))
def test_a_distribution_is_tried_at_its_quantiles_in_its_place(changes: list[AnyAdjustment]) -> None:
    question = QUESTION.under(*changes)
    found = found_of(question)
    for at, change in enumerate(changes):
        for field, law in ((f, getattr(change, f)) for f in type(change).model_fields):
            if not hasattr(law, "at"):
                continue
            row = row_of(found, f"{change.kind}.{field}")
            for level, end in ((0.1, row.low), (0.9, row.high)):
                fixed = change.model_copy(update={field: float(law.at(level))})
                alone = QUESTION.under(*(fixed if k == at else c for k, c in enumerate(changes)))
                asked = fc.outlook(LEDGER, alone)
                assert (end.probability, end.std_error) == (asked.probability, asked.std_error)


def test_every_number_that_may_be_a_distribution_has_a_name() -> None:
    for change in LAWS:
        for field in type(change).model_fields:
            if hasattr(getattr(change, field), "at"):
                assert f"{change.kind}.{field}" in NAMED


def test_what_comes_perhaps_comes_or_does_not() -> None:
    perhaps = fc.OneOff(amount=40, date="2023-11-30", probability=0.3)
    found = found_of(QUESTION.under(perhaps, fc.OneOff(amount=5, date="2023-10-31", probability=1.0)))
    row = row_of(found, "one_off.comes")
    surely = [
        fc.outlook(LEDGER, QUESTION.under(perhaps.model_copy(update={"probability": p}),
                   fc.OneOff(amount=5, date="2023-10-31"))).probability
        for p in (0.0, 1.0)
    ]  # fmt: skip
    assert [row.low.probability, row.high.probability] == surely
    assert sum(row.id.startswith("one_off") for row in found.rows) == 1


def test_the_second_of_a_kind_has_a_name_of_its_own() -> None:
    two = [fc.OneOff(amount={"uniform": [0, n]}, date=f"2023-{n}-30") for n in (10, 11)]
    assert {"one_off.amount", "one_off.amount#2"} <= {row.id for row in found_of(QUESTION.under(*two)).rows}


def test_a_day_that_no_source_states_is_tried_and_so_is_the_clock_with_it() -> None:
    ledger = undated(NEWEST)
    found = found_of(QUESTION, ledger)
    plain = fc.outlook(ledger, QUESTION)
    row = row_of(found, "date.2022-12-31")
    assert row.low.probability == found.probability
    assert "as it stands" in row.low.en
    later = fc.Redate(observation=NEWEST, as_of="2023-05-01")
    assert row.high.probability == plain.under(later).probability
    both = row_of(found, "date.2022-12-31+clock.q4_share")
    clock = fc.Clock(q4_share=0.625)
    corners = [plain.under(*changes).probability for changes in ((), (later,), (clock,), (later, clock))]
    assert (both.low.probability, both.high.probability) == (min(corners), max(corners))
    # At a year's end any clock is the same: alone it is no row, and it matters where the day is another.
    assert all(row.about != "clock" for row in found.rows)


def test_the_clock_is_tried_where_it_matters_and_never_where_it_is_supposed() -> None:
    early = fc.Question(QUESTION.goal, "2023-06-01").under(fc.OtherGoal(deadline="2023-09-30"))
    row = row_of(found_of(early), "clock.q4_share")
    plain = fc.outlook(LEDGER, early)
    assert row.low.probability == plain.probability
    assert row.high.probability == plain.under(fc.Clock(q4_share=0.625)).probability
    supposed = early.under(fc.Clock(q4_share=0.8))
    assert all(row.about not in ("clock", "together") for row in found_of(supposed).rows)


def test_what_the_scenario_supposes_is_not_tried_otherwise() -> None:
    supposed = QUESTION.under(
        fc.Redate(observation=NEWEST, as_of="2023-03-31"), fc.ByModels(weights=["trend"])
    )
    assert {row.about for row in found_of(supposed, undated(NEWEST)).rows} <= {"clock", "reference"}


def test_the_models_are_the_lowest_and_the_highest_of_those_that_serve() -> None:
    plain = fc.outlook(LEDGER, QUESTION)
    row = row_of(found_of(QUESTION), "models")
    chances = [m.probability for m in plain.members if m.probability is not None]
    assert (row.low.probability, row.high.probability) == (min(chances), max(chances))
    for end in (row.low, row.high):
        assert plain.under(fc.ByModels(weights={end.en: 1.0})).probability == end.probability


def test_the_class_is_told_as_if_its_fastest_or_its_slowest_had_never_been_published() -> None:
    growth = {"a": 1.05, "b": 1.02, "c": 1.06, "d": 1.11, "e": 1.3, "f": 0.97}
    rows = [(r, f"{y}-12-31", 500 * g ** (y - 2019)) for r, g in growth.items() for y in range(2019, 2023)]
    frame = pd.DataFrame(rows, columns=["region", "as_of", "value"]).assign(indicator="x")
    question = fc.Question(fc.Goal("x", "a", 620, "2023-12-31"), "2023-06-01")
    row = row_of(found_of(question, fc.Ledger.from_frames(frame)), "reference")
    assert row.low.en == "without the fastest 1 of 5"
    for end, left_out in ((row.low, "e"), (row.high, "f")):
        fewer = fc.Ledger.from_frames(frame[frame["region"] != left_out])
        assert end.probability == fc.outlook(fewer, question).probability
    assert row.low.probability != row.high.probability


def test_a_printed_number_is_tried_at_its_bounds() -> None:
    about = LEDGER.observations[NEWEST].model_copy(update={"qualifier": "about"})
    ledger = LEDGER.with_observations({NEWEST: about})
    row = row_of(found_of(QUESTION, ledger), "digits")
    plain = fc.outlook(ledger, QUESTION)
    for end, bound in ((row.low, plain.history.low[-1]), (row.high, plain.history.high[-1])):
        other = plain.under(fc.Observe(observation=NEWEST, value=float(bound)))
        assert end.probability == other.probability
    assert all(row.id != "digits" for row in fc.sensitivity(LEDGER, QUESTION).rows)


def test_a_start_that_is_presumed_is_an_assumption() -> None:
    goals = pd.DataFrame(
        {"goal": [f"g{k}" for k in "bcd"], "region": list("bcd"), "indicator": "x", "deadline": "2023-12-31",
         "value": [800, 1400, 470], "announced_on": "2023-01-31"}
    )  # fmt: skip
    frame = pd.DataFrame(
        [(o.region, o.as_of, float(o.value)) for o in LEDGER.observations.values()],
        columns=["region", "as_of", "value"],
    ).assign(indicator="x")
    ledger = fc.Ledger.from_frames(frame, goals, regions=pd.DataFrame({"id": list("abcdz"), "name_en": "-"}))
    found = found_of(fc.Question(fc.Goal("x", "z", 900, "2023-12-31"), "2023-06-01"), ledger)
    row = row_of(found, "start")
    assert row.low.probability is not None
    assert row.high.probability is not None
    assert row.low.probability < found.probability < row.high.probability


def test_an_end_without_an_answer_is_told_and_is_no_crash() -> None:
    """A pace that is a quantile of the class has none where the class has no member left."""
    one = fc.Ledger.from_frames(
        pd.DataFrame({"region": list("aabb"), "indicator": "x", "value": [800, 900, 300, 360],
                      "as_of": ["2021-12-31", "2022-12-31"] * 2})
    )  # fmt: skip
    found = found_of(QUESTION.under(fc.PaceOf(quantile=0.5)), one)
    row = row_of(found, "reference")
    assert row.low.probability is None
    assert "no reference class" in row.reason_en
    assert "没有答案" in row.reason_zh
    assert row.high.probability == found.probability


def test_a_goal_that_asks_for_less_has_a_curve_that_rises() -> None:
    less = fc.Question(fc.Goal("x", "a", 1080, "2023-12-31", comparison="<="), "2023-06-01")
    found = found_of(less)
    assert found.curve[0].probability < found.curve[-1].probability
    assert len(found.curve) > 41


def test_a_total_and_a_share_and_a_flow_have_their_tornado() -> None:
    assert {row.about for row in found_of(MONEY, TOTAL).rows} >= {"models"}
    for kind, values in (
        ("share", [60, 62, 65, 66]),
        ("rate", [3.0, -1.0, 2.5, 4.0]),
        ("flow", [5, 6, 7, 9]),
    ):
        rows = pd.DataFrame({"region": "a", "indicator": "y", "value": values,
                             "as_of": [f"{y}-12-31" for y in range(2019, 2023)]})  # fmt: skip
        ledger = fc.Ledger.from_frames(rows, kinds={"y": kind})
        found_of(fc.Question(fc.Goal("y", "a", values[-1], "2023-12-31"), "2023-06-01"), ledger)


@given(
    st.dates(dt.date(2019, 1, 1), dt.date(2024, 12, 31)),
    st.integers(0, 900),
    st.sampled_from([Kind.STOCK, Kind.FLOW]),
)
def test_a_plausible_day_is_not_published_before_it_and_passes_no_neighbour(
    day: dt.date, delay: int, kind: Kind
) -> None:
    rows = pd.DataFrame({"region": "a", "indicator": "x", "value": [1, 2, 3],
                         "as_of": [dt.date(2018, 12, 31), day, dt.date(2025, 6, 30)]})  # fmt: skip
    history = fc.Ledger.from_frames(rows, kinds={"x": "stock"}).history("x", "a")
    history = replace(history, kind=kind)
    published = day + dt.timedelta(days=delay)
    row = fc.Observation(indicator="x", region="a", as_of=day, value=2, published_on=published)
    earliest, latest = plausible(history, day, [row])
    assert dt.date(2018, 12, 31) < earliest <= day <= latest <= published
    assert latest < dt.date(2025, 6, 30)
    assert (latest - earliest).days <= 367
    if kind is Kind.FLOW:
        assert earliest.year == day.year == latest.year


def test_the_tables_are_those_of_the_rows_and_of_the_curve() -> None:
    found = found_of(QUESTION.under(fc.Delay(months={"uniform": [0, 6]})))
    table, curve = found.table, found.curve_table
    assert table["id"].tolist() == [row.id for row in found.rows]
    assert table["low_probability"].tolist() == [row.low.probability for row in found.rows]
    assert list(curve.columns) == ["value", "probability"]
    assert len(curve) == len(found.curve)


def test_every_headline_goal_has_its_tornado_soon(seeds: fc.Seeds) -> None:
    """A second or so a goal was promised where nothing is drawn; a busy machine gets three times that."""
    ledger = seeds.ledger
    day, reader = ledger.newest_publication(ledger.headline_goals()), Reader(ledger)
    for name in ledger.headline_goals():
        goal = ledger.goals[name]
        question = fc.Question(goal, min(day, goal.deadline - dt.timedelta(days=1)))
        question = replace(question, scenario=seeds.scenarios[seeds.resolve("baseline", name)])
        fc.sensitivity(reader, question)
        start = time.process_time()
        sound(fc.sensitivity(reader, question))
        assert time.process_time() - start < 3


def test_a_question_without_an_answer_is_refused() -> None:
    with pytest.raises(fc.Unanswerable):
        fc.sensitivity(LEDGER, fc.Question(QUESTION.goal, "2001-01-01"))
