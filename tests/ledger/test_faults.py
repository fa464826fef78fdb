"""Faults of a tenant: every true one at once, with its place, and none that is only the shadow of another."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from forecasts.ledger.problems import BadInput, Problem
from forecasts.ledger.sheets import open_seeds
from forecasts.scenarios.seeds import Seeds, read_seeds

ROOT = Path(__file__).parents[2]


@pytest.fixture
def tenant(tmp_path: Path) -> Path:
    """Return a copy of the real seeds."""
    return Path(shutil.copytree(ROOT / "seeds", tmp_path / "seeds"))


def faults(folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(BadInput) as bad:
        read_seeds(folder)
    return bad.value.problems


Cells = list[list[str]]


def change(path: Path, edit: Callable[[Cells], object]) -> None:
    """Change the cells of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        cells = list(csv.reader(file))
    edit(cells)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(cells)


def clear(names: set[str], rows: slice) -> Callable[[Cells], None]:
    """Empty some columns of some rows."""

    def edit(cells: Cells) -> None:
        places = [i for i, name in enumerate(cells[0]) if name in names]
        for row in cells[1:][rows]:
            for i in places:
                row[i] = ""

    return edit


NAMES = {f"{what}_{language}" for what in ("name", "unit", "scope") for language in ("zh", "en")}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_one_language_is_enough(tenant: Path, language: str) -> None:
    """A tenant that fills the names of one language alone, or leaves the other's columns out, moves in."""
    others = {name for name in (*NAMES, "note_zh", "note_en") if not name.endswith(language)}
    for name in ("indicators", "regions", "observations"):
        change(tenant / f"{name}.csv", clear(others, slice(None)))
    for path in (tenant / "scenarios").glob("*.yaml"):
        kept = [line for line in path.read_text("utf-8").splitlines() if not line.startswith(tuple(others))]
        path.write_text("\n".join(kept), "utf-8")
    before = read_seeds(tenant)

    def drop(cells: Cells) -> None:
        places = [i for i, name in enumerate(cells[0]) if name not in others]
        cells[:] = [[row[i] for i in places] for row in cells]

    for name in ("indicators", "regions", "observations"):
        change(tenant / f"{name}.csv", drop)
    after = read_seeds(tenant)
    assert dict(before.ledger.indicators) == dict(after.ledger.indicators)
    assert dict(before.ledger.observations) == dict(after.ledger.observations)


def test_empty_names_bring_no_faults_elsewhere(tenant: Path) -> None:
    """A tenant without names: 4 indicators lack 3 texts each, 6 regions one; no more."""
    change(tenant / "indicators.csv", clear(NAMES, slice(0, 4)))
    change(tenant / "regions.csv", clear(NAMES, slice(0, 6)))
    found = faults(tenant)
    assert len(found) == 18
    assert all("must be filled: a language is enough" in p.rule for p in found)
    assert {(p.place, p.line, p.column) for p in found} == {
        *(("seeds/indicators.csv", n, c) for n in range(2, 6) for c in ("name_en", "unit_en", "scope_en")),
        *(("seeds/regions.csv", n, "name_en") for n in range(2, 8)),
    }


def test_what_a_newcomer_leaves_out_has_a_plain_meaning(tenant: Path) -> None:
    left_out = {"as_of_basis", "published_basis", "qualifier", "confidence", "origin", "note_zh", "note_en"}

    def drop(cells: Cells) -> None:
        places = [i for i, name in enumerate(cells[0]) if name not in left_out]
        # Only an estimate looks ahead, and only a known start is nothing: their origin cannot be left out.
        at = cells[0].index("origin")
        cells[:] = [[row[i] for i in places] for row in cells if row[at] in ("origin", "printed")]

    change(tenant / "observations.csv", drop)
    opened = open_seeds(tenant)
    assert not opened.problems
    one = next(iter(opened.parts.observations.values()))
    assert (one.as_of_basis, one.published_basis, one.qualifier) == ("stated", "stated", None)
    assert (one.confidence, one.origin) == ("high", "printed")


