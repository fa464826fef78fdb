"""``forecasts attain`` and ``forecasts train`` as people use them."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from forecasts.attainment.explain import explain
from forecasts.attainment.outlook import outlook
from forecasts.attainment.question import find_question
from forecasts.attainment.row import COLUMNS
from forecasts.cli import app
from forecasts.scenarios.seeds import Seeds
from tests.conftest import ROOT
from tests.ledger.workbooks import write_workbook

RUNNER = CliRunner()


def run(*args: object) -> tuple[int, str, str]:
    ended = RUNNER.invoke(app, [str(a) for a in args])
    return ended.exit_code, ended.stdout, ended.stderr


@pytest.fixture
def tables(tmp_path: Path) -> tuple[Path, Path]:
    years = range(2010, 2020)
    rows = [
        (f"r{i}", "count", f"{y}-12-31", 100 * (i + 1) * 1.1 ** (y - 2010)) for i in range(4) for y in years
    ]
    pd.DataFrame(rows, columns=["region", "indicator", "as_of", "value"]).to_csv(
        tmp_path / "obs.csv", index=False
    )
    goals = [(f"g{i}", f"r{i}", "count", 400 * (i + 1), "2023-12-31") for i in range(4)]
    columns = ["goal", "region", "indicator", "value", "deadline"]
    pd.DataFrame(goals, columns=columns).to_csv(tmp_path / "goals.csv", index=False)
    return tmp_path / "obs.csv", tmp_path / "goals.csv"


@pytest.mark.parametrize("ending", ["csv", "parquet", "json"])
def test_tables_go_in_and_a_table_comes_out(tables: tuple[Path, Path], tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"answers.{ending}"
    code, _, err = run("attain", "--observations", tables[0], "--goals", tables[1], "--out", out, "--jobs", 1)
    assert (code, err) == (0, "")
    read = {"csv": pd.read_csv, "parquet": pd.read_parquet, "json": pd.read_json}[ending]
    found = read(out)
    assert list(found.columns) == list(COLUMNS)
    assert found["goal"].tolist() == ["g0", "g1", "g2", "g3"]
    assert found["probability"].between(0.002, 0.998).all()
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["obs.csv", "goals.csv", out.name])


def test_parquet_and_csv_say_the_same(tables: tuple[Path, Path], tmp_path: Path) -> None:
    for path in tables:
        pd.read_csv(path).to_parquet(path.with_suffix(".parquet"))
    for ending in (".csv", ".parquet"):
        seen, asked = (p.with_suffix(ending) for p in tables)
        run(
            "attain",
            "--observations",
            seen,
            "--goals",
            asked,
            "--out",
            tmp_path / f"out{ending}.csv",
            "--jobs",
            1,
        )
    one, two = (pd.read_csv(tmp_path / f"out{e}.csv") for e in (".csv", ".parquet"))
    pd.testing.assert_frame_equal(one, two)


def test_every_format_says_the_same(tables: tuple[Path, Path], tmp_path: Path) -> None:
    frames = [pd.read_csv(path) for path in tables]
    folder, book = tmp_path / "folder", tmp_path / "book.xlsx"
    folder.mkdir()
    frames[0][:20].to_csv(folder / "a.csv", index=False, sep=";")
    frames[0][20:].to_json(folder / "b.json", orient="records")
    sheets = zip(("observations", "goals"), frames, strict=True)
    write_workbook(
        book, {name: [list(f.columns), *f.astype(object).to_numpy().tolist()] for name, f in sheets}
    )
    chinese = frames[0].set_axis(["地区", "指标", "年份", "数值"], axis=1)
    chinese["年份"] = chinese["年份"].str[:4] + "年底"
    chinese.to_csv(tmp_path / "gb.csv", index=False, encoding="gb18030")
    found = {}
    for name, given in (("plain", tables), ("folder", (folder, tables[1])), ("book", (book, book)),
                        ("chinese", (tmp_path / "gb.csv", tables[1]))):  # fmt: skip
        args = ("--observations", given[0], "--goals", given[1], "--out", tmp_path / "out.csv", "--jobs", 1)
        assert run("attain", *args)[0] == 0
        found[name] = pd.read_csv(tmp_path / "out.csv").drop(columns=["note", "notes"], errors="ignore")
    for other in ("folder", "book", "chinese"):
        pd.testing.assert_frame_equal(found["plain"], found[other])


def test_a_bad_row_is_told_and_the_exit_code_says_so(tables: tuple[Path, Path], tmp_path: Path) -> None:
    with tables[1].open("a", encoding="utf-8") as file:
        file.write("g9,nowhere,count,5,2023-12-31\ng10,r1,count,lots,2023-12-31\n")
    out = tmp_path / "out.csv"
    code, _, err = run("attain", "--observations", tables[0], "--goals", tables[1], "--out", out, "--jobs", 1)
    assert code == 3
    assert "goals.csv:6 [goal]" in err
    assert "goals.csv:7 [value]" in err
    found = pd.read_csv(out)
    assert found["probability"].notna().tolist() == [True] * 4 + [False] * 2
    assert found["note"][5].startswith("value: must be a number")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--observations", "o.csv"], ["--goals: is missing", "--out: is missing"]),
        (["--goal", "no-such-goal"], ["there is no such goal"]),
        (["--known-on", "yesterday"], ["must be a day"]),
        (["--scenario", "no-such"], ["there is no such scenario"]),
    ],
)
def test_bad_input_is_told_and_nothing_written(args: list[str], words: list[str], tmp_path: Path) -> None:
    code, _, err = run("attain", *args)
    assert code == 2
    assert all(word in err for word in words)
    assert "Traceback" not in err


def test_missing_files_and_columns_are_told(tables: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    code, _, err = run("attain", "--observations", "no.csv", "--goals", "neither.doc", "--out", out)
    assert code == 2
    assert "no.csv: there is no such file" in err
    assert "neither.doc: must end in .csv, " in err
    tables[1].write_text("goal,region\na,b\n", encoding="utf-8")
    code, _, err = run("attain", "--observations", tables[0], "--goals", tables[1], "--out", out)
    assert code == 2
    assert "a column is missing" in err
    assert not out.exists()


def test_seeds_are_answered_as_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    code, told, _ = run("attain", "--format", "json")
    assert code == 0
    rows = json.loads(told)
    assert len({r["goal"] for r in rows}) == 3
    assert len(rows) == 6
    code, text, _ = run("attain")
    assert code == 0
    assert all(r["goal"] in text for r in rows)
    assert "100%" not in text


def test_an_explanation_adds_up(monkeypatch: pytest.MonkeyPatch, seeds: Seeds) -> None:
    monkeypatch.chdir(ROOT)
    goal = seeds.ledger.headline_goals()[0]
    code, told, _ = run("attain", "--goal", goal, "--explain")
    assert code == 0
    assert "reference class" in told
    assert "rests on the prior: 100%" in told
    day = seeds.ledger.newest_publication([goal])
    found = explain(outlook(seeds.ledger, find_question(seeds, goal, "baseline", day)))
    assert found.steps[-1].probability == found.result.probability
    assert found.steps[1].probability > found.steps[0].probability  # its peers grow fast
    long = next(g for g in seeds.ledger.goals.values() if g.region == "chongqing" and g.deadline.year == 2025)
    assert explain(outlook(seeds.ledger, find_question(seeds, long.id, "baseline", day))).prior_share < 1


def test_sound_rows_that_cannot_answer_end_with_3(at_home: Path, seeds: Seeds) -> None:
    goal = seeds.ledger.headline_goals()[0]
    for day, words in (("2099-01-01", "deadline"), ("1990-01-01", "cannot be answered")):
        for more in ((), ("--explain",), ("--format", "csv")):
            code, out, err = run("attain", "--goal", goal, "--known-on", day, *more)
            assert (code, out) == (3, "")
            assert words in err
            assert "Traceback" not in err


def test_a_passed_headline_goal_of_seeds_keeps_no_other_from_its_answer(
    copy_house: Callable[[], Path], monkeypatch: pytest.MonkeyPatch, seeds: Seeds
) -> None:
    house = copy_house()
    goals = pd.read_csv(house / "seeds" / "goals.csv", dtype=str, keep_default_na=False)
    passed = goals.index[(goals["deadline"] < "2023-01-01") & (goals["headline"] != "true")][0]
    goals.loc[passed, "headline"] = "true"
    goals.to_csv(house / "seeds" / "goals.csv", index=False)
    monkeypatch.chdir(house)
    code, said, told = run("attain", "--known-on", "2023-09-06", "--format", "csv")
    assert code == 3
    assert goals["id"][passed] in told
    assert goals["id"][passed] not in said
    assert all(name in said for name in seeds.ledger.headline_goals())


def test_a_passed_deadline_of_a_table_ends_with_3_and_the_others_are_answered(
    tables: tuple[Path, Path], tmp_path: Path
) -> None:
    with tables[1].open("a", encoding="utf-8") as file:
        file.write("g9,r1,count,500,2019-12-31\n")
    out = tmp_path / "out.csv"
    code, _, err = run("attain", "--observations", tables[0], "--goals", tables[1], "--out", out, "--jobs", 1)
    assert code == 3
    [line] = err.splitlines()
    assert line.startswith("goals.csv:6 [goal]: the deadline has passed by the day of knowledge 2019-12-31")
    assert pd.read_csv(out)["probability"].notna().tolist() == [True] * 4 + [False]


def test_a_day_of_knowledge_is_that_of_every_goal(tables: tuple[Path, Path], tmp_path: Path) -> None:
    goals = pd.read_csv(tables[1]).assign(announced_on="2015-01-31")
    found = {}
    for name, column, option in (("own", True, ()), ("told", True, ("--known-on", "2018-06-30")),
                                 ("other", False, ("--known-on", "2018-06-30"))):  # fmt: skip
        (goals if column else goals.drop(columns="announced_on")).to_csv(tables[1], index=False)
        args = ("--observations", tables[0], "--goals", tables[1], "--out", tmp_path / "out.csv", "--jobs", 1)
        assert run("attain", *args, *option)[0] == 0
        found[name] = pd.read_csv(tmp_path / "out.csv")
    pd.testing.assert_frame_equal(found["told"], found["other"])
    assert (found["own"]["n"].tolist(), found["told"]["n"].tolist()) == ([5] * 4, [8] * 4)


@pytest.mark.soak
def test_what_is_shipped_can_be_learned_again(tmp_path: Path) -> None:
    import os

    path = Path(os.environ.get("FORECASTS_TRAIN", ROOT.parent / "shared" / "bench" / "train.parquet"))
    if not path.exists():
        pytest.skip("the benchmark's training part is not here (FORECASTS_TRAIN)")
    from forecasts.engine.learn.fit import learn, training_set
    from forecasts.engine.learn.pools import pool_of
    from forecasts.engine.learn.prune import pruned
    from forecasts.engine.learn.units import Units, units_of
    from forecasts.engine.learned import learned

    pool = [path.with_name(name) for name in ("kinds.parquet", "kinds_long.parquet")]
    if not all(p.exists() for p in pool):
        pytest.skip("the labelled indicators are not beside the training part")
    own, more = units_of(pd.read_parquet(path)), pool_of(*map(pd.read_parquet, pool))
    whole = Units.of([*own.all, *more.all])
    grid = pruned(whole)
    assert np.array_equal(grid.power, learned().grid.power)
    training = training_set(whole, grid)
    again = learn(training, np.arange(len(whole)))
    assert again.calibration == pytest.approx(learned().calibration, abs=5e-3)
    assert again.few == pytest.approx(learned().few, abs=5e-3)
    assert again.persistence == pytest.approx(learned().persistence, abs=2e-2)
    assert np.abs(again.weights - learned().weights).sum() < 0.04


def test_what_is_read_is_never_written_over(tables: tuple[Path, Path], tmp_path: Path) -> None:
    before = tables[1].read_bytes()
    for out in (tables[1], tmp_path / "sub" / ".." / tables[1].name):
        (tmp_path / "sub").mkdir(exist_ok=True)
        code, _, err = run("attain", "--observations", tables[0], "--goals", tables[1], "--out", out)
        assert code == 2
        assert err.startswith("--out: is one of the files that are read")
    assert tables[1].read_bytes() == before
    (tmp_path / "folder.csv").mkdir()
    code, _, err = run(
        "attain", "--observations", tables[0], "--goals", tables[1], "--out", tmp_path / "folder.csv"
    )
    assert (code, err.startswith("--out: there is a folder of this name")) == (2, True)


# What is told of sound rows


def ask_files(tables: tuple[Path, Path], out: Path, *more: object) -> tuple[int, str, str]:
    return run("attain", "--observations", tables[0], "--goals", tables[1], "--out", out, "--jobs", 1, *more)


def test_warnings_alone_leave_0_and_stand_on_standard_error(
    tables: tuple[Path, Path], tmp_path: Path
) -> None:
    rows = pd.read_csv(tables[0])
    rows.loc[4, "value"] *= 10
    rows.to_csv(tables[0], index=False)
    code, out, err = ask_files(tables, tmp_path / "out.json")
    assert (code, out) == (0, "")
    [line] = err.splitlines()
    assert line.startswith("warning: obs.csv:6 [value]: is plainly on another scale than its series")
    told = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert [len(json.loads(row["notes"])) for row in told] == [1, 0, 0, 0]
    assert [bool(row["note"]) for row in told] == [True, False, False, False]


def test_accepted_in_the_data_is_told_no_more(tables: tuple[Path, Path], tmp_path: Path) -> None:
    rows = pd.read_csv(tables[0]).assign(accepted="")
    rows.loc[4, "value"] *= 10
    rows.loc[4, "accepted"] = "a merger with the neighbouring district, reversed a year later"
    rows.to_csv(tables[0], index=False)
    assert ask_files(tables, tmp_path / "out.csv") == (0, "", "")


def test_a_goal_announced_before_any_figure_ends_with_3(tables: tuple[Path, Path], tmp_path: Path) -> None:
    for path, text in zip(
        tables,
        ("region,indicator,as_of,value\nA,x,2022-12-31,100\nA,x,2023-12-31,110\n",
         "goal,region,indicator,value,deadline,announced_on\ng,A,x,120,2024-12-31,2021-05-01\n"),
        strict=True,
    ):  # fmt: skip
        path.write_text(text, encoding="utf-8")
    code, _, err = ask_files(tables, tmp_path / "out.csv")
    assert code == 3
    assert "no figure of it is known" in err
    assert pd.read_csv(tmp_path / "out.csv")["probability"].isna().all()


def test_faults_of_all_tables_are_told_at_once(tables: tuple[Path, Path], tmp_path: Path) -> None:
    with tables[1].open("a", encoding="utf-8") as file:
        file.write("g9,r1,count,500,soon\n")
    code, _, err = ask_files(tables, tmp_path / "out.csv", "--indicators", tmp_path / "none.csv")
    assert code == 2
    assert [line.split()[0] for line in err.splitlines()] == ["none.csv:", "goals.csv:6"]


def test_answers_of_seeds_carry_what_is_told_of_their_series(
    copy_house: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = copy_house()
    path = home / "seeds" / "observations.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",26371,", ",263710,"), encoding="utf-8")
    monkeypatch.chdir(home)
    ended = CliRunner().invoke(app, ["attain", "--goal", "chongqing-tech-2027", "--format", "json"])
    assert ended.exit_code == 0, ended.stderr
    assert "on another scale" in ended.stderr
    for row in json.loads(ended.stdout):
        [note] = json.loads(row["notes"])
        assert (note["kind"], note["column"], note["value"]) == ("doubtful", "value", "263710")
        assert note["rule"] in row["note"]
