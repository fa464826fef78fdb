"""One cell of a sound input is changed in sixty ways: told, refused, without effect - or what else?

Every outcome belongs to a class, and every class has a reason; an outcome of no class is a fault.
"""

import csv
import io
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table
from typer.testing import CliRunner

from forecasts.attainment.row import CLASS_ALONE
from forecasts.cli import app
from tests.fuzz import ground
from tests.fuzz.ways import WAYS

RUNNER = CliRunner()

#: Why an outcome of each class is right.
CLASSES = {
    "refused": "the message names file, line and column; nothing is answered from the row",
    "refused beside": "the cell breaks a rule with another cell of its row: file, line and it are named",
    "refused where it is used": "the cell describes other rows: the message names what it describes",
    "told": "a warning names file and column; the answer may move, and its reader knows why",
    "told beside": "a warning names the row and another cell of it, which the change contradicts",
    "told where it is used": "the cell describes other rows: a warning names what it describes",
    "without effect": "every answer is the same to the last byte",
    "a name": "the id of a goal is a label: it is given back as it was written, and every number is the same",
    "told beside the answer": "the answer's own note says that no figure is its own, and who answers instead",
    "left out": "an empty cell of an optional column means what the documentation says: nobody stated it",
    "another figure": "a number of the same size is another truth, which nobody can tell from the first",
    "another day": "a day within a year is another truth: published, announced, due a little later",
    "another word": "another valid word of the column's list, or another row's name, is another statement",
    "a tolerance of any size": "a goal's leeway may be anything from nothing up: no number is odd in itself",
    "a rate of any size": "a rate passes zero and has no scale: no number from -100 to 100 is odd in itself",
}

#: Cells of a row that rules put beside each other.
BESIDE = {
    "observations": {
        "as_of": {"published_on", "period_start", "value"},
        "published_on": {"as_of"},
        "value": {"low", "high", "quote"},
        "low": {"value", "high"},
        "high": {"value", "low"},
        "period_start": {"as_of", "value"},
        "origin": {"as_of", "value", "low"},
        "region": {"value", "indicator"},
        "quote": {"value"},
        "indicator": {"value", "period_start", "region"},
        "source": {"quote"},
    },
    "goals": {
        "deadline": {"announced_on", "outcome_as_of", "goal", "outcome"},
        "announced_on": {"deadline", "published_on", "goal"},
        "published_on": {"announced_on"},
        "comparison": {"tolerance", "value"},
        "tolerance": {"comparison", "value"},
        "region": {"goal", "indicator", "value"},
        "indicator": {"goal", "region", "value"},
        "value": {"goal"},
        "outcome": {"outcome_value", "outcome_as_of"},
        "outcome_value": {"outcome_as_of", "outcome"},
        "outcome_as_of": {"outcome_value", "outcome", "deadline"},
    },
    "indicators": {"kind": {"upper", "unit_en"}, "upper": {"kind"}},
    "regions": {},
    "sources": {},
}

#: Columns whose cells describe or name other rows.
DESCRIBES = {
    ("indicators", None),
    ("regions", None),
    ("sources", "id"),
    ("observations", "id"),
    ("goals", "baseline"),
    ("goals", "headline"),
    ("goals", "id"),
    ("goals", "goal"),
    ("observations", "indicator"),
    ("observations", "region"),
}

#: Columns that may be left empty.
OPTIONAL = {
    "observations": {"published_on", "qualifier", "low", "high", "period_start", "origin", "confidence"},
    "goals": {"comparison", "tolerance", "announced_on", "published_on", "headline", "outcome"},
    "indicators": {"family", "q4_share", "upper"},
    "regions": {"parent"},
    "sources": set(),
}
NUMBERS, DAYS = {"value", "low", "high", "tolerance", "q4_share", "outcome_value", "upper"}, {
    "as_of", "published_on", "period_start", "deadline", "announced_on", "outcome_as_of"
}  # fmt: skip
WORDS = {
    "qualifier",
    "origin",
    "confidence",
    "comparison",
    "kind",
    "as_of_basis",
    "published_basis",
    "outcome",
    "headline",
    "success_selected",
    "family",
    "parent",
    "region",
    "indicator",
    "source",
    "baseline",
}


@dataclass(frozen=True)
class Change:
    """One cell, changed in one way; `line` is the row's line in the file."""

    where: str
    table: str
    row: int
    column: str
    way: str
    old: str
    new: str
    kind: str
    id: str

    @property
    def line(self) -> int:
        """The line in the file (no cell of the sound rows has more than one)."""
        return self.row + 2


