"""Refused well, nothing lost: cells of a tenant, YAML of every shape, impossible paths, full places."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from forecasts.ledger.located import read_located
from forecasts.ledger.problems import BadInput, Problem
from tests.cases.asking import Came, lines, run, tables
from tests.fuzz import ground

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a small project of an invented tenant."""
    monkeypatch.chdir(ground.lay(ground.tenant(), tmp_path / "house"))
    return tmp_path / "house"


def change(house: Path, table: str, row: int, column: str, cell: str) -> int:
    """Change one cell of a table of seeds/ (rows are counted from 0); return its line."""
    path = house / "seeds" / f"{table}.csv"
    cells = ground.read(path.read_bytes())
    cells[row + 1][cells[0].index(column)] = cell
    path.write_bytes(ground.written(cells))
    return row + 2


def check() -> Came:
    return run("check")


def test_the_tenant_itself_is_sound_and_nothing_is_doubted(house: Path) -> None:
    came = check()
    assert (came.code, came.err) == (0, "")


REFUSED = [
    ("observations", "as_of", "0"),
    ("observations", "as_of", "1672531200"),
    ("observations", "as_of", "today"),
    ("observations", "as_of", "1776-07-04"),
    ("observations", "as_of", "44926"),
    ("observations", "value", "true"),
    ("observations", "value", "nan"),
    ("observations", "value", "-410"),
    ("observations", "value", "9" * 400),
    ("observations", "value", "1e400"),
    ("observations", "region", "nroth"),
    ("observations", "id", "x" * 300),
    ("observations", "source", "yearbok"),
    ("observations", "published_on", "1672531200"),
    ("observations", "low", "10"),
    ("observations", "origin", "printd"),
    ("observations", "qualifier", "ovr"),
    ("goals", "deadline", "1924905600"),
    ("goals", "deadline", "9999-12-31"),
    ("goals", "deadline", "2022-99-99"),
    ("goals", "value", "1e-400"),
    ("goals", "value", "1e400"),
    ("goals", "value", "TRUE"),
    ("goals", "announced_on", "2027-01-01"),
    ("goals", "indicator", "frims"),
    ("goals", "baseline", "bseline"),
    ("goals", "comparison", "=>="),
    ("goals", "headline", "perhaps"),
    ("goals", "outcome", "maybe"),
    ("goals", "id", "../../x"),
    ("goals", "id", "con/aux"),
    ("goals", "id", "a b"),
    ("regions", "parent", "lnad"),
    ("indicators", "kind", "stok"),
    ("indicators", "kind", "true"),
    ("indicators", "q4_share", "1.5"),
    ("indicators", "q4_share", "true"),
    ("indicators", "id", "Firms"),
]


@pytest.mark.parametrize(("table", "column", "cell"), REFUSED)
def test_a_cell_is_refused_by_file_line_and_column(house: Path, table: str, column: str, cell: str) -> None:
    line = change(house, table, 0, column, cell)
    came = check()
    assert came.code == 2
    assert came.says(f"seeds/{table}.csv:{line} ["), came.err
    assert all(len(told) < 400 for told in came.err.splitlines())


def test_a_region_that_is_its_own_parent_is_refused(house: Path) -> None:
    line = change(house, "regions", 1, "parent", "north")
    assert check().says(f"seeds/regions.csv:{line} [parent]")
    change(house, "regions", 1, "parent", "land")
    change(
        house, "regions", 0, "parent", "north"
    )  # a longer loop: the land lies in the north, that in the land
    came = check()
    assert came.code == 2
    assert came.says("seeds/regions.csv:2 [parent]")


TOLD = [
    ("indicators", "family", "firms_clas"), ("indicators", "family", "firm_class"),
    ("observations", "value", "4100"), ("observations", "value", "41"), ("observations", "value", "4100000"),
    ("goals", "value", "10100000"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "column", "cell"), TOLD)
def test_a_doubtful_cell_is_told_by_check(house: Path, table: str, column: str, cell: str) -> None:
    if column == "family":  # a family of two, of which one is misspelt
        change(house, "indicators", 1, "family", "firms_class")
    line = change(house, table, 0, column, cell)
    came = check()
    assert came.says(f"seeds/{table}.csv:{line} [{column}]") or came.code == 2, came.err


@pytest.mark.parametrize("mark", ["\U0001f600", "\u202e", "\u200b", "\ufffe", "\ue000", "\u0000", "\u0007"])
@pytest.mark.parametrize(("table", "column"), [("observations", "quote"), ("goals", "quote"),
                                               ("indicators", "name_en"), ("sources", "title")])  # fmt: skip
