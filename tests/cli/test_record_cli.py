"""``attain --record``, and the record that ships, as people meet them."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import forecasts as fc
from forecasts.attainment.recall import MOVED
from forecasts.attainment.row import COLUMNS
from forecasts.cli import app
from tests.conftest import ROOT

RUNNER = CliRunner()
Paths = dict[str, Path]


def run(*args: object) -> tuple[int, str, str]:
    ended = RUNNER.invoke(app, [str(a) for a in args])
    return ended.exit_code, ended.stdout, ended.stderr


@pytest.fixture
def tables(tmp_path: Path) -> Paths:
    """Return counts of two districts and a city; the districts missed what they were set, year after year."""
    years = range(2012, 2023)
    seen = [
        (region, "firms", f"{y}-12-31", round(size * 1.06 ** (y - 2012)), f"{y + 1}-02-01")
        for region, size in (("city", 900), ("east", 300), ("west", 400))
        for y in years
    ]
    past = [
        (f"{r}{y}", r, "firms", round(size * 1.06 ** (y - 2012) * 1.01), f"{y}-12-31", f"{y}-03-01", "no",
         f"{y + 1}-02-01")
        for r, size in (("east", 300), ("west", 400))
        for y in range(2016, 2022)
    ]  # fmt: skip
    goals = [
        ("east2023", "east", "firms", 575, "2023-12-31", "2023-03-01"),
        ("city2023", "city", "firms", 1725, "2023-12-31", "2023-03-01"),
        ("early", "east", "firms", 340, "2014-12-31", "2014-03-01"),
    ]
    frames = {
        "observations": pd.DataFrame(seen, columns=["region", "indicator", "as_of", "value", "published_on"]),
        "record": pd.DataFrame(
            past,
            columns=["goal", "region", "indicator", "value", "deadline", "announced_on", "met", "known_on"],
        ),
        "goals": pd.DataFrame(
            goals, columns=["goal", "region", "indicator", "value", "deadline", "announced_on"]
        ),
        "regions": pd.DataFrame({"region": ["city", "east", "west"], "parent": ["", "city", "city"]}),
    }
    for name, frame in frames.items():
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    return {name: tmp_path / f"{name}.csv" for name in frames}


def attain(tables: Paths, out: Path, *more: object) -> tuple[int, str]:
    given = [a for name in ("observations", "goals", "regions") for a in (f"--{name}", tables[name])]
    code, _, err = run("attain", *given, "--out", out, "--jobs", 1, *more)
    return code, err


def test_the_record_moves_the_probability_and_nothing_else(tables: Paths, tmp_path: Path) -> None:
    assert attain(tables, tmp_path / "alone.csv") == (0, "")
    assert attain(tables, tmp_path / "with.csv", "--record", tables["record"]) == (0, "")
    alone, found = (pd.read_csv(tmp_path / f"{name}.csv") for name in ("alone", "with"))
    assert list(found.columns) == [*COLUMNS[:2], "probability_alone", *COLUMNS[2:]]
    assert found.probability_alone.tolist() == alone.probability.tolist()
    same = [c for c in COLUMNS if c not in ("probability", "note")]
    pd.testing.assert_frame_equal(found[same], alone[same])
    east, city, early = found.itertuples()
    assert east.probability < 0.7 * east.probability_alone
    assert city.probability_alone - city.probability < east.probability_alone - east.probability
    assert early.probability == early.probability_alone  # nothing was known by then
    assert [MOVED in str(row.note) for row in found.itertuples()] == [True, True, False]


def test_levels_follow_from_regions(tables: Paths, tmp_path: Path) -> None:
    attain(tables, tmp_path / "with.csv", "--record", tables["record"])
    pd.DataFrame({"region": ["city", "east", "west"], "parent": ""}).to_csv(tables["regions"], index=False)
    attain(tables, tmp_path / "flat.csv", "--record", tables["record"])
    with_levels, flat = (pd.read_csv(tmp_path / f"{name}.csv").probability for name in ("with", "flat"))
    assert flat[1] < with_levels[1]  # all of one level: the city is of the districts' kind


def test_python_says_the_same(tables: Paths, tmp_path: Path) -> None:
    attain(tables, tmp_path / "with.csv", "--record", tables["record"])
    frames = {name: pd.read_csv(path) for name, path in tables.items()}
    found = fc.attain(
        frames["observations"], frames["goals"], regions=frames["regions"], record=frames["record"]
    )
    written = pd.read_csv(tmp_path / "with.csv")
    assert found.probability.tolist() == pytest.approx(written.probability.tolist(), abs=1e-12)
    assert found.probability_alone.tolist() == pytest.approx(written.probability_alone.tolist(), abs=1e-12)


def test_a_bad_row_of_the_record_is_told_and_left_out(tables: Paths, tmp_path: Path) -> None:
    text = tables["record"].read_text("utf-8")
    tables["record"].write_text(text.replace(",no,", ",perhaps,", 1), "utf-8")
    code, err = attain(tables, tmp_path / "with.csv", "--record", tables["record"])
    assert code == 3
    assert "record.csv:2 [met]" in err
    assert pd.read_csv(tmp_path / "with.csv").probability.notna().all()


def test_past_goals_that_teach_nothing_are_told_once_a_reason(tables: Paths, tmp_path: Path) -> None:
    frame = pd.read_csv(tables["record"])
    frame["accepted"] = ""
    frame.loc[0, "announced_on"] = ""
    frame.loc[1, "announced_on"] = frame.loc[1, "deadline"]
    frame.loc[[2, 3], "indicator"] = "unheard of"
    frame.loc[4, "announced_on"] = "2001-03-01"
    frame.loc[5, ["announced_on", "accepted"]] = "", "as it is"
    frame.to_csv(tables["record"], index=False)
    code, err = attain(tables, tmp_path / "with.csv", "--record", tables["record"])
    assert code == 0
    told = err.splitlines()
    assert len(told) == 4
    for line, words in zip(told, ("announced: it", "its day had come", "(2 rows)", "teaches"), strict=True):
        assert line.startswith("warning: record.csv:")
        assert words in line


def test_headings_of_all_tables_are_told_at_once(tables: Paths, tmp_path: Path) -> None:
    for name, column in (("record", "met"), ("goals", "deadline")):
        frame = pd.read_csv(tables[name])
        frame.drop(columns=column).to_csv(tables[name], index=False)
    code, err = attain(tables, tmp_path / "with.csv", "--record", tables["record"])
    assert code == 2
    assert "record.csv" in err
    assert "goals.csv" in err
    assert not (tmp_path / "with.csv").exists()


def test_the_output_never_replaces_the_record(tables: Paths) -> None:
    before = tables["record"].read_bytes()
    code, err = attain(tables, tables["record"], "--record", tables["record"])
    assert code == 2
    assert "--out" in err
    assert tables["record"].read_bytes() == before


def test_a_record_without_tables_is_idle() -> None:
    code, _, err = run("attain", "--record", "past.csv")
    assert code == 2
    assert "--record: does nothing without --observations and --goals" in err


def test_an_explanation_says_what_the_record_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    code, told, _ = run("attain", "--goal", "science-city-tech-2023", "--scenario", "baseline", "--explain")
    assert code == 0
    for words in ("with the record of resolved goals", "without it", "family counts:", "silent",
                  "a second opinion until", "newest outcome used:"):  # fmt: skip
        assert words in told


def test_check_reads_the_record_too(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    code, told, _ = run("check", "--seeds", tmp_path / "seeds")
    assert code == 0
    assert "past goals by outcome: no" in told
    path = tmp_path / "seeds" / "record" / "goals.csv"
    path.write_text(path.read_text("utf-8").replace(",yes,", ",yess,", 1), "utf-8")
    code, _, err = run("check", "--seeds", tmp_path / "seeds")
    assert code == 2
    assert "record/goals.csv:2 [met]" in err
    shutil.rmtree(path.parent)
    assert run("check", "--seeds", tmp_path / "seeds")[0] == 0
