"""Accepted entries become rows: all or none, behind what was there, sound, and never twice."""

import csv
import datetime as dt
import itertools
import os
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.intake import journal
from forecasts.intake.accept import accept, cell_of
from forecasts.intake.candidates import Candidate, Said
from forecasts.intake.entries import Entry, proposed
from forecasts.ledger.fields import Comparison, Qualifier
from forecasts.ledger.problems import BadInput
from forecasts.ledger.records import Indicator, Region
from forecasts.ledger.scaled import in_unit_of
from forecasts.ledger.sheets import open_seeds
from tests.intake.grounds import (
    CANDIDATES,
    TABLES,
    TEXT,
    Look,
    contents,
    entries,
    found,
    report,
    write_ledger,
)


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return write_ledger(tmp_path / "seeds")


def test_a_report_becomes_rows_with_their_source_and_its_text(seeds: Path) -> None:
    done = accept(seeds, report(), entries())
    opened = open_seeds(seeds)
    assert opened.problems == ()
    held = opened.parts
    assert held.sources["town-2023"].held
    assert (seeds / "texts" / "town-2023.txt").read_text(encoding="utf-8") == TEXT
    assert [o.id for o in done.rows["observations"]] == list(held.observations)[1:]
    values = {o.indicator: (o.value, o.as_of, o.period_start) for o in list(held.observations.values())[1:]}
    day = dt.date(2022, 12, 31)
    assert values == {
        "firms": (1100, day, None),
        "loans": (63, day, None),
        "contracts": (Decimal("5.5"), day, dt.date(2022, 1, 1)),  # of the year, as a flow is
        "growth": (Decimal("-3.5"), day, None),  # a fall, printed without its sign
        "spread": (Decimal("2.4"), day, None),
    }
    goals = list(held.goals.values())[1:]
    assert [(g.indicator, g.value, g.comparison.value) for g in goals] == [
        ("firms", 1300, ">"),
        ("loans", 70, ">="),  # 700000 万元 in 亿元
    ]
    assert {g.announced_on for g in goals} == {dt.date(2023, 1, 20)}
    assert done.conflicts == done.duplicates == ()


def test_what_is_there_already_is_refused_and_nothing_written(seeds: Path) -> None:
    accept(seeds, report(), entries())
    before = contents(seeds)
    again = accept(seeds, report(), entries())
    assert again.rows == {}
    assert len(again.duplicates) == len(CANDIDATES)
    assert contents(seeds) == before


def test_a_number_that_is_printed_twice_in_one_report_is_one_row(seeds: Path) -> None:
    done = accept(seeds, report(), entries([CANDIDATES[0], CANDIDATES[0]]))
    assert len(done.rows["observations"]) == len(done.duplicates) == 1


def test_another_value_of_the_same_day_is_told_and_both_are_kept(seeds: Path) -> None:
    revised = found("1100家", 1100.0, "家", "observation", "firms", date=dt.date(2021, 12, 31))
    done = accept(seeds, report(), entries([revised]))
    assert [(b.row.value, b.other.id) for b in done.conflicts] == [(1100, "one")]
    held = open_seeds(seeds).parts.observations
    assert {o.value for o in held.values()} == {1000, 1100}


def test_the_same_value_of_another_source_is_a_row_of_its_own(seeds: Path) -> None:
    accept(seeds, report(), entries())
    done = accept(seeds, report(name="other"), entries())
    assert len(done.rows["observations"]) == 5
    assert done.conflicts == ()


def test_a_dry_run_says_the_same_and_writes_nothing(seeds: Path) -> None:
    before = contents(seeds)
    tried = accept(seeds, report(), entries(), dry_run=True)
    assert contents(seeds) == before
    assert tried.rows == accept(seeds, report(), entries()).rows


LOOKS = [
    Look(*each)
    for each in itertools.product(("\n", "\r\n"), (",", ";"), *[(False, True)] * 4)
]  # fmt: skip


