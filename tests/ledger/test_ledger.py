"""The ledger: every fault told at once with its place; what is not yet published stays invisible."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from forecasts.ledger.ledger import read_ledger
from forecasts.ledger.problems import BadInput

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SEEDS, tmp_path / "seeds"))


def edit(path: Path, old: str, new: str) -> int:
    """Replace the first `old`; return its line."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def faults(folder: Path) -> list[str]:
    with pytest.raises(BadInput) as bad:
        read_ledger(folder)
    return [str(p) for p in bad.value.problems]


def test_the_seeds_are_sound() -> None:
    ledger = read_ledger(SEEDS)
    assert len(ledger.observations) > 250
    assert len(ledger.headline_goals()) == 3


def test_every_number_names_its_source_and_words() -> None:
    ledger = read_ledger(SEEDS)
    assert all(o.quote and ledger.sources[o.source].title for o in ledger.observations.values())
    # Where no address was recorded, the row of the page says so.
    nowhere = [source for source in ledger.sources.values() if not source.url]
    assert all("No address was recorded" in source.note for source in nowhere)
    assert len(nowhere) < 6


def test_all_faults_are_told_at_once(copy: Path) -> None:
    row = edit(copy / "observations.csv", ",eq,", ",exactly,")
    goal = edit(copy / "goals.csv", ",1150,", ",-5,")
    region = edit(copy / "regions.csv", ",chongqing,", ",chongqin,")
    found = faults(copy)
    assert any(f"observations.csv:{row} [qualifier]" in f and "exactly" in f for f in found)
    assert any(f"goals.csv:{goal} [value]" in f and "-5" in f for f in found)
    assert any(f"regions.csv:{region} [parent]" in f and "'chongqing'" in f for f in found)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("1036,eq", "NaN,eq", "value"),
        ("1036,eq", "1.0e400000,eq", "value"),
        ("2022-12-31,inferred,1036", "2022-13-31,inferred,1036", "as_of"),
        ("2022-12-31,inferred,1036", "2024-12-31,inferred,1036", "as_of must not be after published_on"),
        ("science-city-hightech_enterprises-20221231,", "../../etc/passwd,", "[id]"),
        (",1036,eq", ",1036", "cells"),
    ],
)
def test_a_broken_row_names_its_rule(copy: Path, old: str, new: str, words: str) -> None:
    line = edit(copy / "observations.csv", old, new)
    assert any(words in f and f"observations.csv:{line}" in f for f in faults(copy))


def test_an_id_stands_once(copy: Path) -> None:
    text = (copy / "goals.csv").read_text(encoding="utf-8")
    second = text.splitlines()[1]
    (copy / "goals.csv").write_text(text + second + "\n", encoding="utf-8")
    assert any("the id is taken" in f for f in faults(copy))


def test_columns_are_checked(copy: Path) -> None:
    edit(copy / "goals.csv", "deadline", "dead_line")
    found = faults(copy)
    assert any("unknown column" in f and "'deadline'" in f for f in found)
    assert any("a column is missing" in f for f in found)


def test_a_missing_file_and_a_wrong_encoding_are_told(copy: Path) -> None:
    (copy / "goals.csv").unlink()
    regions = copy / "regions.csv"
    regions.write_bytes(regions.read_text(encoding="utf-8").encode("gb18030"))
    found = faults(copy)
    assert any("goals.csv: there is no such file" in f for f in found)
    assert any("regions.csv" in f and "not UTF-8" in f for f in found)


def test_a_byte_order_mark_and_windows_lines_are_fine(copy: Path) -> None:
    path = copy / "goals.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_ledger(copy).goals.keys() == read_ledger(SEEDS).goals.keys()


def test_what_is_not_yet_published_is_invisible() -> None:
    ledger = read_ledger(SEEDS)
    own = [
        o.id
        for o in ledger.observations.values()
        if o.region == ledger.goals[ledger.headline_goals()[0]].region
    ]
    published = ledger.newest_publication(ledger.headline_goals())
    before, after = ledger.known_on(published - dt.timedelta(days=1)), ledger.known_on(published)
    assert not set(own) & set(before.observations)
    assert set(own) <= set(after.observations)


def test_an_outcome_is_hidden_until_its_day() -> None:
    ledger = read_ledger(SEEDS)
    met = [g for g in ledger.goals.values() if g.outcome_as_of is not None]
    assert met
    for goal in met:
        assert goal.outcome_as_of is not None
        early = ledger.known_on(goal.outcome_as_of - dt.timedelta(days=1)).goals[goal.id]
        assert early.outcome_value is None
        assert early.outcome == "unknown"


def test_conflicting_official_figures_are_both_kept() -> None:
    ledger = read_ledger(SEEDS)
    rows = ledger.series("hightech_enterprises", "chongqing")
    values = {float(r.value) for r in rows if r.as_of == dt.date(2021, 12, 31)}
    assert values == {5108.0, 5109.0}
