"""Thousands of questions at once: the road of :mod:`forecasts.attainment.outlook`, vectorised."""

import datetime as dt
import multiprocessing
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts.attainment.notes import notes_of
from forecasts.attainment.outlook import LEVELS, Outlook, floored
from forecasts.attainment.pace import observed_pace, required_pace
from forecasts.attainment.past import Past, Reader
from forecasts.attainment.question import MOST_DAYS, TOO_FAR, Question
from forecasts.attainment.reached import NEVER, curve_of, days_reached, looks_of, reached_since
from forecasts.attainment.refused import first_of, refuse, unclear
from forecasts.attainment.resolved import resolve
from forecasts.engine.ask import forecast
from forecasts.engine.learned import learned
from forecasts.engine.mixture import Mixture
from forecasts.ledger.history import Days, Floats, Ints
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.problems import Problem, Remark, Unanswerable
from forecasts.ledger.records import Goal, asks_of
from forecasts.ledger.rows import Rows
from forecasts.ledger.sheets import Opened
from forecasts.models.members import leading
from forecasts.models.trend import ask_of

#: One answer, and the columns of many, by their names.
Row = dict[str, object]
Fields = dict[str, NDArray[Any]]

QUANTILES = tuple(f"q{level:g}" for level in LEVELS)
COLUMNS = (
    "goal", "probability", "std_error", *QUANTILES, "reached_p50", "reached_p80",
    "required_pace", "observed_pace", "n", "model", "outcome", "note", "notes",
)  # fmt: skip

#: What stands where there is no answer, and columns that are no decimal numbers.
BLANK: Row = {name: float("nan") for name in COLUMNS} | {
    "goal": "", "reached_p50": "", "reached_p80": "", "model": "", "outcome": "", "note": "",
    "notes": "[]", "n": 0,
}  # fmt: skip
DTYPES: dict[str, type] = {
    name: int if name == "n" else object for name in BLANK if BLANK[name] in ("", "[]", 0)
}

#: The last day of all.
END = np.datetime64("2200-12-31")

#: Goals that one process answers at a time, about.
CHUNK = 5_000

#: What is said of an answer without own figures.
CLASS_ALONE = "no figure of its own: its reference class and the goals of others answer"


@dataclass(frozen=True)
class Many:
    """The answers, one row a goal in the goals' order; every problem of the rows, and every remark."""

    table: pd.DataFrame
    problems: tuple[Problem, ...]
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, eq=False)
class _Group:
    """Goals of one past: their rows, values, what they ask, deadlines."""

    past: Past
    rows: Ints
    values: Floats
    edges: Floats
    below: NDArray[np.bool_]
    deadlines: Days


