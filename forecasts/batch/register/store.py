"""The register's file: the versions of its layout, transactions, patience with others, what is told of it.

The rollback journal is used, not the write-ahead log: that one needs memory which all writers share, so it is
wrong on a network folder.
"""

import datetime as dt
import errno
import os
import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Final, TypeVar

from forecasts.ledger.problems import BadInput, Problem

T = TypeVar("T")

#: What SQLite's header says of the file: a number of ours, so that no other program's file is taken for one.
APPLICATION: Final = 0x466F7265

#: Seconds that one call waits for other writers.
PATIENCE = 120.0

#: Seconds that SQLite itself waits before it says that others have the file.
BUSY = 10.0

#: How each version of the layout comes from the one before; ``PRAGMA user_version`` counts them. Once
#: released, a step is never changed. Outcomes are no table: ``seeds/`` holds them.
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
    (
        """CREATE TABLE reviews (
            id INTEGER PRIMARY KEY AUTOINCREMENT, plan TEXT NOT NULL, known_on TEXT NOT NULL,
            folder TEXT NOT NULL, decided_at TEXT NOT NULL,
            decision TEXT NOT NULL CHECK (decision IN ('approved', 'returned')),
            name TEXT NOT NULL CHECK (length(name) > 0), note TEXT NOT NULL,
            content TEXT NOT NULL, host TEXT NOT NULL, version TEXT NOT NULL
        )""",
        """CREATE TABLE review_files (
            review INTEGER NOT NULL REFERENCES reviews (id), file TEXT NOT NULL,
            as_read TEXT NOT NULL, stamped TEXT NOT NULL, PRIMARY KEY (review, file)
        )""",
        "CREATE INDEX reviews_plan ON reviews (plan, known_on)",
        "CREATE INDEX forecasts_deadline ON forecasts (deadline)",
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
        with opened(path) as held:
            held.execute("BEGIN IMMEDIATE")
            held.execute("ROLLBACK")
        return
    above = next(folder for folder in path.absolute().parents if folder.exists())
    try:
        with TemporaryFile(dir=above):  # the file system knows, whatever the rights say
            return
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def found_rows(path: Path, asked: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
    """Return what a query finds; nothing, where there is no register yet."""
    if not path.exists():
        return []

    def read() -> list[tuple[Any, ...]]:
        with opened(path) as held:
            return held.execute(asked, values).fetchall() if _version(held) else []

    return patiently(read, path)


def as_cell(value: object) -> object:
    """Return a value as it is stored: days and moments as texts that sort."""
    return value.isoformat() if isinstance(value, dt.date) else value


def insert(held: sqlite3.Connection, table: str, cells: Mapping[str, object]) -> None:
    """Append a row to a table."""
    marks = ", ".join("?" * len(cells))
    held.execute(f"INSERT INTO {table} ({', '.join(cells)}) VALUES ({marks})", tuple(cells.values()))


@contextmanager
def opened(path: Path, make: bool = False) -> Iterator[sqlite3.Connection]:
    """Open a register, new or brought to this version; errors say what is wrong with the file."""
    try:
        with closing(_connected(path, make)) as held:
            held.execute("PRAGMA journal_mode = DELETE")
            held.execute("PRAGMA synchronous = EXTRA")  # a power failure undoes nothing that was committed
            held.execute("PRAGMA foreign_keys = ON")
            _check(held, path)
            if _version(held) < len(STEPS) and (make or _version(held)):
                with transaction(held):
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
def transaction(held: sqlite3.Connection) -> Iterator[None]:
    """Write all or nothing; a writer has the file from the beginning, so that none waits in the middle."""
    held.execute("BEGIN IMMEDIATE")
    try:
        yield
        held.execute("COMMIT")
    except BaseException:
        if held.in_transaction:
            held.execute("ROLLBACK")
        raise


def patiently(work: Callable[[], T], path: Path) -> T:
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
