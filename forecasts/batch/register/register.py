"""The register: every forecast that was ever made, in one file that outlives the folders of its runs.

A forecast can only be scored if it was written down before its outcome was known, with the question as it
stood then. One SQLite file holds that: a run is appended in one transaction, or not at all, however many runs
and machines write at once. Nothing in it is ever changed or removed.

The rollback journal is used, not the write-ahead log: that one needs memory which all writers share, so it is
wrong on a network folder.
"""

import datetime as dt
import errno
import os
import random
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Final, TypeVar

from forecasts.batch.register.entry import COLUMNS, ENTRY, RUN, Entry, RunFacts
from forecasts.ledger.problems import BadInput, Problem

T = TypeVar("T")

#: The register's name in the folder where it lies.
REGISTER = "register.sqlite"

#: What SQLite's header says of the file: a number of ours, so that no other program's file is taken for one.
APPLICATION: Final = 0x466F7265

#: Seconds that one call waits for other writers.
PATIENCE = 120.0

#: Seconds that SQLite itself waits before it says that others have the file.
BUSY = 10.0

#: How each version of the layout comes from the one before; ``PRAGMA user_version`` counts them. Once
#: released, a step is never changed: outcomes and reviews, say, will be a step of their own.
STEPS: Final[tuple[tuple[str, ...], ...]] = (
    (
        """CREATE TABLE runs (
            id TEXT PRIMARY KEY, plan TEXT NOT NULL, known_on TEXT NOT NULL, made_at TEXT NOT NULL,
            host TEXT NOT NULL, version TEXT NOT NULL, language TEXT NOT NULL, draws INTEGER, seed INTEGER,
            folder TEXT NOT NULL, ok INTEGER NOT NULL CHECK (ok IN (0, 1))
        )""",
        """CREATE TABLE forecasts (
            id INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL REFERENCES runs (id), job TEXT NOT NULL,
            goal TEXT NOT NULL, scenario TEXT NOT NULL, role TEXT NOT NULL,
            region TEXT NOT NULL, region_zh TEXT NOT NULL, region_en TEXT NOT NULL,
            indicator TEXT NOT NULL, indicator_zh TEXT NOT NULL, indicator_en TEXT NOT NULL,
            scope_zh TEXT NOT NULL, scope_en TEXT NOT NULL, kind TEXT NOT NULL,
            unit_zh TEXT NOT NULL, unit_en TEXT NOT NULL,
            comparison TEXT NOT NULL, value REAL NOT NULL, tolerance REAL NOT NULL,
            deadline TEXT NOT NULL, announced_on TEXT,
            probability REAL NOT NULL CHECK (probability > 0 AND probability < 1),
            probability_alone REAL NOT NULL CHECK (probability_alone > 0 AND probability_alone < 1),
            q10 REAL, q50 REAL, q90 REAL,
            key_notebook TEXT NOT NULL, key_parameters TEXT NOT NULL, key_figures TEXT NOT NULL,
            key_scenario TEXT NOT NULL, key_program TEXT NOT NULL, result TEXT NOT NULL,
            UNIQUE (run, job)
        )""",
        "CREATE INDEX runs_plan ON runs (plan, known_on)",
        "CREATE INDEX forecasts_job ON forecasts (job)",
        "CREATE INDEX forecasts_goal ON forecasts (goal)",
    ),
)


