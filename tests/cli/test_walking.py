"""The walk on a terminal: every letter does what it says, whatever was decided is kept, nothing is markup."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from forecasts.cli.walking import Asking, Left, marked, walk
from forecasts.intake.accept import accept
from forecasts.intake.decisions import Decisions, entries_of
from forecasts.intake.walking import ACCEPT, Walk
from forecasts.ledger.ledger import read_ledger
from forecasts.ledger.sheets import open_seeds
from tests.intake.grounds import CANDIDATES, TEXT, found, report, write_ledger


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return write_ledger(tmp_path / "seeds")


class Typed(Console):
    """A terminal at which somebody types lines."""

    def __init__(self, *lines: str) -> None:
        super().__init__(file=io.StringIO(), width=100)
        self.lines: Iterator[str] = iter(lines)

    def input(self, prompt: object = "", **more: object) -> str:  # type: ignore[override]
        self.print(prompt, end="")
        try:
            return next(self.lines)
        except StopIteration:
            raise EOFError from None

    @property
    def said(self) -> str:
        return self.file.getvalue()  # type: ignore[attr-defined]


def way_of(seeds: Path, decisions: Decisions | None = None) -> Walk:
    return Walk(CANDIDATES, decisions or Decisions(), read_ledger(seeds), report())


def walked(way: Walk, *lines: str) -> tuple[Walk | None, list[Decisions], str]:
    """Walk with some lines typed: the end, what was kept on the way, what was shown."""
    kept: list[Decisions] = []
    console = Typed(*lines)
    try:
        return walk(way, Asking(console), kept.append), kept, console.said
    except Left:
        return None, kept, console.said


def test_who_accepts_everything_has_every_row(seeds: Path) -> None:
    end, kept, said = walked(way_of(seeds), *"aaaaaaa")
    assert end is not None
    assert len(kept) == end.count(ACCEPT) == len(CANDIDATES)
    assert "→ town-firms-20221231: 1100" in said
    entries = entries_of(end.used(), CANDIDATES, TEXT)
    assert len(accept(seeds, report(), entries).rows["observations"]) == 5


def test_who_leaves_goes_on_where_it_was(seeds: Path) -> None:
    end, kept, _ = walked(way_of(seeds), "a", "s", "q")
    assert end is None
    end, more, said = walked(way_of(seeds, kept[-1]), *"sssss")
    assert end is not None
    assert "3 / 7" in said
    assert "1 / 7" not in said
    assert [one.decision for one in more[-1].decided.values()] == ["accept", *["skip"] * 6]


def test_the_end_of_the_input_is_leaving(seeds: Path) -> None:
    end, kept, _ = walked(way_of(seeds), "a")
    assert end is None
    assert len(kept) == 1


def test_fields_are_mended_until_they_are_sound(seeds: Path) -> None:
    lines = ("e", "value=many", "colour=red", "value=1101", "note_zh=印刷有误", "", "a", "q")
    _, kept, said = walked(way_of(seeds), *lines)
    ((_, one),) = kept[-1].decided.items()
    assert one.fields == {"value": "1101", "note_zh": "印刷有误"}
    assert "there is no such field" in said
    assert "many" in said


def test_back_shows_what_was_mended(seeds: Path) -> None:
    _, kept, said = walked(way_of(seeds), "e", "value=1101", "", "a", "b", "a", "q")
    assert said.count("→ town-firms-20221231: 1101") == 2
    assert next(iter(kept[-1].decided.values())).fields == {"value": "1101"}


def test_what_cannot_be_a_row_is_not_accepted(seeds: Path) -> None:
    way = replace(way_of(seeds), candidates=[replace(CANDIDATES[0], indicator="园区")])
    end, _, said = walked(way, "a", "s")
    assert end is not None
    assert end.count(ACCEPT) == 0
    assert "there is no such indicator" in said
    assert "it cannot become a row as it is" in said


def test_a_new_indicator_and_a_new_place_are_asked_for(seeds: Path) -> None:
    way = replace(way_of(seeds), candidates=[replace(CANDIDATES[0], indicator="园区", region="湾区")])
    lines = ("n", "parks", "", "", "", "园区数", "p", "bay", "", "land", "a")
    end, _, _ = walked(way, *lines)
    assert end is not None
    used = end.used()
    assert [(i.id, i.name_zh, i.unit_zh, i.kind.value) for i in used.indicators] == [
        ("parks", "园区", "家", "stock")
    ]
    entries = entries_of(used, way.candidates, TEXT)
    accept(seeds, report(), entries, used.indicators, used.regions)
    assert open_seeds(seeds).problems == ()


def test_a_new_indicator_says_what_it_counts(seeds: Path) -> None:
    way = replace(way_of(seeds), candidates=[replace(CANDIDATES[0], indicator="园区")])
    end, _, said = walked(way, "n", "parks", "", "", "", "", "a", "s")
    assert end is not None
    assert end.decisions.indicators == ()
    assert "[scope_zh]: is missing" in said


def test_what_nothing_names_is_not_added(seeds: Path) -> None:
    end, _, _ = walked(way_of(seeds), "n", "parks", "园区", "个", "", "园区数", *"sssssss")
    assert end is not None
    assert end.decisions.indicators
    assert end.used().indicators == ()


def test_conflicts_and_what_is_there_already_are_shown(seeds: Path) -> None:
    accept(seeds, report(), entries_of(walked(way_of(seeds), *"aaaaaaa")[0].used(), CANDIDATES, TEXT))  # type: ignore[union-attr]
    other = found("5.5亿元", 5.6, "亿元", "observation", "contracts")
    way = replace(way_of(seeds), candidates=[CANDIDATES[0], other])
    _, _, said = walked(way, "s", "s")
    assert "there already" in said
    assert "both are kept" in said


def test_a_text_is_shown_as_it_is_and_moves_no_cursor() -> None:
    text = "[bold]甲[/bold]\x1b[2J企业\r达到1100家，[link=x]乙。"
    start = text.index("1100家")
    shown = marked(text, start, start + 5)
    assert "[bold]甲[/bold]" in shown.plain
    assert shown.plain.isprintable()
    assert [shown.plain[s.start : s.end] for s in shown.spans] == ["1100家"]
