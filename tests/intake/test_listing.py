"""The goals of a report as questions: those that can be rows, those that cannot, those that are there."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

from forecasts.intake.listing import UNNAMED, about, figures_in, goals_in, knowing, with_goals
from forecasts.ledger.ledger import read_ledger
from tests.intake.grounds import CANDIDATES, NEXT, TEXT, found, write_ledger

END = dt.date(2022, 12, 31)

DAY = dt.date(2023, 1, 20)


def test_every_goal_is_listed_and_nothing_else(tmp_path: Path) -> None:
    ledger = read_ledger(write_ledger(tmp_path / "seeds"))
    held = found("63亿元", 1200.0, "家", "goal", "firms", date=NEXT, comparison=">=")
    unknown = found("突破1300家", 1300.0, "家", "goal", "园区", date=NEXT, comparison=">=")
    listed = goals_in(ledger, [*CANDIDATES, held, unknown], TEXT, "town", DAY)
    assert [one.goal and float(one.goal.value) for one in listed] == [1300, 70, 1200, None]
    assert [one.held for one in listed] == ["", "", "town-2023", ""]
    assert listed[0].newest is not None
    assert listed[0].newest.value == 1000
    assert listed[1].newest is None
    assert "there is no such indicator" in str(listed[3].problems[0])
    asked = with_goals(ledger, listed)
    assert len(asked.goals) == len(ledger.goals) + 3


def test_what_was_published_later_is_not_the_newest_figure(tmp_path: Path) -> None:
    ledger = read_ledger(write_ledger(tmp_path / "seeds"))
    (one, _) = goals_in(ledger, CANDIDATES, TEXT, "town", dt.date(2022, 1, 19))
    assert one.newest is None


def test_the_figures_of_the_report_are_known_with_it(tmp_path: Path) -> None:
    ledger = read_ledger(write_ledger(tmp_path / "seeds"))
    printed = figures_in(ledger, CANDIDATES, TEXT, "town", DAY)
    assert {(one.row.indicator, one.row.value, one.row.source) for one in printed} >= {
        ("firms", 1100, UNNAMED)
    }
    assert all(one.row.published_on == DAY for one in printed)
    known = knowing(ledger, printed)
    listed = goals_in(known, CANDIDATES, TEXT, "town", DAY)
    assert listed[0].newest is not None
    assert (listed[0].newest.value, listed[0].newest.as_of) == (1100, END)
    of_goals = about(printed, listed)
    assert {one.row.indicator for one in of_goals} == {one.goal.indicator for one in listed if one.goal}
    assert len(known.observations) == len(ledger.observations) + len(printed)


def test_only_figures_that_leave_no_doubt_are_known_with_it(tmp_path: Path) -> None:
    ledger = read_ledger(write_ledger(tmp_path / "seeds"))

    def known_of(*figures: object) -> list[float]:
        return [float(one.row.value) for one in figures_in(ledger, figures, TEXT, "town", DAY)]  # type: ignore[arg-type]

    sure = found("1100家", 1100.0, "家", "observation", "高新技术企业", date=END)
    assert known_of(sure, sure) == [1100]
    assert known_of(sure, found("63亿元", 1200.0, "家", "observation", "高新技术企业", date=END)) == []
    assert (
        known_of(found("1100家", 1100.0, "家", "observation", "高新技术企业", date=END, confidence=0.6)) == []
    )
    assert known_of(found("1100家", 1100.0, "家", "observation", "高新技术企业", date=END, new=True)) == []
    assert known_of(found("1100家", 1100.0, "家", "observation", "高新技术企业", date=NEXT)) == []
    # The ledger has a figure of the end of 2021: what it holds counts.
    held = dt.date(2021, 12, 31)
    assert known_of(found("1100家", 1001.0, "家", "observation", "高新技术企业", date=held)) == []


def test_a_mean_of_several_years_is_no_goal_for_one_of_them(tmp_path: Path) -> None:
    ledger = read_ledger(write_ledger(tmp_path / "seeds"))
    text = "今后五年，产值年均增长5%。今年产值增长6%。"
    mean, year = (
        replace(
            CANDIDATES[5], start=text.index(quote), end=text.index(quote) + 2, quote=quote, value=value,
            unit="%", indicator="产值增速", date=dt.date(day, 12, 31), comparison=">=",
        )
        for quote, value, day in (("5%", 5.0, 2027), ("6%", 6.0, 2023))
    )  # fmt: skip
    listed = goals_in(ledger, [mean, year], text, "town", DAY)
    assert [one.goal and float(one.goal.value) for one in listed] == [None, 6]
    assert "a mean of several years" in str(listed[0].problems[0])