def test_a_mark_that_cannot_be_printed_is_told_before_any_run(
    house: Path, table: str, column: str, mark: str
) -> None:
    line = change(house, table, 0, column, f"a{mark}b")
    came = check()
    assert came.says(f"{table}.csv:{line}"), came.err


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x0b", "\x0c", "\x85", "\x1c", "\x1d", "\x1e"])
def test_marks_that_some_take_for_line_ends_split_no_row(house: Path, mark: str) -> None:
    path = house / "seeds" / "regions.csv"
    text = path.read_text(encoding="utf-8").replace("The north", f"The{mark}north")
    path.write_bytes(text.encode().replace(b"The south", b"The south") + b"west,,The west,nowhere,\n")
    came = check()
    assert came.code == 2
    assert came.says("seeds/regions.csv:6 [parent]", "nowhere"), came.err
    assert not came.says("cells, the header")


def test_all_faults_of_all_files_are_told_at_once_scenarios_included(house: Path) -> None:
    change(house, "observations", 3, "value", "lots")
    change(house, "goals", 1, "deadline", "soon")
    change(house, "indicators", 2, "kind", "flw")
    slower = house / "seeds" / "scenarios" / "slower.yaml"
    slower.write_text(slower.read_text("utf-8").replace("q4_share: 0.4", "q4_share: 4"), encoding="utf-8")
    came = check()
    assert came.code == 2
    for place in (
        "observations.csv:5 [value]",
        "goals.csv:3 [deadline]",
        "indicators.csv:4 [kind]",
        "slower.yaml:",
    ):
        assert came.says(place)
    assert len(came.err.splitlines()) == 4, came.err


def test_a_plan_is_told_together_with_the_ledger(house: Path) -> None:
    change(house, "observations", 3, "value", "lots")
    plan = house / "reports" / "plans" / "brief.yaml"
    plan.write_text(ground.PLAN.replace("draws: 20000", "draws: many"), encoding="utf-8")
    came = run("run", plan)
    assert came.code == 2
    assert came.says("observations.csv:5 [value]")
    assert came.says("brief.yaml:6", "many")


@pytest.mark.parametrize("table", ["goals", "indicators", "regions", "sources", "observations"])
def test_a_table_that_is_a_folder_missing_or_empty_is_told(house: Path, table: str) -> None:
    path = house / "seeds" / f"{table}.csv"
    path.unlink()
    came = check()
    assert came.code == 2
    assert came.says(f"seeds/{table}.csv")
    path.mkdir()
    came = check()
    assert came.code == 2
    assert came.says(f"seeds/{table}.csv")
    path.rmdir()
    for data in (b"", b"\xff\xfe", b"\x00" * 64, b"PK\x03\x04 nothing", b'"', b"id,id\n", b"\xef\xbb\xbf"):
        path.write_bytes(data)
        came = check()
        assert came.code == 2, data
        assert came.says(f"seeds/{table}.csv")


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{n}: &{n} [{','.join(['*' + m] * 9)}]\n" for m, n in zip("abcdefgh", "bcdefghi", strict=True)
)
ODD = {
    "bomb": BOMB,
    "cycle": "a: &a [*a]\n",
    "cycle of keys": "a: &a {b: *a}\n",
    "merge cycle": "a: &a\n  <<: *a\n",
    "depth of brackets": "a: " + "[" * 3000 + "]" * 3000,
    "depth of braces": "a: " + "{b: " * 3000 + "1" + "}" * 3000,
    "depth of lines": "".join(" " * i + "a:\n" for i in range(1500)),
    "python": "a: !!python/object/apply:os.system [true]\n",
    "tag": "a: !nothing 1\n",
    "binary": "a: !!binary '===='\n",
    "set": "a: !!set 5\n",
    "omap": "a: !!omap [1]\n",
    "pairs": "a: !!pairs {b: c}\n",
    "int": "a: !!int x\n",
    "float": "a: !!float ''\n",
    "empty int": "a: !!int ''\n",
    "bool": "a: !!bool perhaps\n",
    "timestamp": "a: !!timestamp soon\n",
    "no such day": "a: 2023-02-30\n",
    "null key": "? \n: 1\n",
    "list as key": "? [a]\n: 1\n",
    "mapping as key": "? {a: b}\n: 1\n",
    "no such alias": "a: *b\n",
    "two documents": "a: 1\n---\nb: 2\n",
    "escape": 'a: "\\x"\n',
    "escape of a surrogate": 'a: "\\ud800"\n',
    "escape beyond": 'a: "\\UFFFFFFFF"\n',
    "tab": "a:\n\tb: 1\n",
    "directive": "%YAML 9.9\n---\na: 1\n",
    "tag directive": "%TAG ! tag:x,2000:\n---\na: !b 1\n",
    "huge integer": "a: " + "9" * 5000 + "\n",
    "sexagesimal": "a: " + ":".join(["59"] * 4000) + "\n",
    "control mark": "a: \x07\n",
    "nul": "a: \x00\n",
    "nul escaped": 'a: "\\0"\n',
    "large": "a: " + "x" * 3_000_000 + "\n",
    "many keys": "".join(f"k{i}: {i}\n" for i in range(100_000)),
    "nan as key": ".nan: 1\n.NaN: 2\n",
    "a list": "- a\n",
    "a word": "word\n",
    "nothing": "",
    "comment": "# nothing\n",
    "merge of no mapping": "a:\n  <<: 5\n",
}