@pytest.mark.parametrize("look", LOOKS[::3], ids=str)
def test_lines_that_are_there_stay_as_they_are_and_new_ones_look_alike(tmp_path: Path, look: Look) -> None:
    seeds = write_ledger(tmp_path / "seeds", look)
    before = contents(seeds)
    accept(seeds, report(), entries())
    after = contents(seeds)
    for name in ("observations.csv", "goals.csv", "sources.csv"):
        assert after[name].startswith(before[name])
        added = after[name][len(before[name]) :].decode()
        body = added if look.ended else added.removeprefix(look.line_end)
        assert body.endswith(look.line_end)
        assert body.replace(look.line_end, "").isprintable()
        assert all(line.startswith('"') == look.quoted for line in body.split(look.line_end)[:-1])
    assert after["indicators.csv"] == before["indicators.csv"]
    assert open_seeds(seeds).problems == ()


# what is refused, and how that is told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"indicator": "高新技术企"}, "did you mean '高新技术企业'"),
        ({"region": "临海市"}, "did you mean '临江市'"),
        ({"unit": "亿元"}, "is counted in another unit than firms"),
        ({"date": None}, "has no day that it describes"),
        ({"kind": "change"}, "is a change; firms is of kind stock"),
        ({"kind": "share"}, "is a share; firms is of kind stock"),
        ({"date": "2023-12-31"}, "as_of must not be after published_on"),
        ({"quote": "企业1101家"}, "does not stand in the text of its source"),
        ({"value": "-5", "unit": ""}, "must not be negative"),
        ({"indicator": "loans", "unit": ""}, "is counted in another unit than loans"),
    ],
)
def test_what_cannot_be_a_row_is_refused_with_its_reason(
    seeds: Path, change: dict[str, object], told: str
) -> None:
    before = contents(seeds)
    with pytest.raises(BadInput) as refused:
        accept(seeds, report(), [*entries(CANDIDATES[1:]), *entries(CANDIDATES[:1], **change)])
    assert told in str(refused.value)
    assert contents(seeds) == before


def test_all_faults_are_told_at_once(seeds: Path) -> None:
    with pytest.raises(BadInput) as refused:
        accept(seeds, report(), entries(CANDIDATES[:3], region="nowhere", date=None))
    assert len(refused.value.problems) == 6


def test_a_source_or_a_text_of_the_same_name_must_say_the_same(seeds: Path) -> None:
    with pytest.raises(BadInput, match="another title"):
        accept(seeds, report(name="old-report"), entries())
    accept(seeds, report(), entries(CANDIDATES[:1]))
    with pytest.raises(BadInput, match="another text of this source"):
        accept(seeds, report(text=TEXT + "附件"), entries(CANDIDATES[1:2]))


def test_a_folder_with_faults_is_not_written_to(seeds: Path) -> None:
    (seeds / "goals.csv").write_bytes((seeds / "goals.csv").read_bytes() + b"torn\n")
    before = contents(seeds)
    with pytest.raises(BadInput, match=r"seeds/goals.csv:3"):
        accept(seeds, report(), entries())
    assert contents(seeds) == before


def test_a_column_that_is_missing_is_told_before_anything_is_lost(seeds: Path) -> None:
    path = seeds / "observations.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("as_of_basis", "origin").replace("stated", "printed"),
        encoding="utf-8",
    )
    with pytest.raises(BadInput, match="has no column 'as_of_basis'"):
        accept(seeds, report(), entries())


def test_what_would_read_back_otherwise_is_refused(seeds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = cell_of
    monkeypatch.setattr(
        "forecasts.intake.accept.cell_of",
        lambda v: plain(v).replace("5.5", "5.6") if v == Decimal("5.5") else plain(v),
    )
    before = contents(seeds)
    with pytest.raises(BadInput, match=r"would be read as 5\.6"):
        accept(seeds, report(), entries(CANDIDATES[2:3]))
    assert contents(seeds) == before


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_no_words_of_a_report_become_a_formula(seeds: Path, sign: str) -> None:
    words = f"{sign}HYPERLINK(1)全市企业5家"
    one = Candidate(
        len(words) - 2, len(words), "5家", 5.0, None, "家", "eq", "observation", False, False, "firms",
        "town", dt.date(2022, 12, 31), True, None, 0.9,
    )  # fmt: skip
    accept(seeds, report(words), [Entry.model_validate(proposed(one, words))])
    with (seeds / "observations.csv").open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(sign)]
    assert [o.quote for o in open_seeds(seeds).parts.observations.values()][-1] == words