@dataclass(frozen=True)
class Came:
    """What came of it: exit code, what was told, and the answers."""

    code: int
    err: str
    answers: str
    notes: str = ""


@dataclass
class Tally:
    """How often which class came, and what is of no class."""

    classes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def show(self) -> None:
        """Print the classes, each with its reason."""
        table = Table("class", "cells", "why it is accepted", title="One cell changed", title_justify="left")
        for name, why in CLASSES.items():
            table.add_row(name, str(self.classes[name]), why)
        Console(width=150).print(table)
        for fault in self.faults:
            print(fault[:260])


def rows_of(where: str, table: str, cells: ground.Cells, whole: bool) -> list[int]:
    """Return the rows that are changed: one, or one of each kind and some odd ones."""
    if table != "observations":
        return [0] if not whole else sorted({0, min(1, len(cells) - 2), len(cells) - 2})
    first = cells[0].index("indicator"), cells[0].index("as_of"), cells[0].index("region")
    found = {}
    for k, row in enumerate(cells[1:]):
        name, day, region = (row[i] for i in first)
        if region == "north" and day.startswith("2021" if name != "firms" else "2020"):
            found[name] = k
    return list(found.values()) if whole else [found["firms"]]


def changes(where: str, files: dict[str, bytes], whole: bool) -> Iterator[Change]:
    """Yield every change of every column; one that leaves its cell as it is is none."""
    for name, data in files.items():
        if not name.endswith(".csv"):
            continue
        table, cells = Path(name).stem, ground.read(data)
        for row in rows_of(where, table, cells, whole):
            record = dict(zip(cells[0], cells[row + 1], strict=True))
            kind = ground.KINDS.get(record.get("indicator", record.get("id", "")), ("",))[0]
            for column, old in record.items():
                beside = [other[cells[0].index(column)] for other in cells[1:]]
                for way, change in WAYS.items():
                    if (new := change(old, beside)) != old:
                        label = cells[row + 1][0]
                        yield Change(where, table, row, column, way, old, new, kind, label)


def changed(files: dict[str, bytes], change: Change) -> dict[str, bytes]:
    """Return the files with the change made."""
    name = next(n for n in files if Path(n).stem == change.table and n.endswith(".csv"))
    cells = ground.read(files[name])
    cells[change.row + 1][cells[0].index(change.column)] = change.new
    return files | {name: ground.written(cells)}


def numbers(text: str, label: bool) -> str:
    """Return the answers without what is said in words; without the goals' ids where those are changed."""
    rows = list(csv.reader(io.StringIO(text)))
    drop = {"note", "notes", *(["goal"] if label else [])}
    keep = (
        [i for i, name in enumerate(rows[0])]
        if not rows
        else [i for i, n in enumerate(rows[0]) if n not in drop]
    )
    return "\n".join(",".join(row[i] for i in keep) for row in rows)


class Asker:
    """Asks the command about changed files, in a folder of its own, writing only what has changed."""

    def __init__(self, where: str, files: dict[str, bytes], folder: Path) -> None:
        self.where, self.files, self.folder = where, files, folder
        ground.lay(files, folder)

    def ask(self, files: dict[str, bytes], label: bool = False) -> Came:
        """Return what comes of files."""
        other = {name: data for name, data in files.items() if data != self.files[name]}
        ground.lay(other, self.folder)
        home = Path.cwd()
        os.chdir(self.folder)
        try:
            return self._tables(label) if self.where == "tables" else self._seeds(label)
        finally:
            os.chdir(home)
            ground.lay({name: self.files[name] for name in other}, self.folder)

    def _run(self, *args: str) -> tuple[int, str, str]:
        ended = RUNNER.invoke(app, args)
        if ended.exception is not None and not isinstance(ended.exception, SystemExit):
            return -1, "", f"{type(ended.exception).__name__}: {ended.exception}"
        return ended.exit_code, ended.stdout, ended.stderr

    def _tables(self, label: bool) -> Came:
        names = ("observations", "goals", "indicators", "regions")
        tables = [word for name in names for word in (f"--{name}", f"{name}.csv")]
        out = self.folder / "answers.csv"
        code, _, err = self._run("attain", *tables, "--out", str(out), "--jobs", "1")
        text = out.read_text(encoding="utf-8") if out.exists() else ""
        out.unlink(missing_ok=True)
        return Came(code, err, numbers(text, label) if text else "", text)

    def _seeds(self, label: bool) -> Came:
        code, _, err = self._run("check")
        if code:
            return Came(code, err, "")
        code, text, more = self._run("attain", "--format", "csv")
        return Came(code, err + more, numbers(text, label) if text else "", text)


