"""The register: every forecast that was ever made, in one file that outlives the folders of its runs.

A forecast can only be scored if it was written down before its outcome was known, with the question as it
stood then. One SQLite file holds that: a run is appended in one transaction, or not at all, however many runs
and machines write at once. Nothing in it is ever changed or removed.
"""

import datetime as dt
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from forecasts.batch.register.entry import COLUMNS, ENTRY, RUN, Entry, RunFacts
from forecasts.batch.register.store import (
    as_cell,
    found_rows,
    insert,
    opened,
    patiently,
    transaction,
)

#: The register's name in the folder where it lies.
REGISTER = "register.sqlite"


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
        with opened(path, make=True) as held, transaction(held):
            if held.execute("SELECT 1 FROM runs WHERE id = ?", (run.id,)).fetchone():
                return 0
            insert(held, "runs", {name: as_cell(getattr(run, name)) for name in RUN})
            new = [one for one in forecasts if not _said(held, run, one)]
            for one in new:
                insert(held, "forecasts", {"run": run.id} | {n: as_cell(getattr(one, n)) for n in ENTRY})
            return len(new)

    return patiently(append, path)


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
    found = found_rows(path, asked, (plan, known_on.isoformat(), before_run))
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
    found = found_rows(path, asked, (plan, known_on and known_on.isoformat()))
    return [dict(zip(COLUMNS, row, strict=True)) | {"ok": bool(row[COLUMNS.index("ok")])} for row in found]


def due_rows(path: Path, known_on: dt.date) -> list[dict[str, Any]]:
    """Return the forecasts, as `rows_of` does, whose deadline has passed on a day."""
    return [row for row in rows_of(path) if row["deadline"] <= known_on.isoformat()]


def _said(held: sqlite3.Connection, run: RunFacts, one: Entry) -> bool:
    """Whether the plan's last forecast of this job and day says the same, of the same key."""
    told = ("probability", "result", *(name for name in ENTRY if name.startswith("key_")))
    last = held.execute(
        f"""SELECT {", ".join(told)} FROM forecasts f JOIN runs r ON r.id = f.run
        WHERE f.job = ? AND r.plan = ? AND r.known_on = ? ORDER BY f.id DESC LIMIT 1""",
        (one.job, run.plan, run.known_on.isoformat()),
    ).fetchone()
    return last is not None and tuple(last) == tuple(getattr(one, name) for name in told)
