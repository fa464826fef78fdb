"""What the cases share: tables are asked through the command itself, and what came is looked at."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from typer.testing import CliRunner

from forecasts.cli import app

CASES = Path(__file__).resolve().parent
RUNNER = CliRunner()

#: Columns in which something is said in words; all others hold what was answered.
WORDS = ("note", "notes")


@dataclass(frozen=True)
class Came:
    """How a command ended: its code, what it said, and the table it wrote, where it wrote one."""

    code: int
    out: str
    err: str
    table: pd.DataFrame | None = None

    @property
    def answers(self) -> pd.DataFrame:
        """The table, which must be there."""
        assert self.table is not None, self.err
        return self.table

    def chance(self, row: int = 0) -> float:
        """Return the probability of one goal."""
        return float(self.answers["probability"][row])

    @property
    def quantiles(self) -> pd.DataFrame:
        """The columns of the quantiles."""
        return self.answers[[c for c in self.answers if c.startswith("q0")]]

    @property
    def warnings(self) -> list[str]:
        """The lines that tell without refusing."""
        return [line for line in self.err.splitlines() if line.startswith("warning:")]

    def warns(self, *words: str) -> bool:
        """Whether one warning says all of these words, in whatever case."""
        return any(all(w.casefold() in line.casefold() for w in words) for line in self.warnings)

    def says(self, *words: str) -> bool:
        """Whether one line of standard error says all of these words, in whatever case."""
        lines = self.err.splitlines()
        return any(all(w.casefold() in line.casefold() for w in words) for line in lines)


def run(*args: object) -> Came:
    """Run the command; what is no message but an exception fails at once."""
    ended = RUNNER.invoke(app, [str(a) for a in args])
    if ended.exception is not None and not isinstance(ended.exception, SystemExit):
        raise ended.exception
    assert "Traceback" not in ended.stderr
    return Came(ended.exit_code, ended.stdout, ended.stderr)


def attain(folder: Path, *more: object, **tables: Path) -> Came:
    """Answer tables, each named by its option; the answers are written into `folder`."""
    out = folder / "answers.csv"
    given = [word for option, path in tables.items() for word in (f"--{option.replace('_', '-')}", path)]
    before = {path: path.read_bytes() for path in tables.values() if path.is_file()}
    came = run("attain", *given, "--out", out, "--jobs", 1, *more)
    assert {path: path.read_bytes() for path in before} == before, "what is read stays as it is"
    assert not [p for p in folder.iterdir() if p.name.endswith(".tmp")]
    if came.code not in (0, 3):
        assert not out.exists(), "what is refused writes nothing"
        return came
    words = ("goal", "note", "notes", "outcome", "reached_p50", "reached_p80")
    read = pd.read_csv(out, dtype=dict.fromkeys(words, str))
    text = {c: "" for c in words if c in read}
    if "notes" in read:
        for cell in read["notes"].fillna(""):
            assert cell == "" or json.loads(cell) is not None
    return Came(came.code, came.out, came.err, read.fillna(text))


def case(name: str, folder: Path, *more: object, **tables: str) -> Came:
    """Answer a case's files; ``goals.csv`` and ``observations.csv`` need not be named, nor indicators."""
    own = folder / name
    shutil.copytree(CASES / name, own)
    usual = {option: f"{option}.csv" for option in ("observations", "goals", "indicators")}
    named = {option: own / file for option, file in (usual | tables).items()}
    return attain(folder, *more, **{o: p for o, p in named.items() if p.exists()})


def tables(folder: Path, *more: object, **texts: str | bytes) -> Came:
    """Answer tables that are given as text: lines of CSV, by the option that takes them."""
    paths: dict[str, Path] = {}
    for option, text in texts.items():
        paths[option] = folder / f"{option}.csv"
        paths[option].write_bytes(text.encode() if isinstance(text, str) else text)
    return attain(folder, *more, **paths)


def same(one: Came, other: Came) -> None:
    """Assert that two runs answered the same, whatever they said about it."""
    left, right = (
        came.answers.drop(columns=[w for w in WORDS if w in came.answers]) for came in (one, other)
    )
    pd.testing.assert_frame_equal(left, right)


def lines(header: str, rows: Mapping[str, object] | list[str]) -> str:
    """Write a table of two columns of a mapping, or of ready lines."""
    body = rows if isinstance(rows, list) else [f"{k},{v}" for k, v in rows.items()]
    return "\n".join([header, *body]) + "\n"
