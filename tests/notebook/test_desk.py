"""A report on the desk, without widgets: what the intake takes, and only what can be a row."""

import datetime as dt
from pathlib import Path

import pytest

from forecasts.intake.accept import Accepted, accept
from forecasts.intake.decisions import ACCEPT, SKIP, Decisions, entries_of, read_decisions, write_decisions
from forecasts.intake.sourcing import published_as
from forecasts.ledger.ledger import read_ledger
from forecasts.ledger.problems import BadInput
from forecasts.ledger.records import Indicator, Region
from forecasts.notebook.desk import COLUMNS, MORE, OPEN, Desk, open_desk
from tests.intake.grounds import CANDIDATES, TEXT, contents, found, write_ledger

SAID = {"source": "town-2023", "title": "工作报告", "publisher": "临江市", "published_on": "2023-01-20"}
UNKNOWN = found("2.4%", 2.4, "%", "share", "投入强度", region="上游区")


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return write_ledger(tmp_path / "seeds")


@pytest.fixture
def desk(seeds: Path) -> Desk:
    return open_desk(TEXT, CANDIDATES, read_ledger(seeds), Decisions(source=SAID))


def saved(desk: Desk, seeds: Path) -> Accepted:
    """Take in what is accepted, as the screen does."""
    used = desk.walk.used()
    published = published_as(desk.said, TEXT, desk.walk.ledger)
    entries = entries_of(used, desk.walk.candidates, TEXT, desk.walk.region)
    return accept(seeds, published, entries, used.indicators, used.regions)


def test_what_is_accepted_is_saved_and_nothing_else(desk: Desk, seeds: Path) -> None:
    desk = desk.accepted(0).skipped(1).accepted(5)
    assert [desk.count(one) for one in (ACCEPT, SKIP, OPEN)] == [2, 1, 4]
    done = saved(desk, seeds)
    rows = [*done.rows["observations"], *done.rows["goals"]]
    assert [(row.indicator, row.value) for row in rows] == [("firms", 1100), ("firms", 1300)]  # type: ignore[attr-defined]
    after = desk.saved(read_ledger(seeds))
    assert [after.decision(k) for k in (0, 1, 5)] == [OPEN, SKIP, OPEN]
    assert [bool(after.row(k).there) for k in range(len(after))] == [True, *[False] * 4, True, False]


def test_every_field_is_shown_as_it_was_read(desk: Desk) -> None:
    row = desk.row(0)
    assert set(row.fields) == {*COLUMNS, *MORE}
    shown = [row.fields[name] for name in COLUMNS]
    assert shown == ["observation", "高新技术企业", "临江市", "1100", "家", "eq", "2022-12-31"]
    assert row.fields["date_inferred"] == "true"
    assert row.mended == frozenset()
    assert [new.id for new in row.new] == ["town-firms-20221231"]


def test_an_edit_is_what_is_saved_and_can_be_taken_back(desk: Desk, seeds: Path) -> None:
    desk = desk.edited(0, "date", "2022-11-30").edited(0, "value", " 1101 ")
    assert desk.row(0).mended == {"date", "value"}
    assert desk.decision(0) == OPEN
    back = desk.edited(0, "date", "2022-12-31").edited(0, "value", "1100")
    assert back.row(0).mended == frozenset()
    (row,) = saved(desk.accepted(0), seeds).rows["observations"]
    assert (row.value, row.as_of) == (1101, dt.date(2022, 11, 30))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("unit", "人"), ("value", "many"), ("value", ""), ("date", "2022-13-40"), ("date", ""),
        ("date", "2031-01-01"), ("indicator", "no such thing"), ("region", "Nowhere"), ("kind", "share"),
        ("kind", "nonsense"), ("qualifier", "perhaps"), ("high", "1"),
    ],
)  # fmt: skip
def test_an_edit_that_cannot_be_a_row_says_so_is_kept_and_cannot_be_accepted(
    desk: Desk, name: str, value: str
) -> None:
    edited = desk.accepted(0).edited(0, name, value)
    row = edited.row(0)
    assert row.problems
    assert row.decision == OPEN, "what was accepted is not what stands there now"
    assert row.fields[name] == value
    with pytest.raises(BadInput):
        edited.accepted(0)
    assert edited.edited(0, name, desk.row(0).fields[name]).accepted(0).count(ACCEPT) == 1


