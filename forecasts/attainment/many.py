"""Tables of goals, answered: every row has its answer or its reason, whatever the others are like."""

import datetime as dt
import gc
import multiprocessing
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasts.attainment.groups import answer_rows
from forecasts.attainment.notes import notes_of
from forecasts.attainment.question import MOST_DAYS, TOO_FAR
from forecasts.attainment.refused import first_of, refuse, unclear
from forecasts.attainment.resolved import resolve
from forecasts.attainment.row import COLUMNS, Fields, blank
from forecasts.ledger.history import Days, Ints
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.problems import Problem, Remark
from forecasts.ledger.records import Goal
from forecasts.ledger.rows import Rows
from forecasts.ledger.sheets import Opened

#: The last day of all.
END = np.datetime64("2200-12-31")

#: Goals that one process answers at a time, about.
CHUNK = 5_000

#: What the parts of a table are answered from: all that was read, the goals, and their days of knowledge.
Shared = tuple[Ledger, Rows[Goal], Days]

#: What answers parts elsewhere: told how a part is answered, from what, and which parts there are, it yields
#: each part with its answers, in any order.
Elsewhere = Callable[
    [Callable[[Shared, Ints], Fields], Shared, Sequence[Ints]], Iterator[tuple[Ints, Fields]]
]


@dataclass(frozen=True)
class Many:
    """The answers, one row a goal in the goals' order; every problem of the rows, and every remark."""

    table: pd.DataFrame
    problems: tuple[Problem, ...]
    remarks: tuple[Remark, ...] = ()


def answer_many(
    opened: Opened,
    known_on: dt.date | None = None,
    jobs: int = 1,
    progress: Callable[[int, int], None] = lambda done, of: None,
    elsewhere: Elsewhere | None = None,
) -> Many:
    """Answer every goal of tables that were read.

    A row that is not sound never spoils the others' answers: it is told in the problems, and a goal without
    an answer says why in its note.

    Parameters
    ----------
    known_on : date, optional
        The day of knowledge of every goal. Without it: the day on which the goal was announced; where that is
        not said, the newest day of publication in the tables.
    jobs : int
        Processes; where processes cannot share memory, one does it all.
    progress : callable
        Told of goals done and goals in all.
    elsewhere : callable, optional
        What answers the parts in place of processes of this machine.
    """
    assert opened.goals is not None
    assert opened.rows is not None
    goals, ledger = opened.rows, Ledger.of(opened.parts)
    columns = _empty(opened)
    known = days_known(goals, ledger, known_on)
    rows = np.flatnonzero(opened.goals.good)
    late = goals.days("deadline")[rows] <= known[rows]
    problems: list[Problem] = []
    for row in rows[late]:
        became = resolve(ledger, goals.one(int(row)), known[row].item())
        columns["outcome"][row] = became.state
        rule = f"the deadline has passed by the day of knowledge {known[row]}: {became.note}"
        refuse(columns, problems, opened, int(row), rule, "name an earlier day", became.note)
    ledger.figures.forget()
    far = goals.days("deadline")[rows] > known[rows] + np.timedelta64(MOST_DAYS)
    for row in rows[far]:
        refuse(columns, problems, opened, int(row), TOO_FAR, "correct the deadline")
    open_ = rows[~late & ~far]
    open_ = open_[~np.isin(open_, unclear(opened, goals, columns, problems, open_))]
    parts, done = _parts(goals, open_), len(rows) - len(open_)
    shared = ledger, goals, known
    answered = _answered(shared, parts, jobs) if elsewhere is None else elsewhere(answer_part, shared, parts)
    for part, answers in answered:
        for name, column in answers.items():
            columns[name][part] = column
        done += len(part)
        progress(done, len(rows))
    silent = np.isnan(np.asarray(columns["probability"], float))
    for row in open_[silent[open_]]:
        refuse(columns, problems, opened, int(row), str(columns["note"][row]), "add figures")
    words, notes = notes_of(opened.read)
    columns["notes"] = np.array(notes, object)
    for row in [row for row in rows.tolist() if words[row]]:
        said = (str(columns["note"][row]), words[row])
        columns["note"][row] = "; ".join(part for part in said if part)
    table = pd.DataFrame(columns, columns=list(COLUMNS))
    return Many(table, (*opened.problems, *first_of(problems)), opened.remarks)


def _empty(opened: Opened) -> Fields:
    """Return the columns without answers; a goal that is not sound says why."""
    goals, rows = opened.goals, opened.rows
    assert goals is not None
    assert rows is not None
    columns = blank(len(rows))
    columns["goal"] = rows.columns["id"].array(object, "")
    for row in np.flatnonzero(~goals.good).tolist():
        columns["note"][row] = goals.dropped.get(row, "the row is not sound")
    return columns


def days_known(goals: Rows[Goal], ledger: Ledger, known_on: dt.date | None) -> Days:
    """Return each goal's day of knowledge."""
    if known_on is not None:
        return np.full(len(goals), np.datetime64(known_on), "datetime64[D]")
    # The day of publication, not the day described: an expectation in print looks ahead.
    published = ledger.rows.days("published_on")
    # Where nothing is published, any day before the deadlines: nothing is known on it.
    ends = goals.days("deadline")
    newest = published.max() if len(published) else np.sort(np.r_[ends[~np.isnat(ends)], END])[0] - 1
    announced = goals.days("announced_on")
    return np.where(np.isnat(announced), newest, announced)


def _parts(goals: Rows[Goal], rows: Ints) -> list[Ints]:
    """Split the goals into parts that keep indicators together, so that a class is taught once."""
    names = goals.words("indicator")[rows]
    order = np.argsort(names, kind="stable")
    rows, names = rows[order], names[order]
    cuts, last = [], 0
    for k in np.flatnonzero(names[1:] != names[:-1]) + 1:
        if k - last >= CHUNK:
            cuts.append(int(k))
            last = int(k)
    return [part for part in np.split(rows, cuts) if len(part)]


#: What a process of its own works on: it is born with it.
_SHARED: list[Shared] = []

#: Threads of one process share what was read, and what is made of it.
_ONE_AT_A_TIME = threading.Lock()


def _answered(shared: Shared, parts: Sequence[Ints], jobs: int) -> Iterator[tuple[Ints, Fields]]:
    """Answer the parts, here or in processes that share what was read."""
    if jobs == 1 or len(parts) < 2 or sys.platform != "linux":
        for part in parts:
            yield part, answer_part(shared, part)
        return
    _ = shared[0].figures  # made once, before the processes part
    _SHARED.append(shared)
    # What was read stays: no process need look through it for garbage, nor copy its pages by doing so.
    gc.freeze()
    try:
        context = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(min(jobs, len(parts)), context) as pool:
            waiting = [pool.submit(_answer_shared, part) for part in parts]
            for part, job in zip(parts, waiting, strict=True):
                yield part, job.result()
    finally:
        gc.unfreeze()
        _SHARED.pop()


def _answer_shared(part: Ints) -> Fields:
    return answer_part(_SHARED[-1], part)


def answer_part(shared: Shared, part: Ints) -> Fields:
    """Answer some of the goals."""
    ledger, goals, known = shared
    with _ONE_AT_A_TIME:
        answers = answer_rows(ledger, goals, known, part)
        ledger.figures.forget()
    return answers