def check_register(path: Path) -> None:
    """Refuse, before any work, a path at which no register is or can be.

    Raises
    ------
    BadInput
        If another file or a newer register is there.
    OSError
        If no file can be written there.
    """
    if path.exists():
        with _register(path) as held:
            held.execute("BEGIN IMMEDIATE")
            held.execute("ROLLBACK")
        return
    above = next(folder for folder in path.absolute().parents if folder.exists())
    try:
        with TemporaryFile(dir=above):  # the file system knows, whatever the rights say
            return
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def record(path: Path, run: RunFacts, entries: Iterable[Entry]) -> int:
    """Append a run and its forecasts, all of it or nothing; return how many forecasts are new.

    A forecast that says again what the plan's last one about the same job and day of knowledge said, of the
    same key, is not entered twice: a night without news adds a run, and no forecasts. A run that is there
    already stays as it is, so that whoever is not sure may record it again.

    Raises
    ------
    BadInput
        If the file is no register, of a newer version, or may not be written.
    OSError
        If the disk is full or fails, or others keep the file for too long.
    """
    forecasts = tuple(entries)

    def append() -> int:
        with _register(path, make=True) as held, _transaction(held):
            if held.execute("SELECT 1 FROM runs WHERE id = ?", (run.id,)).fetchone():
                return 0
            _insert(held, "runs", {name: _cell(getattr(run, name)) for name in RUN})
            new = [one for one in forecasts if not _said(held, run, one)]
            for one in new:
                _insert(held, "forecasts", {"run": run.id} | {n: _cell(getattr(one, n)) for n in ENTRY})
            return len(new)

    return _patiently(append, path)


def latest(path: Path, plan: str, known_on: dt.date, before_run: str = "") -> Mapping[str, Entry]:
    """Return the last forecast of every job of a plan that no later knowledge went into, by job.

    Parameters
    ----------
    known_on : date
        Forecasts with the knowledge of this day or an earlier one; of those of one day, the one entered last.
    before_run : str, optional
        A run whose own forecasts do not count.
    """
    asked = f"""SELECT {", ".join(ENTRY)} FROM (
        SELECT f.*, ROW_NUMBER() OVER (PARTITION BY f.job ORDER BY r.known_on DESC, f.id DESC) AS place
        FROM forecasts f JOIN runs r ON r.id = f.run
        WHERE r.plan = ? AND r.known_on <= ? AND r.id <> ?
    ) WHERE place = 1"""
    found = _rows(path, asked, (plan, known_on.isoformat(), before_run))
    return {entry.job: entry for entry in map(Entry.of_cells, found)}


def rows_of(path: Path, plan: str | None = None, known_on: dt.date | None = None) -> list[dict[str, Any]]:
    """Return every forecast as it is printed, by `COLUMNS`, in the order in which they were entered.

    Parameters
    ----------
    plan, known_on
        Only those of this plan, of this day of knowledge.
    """
    run = ", ".join(f"r.{name}" for name in COLUMNS[1 : -len(ENTRY)])
    asked = f"""SELECT f.run, {run}, {", ".join(f"f.{name}" for name in ENTRY)}
        FROM forecasts f JOIN runs r ON r.id = f.run
        WHERE (?1 IS NULL OR r.plan = ?1) AND (?2 IS NULL OR r.known_on = ?2) ORDER BY f.id"""
    found = _rows(path, asked, (plan, known_on and known_on.isoformat()))
    return [dict(zip(COLUMNS, row, strict=True)) | {"ok": bool(row[COLUMNS.index("ok")])} for row in found]