def test_a_fault_names_its_field(seeds: Path) -> None:
    desk = open_desk(TEXT, [UNKNOWN], read_ledger(seeds), Decisions(source=SAID))
    assert {problem.column for problem in desk.row(0).problems} == {"indicator", "region"}
    fields = {desk.edited(0, name, "x").row(0).problems[0].column for name in ("value", "date", "kind")}
    assert fields == {"value", "date", "kind"}


def test_an_accepted_row_that_is_mended_soundly_stays_accepted(desk: Desk) -> None:
    edited = desk.accepted(0).edited(0, "qualifier", "about")
    assert edited.decision(0) == ACCEPT
    assert edited.decisions.decided[edited.place(0)].fields == {"qualifier": "about"}


def test_what_is_there_already_is_refused_at_the_row(desk: Desk, seeds: Path) -> None:
    saved(desk.accepted(0), seeds)
    again = open_desk(TEXT, CANDIDATES, read_ledger(seeds), Decisions(source=SAID))
    assert [beside.other.id for beside in again.row(0).there] == ["town-firms-20221231"]
    with pytest.raises(BadInput, match="is there already"):
        again.accepted(0)


def test_another_value_of_the_same_day_is_shown_and_both_are_kept(desk: Desk, seeds: Path) -> None:
    desk = desk.edited(0, "date", "2021-12-31")
    assert [(b.row.value, b.other.id) for b in desk.row(0).conflicts] == [(1100, "one")]
    done = saved(desk.accepted(0), seeds)
    assert [b.other.id for b in done.conflicts] == ["one"]
    kept = [o.value for o in read_ledger(seeds).series("firms", "town")]
    assert sorted(kept) == [1000, 1100]


def test_a_new_indicator_and_a_new_region_serve_the_row_and_go_with_it(seeds: Path) -> None:
    desk = open_desk(TEXT, [UNKNOWN], read_ledger(seeds), Decisions(source=SAID))
    share = Indicator(id="intensity", name_zh="投入强度", unit_zh="%", kind="share", scope_zh="占比")
    desk = desk.with_new(0, share)
    desk = desk.with_new(0, Region(id="upstream", name_zh="上游区", parent="land"))
    done = saved(desk.accepted(0), seeds)
    assert [row.id for name in ("indicators", "regions") for row in done.rows[name]] == [
        "intensity",
        "upstream",
    ]  # type: ignore[attr-defined]
    after = desk.saved(read_ledger(seeds))
    assert after.decisions.indicators == after.decisions.regions == ()


def test_one_bad_row_keeps_all_from_being_written(desk: Desk, seeds: Path) -> None:
    before = contents(seeds)
    desk = desk.accepted(0).accepted(1).told(published_on="2022-06-30")  # before the days it describes
    assert desk.row(0).problems
    with pytest.raises(BadInput):
        saved(desk, seeds)
    assert contents(seeds) == before


def test_rows_can_be_tried_once_the_day_of_publication_is_known(desk: Desk) -> None:
    without = desk.told(published_on="")
    assert [problem.place for problem in without.row(0).problems] == ["source"]
    assert without.told(published_on="2023-01-20", title="").row(0).new, "a title is asked when it is saved"
    assert without.told(published_on="2023-01-20") == desk


def test_a_terminal_can_go_on_where_a_desk_was_left_and_the_other_way_round(
    desk: Desk, tmp_path: Path
) -> None:
    desk = desk.edited(0, "qualifier", "about").accepted(0).skipped(1)
    write_decisions(tmp_path / "kept.json", desk.decisions)
    held = read_decisions(tmp_path / "kept.json")
    again = open_desk(TEXT, CANDIDATES, desk.walk.ledger, held)
    assert [again.row(k) for k in range(len(again))] == [desk.row(k) for k in range(len(desk))]
    assert again.walk.resumed().at == 2


def test_the_next_open_one_is_found_from_anywhere(desk: Desk) -> None:
    desk = desk.skipped(1).skipped(6)
    assert [desk.next_open(k) for k in (-1, 0, 5, 6)] == [0, 2, 0, 0]
    for number in range(len(desk)):
        desk = desk.skipped(number)
    assert desk.next_open(3) is None