@pytest.mark.parametrize("name", ODD)
def test_yaml_of_any_shape_is_read_or_refused_at_once(name: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.yaml"
    path.write_bytes(ODD[name].encode("utf-8", "surrogatepass"))
    start = time.process_time()
    problems: tuple[Problem, ...] = ()
    try:
        read_located(path, "odd.yaml")
    except BadInput as bad:
        problems = bad.problems
    assert all(p.place == "odd.yaml" and len(str(p)) < 400 for p in problems)
    assert time.process_time() - start < 2


@pytest.mark.parametrize("name", ODD)
def test_a_plan_or_a_scenario_of_any_shape_is_refused_by_its_name(name: str, house: Path) -> None:
    data = ODD[name].encode("utf-8", "surrogatepass")
    (house / "reports" / "plans" / "odd.yaml").write_bytes(data)
    start = time.process_time()
    came = run("run", "reports/plans/odd.yaml", "--draws", "5")  # too few, so that no notebook ever runs
    assert came.code == 2
    (house / "seeds" / "scenarios" / "odd.yaml").write_bytes(data)
    came = check()
    assert came.code == 2
    assert came.says("odd.yaml")
    assert all(len(line) < 500 for line in came.err.splitlines())
    assert time.process_time() - start < 4


def test_a_value_of_yaml_may_hold_what_no_file_is_named(house: Path) -> None:
    for name in (
        '"goal\\0.ipynb"',
        '"' + "n" * 5000 + '.ipynb"',
        '"\\ud800.ipynb"',
        "../../goal.ipynb",
        "/dev/null",
    ):
        plan = house / "reports" / "plans" / "odd.yaml"
        plan.write_text(ground.PLAN.replace("goal.ipynb", name), encoding="utf-8")
        came = run("run", plan)
        assert came.code == 2, name
        assert came.says("odd.yaml:2"), (name, came.err)


def laid(folder: Path) -> list[object]:
    """Lay out small tables; return the options that name them."""
    (folder / "o.csv").write_text(
        lines("region,indicator,as_of,value", ["A,x,2021-12-31,90", "A,x,2022-12-31,95"]), encoding="utf-8"
    )
    (folder / "g.csv").write_text(
        lines("goal,region,indicator,value,deadline", ["g,A,x,120,2027-12-31"]), encoding="utf-8"
    )
    return ["attain", "--observations", folder / "o.csv", "--goals", folder / "g.csv", "--jobs", 1]


@pytest.mark.parametrize("ending", ["csv", "json", "parquet"])
@pytest.mark.parametrize(
    "out",
    [
        "a-file/out.{}",
        "{}",
        "o.csv/x.{}",
        "n" * 300 + ".{}",
        "folder.{}",
        "/dev/null",
        "/proc/nothing.{}",
        "/dev/full",
        ".",
        "..",
    ],
)
def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path, out: str, ending: str) -> None:
    given = laid(tmp_path)
    (tmp_path / "a-file").write_text("kept", encoding="utf-8")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "folder.parquet").mkdir()
    before = sorted(p.name for p in tmp_path.iterdir())
    path = out.format(ending)
    came = run(*given, "--out", path if path.startswith("/") else f"{tmp_path}/{path}")
    assert came.code in (1, 2)
    assert len(came.err.splitlines()) == 1
    assert len(came.err) < 600
    assert sorted(p.name for p in tmp_path.iterdir()) == before
    assert (tmp_path / "a-file").read_text("utf-8") == "kept"