def number(text: str) -> float | None:
    """Return a number as it is plainly written."""
    return float(text) if re.fullmatch(r"-?([0-9]+\.?[0-9]*|\.[0-9]+)(e[0-9]+)?", text.strip()) else None


def class_of(change: Change, came: Came, sound: Came) -> str:
    """Return the class of an outcome; empty if it has none."""
    if came.code not in (0, 2, 3):
        return ""
    told = came.err.splitlines()
    of_file = [line for line in told if f"{change.table}.csv" in line]
    of_row = [line for line in of_file if re.search(rf"{change.table}\.csv:{change.line}\b", line)]
    beside = BESIDE[change.table].get(change.column, set())
    verb = "refused" if came.code in (2, 3) else "told"
    if any(f"[{change.column}]" in line for line in (of_row if verb == "refused" else of_file)):
        return verb
    # Of several rows a warning names the first, and says how many there are.
    several = [line for line in of_file if line.startswith("warning: ") and line.endswith(" rows)")]
    if any(f"[{name}]" in line for line in (*of_row, *several) for name in beside):
        return f"{verb} beside"
    if any(f"{change.table}.csv:{change.line}:" in line for line in of_row):
        return verb  # the row as a whole, e.g. a mark that no CSV holds
    describes = {(change.table, change.column), (change.table, None)} & DESCRIBES
    ids = ("id", "goal", "indicator", "region", "baseline")
    named = [change.id, *([change.old, change.new] if change.column in ids else [])]
    if describes and any(name and name in line for line in told for name in named):
        return f"{verb} where it is used"
    if came.code or told:
        return ""
    if came.answers == sound.answers:
        return (
            "a name"
            if (change.table, change.column) in (("goals", "goal"), ("goals", "id"))
            else "without effect"
        )
    if change.table == "goals" and came.notes.count(CLASS_ALONE) > sound.notes.count(CLASS_ALONE):
        return "told beside the answer"
    return silent(change)


def silent(change: Change) -> str:
    """Return the class of a change that moved an answer and of which nothing was told."""
    column, way = change.column, change.way
    if way in ("empty", "blank") and column in OPTIONAL[change.table]:
        return "left out"
    if column in DAYS and way in ("next day", "a year after"):
        return "another day"
    if column in (*WORDS, "tolerance") and way == "another row's":
        return "another word"
    if column in ("headline", "success_selected") and change.new in ("0", "1"):
        return "another word"
    old, new = number(change.old), number(change.new)
    if column in NUMBERS and old is not None and new is not None:
        if change.kind == "rate" and abs(new) <= 100:
            return "a rate of any size"
        if column == "tolerance":
            return "a tolerance of any size"
        if (old != 0 and 1 / 3 < new / old < 3) or (column == "q4_share" and 0 <= new < 1):
            return "another figure"
    return ""


def grounds() -> dict[str, dict[str, bytes]]:
    """Return the sound inputs; every goal of the tenant is asked about."""
    tenant = ground.tenant()
    cells = ground.read(tenant["seeds/goals.csv"])
    headline, deadline = cells[0].index("headline"), cells[0].index("deadline")
    for row in cells[1:]:
        row[headline] = "true" if row[deadline] > "2023" else "false"
    return {"tables": ground.table_set(), "seeds": tenant | {"seeds/goals.csv": ground.written(cells)}}


def examine(folder: Path, whole: bool, each: int = 1) -> Tally:
    """Change cells and say what came.

    Parameters
    ----------
    whole : bool
        Whether rows of every kind are changed, or one of each table.
    each : int
        Only every so many-th change.
    """
    tally = Tally()
    for where, files in grounds().items():
        asker = Asker(where, files, folder / where)
        sound = {label: asker.ask(files, label) for label in (False, True)}
        if sound[False].code or sound[False].err:
            tally.faults.append(f"{where}: the sound input is not taken: {sound[False].err[:200]}")
            continue
        for change in some(changes(where, files, whole), each):
            label = change.column in ("goal", "id") and change.table == "goals"
            came = asker.ask(changed(files, change), label)
            name = class_of(change, came, sound[label])
            tally.classes[name] += 1
            if not name:
                moved = "same" if came.answers == sound[label].answers else "moved"
                tally.faults.append(
                    f"{where} {change.table}.csv:{change.line} [{change.column}] {change.kind} {change.way}: "
                    f"{change.old[:30]!r} -> {change.new[:30]!r}: exit {came.code}, "
                    f"told {came.err[:120]!r}, answers {moved}"
                )
    return tally


def some(found: Iterable[Change], each: int) -> Iterator[Change]:
    """Yield every so many-th."""
    return (change for k, change in enumerate(found) if k % each == 0)