@pytest.mark.parametrize(
    ("value", "unit", "meant"),
    [(3.0, "万亿元", "30000"), (7650.0, "万元", "0.765"), (63.0, "亿元", "63"), (5.0, "元", "0.00000005")],
)
def test_a_power_of_ten_is_settled(value: float, unit: str, meant: str) -> None:
    loans = Indicator(id="loans", unit_zh="亿元")
    assert in_unit_of(loans, Decimal(str(value)), unit) == Decimal(meant)


def test_new_indicators_and_regions_come_with_the_rows_that_name_them(seeds: Path) -> None:
    parks = Indicator(id="parks", name_zh="园区", unit_zh="个", scope_zh="园区数")
    bay = Region(id="bay", name_zh="湾区", parent="land")
    entry = entries(CANDIDATES[:1], indicator="园区", region="湾区", unit="个")
    accept(seeds, report(), entry, [parks], [bay])
    held = open_seeds(seeds)
    assert held.problems == ()
    assert held.parts.indicators["parks"] == parks
    assert [o.region for o in held.parts.observations.values()][-1] == "bay"
    bare = Indicator(id="bare", name_zh="空地", scope_zh="块数")
    with pytest.raises(BadInput, match=r"a new row of seeds/indicators\.csv \[unit_en\]"):
        accept(seeds, report(), entries(CANDIDATES[:1], indicator="bare", unit=""), [bare])
    with pytest.raises(BadInput, match="another indicator of this id"):
        accept(seeds, report(), entry, [Indicator(id="firms", name_zh="公司")])


# several writers, and ends at any moment


def test_another_writer_is_told(seeds: Path) -> None:
    with journal.locked(seeds), pytest.raises(BadInput, match="another intake is at work"):
        accept(seeds, report(), entries())
    assert accept(seeds, report(), entries()).rows


class Killed(BaseException):
    """The end of a program that nobody catches."""


def test_after_every_step_the_folder_is_sound_and_the_next_start_ends_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = write_ledger(tmp_path / "whole" / "seeds")
    parks = Indicator(id="parks", name_zh="园区", unit_zh="个", scope_zh="园区数")
    bay = Region(id="bay", name_zh="湾区", parent="land")
    given_ = [*entries(), *entries(CANDIDATES[:1], indicator="parks", region="bay", unit="个")]
    accept(whole, report(), given_, [parks], [bay])
    plain, promised = os.replace, []
    for step in itertools.count():
        seeds = write_ledger(tmp_path / str(step) / "seeds")
        before, moves = contents(seeds), itertools.count()

        def stop(
            one: Path, other: Path, step: int = step, moves: "itertools.count[int]" = moves, **more: int
        ) -> None:
            if next(moves) == step:
                raise Killed
            plain(one, other, **more)

        with monkeypatch.context() as patched:
            patched.setattr("os.replace", stop)
            try:
                accept(seeds, report(), given_, [parks], [bay])
                break
            except Killed:
                promised.append((seeds / ".intake" / "journal.json").exists())
        assert open_seeds(seeds).problems == ()
        with journal.locked(seeds):
            pass
        assert contents(seeds) == (contents(whole) if promised[-1] else before)
        assert {path.name for path in (seeds / ".intake").iterdir()} <= {".gitignore", "lock"}
    assert promised.count(True) == 6  # five tables and a text


