"""The goals of a report as questions: those that can be rows, those that cannot, those that are there."""

import datetime as dt
from pathlib import Path

from forecasts.intake.listing import goals_in, with_goals
from forecasts.ledger.ledger import read_ledger
from tests.intake.grounds import CANDIDATES, NEXT, TEXT, found, write_ledger

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