@pytest.mark.parametrize("kind", ["link", "hard link", "relative", "other case"])
def test_no_name_of_an_input_is_written_over(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = laid(tmp_path)
    before = (tmp_path / "g.csv").read_bytes()
    out = tmp_path / "out.csv"
    if kind == "link":
        out.symlink_to(tmp_path / "g.csv")
    elif kind == "hard link":
        os.link(tmp_path / "g.csv", out)
    elif kind == "relative":
        monkeypatch.chdir(tmp_path)
        out = Path("./g.csv")
    else:
        out = tmp_path / "sub" / ".." / "g.csv"
        (tmp_path / "sub").mkdir()
    came = run(*given, "--out", out)
    assert came.code == 2
    assert (tmp_path / "g.csv").read_bytes() == before


def test_a_file_of_another_kind_is_not_replaced(tmp_path: Path, house: Path) -> None:
    given = laid(tmp_path)
    kept = b"%PDF-1.7 not a table"
    for name in ("thesis.csv", "thesis.json"):
        (tmp_path / name).write_bytes(kept)
    came = run("schema", "--out", tmp_path / "thesis.json")
    assert came.code == 2
    assert (tmp_path / "thesis.json").read_bytes() == kept
    (tmp_path / "fifo.csv").unlink(missing_ok=True)
    os.mkfifo(tmp_path / "fifo.csv")
    came = run(*given, "--out", tmp_path / "fifo.csv")
    assert came.code == 2
    for out in (house / "seeds" / "goals.csv", house / "seeds" / "scenarios" / "baseline.yaml"):
        before = out.read_bytes()
        came = run("attain", "--out", out)
        assert came.code == 2
        assert out.read_bytes() == before
        came = run("schema", "--out", out)
        assert came.code == 2
        assert out.read_bytes() == before


@pytest.mark.parametrize(
    "more",
    [("--goal", "x"), ("--scenario", "baseline"), ("--explain",), ("--format", "json"), ("--format", "csv")],
)
def test_options_that_do_nothing_beside_tables_are_refused(tmp_path: Path, more: tuple[str, ...]) -> None:
    came = run(*laid(tmp_path), "--out", tmp_path / "out.csv", *more)
    assert came.code == 2
    assert came.says(more[0])


def ended(folder: Path, *args: str, out: str = "", fork: Callable[[], None] | None = None) -> tuple[int, str]:
    """Run the command as a process of its own; `out` is what its standard output goes to."""
    command = [sys.executable, "-c", "from forecasts.cli import app; app()", *args]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    with open(out or os.devnull, "wb") as sink:
        done = subprocess.run(
            command, cwd=folder, env=environment, stdout=sink, stderr=subprocess.PIPE, check=False,
            text=True, timeout=60, preexec_fn=fork,
        )  # fmt: skip
    return done.returncode, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("verb", [("check",), ("attain",), ("schema",), ("--help",), ("--version",)])
def test_a_full_or_closed_standard_output_is_one_line(house: Path, verb: tuple[str, ...]) -> None:
    code, err = ended(house, *verb, out="/dev/full")
    assert code == 1, err
    assert "Traceback" not in err
    assert len(err.splitlines()) <= 1
    code, err = ended(house, *verb, fork=lambda: os.close(1))
    assert code in (0, 1)
    assert "Traceback" not in err
    assert len(err.splitlines()) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["csv", "json", "parquet"])
def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, ending: str) -> None:
    laid(tmp_path)
    before = sorted(p.name for p in tmp_path.iterdir())

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    given = ["attain", "--observations", "o.csv", "--goals", "g.csv", "--jobs", "1", "--out", f"out.{ending}"]
    code, err = ended(tmp_path, *given, fork=little_room)
    assert code == 1, err
    assert len(err.splitlines()) == 1
    assert "Traceback" not in err
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_long_cells_are_quoted_by_their_first_marks(tmp_path: Path) -> None:
    long = "z" * 200_000
    rows = ["A,x,2021-12-31,90", f"A,x,{long},95", f"A,x,2022-12-31,{long}", "A,x,2023-12-31,99"]
    asked = lines(
        "goal,region,indicator,value,deadline", [f"g,A,x,{long},2027-12-31", "h,A,x,120,2027-12-31"]
    )
    came = tables(tmp_path, observations=lines("region,indicator,as_of,value", rows), goals=asked)
    assert came.code == 3
    for place in ("observations.csv:3 [as_of]", "observations.csv:4 [value]", "goals.csv:2 [value]"):
        assert came.says(place), came.err
    assert came.answers["n"][1] == 2
    assert all(len(line) < 400 for line in came.err.splitlines())
    assert all(len(note) < 400 for note in came.answers["note"])


def test_a_faulty_row_never_multiplies(house: Path) -> None:
    """Indicators that break a rule bring no fault at every figure that names them."""
    for row in range(5):
        change(house, "indicators", row, "kind", "stok")
        change(house, "regions", min(row, 3), "parent", "nowhere")
    came = check()
    assert came.code == 2
    assert len(came.err.splitlines()) == 5 + 4