def _rows(path: Path, asked: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
    """Return what a query finds; nothing, where there is no register yet."""
    if not path.exists():
        return []

    def read() -> list[tuple[Any, ...]]:
        with _register(path) as held:
            return held.execute(asked, values).fetchall() if _version(held) else []

    return _patiently(read, path)


def _cell(value: object) -> object:
    """Return a value as it is stored: days and moments as texts that sort."""
    return value.isoformat() if isinstance(value, dt.date) else value


def _insert(held: sqlite3.Connection, table: str, cells: Mapping[str, object]) -> None:
    marks = ", ".join("?" * len(cells))
    held.execute(f"INSERT INTO {table} ({', '.join(cells)}) VALUES ({marks})", tuple(cells.values()))


def _said(held: sqlite3.Connection, run: RunFacts, one: Entry) -> bool:
    """Whether the plan's last forecast of this job and day says the same, of the same key."""
    told = ("probability", "result", *(name for name in ENTRY if name.startswith("key_")))
    last = held.execute(
        f"""SELECT {", ".join(told)} FROM forecasts f JOIN runs r ON r.id = f.run
        WHERE f.job = ? AND r.plan = ? AND r.known_on = ? ORDER BY f.id DESC LIMIT 1""",
        (one.job, run.plan, run.known_on.isoformat()),
    ).fetchone()
    return last is not None and tuple(last) == tuple(getattr(one, name) for name in told)


@contextmanager
def _register(path: Path, make: bool = False) -> Iterator[sqlite3.Connection]:
    """Open a register, new or brought to this version; errors say what is wrong with the file."""
    try:
        with closing(_connected(path, make)) as held:
            held.execute("PRAGMA journal_mode = DELETE")
            held.execute("PRAGMA synchronous = EXTRA")  # a power failure undoes nothing that was committed
            held.execute("PRAGMA foreign_keys = ON")
            _check(held, path)
            if _version(held) < len(STEPS) and (make or _version(held)):
                with _transaction(held):
                    _step_up(held)
            yield held
    except sqlite3.Error as error:
        raise _told(error, path) from error


def _connected(path: Path, make: bool) -> sqlite3.Connection:
    try:
        if make:
            path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        raise _refused(path, f"its folder cannot be made: {error.strerror}") from error
    address = f"{path.absolute().as_uri()}?mode={'rwc' if make else 'rw'}"
    return sqlite3.connect(address, uri=True, timeout=BUSY, isolation_level=None)


def _version(held: sqlite3.Connection) -> int:
    return int(held.execute("PRAGMA user_version").fetchone()[0])


def _check(held: sqlite3.Connection, path: Path) -> None:
    """Refuse another program's file, and what only a newer version of this one understands."""
    whose = int(held.execute("PRAGMA application_id").fetchone()[0])
    blank = not held.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() and not _version(held)
    if whose != APPLICATION and not (whose == 0 and blank):
        raise _refused(path, "is a database of another program")
    if _version(held) > len(STEPS):
        rule = (
            f"was written by a newer version of this program (layout {_version(held)}, known: {len(STEPS)})"
        )
        raise _refused(path, rule, "update the program")


def _step_up(held: sqlite3.Connection) -> None:
    """Bring the layout to this version, within a transaction; another process may have done so meanwhile."""
    for statements in STEPS[_version(held) :]:
        for statement in statements:
            held.execute(statement)
    held.execute(f"PRAGMA application_id = {APPLICATION}")
    held.execute(f"PRAGMA user_version = {len(STEPS)}")


@contextmanager
def _transaction(held: sqlite3.Connection) -> Iterator[None]:
    """Write all or nothing; a writer has the file from the beginning, so that none waits in the middle."""
    held.execute("BEGIN IMMEDIATE")
    try:
        yield
        held.execute("COMMIT")
    except BaseException:
        if held.in_transaction:
            held.execute("ROLLBACK")
        raise


def _patiently(work: Callable[[], T], path: Path) -> T:
    """Do something with the file, again and again while others have it."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return work()
        except TimeoutError:
            if time.monotonic() > until:
                raise
            time.sleep(random.uniform(0.02, 0.2))


def _told(error: sqlite3.Error, path: Path) -> Exception:
    """Return what is told of an error of SQLite."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return TimeoutError(errno.ETIMEDOUT, "other runs keep it for too long", str(path))
    if code == sqlite3.SQLITE_FULL:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    if code == sqlite3.SQLITE_NOTADB:
        return _refused(path, "is no register")
    if code == sqlite3.SQLITE_CORRUPT:
        return _refused(path, "is damaged", "put a copy of it in its place: what is left is not overwritten")
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return _refused(path, f"cannot be written: {error}", "check its folder and its rights")
    return OSError(errno.EIO, str(error), str(path))


def _refused(path: Path, rule: str, remedy: str = "name another file") -> BadInput:
    return BadInput([Problem("register", rule, str(path), remedy)])