def answer_many(
    opened: Opened,
    known_on: dt.date | None = None,
    jobs: int = 1,
    progress: Callable[[int, int], None] = lambda done, of: None,
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
    for part, answers in _answered(ledger, goals, known, parts, jobs):
        for name, column in answers.items():
            columns[name][part] = column
        done += len(part)
        progress(done, len(rows))
    silent = np.isnan(np.asarray(columns["probability"], float))
    for row in open_[silent[open_]]:
        refuse(columns, problems, opened, int(row), str(columns["note"][row]), "add figures")
    words, notes = notes_of(opened.read)
    columns["notes"] = np.array(notes, object)
    for row in rows.tolist():
        said = (str(columns["note"][row]), words[row])
        columns["note"][row] = "; ".join(part for part in said if part)
    table = pd.DataFrame(columns, columns=list(COLUMNS))
    return Many(table, (*opened.problems, *first_of(problems)), opened.remarks)


def _empty(opened: Opened) -> Fields:
    """Return the columns without answers; a goal that is not sound says why."""
    goals, rows = opened.goals, opened.rows
    assert goals is not None
    assert rows is not None
    columns: Fields = {name: np.full(len(rows), BLANK[name], DTYPES.get(name, float)) for name in COLUMNS}
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
_SHARED: list[tuple[Ledger, Rows[Goal], Days]] = []


def _answered(
    ledger: Ledger, goals: Rows[Goal], known: Days, parts: Sequence[Ints], jobs: int
) -> Iterator[tuple[Ints, Fields]]:
    """Answer the parts, here or in processes that share what was read."""
    if jobs == 1 or len(parts) < 2 or sys.platform != "linux":
        for part in parts:
            yield part, answer_rows(ledger, goals, known, part)
            ledger.figures.forget()
        return
    _ = ledger.figures  # made once, before the processes part
    _SHARED.append((ledger, goals, known))
    try:
        context = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(min(jobs, len(parts)), context) as pool:
            waiting = [pool.submit(_answer_shared, part) for part in parts]
            for part, job in zip(parts, waiting, strict=True):
                yield part, job.result()
    finally:
        _SHARED.pop()


def _answer_shared(part: Ints) -> Fields:
    ledger, goals, known = _SHARED[-1]
    answers = answer_rows(ledger, goals, known, part)
    ledger.figures.forget()
    return answers


def answer_rows(
    ledger: Ledger, goals: Rows[Goal], known: Days, rows: Ints, tell: Callable[[Outlook], Row] | None = None
) -> Fields:
    """Answer some goals, in the order of `rows`; `tell` takes the place of :func:`row_of`."""
    reader, answers = Reader(ledger), dict[int, Row]()
    groups: list[_Group] = []
    for group in _groups(reader, goals, known, rows, answers):
        if group.past.history.rises and leading(group.past.history) == {"trend"}:
            groups.append(group)
            continue
        # Somebody else than the trend has weight here, or may have: one by one, then.
        found = None
        for row in group.rows:
            question = Question(goals.one(int(row)), known[row].item())
            found = Outlook(question, group.past, reader) if found is None else found.asked(question)
            answers[int(row)] = (tell or row_of)(found)
    if groups:
        answers |= _answer_groups(groups)
    told = [BLANK | answers[row] for row in rows.tolist()]
    return {
        name: np.array([one[name] for one in told], DTYPES.get(name, float))
        for name in COLUMNS
        if name not in ("goal", "outcome", "notes")
    }


def _groups(
    reader: Reader, goals: Rows[Goal], known: Days, rows: Ints, answers: dict[int, Row]
) -> Iterator[_Group]:
    """Read the past of every goal, once where it is the same; say of a goal that has none why."""
    indicators, regions = goals.words("indicator"), goals.words("region")
    same: dict[tuple[str, str, np.datetime64], list[int]] = {}
    for row in rows.tolist():
        same.setdefault((str(indicators[row]), str(regions[row]), known[row]), []).append(row)
    values, deadlines = goals.numbers("value"), goals.days("deadline")
    edges, below = _asks(goals)
    for alike in same.values():
        for some in _alike(reader, goals, known, alike, answers):
            past, of = some
            yield _Group(past, np.array(of), values[of], edges[of], below[of], deadlines[of])


def _asks(goals: Rows[Goal]) -> tuple[Floats, NDArray[np.bool_]]:
    """Return what every goal asks: its edge, and whether the value is to lie below it."""
    columns = [goals.columns[name] for name in ("value", "comparison", "tolerance")]
    codes = np.stack([column.code for column in columns], 1)
    distinct, back = np.unique(codes, axis=0, return_inverse=True)
    cells = ([c.values[i] for c, i in zip(columns, row, strict=True)] for row in distinct.tolist())
    # A value that could not be read is asked by nobody.
    asks = [asks_of(v if v is not None else Decimal(0), comparison, t) for v, comparison, t in cells]
    edges = np.array([a.edge for a in asks], float)
    return edges[back.ravel()], np.array([a.below for a in asks], bool)[back.ravel()]


def _alike(
    reader: Reader, goals: Rows[Goal], known: Days, rows: list[int], answers: dict[int, Row]
) -> Iterator[tuple[Past, list[int]]]:
    """Read the past of goals of one indicator, region and day; own figures are the same for all of them."""
    for k, row in enumerate(rows):
        try:
            past = reader.read(Question(goals.one(row), known[row].item()).asked)
        except Unanswerable as refused:
            answers[row] = {"note": refused.problems[0].rule}
            continue
        if past.own:
            yield past, rows[k:]
            return
        yield past, [row]


def _answer_groups(groups: Sequence[_Group]) -> dict[int, Row]:
    """Answer the goals of many pasts whose answer the trend alone carries."""
    size = [len(g.rows) for g in groups]
    owner = np.repeat(np.arange(len(groups)), size)
    edge = np.concatenate([g.edges for g in groups])
    below = np.concatenate([g.below for g in groups])
    end = np.array([g.past.history.years[-1] for g in groups])[owner]
    deadline = np.concatenate([g.past.history.timescale.years_of(g.deadlines) for g in groups])
    times = looks_of(end, deadline)
    first = np.cumsum([0, *size])
    slices = [times[a:b] for a, b in pairwise(first.tolist())]
    wanted = [np.unique(t[:, 1:]) for t in slices]
    asks = [ask_of(g.past.history, g.past.reference, t) for g, t in zip(groups, wanted, strict=True)]
    found = forecast(asks, learned())

    def rows_at(group: int, at: Floats) -> Ints:
        """Return the rows of a group's times; of the first look any, for what is reached by then is known."""
        where = np.minimum(np.searchsorted(wanted[group], at), len(wanted[group]) - 1)
        return found.rows[group][where]

    looked = np.concatenate([rows_at(k, part) for k, part in enumerate(slices)])
    asked = np.concatenate([rows_at(k, deadline[first[k] : first[k + 1]]) for k in range(len(groups))])
    chance = _chance(found.futures, asked, edge, below)
    distinct, back = np.unique(asked, return_inverse=True)
    quantiles = found.futures.rows(distinct).quantiles(LEVELS)[back]
    looks = times.shape[1]
    ahead = _chance(found.futures, looked.ravel(), np.repeat(edge, looks), np.repeat(below, looks))
    since = np.array(
        [
            reached_since(past.history.days, past.history.value, e, b) if past.own else NEVER
            for past, e, b in zip((groups[k].past for k in owner.tolist()), edge, below, strict=True)
        ]
    )
    curve = curve_of(~np.isnat(since), ahead.reshape(times.shape))
    chance = floored(chance)
    answers: dict[int, Row] = {}
    for k, group in enumerate(groups):
        part = slice(first[k], first[k + 1])
        scale = group.past.history.timescale
        days = {
            f"reached_p{round(100 * level)}": days_reached(
                times[part], curve[part], deadline[part], group.deadlines, level, scale, since[part]
            )
            for level in (0.5, 0.8)
        }
        answers |= _rows(group, chance[part], quantiles[part], days)
    return answers


def _rows(group: _Group, chance: Floats, quantiles: Floats, days: dict[str, Days]) -> dict[int, Row]:
    """Return the rows of the goals of one past."""
    past = group.past
    observed = observed_pace(past.history, past.reference) if past.own else None
    said: Row = {
        "std_error": 0.0,
        "observed_pace": np.nan if observed is None else observed.value,
        "n": len(past.history) if past.own else 0,
        "model": "trend",
        "note": "" if past.own else CLASS_ALONE,
    }
    answers: dict[int, Row] = {}
    for i, row in enumerate(group.rows.tolist()):
        pace = required_pace(past.history, float(group.values[i]), group.deadlines[i].item())
        answers[row] = said | {
            "probability": float(chance[i]),
            **dict(zip(QUANTILES, quantiles[i].tolist(), strict=True)),
            **{name: _written(found[i]) for name, found in days.items()},
            "required_pace": np.nan if pace is None else pace.value,
        }
    return answers


def row_of(found: Outlook) -> Row:
    """Return one outlook as a row of the table of answers."""
    required, observed = found.required_pace, found.observed_pace
    return {
        "probability": found.probability,
        "std_error": found.std_error,
        **dict(zip(QUANTILES, map(float, found.quantiles()), strict=True)),
        **{f"reached_p{round(100 * level)}": str(found.day_reached(level) or "") for level in (0.5, 0.8)},
        "required_pace": np.nan if required is None else required.value,
        "observed_pace": np.nan if observed is None else observed.value,
        "n": found.n,
        "model": found.model,
        "outcome": "",
        "note": "" if found.past.own else CLASS_ALONE,
        "notes": "[]",
    }


def _written(day: np.datetime64) -> str:
    return "" if np.isnat(day) else str(day)


def _chance(futures: Mixture, row: Ints, edge: Floats, below: NDArray[np.bool_]) -> Floats:
    """Return the probability that what is asked of each row is met."""
    above = _survival(futures, row, edge)
    return np.where(below, 1.0 - above, above)


def _survival(futures: Mixture, row: Ints, value: Floats) -> Floats:
    """Return P(value >= goal) of each row, asking each distribution once for all its goals."""
    order = np.argsort(row, kind="stable")
    used, size = np.unique(row[order], return_counts=True)
    start = np.cumsum(size) - size
    slot = np.arange(len(row)) - np.repeat(start, size)
    table = np.zeros((len(used), int(size.max()) if len(size) else 1))
    at = np.repeat(np.arange(len(used)), size)
    table[at, slot] = value[order]
    out = np.empty(len(row))
    out[order] = futures.rows(used).survival(table)[at, slot]
    return out
