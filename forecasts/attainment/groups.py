"""Goals of many pasts at once: the road of :mod:`forecasts.attainment.outlook`, vectorised."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from forecasts.attainment.outlook import LEVELS, Outlook, floored
from forecasts.attainment.pace import observed_pace, required_paces
from forecasts.attainment.past import Past, Reader
from forecasts.attainment.question import Question
from forecasts.attainment.reached import NEVER, curve_of, days_reached, looks_of
from forecasts.attainment.row import CLASS_ALONE, QUANTILES, REACHED, Fields, Row, blank, row_of
from forecasts.engine.ask import forecast
from forecasts.engine.learned import learned
from forecasts.engine.mixture import Mixture
from forecasts.ledger.fields import Comparison
from forecasts.ledger.history import Days, Floats, Ints, Timescale
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.problems import Unanswerable
from forecasts.ledger.records import Goal, asks_of
from forecasts.ledger.rows import Rows
from forecasts.models.members import leading
from forecasts.models.trend import ask_of


@dataclass(frozen=True, eq=False)
class Group:
    """Goals of one past: their rows, values, what they ask, deadlines."""

    past: Past
    rows: Ints
    values: Floats
    edges: Floats
    below: NDArray[np.bool_]
    deadlines: Days


def answer_rows(
    ledger: Ledger, goals: Rows[Goal], known: Days, rows: Ints, tell: Callable[[Outlook], Row] = row_of
) -> Fields:
    """Answer some goals; return the columns of the answer, in the order of `rows`.

    `tell` says what is told of a goal that is answered by itself.
    """
    reader, answers = Reader(ledger), dict[int, Row]()
    groups: list[Group] = []
    for group in _groups(reader, goals, known, rows, answers):
        if group.past.history.rises and leading(group.past.history) == {"trend"}:
            groups.append(group)
            continue
        # Somebody else than the trend has weight here, or may have: one by one, then.
        found = None
        for row in group.rows:
            question = Question(goals.one(int(row)), known[row].item())
            found = Outlook(question, group.past, reader) if found is None else found.asked(question)
            answers[int(row)] = tell(found)
    columns, place = blank(len(rows)), dict(zip(rows.tolist(), range(len(rows)), strict=True))
    for row, one in answers.items():
        for name, value in one.items():
            columns[name][place[row]] = value
    if groups:
        at = [place[row] for group in groups for row in group.rows.tolist()]
        for name, column in answer_groups(groups).items():
            columns[name][at] = column
    return {name: columns[name] for name in columns if name not in ("goal", "outcome", "notes")}


def _groups(
    reader: Reader, goals: Rows[Goal], known: Days, rows: Ints, answers: dict[int, Row]
) -> Iterator[Group]:
    """Read the past of every goal, once where it is the same; say of a goal that has none why."""
    indicators, regions = goals.words("indicator")[rows].tolist(), goals.words("region")[rows].tolist()
    days = known[rows].astype("datetime64[D]").astype(np.int64).tolist()
    same: dict[tuple[str, str, int], list[int]] = {}
    for k, (indicator, region, day) in enumerate(zip(indicators, regions, days, strict=True)):
        same.setdefault((str(indicator), str(region), day), []).append(k)
    values, deadlines = goals.numbers("value")[rows], goals.days("deadline")[rows]
    edges, below = _asks(goals, rows)
    for alike in same.values():
        for past, of in _alike(reader, goals, known, rows[alike], answers):
            some = np.array(alike)[of]
            yield Group(past, rows[some], values[some], edges[some], below[some], deadlines[some])


def _asks(goals: Rows[Goal], rows: Ints) -> tuple[Floats, NDArray[np.bool_]]:
    """Return what some goals ask: their edges, and whether the value is to lie below it."""
    value, comparison, tolerance = (
        goals.columns[name].take(rows) for name in ("value", "comparison", "tolerance")
    )
    # A value that could not be read is asked by nobody.
    edges, below = np.nan_to_num(goals.numbers("value")[rows]), np.zeros(len(rows), bool)
    plain = comparison.array(bool, False, {c: c is Comparison.AT_LEAST for c in Comparison})
    for k in np.flatnonzero(~plain | ~np.isnan(tolerance.array(float, np.nan))).tolist():
        edges[k], below[k] = asks_of(value.at(k) or Decimal(0), comparison.at(k), tolerance.at(k))
    return edges, below


def _alike(
    reader: Reader, goals: Rows[Goal], known: Days, rows: Ints, answers: dict[int, Row]
) -> Iterator[tuple[Past, slice]]:
    """Read the past of goals of one indicator, region and day; own figures are the same for all of them.

    Yields each past, and which of the goals it is of.
    """
    for k, row in enumerate(rows.tolist()):
        try:
            past = reader.read(Question(goals.one(row), known[row].item()).asked)
        except Unanswerable as refused:
            answers[row] = {"note": refused.problems[0].rule}
            continue
        if past.own:
            yield past, slice(k, None)
            return
        yield past, slice(k, k + 1)


def answer_groups(groups: Sequence[Group]) -> Fields:
    """Answer the goals of many pasts whose answer the trend alone carries, in their order."""
    size = [len(g.rows) for g in groups]
    owner = np.repeat(np.arange(len(groups)), size)
    edge = np.concatenate([g.edges for g in groups])
    below = np.concatenate([g.below for g in groups])
    deadlines = np.concatenate([g.deadlines for g in groups])
    end = np.array([g.past.history.years[-1] for g in groups])[owner]
    scales = _by_timescale(groups, owner)
    deadline = np.empty(len(owner))
    for timescale, part in scales:
        deadline[part] = timescale.years_of(deadlines[part])
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
    distinct, back = np.unique(asked, return_inverse=True)
    quantiles = found.futures.rows(distinct).quantiles(LEVELS)[back]
    looks = times.shape[1]
    ahead = _chance(found.futures, looked.ravel(), np.repeat(edge, looks), np.repeat(below, looks))
    since = np.concatenate([_since(g) for g in groups])
    curve = curve_of(~np.isnat(since), ahead.reshape(times.shape))
    days = {name: np.full(len(owner), "", object) for name in REACHED}
    for timescale, part in scales:
        for name, level in REACHED.items():
            came = days_reached(
                times[part], curve[part], deadline[part], deadlines[part], level, timescale, since[part]
            )
            days[name][part] = np.where(np.isnat(came), "", came.astype(str))
    return {
        "probability": floored(_chance(found.futures, asked, edge, below)),
        "std_error": np.zeros(len(owner)),
        **dict(zip(QUANTILES, quantiles.T, strict=True)),
        **days,
        "required_pace": _required(groups, owner, deadline - end),
        **_of_each(groups, owner),
    }


def _since(group: Group) -> Days:
    """Return the first day of the newest figures that all meet each goal; NaT if the last one does not."""
    history = group.past.history
    if not group.past.own:
        return np.full(len(group.rows), NEVER, "datetime64[D]")
    missed = (history.value >= group.edges[:, None]) == group.below[:, None]
    first = np.where(missed.any(1), len(history) - missed[:, ::-1].argmax(1), 0)
    return np.append(history.days, NEVER)[first]


def _by_timescale(groups: Sequence[Group], owner: Ints) -> list[tuple[Timescale, Ints]]:
    """Return which goals are counted on each timescale."""
    scales = [g.past.history.timescale for g in groups]
    place = {scale: i for i, scale in enumerate(dict.fromkeys(scales))}
    which = np.array([place[scale] for scale in scales])[owner]
    return [(scale, np.flatnonzero(which == i)) for scale, i in place.items()]


def _required(groups: Sequence[Group], owner: Ints, years: Floats) -> Floats:
    """Return the required pace of every goal; NaN where there is none."""
    values = np.concatenate([g.values for g in groups])
    last = np.array([g.past.history.value[-1] for g in groups])[owner]
    kinds = [g.past.history.kind for g in groups]
    out = np.empty(len(owner))
    for kind in dict.fromkeys(kinds):
        part = np.array([k is kind for k in kinds])[owner]
        out[part] = required_paces(kind, last[part], values[part], years[part])
    return out


def _of_each(groups: Sequence[Group], owner: Ints) -> Fields:
    """Return what the goals of one past share."""
    observed = [observed_pace(g.past.history, g.past.reference) if g.past.own else None for g in groups]
    said = {
        "observed_pace": np.array([np.nan if pace is None else pace.value for pace in observed]),
        "n": np.array([len(g.past.history) if g.past.own else 0 for g in groups]),
        "model": np.full(len(groups), "trend", object),
        "note": np.array(["" if g.past.own else CLASS_ALONE for g in groups], object),
    }
    return {name: column[owner] for name, column in said.items()}


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