def test_a_file_that_was_changed_since_is_left_alone_and_the_rows_are_kept(
    seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = os.replace

    def stop(one: Path, other: Path) -> None:
        if Path(other).suffix == ".csv":
            raise Killed
        plain(one, other)

    with monkeypatch.context() as patched:
        patched.setattr("os.replace", stop)
        with pytest.raises(Killed):
            accept(seeds, report(), entries())
    path = seeds / "sources.csv"
    mine = path.read_bytes() + b"mine,mine,mine\n"
    old = path.read_bytes()
    path.write_bytes(mine)
    with pytest.raises(BadInput, match="was changed while an intake was writing it"):
        accept(seeds, report(), entries())
    assert path.read_bytes() == mine
    path.write_bytes(old)
    assert len(accept(seeds, report(), entries()).duplicates) == len(CANDIDATES)


@pytest.mark.parametrize(
    "name", ["../x.csv", "texts/../../x.txt", "/etc/x.csv", "scenarios/a.yaml", "texts/A.txt"]
)
def test_a_journal_names_nothing_but_tables_and_texts(seeds: Path, name: str) -> None:
    with journal.locked(seeds) as place:
        (place / "pending").mkdir()
        (place / "pending" / "0").write_bytes(b"x")
        step = f'{{"file": "{name}", "draft": "0", "old": "", "new": ""}}'
        (place / "journal.json").write_text(f'{{"steps": [{step}]}}', encoding="utf-8")
    before = contents(seeds)
    with pytest.raises(BadInput, match="is no journal"):
        accept(seeds, report(), entries())
    assert contents(seeds) == before


def test_a_table_that_is_a_link_is_not_replaced(seeds: Path, tmp_path: Path) -> None:
    (seeds / "goals.csv").rename(tmp_path / "elsewhere.csv")
    (seeds / "goals.csv").symlink_to(tmp_path / "elsewhere.csv")
    before = (tmp_path / "elsewhere.csv").read_bytes()
    with pytest.raises(BadInput, match="is a link"):
        accept(seeds, report(), entries())
    assert (tmp_path / "elsewhere.csv").read_bytes() == before


def test_the_lock_is_free_after_an_end_that_nobody_caught(seeds: Path) -> None:
    with pytest.raises(BadInput):
        accept(seeds, report(name="Not A Name"), entries())
    with FileLock(seeds / ".intake" / "lock", timeout=0):
        pass


# whatever is read from a report


@st.composite
def candidates(draw: st.DrawFn) -> tuple[str, list[Candidate]]:
    """Return a text of any characters and quantities at any places of it."""
    text = draw(st.text(min_size=3, max_size=80)) + draw(st.sampled_from(["", "\n", "达到5家，", "下降。3%"]))
    some = []
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, min(len(text), start + 9)))
        number = st.floats(-1e19, 1e19) | st.integers(0, 2000).map(float)
        some.append(
            Candidate(
                start, end, text[start:end], draw(number), draw(st.none() | number),
                draw(st.sampled_from(["家", "亿元", "万元", "%", "", "个百分点"]) | st.text(max_size=3)),
                draw(st.sampled_from(list(Qualifier))), draw(st.sampled_from(list(Said))), False, False,
                draw(st.sampled_from([row[0] for row in TABLES["indicators"][1:]]) | st.text(max_size=4)),
                draw(st.sampled_from(["town", "临江市", "全省"])),
                draw(st.none() | st.dates(dt.date(2020, 1, 1), dt.date(2024, 1, 1))), draw(st.booleans()),
                draw(st.none() | st.sampled_from(list(Comparison))), 0.5,
            )
        )  # fmt: skip
    return text, some


@settings(max_examples=60)
@given(candidates(), st.sampled_from(LOOKS))
def test_any_candidates_give_a_sound_ledger_or_a_clear_refusal(
    read: tuple[str, list[Candidate]], look: Look
) -> None:
    text, some = read
    try:
        made = [Entry.model_validate(proposed(one, text)) for one in some]
    except ValueError:
        return  # told at the edit: no name, a number beyond all bounds
    with tempfile.TemporaryDirectory() as name:
        seeds = write_ledger(Path(name) / "seeds", look)
        before, done, refused = contents(seeds), None, ()
        try:
            done = accept(seeds, report(text), made)
        except BadInput as bad:
            refused = bad.problems
        assert bool(refused) == (contents(seeds) == before and not done)
        if done is None:
            return
        opened = open_seeds(seeds)
        assert opened.problems == ()
        after = contents(seeds)
        assert all(after[file].startswith(content) for file, content in before.items())
        for table, rows in done.rows.items():
            assert {row.id for row in rows} <= set(getattr(opened.parts, table))  # type: ignore[attr-defined]


def test_of_two_that_are_called_so_the_one_of_its_unit_is_meant(seeds: Path) -> None:
    grain = [
        Indicator(id=name, name_zh="粮食产量", unit_zh=unit, kind="flow", scope_zh="总产量")
        for name, unit in (("grain_jin", "亿斤"), ("grain_tonnes", "万吨"))
    ]
    one = Entry.model_validate({**proposed(found("5.5亿元", 125.0, "亿斤", "observation", "粮食产量"), TEXT)})
    (row,) = accept(seeds, report(), [one], grain).rows["observations"]
    assert (row.indicator, row.value) == ("grain_jin", 125)  # type: ignore[attr-defined]
    other = one.model_copy(update={"unit": "家"})
    with pytest.raises(BadInput, match="several indicators are called so"):
        accept(seeds, report(), [other], grain)
