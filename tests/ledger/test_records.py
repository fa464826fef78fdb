"""Rules about several fields: the same of one record and of a table's row, in the same words."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from forecasts.ledger.headings import Sheet
from forecasts.ledger.problems import BadInput
from forecasts.ledger.records import Goal, Observation, Record, Rule
from forecasts.ledger.rows import Rows, read_rows
from forecasts.ledger.tables import Table

OBSERVATION: dict[str, Any] = {
    "id": "o", "indicator": "firms", "region": "a", "as_of": "2022-12-31", "value": "100",
    "published_on": "2023-01-31",
}  # fmt: skip
GOAL: dict[str, Any] = {
    "id": "g", "indicator": "firms", "region": "a", "value": "150", "deadline": "2023-12-31",
}  # fmt: skip

#: Of every rule, by its place in the record: what breaks it alone, and what is just within.
BROKEN: list[tuple[type[Record], int, dict[str, Any], dict[str, Any]]] = [
    (Observation, 0, {"as_of": "2023-02-01"}, {"as_of": "2023-01-31"}),
    (Observation, 1, {"low": "90"}, {"low": "90", "high": "110"}),
    (Observation, 2, {"low": "101", "high": "110"}, {"low": "100", "high": "110"}),
    (Observation, 3, {"period_start": "2023-01-01"}, {"period_start": "2022-12-31"}),
    (Observation, 4, {"origin": "known_start"}, {"origin": "known_start", "value": "0"}),
    (Goal, 0, {"announced_on": "2024-01-01"}, {"announced_on": "2023-12-31"}),
    (
        Goal, 1, {"announced_on": "2023-02-01", "published_on": "2023-01-01"},
        {"announced_on": "2023-02-01", "published_on": "2023-02-01"},
    ),
    (Goal, 2, {"outcome_value": "151"}, {"outcome_value": "151", "outcome_as_of": "2023-12-31"}),
    (Goal, 3, {"announced_on": "1923-12-30"}, {"announced_on": "1924-01-01"}),
]  # fmt: skip
IDS = [f"{record.__name__}-{place}" for record, place, *_ in BROKEN]


def base(record: type[Record]) -> dict[str, Any]:
    return OBSERVATION if record is Observation else GOAL


def read(record: type[Record], *given: dict[str, Any]) -> tuple[Table, Rows[Any]]:
    """Read dictionaries as the rows of a table."""
    frame = pd.DataFrame([base(record) | {"id": f"row{i}"} | one for i, one in enumerate(given)])
    table = Table.of(frame.astype(object).where(frame.notna(), ""), "table")
    required = tuple(k for k, f in record.model_fields.items() if f.is_required() and k != "published_on")
    return table, read_rows(table, Sheet(record, required, whole=True))


def test_every_rule_has_its_case() -> None:
    assert {(r, k) for r, k, *_ in BROKEN} == {
        (r, k) for r in (Observation, Goal) for k in range(len(r.RULES))
    }
    assert (len(Observation.RULES), len(Goal.RULES)) == (5, 4)


@pytest.mark.parametrize(("record", "place", "broken", "sound"), BROKEN, ids=IDS)
def test_a_rule_says_the_same_of_a_record_and_of_a_row(
    record: type[Record], place: int, broken: dict[str, Any], sound: dict[str, Any]
) -> None:
    rule: Rule = record.RULES[place]
    with pytest.raises(ValidationError) as refused:
        record(**base(record) | broken)
    [told] = refused.value.errors()
    assert told["msg"] == f"Value error, {rule.text}"
    table, rows = read(record, {}, broken, sound, {})
    [problem] = table.problems
    assert (problem.rule, problem.column, problem.line) == (rule.text, rule.column, 1)
    assert table.good.tolist() == [True, False, True, True]
    assert rows.one(2) == record(**base(record) | {"id": "row2"} | sound)
    assert rows.one(3) == record(**base(record) | {"id": "row3"})


def test_an_estimate_alone_looks_ahead() -> None:
    ahead = {"as_of": "2023-12-31", "origin": "estimate"}
    assert Observation(**OBSERVATION | ahead).as_of == dt.date(2023, 12, 31)
    table, _ = read(Observation, ahead)
    assert table.good.all()


def test_several_rules_are_told_together() -> None:
    broken = {"low": "101", "high": "110", "period_start": "2023-01-01"}
    with pytest.raises(ValidationError) as refused:
        Observation(**OBSERVATION | broken)
    table, _ = read(Observation, broken)
    told = [p.rule for p in table.problems]
    assert refused.value.errors()[0]["msg"] == "Value error, " + "; ".join(told)
    assert told == [Observation.RULES[2].text, Observation.RULES[3].text]


@pytest.mark.parametrize(
    ("faulty", "columns"),
    [
        ({"low": "few", "high": "110"}, {"low"}),  # not also: low and high come together
        ({"as_of": "2023-02-30"}, {"as_of"}),
        ({"origin": "guessed", "as_of": "2023-12-31"}, {"origin"}),  # it may be an estimate
        ({"value": "", "origin": "known_start"}, {"value"}),
        (
            {"value": "many", "confidence": "so so", "qualifier": "circa"},
            {"value", "confidence", "qualifier"},
        ),
    ],
)
def test_a_cell_that_cannot_be_read_is_told_and_breaks_no_rule(
    faulty: dict[str, Any], columns: set[str]
) -> None:
    table, rows = read(Observation, {}, faulty)
    assert {p.column for p in table.problems} == columns
    assert len(table.problems) == len(columns)
    assert table.good.tolist() == [True, False]
    assert rows.one(0) == Observation(**OBSERVATION | {"id": "row0"})


def test_a_taken_id_is_told_beside_other_faults() -> None:
    table, _ = read(Observation, {"id": "x"}, {"id": "x", "value": "many"}, {"id": "x"})
    assert sorted((p.line, p.column) for p in table.problems) == [(1, "id"), (1, "value"), (2, "id")]
    assert all("line 0 has it" in p.remedy for p in table.problems if p.column == "id")
    assert table.good.tolist() == [True, False, False]


values = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=3)


@given(
    st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1)),
    st.none() | st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1)),
    values,
    st.none() | values,
    st.none() | values,
    st.sampled_from(["printed", "derived", "estimate", "known_start"]),
)
def test_a_record_and_a_row_agree_on_anything(
    as_of: dt.date,
    published_on: dt.date | None,
    value: Decimal,
    low: Decimal | None,
    high: Decimal | None,
    origin: str,
) -> None:
    cells = {
        "as_of": as_of, "published_on": published_on, "value": value, "low": low, "high": high,
        "origin": origin,
    }  # fmt: skip
    table, rows = read(Observation, cells)
    try:
        made = Observation(**OBSERVATION | cells | {"id": "row0"})
    except ValidationError as refused:
        told = refused.errors()[0]["msg"].removeprefix("Value error, ")
        assert "; ".join(p.rule for p in table.problems) == told
    else:
        assert not table.problems
        assert rows.one(0) == made


def test_a_figure_is_known_on_its_own_day_where_nobody_says_when() -> None:
    given = {k: v for k, v in OBSERVATION.items() if k != "published_on"}
    assert Observation(**given).published_on == dt.date(2022, 12, 31)
    table, rows = read(Observation, {"published_on": ""})
    assert table.good.all()
    assert rows.one(0).published_on == dt.date(2022, 12, 31)


@pytest.mark.parametrize("value", [True, float("nan"), float("inf"), "1e400", 10**19, "many", [1]])
def test_what_only_could_be_a_number_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        Observation(**OBSERVATION | {"value": value})
    table, _ = read(Observation, {"value": value}, {"value": 7})
    assert table.good.tolist() == [False, True]


def test_a_goal_is_asked_by_position() -> None:
    assert Goal("firms", "a", 150, "2023-12-31", id="g") == Goal(**GOAL)


def test_goals_of_one_id_are_told_in_frames() -> None:
    from forecasts.ledger.ledger import Ledger

    observations = pd.DataFrame([OBSERVATION]).drop(columns="id")
    goals = pd.DataFrame([GOAL, GOAL | {"value": "160"}])
    with pytest.raises(BadInput, match="the id is taken"):
        Ledger.from_frames(observations, goals)
