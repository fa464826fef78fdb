"""What became of a question is said of the question as it was asked, and of nothing else."""

import datetime as dt
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pandas as pd
import pytest

from forecasts.evaluation.resolution import Asked, became
from forecasts.ledger.fields import Outcome
from forecasts.ledger.ledger import Ledger

DEADLINE = dt.date(2023, 12, 31)
TODAY = dt.date(2024, 6, 30)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def a_ledger(*figures: tuple[str, float, str], kind: str = "stock", **outcome: Any) -> Ledger:
    """Make a ledger of one series and of one goal, with what its row says of its outcome."""
    rows = [
        {"region": "A", "indicator": "firms", "as_of": as_of, "value": value, "published_on": published,
         "qualifier": "eq"}
        for as_of, value, published in (("2022-12-31", 1000.0, "2023-01-31"), *figures)
    ]  # fmt: skip
    goals = pd.DataFrame(
        {"goal": ["g"], "region": ["A"], "indicator": ["firms"], "value": [1150], "deadline": [DEADLINE]}
    )
    ledger = Ledger.from_frames(pd.DataFrame(rows), goals, kinds={"firms": kind})
    return with_row(ledger, **outcome)


def with_row(ledger: Ledger, **changed: Any) -> Ledger:
    """Edit the goal's row."""
    row = ledger.goals["g"].model_copy(update=changed)
    return replace(ledger, goals=MappingProxyType({**ledger.goals, "g": row}))


def asked(ledger: Ledger, **changed: Any) -> Asked:
    """Ask what the register would have kept of the goal."""
    told = ledger.indicators["firms"]
    said: dict[str, Any] = {
        "goal": "g", "region": "A", "indicator": "firms", "kind": told.kind.value, "unit_zh": told.unit_zh,
        "unit_en": told.unit_en, "scope_zh": told.scope_zh, "scope_en": told.scope_en, "comparison": ">=",
        "value": 1150.0, "tolerance": 0.0, "deadline": DEADLINE,
    }  # fmt: skip
    return Asked(**(said | changed))


@pytest.mark.parametrize(("value", "state"), [(1200.0, "met"), (1100.0, "missed")])
def test_the_figure_of_the_day_decides(value: float, state: str) -> None:
    ledger = a_ledger(("2023-12-31", value, "2024-03-15"))
    end = became(ledger, asked(ledger), TODAY)
    assert (end.state, end.since, end.sure, end.changed) == (state, day("2024-03-15"), True, ())
    # On a day before it was published nobody knew.
    assert became(ledger, asked(ledger), day("2024-03-14")).state == "silent"


@pytest.mark.parametrize(
    ("outcome", "state", "sure"),
    [
        ("yes", "met", True), ("no", "missed", True),
        ("probably_yes", "met", False), ("probably_no", "missed", False),
    ],
)  # fmt: skip
def test_what_the_row_says_comes_before_the_figure(outcome: str, state: str, sure: bool) -> None:
    ledger = a_ledger(("2023-12-31", 1150.0, "2024-03-15"), outcome=Outcome(outcome))
    end = became(ledger, asked(ledger), TODAY)
    assert (end.state, end.sure) == (state, sure)
    # Nobody says since when it was known: a forecast of the deadline's day or later is not taken for one.
    assert end.since == DEADLINE


def test_an_outcome_is_known_since_its_figure_was_published() -> None:
    ledger = a_ledger(
        ("2023-12-31", 1200.0, "2024-03-15"),
        outcome=Outcome.YES, outcome_value=1200, outcome_as_of=DEADLINE,
    )  # fmt: skip
    assert became(ledger, asked(ledger), TODAY).since == day("2024-03-15")
    assert became(ledger, asked(ledger), day("2024-02-01")).state == "silent"


def test_a_row_that_was_edited_answers_its_own_question_alone() -> None:
    ledger = a_ledger(("2023-12-31", 1120.0, "2024-03-15"), value=1100, outcome=Outcome.YES)
    end = became(ledger, asked(ledger), TODAY)
    assert (end.state, end.changed) == ("missed", ("value",)), "1,120 is above 1,100, and 1,150 was asked"
    # With no figure of that day the row's word is no answer; its outcome's figure is one.
    bare = a_ledger(value=1100, outcome=Outcome.YES)
    assert became(bare, asked(bare), TODAY).state == "silent"
    with_value = with_row(bare, outcome_value=1160, outcome_as_of=DEADLINE)
    assert became(with_value, asked(with_value), TODAY).state == "met"
    interim = with_row(bare, outcome_value=1160, outcome_as_of=day("2023-10-31"))
    assert became(interim, asked(interim), TODAY).state == "silent"


def test_a_row_that_is_gone_or_another_goals_is_not_needed() -> None:
    ledger = a_ledger(("2023-12-31", 1200.0, "2024-03-15"))
    question = asked(ledger)
    gone = replace(ledger, goals=MappingProxyType({}))
    assert became(gone, question, TODAY).state == "met"
    assert became(gone, question, TODAY).changed == ("goal",)
    other = with_row(ledger, region="B", outcome=Outcome.NO, outcome_value=1, outcome_as_of=DEADLINE)
    assert became(other, question, TODAY).state == "met"


def test_what_is_counted_otherwise_now_is_told_and_not_resolved() -> None:
    ledger = a_ledger(("2023-12-31", 1200.0, "2024-03-15"))
    for changed in ({"unit_zh": "万家"}, {"kind": "flow"}, {"indicator": "other"}, {"region": "nowhere"}):
        end = became(ledger, asked(ledger, **changed), TODAY)
        assert (end.state, end.changed) == ("lost", tuple(changed))
        assert next(iter(changed)) in end.note
    worded = became(ledger, asked(ledger, scope_en="firms of all sizes"), TODAY)
    assert (worded.state, worded.changed) == ("met", ("scope",)), "wording may be a slip: it is told"


def test_a_deadline_that_has_not_passed_decides_nothing() -> None:
    ledger = a_ledger(("2023-10-31", 2000.0, "2023-11-15"), kind="cumulative", outcome=Outcome.YES)
    assert became(ledger, asked(ledger), day("2023-12-30")).state == "open"
    assert became(ledger, asked(ledger), DEADLINE).state == "met"


def test_silence_and_a_figure_that_decides_nothing_are_two_things() -> None:
    silent = a_ledger()
    assert became(silent, asked(silent), TODAY).state == "silent"
    rows = pd.DataFrame(
        {"region": ["A"] * 2, "indicator": ["firms"] * 2, "as_of": ["2022-12-31", "2023-12-31"],
         "value": [1000, 1100], "qualifier": ["eq", "over"], "published_on": ["2023-01-31", "2024-03-15"]}
    )  # fmt: skip
    open_ended = Ledger.from_frames(rows, kinds={"firms": "stock"})
    end = became(open_ended, asked(open_ended), TODAY)
    assert end.state == "undecided", end.note
    assert end.met is None


@pytest.mark.parametrize(("tolerance", "state"), [(0.0, "missed"), (20.0, "met")])
def test_the_tolerance_is_that_which_was_asked(tolerance: float, state: str) -> None:
    ledger = a_ledger(("2023-12-31", 1140.0, "2024-03-15"))
    assert became(ledger, asked(ledger, comparison="~", tolerance=tolerance), TODAY).state == state
