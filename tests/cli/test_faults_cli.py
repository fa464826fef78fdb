"""What goes wrong at the edge: told in lines, with the exit code that is promised, and nothing is lost."""

import csv
import errno
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from forecasts.cli import app
from tests.conftest import ROOT

COMMAND = (sys.executable, "-c", "from forecasts.cli import app; app()")
LONG = "a" * 300


def run(*arguments: object) -> tuple[int, list[str]]:
    """Run in this process; return the exit code and what was told, line by line."""
    ended = CliRunner().invoke(app, [str(a) for a in arguments], catch_exceptions=False)
    return ended.exit_code, ended.stderr.splitlines()


def start(
    *arguments: object, cwd: Path, before: tuple[str, ...] = (), **how: object
) -> subprocess.CompletedProcess[str]:
    """Run in a process of its own."""
    return subprocess.run(
        [*before, *COMMAND, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        **{"stdout": subprocess.PIPE, **how},  # type: ignore[call-overload]
    )


@pytest.fixture
def tenant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tenant as `forecasts new` lays it out; we stand in it."""
    house = tmp_path / "tenant"
    assert run("new", house)[0] == 0
    monkeypatch.chdir(house)
    return house


def change(path: Path, column: str, value: str, row: int = 1) -> None:
    """Write another value into a cell."""
    with path.open(encoding="utf-8", newline="") as file:
        cells = list(csv.reader(file))
    if column not in cells[0]:
        cells = [[*line, column if i == 0 else ""] for i, line in enumerate(cells)]
    cells[row][cells[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(cells)


# Cells of seeds


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        *(("observations", "as_of", day) for day in ("0", "1672531200", "-5", "today", "2023-02-30")),
        *(("goals", "deadline", day) for day in ("1924905600", "0", "31/31/2030")),
        *(("observations", "value", value) for value in ("true", "TRUE", "nan", "inf", "9" * 400, "1e400")),
        *(("goals", "value", value) for value in ("true", "0", "-1", "1" + "0" * 400)),
        ("regions", "parent", "riverton"),
        ("indicators", "kind", "stok"),
        *(("goals", "quote", f"half{c}way") for c in "\u202e\u200b\u2066\ufeff\x07"),
        *(("regions", "name_en", f"half{c}way") for c in "\u202e\u200b\n\x0b"),
        ("goals", "id", "riverton\u200b"),
        ("goals", "headline", "maybe"),
    ],
    ids=ascii,
)
def test_a_cell_that_means_nothing_is_refused_at_its_place(
    tenant: Path, table: str, column: str, value: str
) -> None:
    change(tenant / "seeds" / f"{table}.csv", column, value)
    code, told = run("check")
    assert code == 2
    assert any(line.startswith(f"seeds/{table}.csv:2 [{column}]: ") for line in told)
    assert all(len(line) < 400 for line in told)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        *(("observations", "as_of", day) for day in ("0", "1672531200", "-5", "today")),
        *(("observations", "value", value) for value in ("true", "nan", "9" * 400)),
        *(("observations", "region", f"river{c}ton") for c in "\u202e\u200b\x0b\u2028"),
        *(("goals", "deadline", day) for day in ("1924905600", "0")),
        ("goals", "value", "true"),
        ("regions", "parent", "riverton"),
    ],
    ids=ascii,
)
def test_tables_of_other_people_are_read_as_strictly(
    tenant: Path, table: str, column: str, value: str
) -> None:
    change(tenant / "seeds" / f"{table}.csv", column, value)
    given = [f"--{name}=seeds/{name}.csv" for name in ("observations", "goals", "indicators")]
    given.append("--regions=seeds/regions.csv")
    code, told = run("attain", *given, "--out", "answers.csv", "--jobs", 1)
    assert code == (2 if table == "regions" else 3)
    assert any(line.startswith(f"{table}.csv:2 [{column}]: ") for line in told), told


@pytest.mark.parametrize("column", ["as_of", "value", "quote", "region", "id", "note_en", "kind"])
@pytest.mark.parametrize("size", [100_000, 200_000])
def test_a_cell_of_200_kilobytes_is_quoted_by_its_first_characters(
    tenant: Path, column: str, size: int
) -> None:
    change(tenant / "seeds" / "observations.csv", column, "x" * size)
    code, told = run("check")
    assert code == 2
    assert all(len(line) < 400 for line in told)
    change(tenant / "seeds" / "regions.csv", "x" * size, "x")
    assert all(len(line) < 400 for line in run("check")[1])


@pytest.mark.parametrize("letter", ["\u2028", "\x0b", "\x0c", "\x85", "\x1c"], ids=ascii)
def test_no_letter_but_a_line_break_splits_a_row(tenant: Path, letter: str) -> None:
    path = tenant / "seeds" / "goals.csv"
    lines = path.read_text(encoding="utf-8").split("\n")
    # Without quotes, as a careless program writes it.
    lines[1] = lines[1].replace(",plan,", f",pl{letter}an,")
    path.write_text("\n".join(lines), encoding="utf-8", newline="")
    code, told = run("check")
    assert code == 2
    assert [line for line in told if f"U+{ord(letter):04X}" in line and "goals.csv:2 [source]" in line]
    assert not [line for line in told if "cells" in line]


# Files of seeds that are something else


@pytest.mark.parametrize("name", ["goals.csv", "observations.csv", "scenarios/x.yaml"])
def test_a_folder_in_a_files_place_is_told(tenant: Path, name: str) -> None:
    path = tenant / "seeds" / name
    path.unlink(missing_ok=True)
    path.mkdir(parents=True)
    code, told = run("check")
    assert code == 2
    assert told[0].startswith(name if "/" in name else f"seeds/{name}")


def test_all_faults_of_all_files_at_once(tenant: Path) -> None:
    seeds = tenant / "seeds"
    (seeds / "scenarios").mkdir()
    (seeds / "scenarios" / "late.yaml").write_text("id: late\nrole: often\nwhy_en: x\n", encoding="utf-8")
    (seeds / "scenarios" / "early.yml").write_text("id: early\n", encoding="utf-8")
    change(seeds / "observations.csv", "value", "many")
    change(seeds / "goals.csv", "deadline", "1924905600")
    (seeds / "sources.csv").unlink()
    plan = tenant / "reports" / "plans" / "own.yaml"
    plan.write_text("goals: [riverton-chargin-2026]\nnotebook: goals.ipynb\ndraws: many\n", encoding="utf-8")
    code, told = run("run", plan)
    assert code == 2
    begins = [
        "seeds/sources.csv: there is no such file",
        "seeds/observations.csv:2 [value]",
        "seeds/goals.csv:2 [deadline]",
        "scenarios/early.yml: is not read",
        "scenarios/late.yaml:2 [role]",
        "reports/plans/own.yaml:1 [goals.0]: no such goal",
        "reports/plans/own.yaml:2 [notebook]",
        "reports/plans/own.yaml:3 [draws]",
    ]
    assert all(any(line.startswith(begin) for line in told) for begin in begins), told
    assert len(told) == len(begins)


def test_a_folder_without_scenarios_has_the_plain_baseline(tenant: Path) -> None:
    assert not (tenant / "seeds" / "scenarios").exists()
    assert run("attain")[0] == 0
    (tenant / "seeds" / "scenarios").write_text("", encoding="utf-8")
    code, told = run("check")
    assert (code, len(told)) == (2, 1)
    assert told[0].startswith("scenarios/: cannot be read: Not a directory")


def test_a_plan_and_where_it_goes_are_told_together(tenant: Path) -> None:
    (tenant / "...yaml").write_text("drws: 5\n", encoding="utf-8")
    code, told = run("run", "...yaml", "--out", "README.md", "--draws", 1)
    assert code == 2
    assert [line.split(": ")[0] for line in told] == ["--out", "--draws", "...yaml", "...yaml:1 [drws]"]


@pytest.mark.parametrize("notebook", ['"a\\0b.ipynb"', f"{LONG}.ipynb", "../x.ipynb", "5", '"\\ud800.ipynb"'])
def test_a_plans_notebook_that_cannot_be(tenant: Path, notebook: str) -> None:
    plan = tenant / "reports" / "plans" / "own.yaml"
    plan.write_text(f"notebook: {notebook}\n", encoding="utf-8")
    code, [line] = run("run", plan)
    assert code == 2
    assert line.startswith("reports/plans/own.yaml:1 [notebook]: ")
    assert len(line) < 300


def test_names_that_no_file_can_have(tenant: Path) -> None:
    for arguments in (
        ("check", "--seeds", LONG),
        ("run", f"{LONG}.yaml"),
        ("run", "--out", LONG),
        ("attain", "--out", f"{LONG}.csv"),
        ("schema", "--out", LONG),
        ("schema", "--out", "README.md/below.json"),
        ("new", LONG),
        ("new", "README.md"),
        ("new", "README.md/below"),
        ("new", "seeds"),
    ):
        code, told = run(*arguments)
        assert (code, len(told)) == (2, 1), arguments
        assert len(told[0]) < 500


# Where answers go


def test_out_replaces_only_what_the_verb_writes(tenant: Path) -> None:
    mine = {"mine.csv": "a,b\n1,2\n", "mine.json": '{"a": 1}\n', "mine.parquet": "no parquet\n"}
    for name, text in mine.items():
        Path(name).write_text(text, encoding="utf-8")
        code, [line] = run("attain", "--out", name)
        assert (code, line.startswith("--out: there is a file of this name that is not")) == (2, True)
        code, [line] = run("schema", "--out", name)
        assert (code, line.startswith("--out: there is a file of this name that is not")) == (2, True)
        assert Path(name).read_text(encoding="utf-8") == text
    for name in ("answers.csv", "answers.json", "answers.parquet"):
        Path(name).touch()  # empty: nothing is lost
        assert run("attain", "--out", name) == (0, [])
        assert run("attain", "--out", name) == (0, [])
    assert run("schema", "--out", "schema.json") == run("schema", "--out", "schema.json") == (0, [])
    code, [line] = run("train", "units.parquet", "--out", "mine.json")
    assert (code, line.startswith("--out: there is a file of this name that is not")) == (2, True)
    Path("link.csv").symlink_to("answers.csv")
    os.mkfifo("pipe.csv")
    refused = {
        "link.csv": "is a link",
        "pipe.csv": "is a device",
        "seeds/goals.csv": "lies in a folder that is read",
        "seeds/../seeds/new.csv": "lies in a folder that is read",
    }
    for name, rule in refused.items():
        code, [line] = run("attain", "--out", name)
        assert (code, line.startswith(f"--out: {rule}")) == (2, True), line
    os.link("seeds/goals.csv", "hard.csv")
    given = ("--observations", "seeds/observations.csv", "--goals", "seeds/goals.csv")
    code, [line] = run("attain", *given, "--out", "hard.csv")
    assert (code, line.startswith("--out: is one of the files that are read")) == (2, True)
    assert run("schema", "--out", "/dev/null")[0] == 2
    assert not list(tenant.glob(".*"))


def test_a_run_removes_nothing_that_no_run_has_written(tenant: Path) -> None:
    kept = tenant / "reports" / "out" / "brief" / "2025-02-28" / "jobs" / "thesis.txt"
    kept.parent.mkdir(parents=True)
    kept.write_text("mine", encoding="utf-8")
    code, [line] = run("run")
    assert (code, line.startswith("--out: holds what no run has written")) == (2, True)
    assert kept.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("arguments", "idle"),
    [
        (("--observations", "o", "--goals", "g", "--out", "x.csv", "--goal", "a", "--scenario", "b",
          "--explain", "--format", "text"), ("--goal", "--scenario", "--explain", "--format")),
        (("--goals", "g", "--explain"), ("--observations", "--out", "--explain")),
        (("--indicators", "i", "--jobs", "1", "--reference", "r", "--regions", "p"),
         ("--indicators", "--reference", "--regions", "--jobs")),
        (("--explain", "--out", "x.csv", "--format", "csv"), ("--explain", "--format")),
        (("--explain", "--format", "csv"), ("--format",)),
    ],
)  # fmt: skip
def test_options_that_do_nothing_are_refused_all_at_once(
    tenant: Path, arguments: tuple[str, ...], idle: tuple[str, ...]
) -> None:
    code, told = run("attain", *arguments)
    assert code == 2
    assert [line.split(":")[0] for line in told] == list(idle)
    assert not Path("x.csv").exists()


# The machine


@pytest.mark.parametrize("arguments", [("check",), ("schema",), ("--help",), ("attain", "--format", "csv")])
def test_a_full_standard_output_is_one_line(tenant: Path, arguments: tuple[str, ...]) -> None:
    with open("/dev/full", "w") as full:
        ended = start(*arguments, cwd=tenant, stdout=full)
    assert (ended.returncode, ended.stderr) == (
        1,
        f"standard output: cannot be written: {os.strerror(errno.ENOSPC)}\n",
    )


def test_a_closed_standard_output_is_one_line(tenant: Path) -> None:
    ended = start("check", cwd=tenant, stdout=None, preexec_fn=lambda: os.close(1))
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        "standard output: cannot be written: it is closed; send it to a file or to /dev/null"
    ]


def test_a_reader_that_stops_is_one_line(tenant: Path) -> None:
    into, out = os.pipe()[::-1]
    os.close(out)
    ended = start("schema", cwd=tenant, stdout=into)
    os.close(into)
    assert (ended.returncode, ended.stderr) == (1, "standard output: whoever reads it has stopped\n")


def test_a_closed_standard_error_changes_no_code(tenant: Path) -> None:
    ended = start("check", "--seeds", "nowhere", cwd=tenant, preexec_fn=lambda: os.close(2))
    assert (ended.returncode, ended.stdout) == (2, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("attain", "--out", "x.csv"),
        ("attain", "--out", "x.parquet"),
        ("schema", "--out", "x.json"),
        ("new", "x"),
    ],
    ids=lambda a: " ".join(a),
)
def test_a_full_disk_is_one_line_and_leaves_nothing(tenant: Path, arguments: tuple[str, ...]) -> None:
    def little() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    ended = start(*arguments, cwd=tenant, preexec_fn=little)
    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert "x" in line.split(":")[0]
    assert line.endswith(f"cannot be read or written: {os.strerror(errno.EFBIG)}")
    assert not [p for p in tenant.rglob(".*")]
    assert not Path(arguments[-1]).exists()


@pytest.fixture
def bare(tmp_path: Path) -> tuple[str, ...]:
    """What starts a program to which files can be closed: root without what makes it root, or who we are."""
    if os.geteuid() != 0:
        return ()
    command = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
    (tmp_path / "closed").touch(0o000)
    if (
        shutil.which("setpriv") is None
        or not subprocess.run([*command, "cat", tmp_path / "closed"]).returncode
    ):
        pytest.skip("root cannot give its rights away here")
    return command


@pytest.mark.parametrize(
    "arguments", [("attain", "--out", "x.csv"), ("schema", "--out", "x.json"), ("run",), ("new", "x")]
)
def test_a_folder_without_rights_is_one_line(
    tenant: Path, bare: tuple[str, ...], arguments: tuple[str, ...]
) -> None:
    inner = tenant / "inner"
    for name in ("seeds", "reports"):
        shutil.copytree(tenant / name, inner / name)
    for folder in (inner / "reports", inner):
        folder.chmod(0o555)
    ended = start(*arguments, cwd=inner, before=bare)
    inner.chmod(0o755)
    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert line.endswith(f"cannot be read or written: {os.strerror(errno.EACCES)}")


@pytest.mark.parametrize("name", ["seeds/goals.csv", "seeds/scenarios", "reports/plans/brief.yaml"])
def test_what_may_not_be_read_is_one_line(tenant: Path, bare: tuple[str, ...], name: str) -> None:
    (tenant / "seeds" / "scenarios").mkdir()
    (tenant / name).chmod(0)
    ended = start("run", cwd=tenant, before=bare)
    (tenant / name).chmod(0o755)
    assert ended.returncode == 2
    assert [name.split("/", 1)[1].split("plans/")[-1] in line for line in ended.stderr.splitlines()] == [True]


def test_a_fault_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch, tenant: Path) -> None:
    def broken(*_: object) -> None:
        raise TypeError("ours")

    monkeypatch.setattr("forecasts.publish.save.dump_json", broken)
    ended = CliRunner().invoke(app, ["schema"])
    assert isinstance(ended.exception, TypeError)
