"""Past its deadline a goal is met, missed or open by the figure of that day, not by a later one."""

import datetime as dt
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import forecasts as fc
from forecasts.attainment.resolved import resolve
from forecasts.attainment.tables import attain
from forecasts.ledger.ledger import Ledger

YEARS = ("2018-12-31", "2019-12-31", "2020-12-31", "2021-12-31", "2022-12-31")


def ledger(values: list[float], kind: str = "stock", days: tuple[str, ...] = YEARS, **more: Any) -> fc.Ledger:
    frame = pd.DataFrame(
        {"region": "A", "indicator": "x", "as_of": days[: len(values)], "value": values} | more
    )
    return fc.Ledger.from_frames(frame, kinds={"x": kind})


def goal(value: float, deadline: str = "2021-12-31", **more: Any) -> fc.Goal:
    return fc.Goal("x", "A", value, deadline, **more)


SEEN = [90.0, 100, 110, 121, 133]


@pytest.mark.parametrize(
    ("value", "comparison", "state"),
    [
        (128, ">=", "missed"), (121, ">=", "met"), (121, ">", "missed"), (120, ">=", "met"),
        (121, "<=", "met"), (121, "<", "missed"), (120, "<=", "missed"), (122, "~", "met"),
    ],
)  # fmt: skip
def test_the_figure_of_the_day_decides_and_no_later_one(value: float, comparison: str, state: str) -> None:
    found = resolve(ledger(SEEN), goal(value, comparison=comparison))
    assert (found.state, found.low, found.as_of) == (state, 121, dt.date(2021, 12, 31))
    assert found.note.startswith(f"{state}: 121 on 2021-12-31, asked {comparison} {value}")


def test_without_a_figure_of_the_day_it_is_open() -> None:
    found = resolve(ledger(SEEN), goal(50, "2021-06-30"))
    assert (found.state, found.note) == ("open", "open: no figure of 2021-06-30 is published")
    early = resolve(ledger(SEEN), goal(50), known_on=dt.date(2021, 6, 30))
    assert early.state == "open"


def test_bounds_may_leave_it_open() -> None:
    found = resolve(ledger(SEEN, qualifier=["", "", "", "about", ""]), goal(121))
    assert found.state == "open"
    assert "to" in found.note


def test_an_expectation_decides_nothing() -> None:
    rows = {"origin": ["printed"] * 3 + ["estimate"] * 2}
    assert resolve(ledger(SEEN, **rows), goal(100)).state == "open"


@pytest.mark.parametrize(("value", "state"), [(95, "met"), (101, "open"), (140, "missed")])
def test_a_total_is_decided_by_its_neighbours(value: float, state: str) -> None:
    total = ledger([90.0, 100, 133], "cumulative", ("2019-12-31", "2020-12-31", "2022-12-31"))
    assert resolve(total, goal(value)).state == state
    stock = ledger([90.0, 100, 133], "stock", ("2019-12-31", "2020-12-31", "2022-12-31"))
    assert resolve(stock, goal(value)).state == "open"


@given(st.lists(st.floats(1, 1000), min_size=5, max_size=5), st.floats(1, 1000), st.floats(1, 1000))
def test_what_asks_more_is_not_met_rather(values: list[float], one: float, other: float) -> None:
    held = ledger(values)
    low, high = (resolve(held, goal(v)).state for v in sorted((one, other)))
    assert (low, high) != ("missed", "met")


def test_tables_say_what_became_of_goals() -> None:
    frame = pd.DataFrame({"region": "A", "indicator": "x", "as_of": YEARS, "value": SEEN})
    asked = pd.DataFrame({
        "goal": ["missed", "met", "open", "ahead"], "region": "A", "indicator": "x",
        "value": [128, 120, 120, 140],
        "deadline": ["2021-12-31", "2021-12-31", "2021-06-30", "2023-12-31"],
    })  # fmt: skip
    found = attain(frame, asked)
    assert found["outcome"].tolist() == ["missed", "met", "open", ""]
    assert found["probability"].notna().tolist() == [False, False, False, True]
    assert found["note"].tolist()[0] == "missed: 121 on 2021-12-31, asked >= 128"


# What is told beside an answer


