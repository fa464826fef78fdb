"""Scenarios side by side: the same numbers as alone, differences on the same draws, quick."""

import datetime as dt
import time

import pandas as pd
import pytest

import forecasts as fc
from forecasts.attainment.past import Reader
from forecasts.scenarios.base import Adjustment
from forecasts.whatif.compare import Comparison


def ledger() -> fc.Ledger:
    rows = [(r, f"{2018 + i}-12-31", v * f) for r, f in (("a", 1.0), ("b", 0.7), ("c", 1.2), ("d", 0.4))
            for i, v in enumerate([800, 870, 930, 1010, 1060])]  # fmt: skip
    return fc.Ledger.from_frames(
        pd.DataFrame(rows, columns=["region", "as_of", "value"]).assign(indicator="x")
    )


LEDGER = ledger()
QUESTION = fc.Question(fc.Goal("x", "a", 1150, "2023-12-31"), "2023-06-01")
OTHERS: list[Adjustment | list[Adjustment]] = [
    fc.Pace(factor={"triangular": [0.8, 1, 1.5]}), fc.Clock(q4_share=0.7),
    [fc.Clock(q4_share=0.7), fc.OneOff(amount=20, date="2023-11-30", probability=0.5)],
    fc.OtherGoal(value=1100), [fc.OtherGoal(value=1100), fc.Scope(share={"uniform": [0.9, 1]})],
]  # fmt: skip


def test_every_row_is_what_its_scenario_says_alone() -> None:
    found = fc.compare(LEDGER, QUESTION, OTHERS)
    alone = [fc.outlook(ledger(), QUESTION)]
    for other in OTHERS:
        changes = other if isinstance(other, list) else [other]
        alone.append(fc.outlook(ledger(), QUESTION.under(*changes)))  # type: ignore[arg-type]
    for row, one in zip(found.rows, alone, strict=True):
        assert row.probability == one.probability
        assert row.std_error == one.std_error
        assert (row.low, row.median, row.high) == tuple(one.quantiles((0.1, 0.5, 0.9)).tolist())
        assert (row.reached_p50, row.reached_p80) == (one.day_reached(0.5), one.day_reached(0.8))
        assert row.difference == row.probability - found.rows[0].probability
        assert fc.verdict(one).probability == row.probability
    assert found.rows[0].difference_std_error == 0.0
    assert [row.goal for row in found.rows[-2:]] == [1100, 1100]


def test_the_order_of_the_others_changes_nothing() -> None:
    one = {row.scenario: row for row in fc.compare(LEDGER, QUESTION, OTHERS).rows}
    other = {row.scenario: row for row in fc.compare(LEDGER, QUESTION, OTHERS[::-1]).rows}
    assert one == other


def test_the_error_of_a_difference_is_smaller_than_that_of_two_apart() -> None:
    base = QUESTION.under(fc.Scope(share={"uniform": [0.8, 1]}), fc.Delay(months={"uniform": [0, 4]}))
    first, more = fc.compare(LEDGER, base, [fc.OneOff(amount=3, date="2023-11-30")]).rows
    assert 0 < more.difference_std_error < (first.std_error**2 + more.std_error**2) ** 0.5
    assert more.difference > 0


def test_a_comparison_is_written_and_read_again() -> None:
    found = fc.compare(LEDGER, QUESTION, OTHERS)
    assert Comparison.model_validate_json(found.model_dump_json()) == found
    table = found.table
    assert table["scenario"].tolist()[:3] == ["as-published", "pace", "clock"]
    assert len(table) == 1 + len(OTHERS)


def test_a_scenario_takes_the_place_of_the_questions_own() -> None:
    own = QUESTION.under(fc.Pace(factor=2), fc.OtherGoal(value=1300))
    plain = fc.outlook(LEDGER, QUESTION)
    found = fc.compare(LEDGER, own, [QUESTION.scenario])
    assert found.rows[1].probability == plain.probability
    assert found.rows[1].goal == 1150


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(fc.BadInput, match="after the deadline"):
        fc.compare(LEDGER, QUESTION, [fc.OneOff(amount=1, date="2024-02-01")])


def test_two_hundred_scenarios_are_quick() -> None:
    """The bound is five seconds on the machine that it was promised for; a busy one gets three times that."""
    many: list[Adjustment] = [fc.Pace(factor=0.5 + k / 100) for k in range(100)]
    many += [fc.OneOff(amount=float(k), date="2023-11-30", probability=0.5) for k in range(50)]
    many += [fc.Scope(share={"uniform": [0.5 + k / 200, 1]}) for k in range(50)]
    reader, start = Reader(LEDGER), time.process_time()
    found = fc.compare(reader, QUESTION, many)
    assert time.process_time() - start < 15
    assert len(found.rows) == 201
    paces = [row.probability for row in found.rows[1:101]]
    assert paces == sorted(paces)


def test_the_days_of_a_comparison_are_days() -> None:
    row = fc.compare(LEDGER, QUESTION, []).rows[0]
    assert isinstance(row.reached_p80, dt.date)