def test_a_faulty_rows_own_references_are_checked(tenant: Path) -> None:
    def edit(cells: Cells) -> None:
        column = {name: i for i, name in enumerate(cells[0])}
        cells[1][column["value"]] = "many"
        cells[1][column["region"]] = "atlantis"
        cells[2][column["source"]] = "hearsay"

    change(tenant / "observations.csv", edit)
    assert {(p.line, p.column, p.value) for p in faults(tenant)} == {
        (2, "value", "many"), (2, "region", "atlantis"), (3, "source", "hearsay"),
    }  # fmt: skip


def test_a_faulty_goals_baseline_is_checked(tenant: Path) -> None:
    def edit(cells: Cells) -> None:
        column = {name: i for i, name in enumerate(cells[0])}
        cells[1][column["value"]] = "-5"
        cells[1][column["baseline"]] = "no-such-scenario"

    change(tenant / "goals.csv", edit)
    found = faults(tenant)
    assert {(p.place, p.line, p.column) for p in found} == {
        ("seeds/goals.csv", 2, "value"), ("seeds/goals.csv", 2, "baseline"),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["indicators", "regions", "sources"])
@pytest.mark.parametrize("cell", ["too many", "too few"])
def test_a_row_of_the_wrong_width_is_there_all_the_same(tenant: Path, name: str, cell: str) -> None:
    def edit(cells: Cells) -> None:
        for row in cells[1:4]:
            row[:] = [*row, "", "x"] if cell == "too many" else row[:-1]

    change(tenant / f"{name}.csv", edit)
    found = faults(tenant)
    assert [(p.place, p.line) for p in found] == [(f"seeds/{name}.csv", n) for n in (2, 3, 4)]
    assert all("cells, the header" in p.rule for p in found)


@pytest.mark.parametrize("name", ["indicators", "regions", "sources", "goals", "observations"])
def test_a_table_without_sound_headings_is_not_blamed_on_others(tenant: Path, name: str) -> None:
    change(tenant / f"{name}.csv", lambda cells: cells[0].__setitem__(0, "idd"))
    found = faults(tenant)
    assert {(p.place, p.line) for p in found} == {(f"seeds/{name}.csv", 1)}
    assert {p.rule for p in found} == {"unknown column", "a column is missing"}


@pytest.mark.parametrize("name", ["indicators", "regions", "sources", "goals", "observations"])
@pytest.mark.parametrize("how", ["gone", "open quote", "gb18030"])
def test_a_table_that_cannot_be_read_is_not_blamed_on_others(tenant: Path, name: str, how: str) -> None:
    path = tenant / f"{name}.csv"
    if how == "gone":
        path.unlink()
    elif how == "open quote":
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join([*lines[:2], '"', *lines[2:]]).rstrip('"\n') + "\n", encoding="utf-8")
    else:
        path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    found = faults(tenant)
    assert {p.place for p in found} == {f"seeds/{name}.csv"}
    assert not any("not there" in p.rule for p in found)


def test_a_refused_id_is_there_for_scenarios_too(tenant: Path, seeds: Seeds) -> None:
    named = next(
        name
        for scenario in seeds.scenarios.values()
        for change_ in scenario.adjustments
        for _, name, what in change_.named()
        if what == "observation"
    )

    def edit(cells: Cells) -> None:
        column = {n: i for i, n in enumerate(cells[0])}
        row = next(row for row in cells if row[0] == named)
        row[column["value"]] = "many"

    change(tenant / "observations.csv", edit)
    [told] = faults(tenant)
    assert told.column == "value"


def test_faults_of_scenarios_and_tables_are_told_together(tenant: Path) -> None:
    change(tenant / "goals.csv", clear({"quote"}, slice(0, 1)))
    path = sorted((tenant / "scenarios").glob("*.yaml"))[0]
    path.write_text(path.read_text(encoding="utf-8").replace("role:", "rule:"), encoding="utf-8")
    found = faults(tenant)
    assert {p.place for p in found} == {"seeds/goals.csv", f"scenarios/{path.name}"}


def test_an_id_that_is_a_path_is_refused(tenant: Path) -> None:
    change(tenant / "goals.csv", lambda cells: cells[1].__setitem__(0, "../../etc/passwd"))
    found = faults(tenant)
    assert ("seeds/goals.csv", 2, "id") in {(p.place, p.line, p.column) for p in found}