def table(values: list[Any], days: Sequence[str] = YEARS, region: str = "A") -> pd.DataFrame:
    return pd.DataFrame({"region": region, "indicator": "x", "as_of": list(days), "value": values})


def asked_for(value: object, deadline: str) -> pd.DataFrame:
    one = {"goal": "g", "region": "A", "indicator": "x", "value": value, "deadline": deadline}
    return pd.DataFrame([one])


def test_notes_tell_what_was_dropped_and_what_is_doubtful_of_a_series_and_no_other() -> None:
    days = ["2019-12-31", "2020-12-31", "2021-12-31", "2022-12-31"]
    one = pd.DataFrame(
        {"region": "A", "indicator": "x", "as_of": days, "value": ["100", "n/a", "1210", "133"]}
    )
    other = pd.DataFrame({"region": "B", "indicator": "x", "as_of": days, "value": ["10", "11", "12", "13"]})
    asked = pd.DataFrame({
        "goal": ["a", "b"], "region": ["A", "B"], "indicator": "x", "value": [150, 15],
        "deadline": "2023-12-31",
    })  # fmt: skip
    found = attain(pd.concat([one, other]), asked)
    a, b = (json.loads(text) for text in found["notes"])
    assert b == []
    assert [(e["kind"], e["table"], e["line"], e["column"], e["value"]) for e in a] == [
        ("dropped", "observations", 1, "value", "n/a"),
        ("doubtful", "observations", 2, "value", "1210"),
    ]
    assert found["note"][0].startswith("dropped: observations:1 [value]")
    assert "1 more in notes" in found["note"][0]
    assert found["note"][1] == ""


def test_who_is_in_python_is_warned_once_of_everything() -> None:
    frame = table([100, 110, 1210, 133], YEARS[:4])
    asked = asked_for(150, "2030-12-31")
    with pytest.warns(UserWarning, match="on another scale") as warned:
        found = attain(frame, asked)
    assert ["warning: " + str(w.message) for w in warned] == found.attrs["remarks"]
    assert {w.filename for w in warned} == {__file__}
    with pytest.warns(UserWarning, match="on another scale") as again:
        Ledger.from_frames(frame)
    assert [w.filename for w in again] == [__file__]


def test_a_cell_that_is_no_value_at_all_is_refused() -> None:
    bad = [Decimal("sNaN"), [1], {}, b"x", complex(1, 2)]
    for cell in bad:
        found = attain(table([100, 110, cell, 133], YEARS[:4]), asked_for(150, "2030-12-31"))
        assert any("observations:2 [value]" in p for p in found.attrs["problems"])


def test_notes_are_capped_and_count_the_rest() -> None:
    values = ["100"] + ["n/a"] * 40 + ["110"]
    days = [f"{1970 + i}-12-31" for i in range(42)]
    frame = pd.DataFrame({"region": "A", "indicator": "x", "as_of": days, "value": values})
    asked = pd.DataFrame(
        [{"goal": "g", "region": "A", "indicator": "x", "value": 9, "deadline": "2030-12-31"}]
    )
    notes = json.loads(attain(frame, asked)["notes"][0])
    assert len(notes) == 20
    assert notes[-1]["rows"] == 40 + 1 - 19  # the goal's own doubt among them


@pytest.mark.parametrize("value", ["1e-400", "1e-300", "1e18", 0])
def test_a_goal_of_any_magnitude_has_an_answer(value: object) -> None:
    frame = pd.DataFrame({"region": "A", "indicator": "x", "as_of": YEARS, "value": SEEN})
    asked = pd.DataFrame(
        [{"goal": "g", "region": "A", "indicator": "x", "value": value, "deadline": "2023-01-01"}]
    )
    assert 0 < attain(frame, asked)["probability"][0] < 1


@pytest.mark.parametrize(
    ("deadline", "words"), [("9999-12-31", "must lie in the years 1900 to 2200"), ("2180-12-31", "100 years")]
)
def test_a_deadline_centuries_away_has_no_answer(deadline: str, words: str) -> None:
    found = attain(table(SEEN), asked_for(150, deadline))
    assert found["probability"].isna().all()
    assert words in found["note"][0]
