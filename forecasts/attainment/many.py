"""Many goals at once: two tables in, one table out."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import logit

from forecasts.attainment.outlook import FLOOR, HORIZON_YEARS, LEVELS
from forecasts.attainment.pace import LOOK_BACK_YEARS, percent
from forecasts.engine.ask import Ask, forecast
from forecasts.engine.learned import learned
from forecasts.engine.mixture import Mixture
from forecasts.engine.series import Series
from forecasts.ledger.history import interval_of, log_sd_of
from forecasts.ledger.problems import Problem
from forecasts.ledger.records import Kind, Qualifier
from forecasts.ledger.tables import Table, check_columns
from forecasts.models.reference import MIN_SPAN_YEARS

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]

QUANTILES = tuple(f"q{level:g}" for level in LEVELS)
COLUMNS = (
    "goal", "probability", "std_error", *QUANTILES, "reached_p50", "reached_p80",
    "required_pace", "observed_pace", "n", "model", "note",
)  # fmt: skip

#: Years after the last figure at which the goal is looked for; between them the logit is straight.
LOOKS = np.array([0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, float(HORIZON_YEARS)])

#: Goals that one process answers at a time.
CHUNK = 5_000


@dataclass(frozen=True)
class Bulk:
    """The answers, one row a goal in the goals' order, and every problem of the rows."""

    table: pd.DataFrame
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class _Goals:
    """Sound goals as arrays."""

    row: NDArray[np.intp]
    series: NDArray[np.intp]
    value: Floats
    deadline: Days
    seen_on: Floats
    time: Floats


def attain_tables(
    observations: Table,
    goals: Table,
    indicators: Table | None = None,
    reference: Table | None = None,
    as_of: np.datetime64 | None = None,
    jobs: int = 1,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Bulk:
    """Answer every goal of a table from a table of observations.

    A bad row never spoils the others' answers: it is told in the problems, and a goal without an answer
    says why in its note.

    Parameters
    ----------
    observations : Table
        Columns region, indicator, as_of, value; optional qualifier, published_on, source.
    goals : Table
        Columns goal, region, indicator, value, deadline; optional comparison, announced_on: nothing known
        later is used for that goal.
    indicators : Table, optional
        Columns indicator, kind; a stock where it is silent.
    reference : Table, optional
        More observations, of regions that are no goal's: they only teach.
    as_of : datetime64[D], optional
        Nothing known later is used for any goal.
    jobs : int
        Processes.
    progress : callable
        Told of goals done and goals in all.

    Raises
    ------
    BadInput
        If a column is missing.
    """
    check_columns(observations, ("region", "indicator", "as_of", "value"), ("qualifier", "published_on"))
    check_columns(goals, ("goal", "region", "indicator", "value", "deadline"), ("comparison", "announced_on"))
    if indicators is not None:
        check_columns(indicators, ("indicator", "kind"))
    if reference is not None:
        check_columns(reference, ("region", "indicator", "as_of", "value"), ("qualifier", "published_on"))
    kinds = _kinds(indicators)
    series, index = _series([t for t in (observations, reference) if t is not None], kinds)
    asked, out = _asked(goals, index, as_of)
    parts = _chunks(asked, series)
    done = 0
    for chunk, answers in _answered(parts, series, jobs):
        for name, column in answers.items():
            out.loc[chunk.row, name] = column
        done += len(chunk.row)
        progress(done, len(asked.row))
    given = (observations, goals, indicators, reference)
    return Bulk(out, tuple(p for table in given if table is not None for p in table.problems))


def years_of(days: Days) -> Floats:
    """Return days as decimal years, at the day's end."""
    year = days.astype("datetime64[Y]")
    start, end = year.astype("datetime64[D]"), (year + 1).astype("datetime64[D]")
    passed = (days.astype("datetime64[D]") - start).astype(float) + 1
    return np.asarray(year.astype(float) + 1970 + passed / (end - start).astype(float), float)


def _kinds(indicators: Table | None) -> dict[str, Kind]:
    if indicators is None:
        return {}
    names, kinds = indicators.texts("indicator"), indicators.choices("kind", [k.value for k in Kind])
    return {str(n): Kind(k) for n, k, ok in zip(names, kinds, indicators.good, strict=True) if ok}


def _series(tables: list[Table], kinds: dict[str, Kind]) -> tuple[list[Series], dict[tuple[str, str], int]]:
    """Make one series of each region and indicator.

    Several figures of one day that became known together become their median; a later one revises it.
    """
    read = [_read_observations(table) for table in tables]
    frame = pd.concat(read, ignore_index=True)
    keys = ["indicator", "region", "as_of", "known"]
    middle = frame.groupby(keys, sort=True, as_index=False).agg(
        low=("low", "median"), high=("high", "median")
    )
    middle["value"] = (middle["low"] + middle["high"]) / 2
    start = np.flatnonzero(np.r_[True, (middle[keys[:2]] != middle[keys[:2]].shift()).any(axis=1)[1:]])
    ends = np.r_[start[1:], len(middle)] if len(middle) else start[:0]
    years, known = years_of(middle["as_of"].to_numpy("datetime64[D]")), middle["known"].to_numpy(float)
    value, low, high = (middle[c].to_numpy(float) for c in ("value", "low", "high"))
    sd = log_sd_of(low, high)
    names, regions = middle["indicator"].to_numpy(object), middle["region"].to_numpy(object)
    series: list[Series] = []
    index: dict[tuple[str, str], int] = {}
    for a, b in zip(start if len(middle) else start[:0], ends, strict=True):
        key = (str(names[a]), str(regions[a]))
        index[key] = len(series)
        exact = not sd[a:b].any()
        series.append(
            Series(
                times=years[a:b], values=value[a:b], known=known[a:b], group=key[0], region=key[1],
                never_falls=kinds.get(key[0], Kind.STOCK) is Kind.CUMULATIVE,
                log_sd=None if exact else sd[a:b], low=float(low[b - 1]),
            )
        )  # fmt: skip
    return series, index


def _read_observations(table: Table) -> pd.DataFrame:
    """Read the sound rows: indicator, region, as_of, low, high, known."""
    region, indicator = table.texts("region"), table.texts("indicator")
    as_of, value = table.days("as_of"), table.numbers("value")
    published = np.full(len(table.frame), np.datetime64("NaT"), "datetime64[D]")
    if "published_on" in table.frame:
        published = table.days("published_on", required=False)
    known = np.where(np.isnat(published), as_of, np.maximum(published, as_of))
    low, high = value.copy(), value.copy()
    if "qualifier" in table.frame:
        words = table.frame["qualifier"].fillna("").astype(str).str.strip()
        table.frame = table.frame.assign(qualifier=words.where(words != "", Qualifier.EQ.value))
        said = table.choices("qualifier", [q.value for q in Qualifier])
        for row in np.flatnonzero((said != Qualifier.EQ.value) & table.good & (value > 0)):
            low[row], high[row] = interval_of(table.frame["value"].iloc[row], Qualifier(said[row]))
    ok = table.good
    return pd.DataFrame(
        {
            "indicator": indicator[ok], "region": region[ok], "as_of": as_of[ok], "low": low[ok],
            "high": high[ok], "known": years_of(known[ok].astype("datetime64[D]")),
        }
    )  # fmt: skip


def _asked(
    goals: Table, index: dict[tuple[str, str], int], as_of: np.datetime64 | None
) -> tuple[_Goals, pd.DataFrame]:
    """Read the goals; return the ones that can be asked, and the empty answers with notes for the others."""
    names, regions, indicators = (goals.texts(c) for c in ("goal", "region", "indicator"))
    value, deadline = goals.numbers("value"), goals.days("deadline")
    count = len(goals.frame)
    announced = np.full(count, np.datetime64("NaT"), "datetime64[D]")
    if "announced_on" in goals.frame:
        announced = goals.days("announced_on", required=False)
    if "comparison" in goals.frame:
        words = goals.frame["comparison"].fillna("").astype(str).str.strip()
        goals.frame = goals.frame.assign(comparison=words.where(words != "", ">="))
        goals.choices("comparison", [">=", ">"])
    seen_on = np.full(count, np.inf)
    seen_on = np.where(np.isnat(announced), seen_on, years_of(announced))
    if as_of is not None:
        seen_on = np.minimum(seen_on, years_of(np.array([as_of], "datetime64[D]"))[0])
    where = [index.get((str(i), str(r)), -1) for i, r in zip(indicators, regions, strict=True)]
    series = np.array(where, np.intp)
    out = pd.DataFrame(index=range(count), columns=list(COLUMNS)).astype(
        {c: float for c in COLUMNS if c not in ("goal", "reached_p50", "reached_p80", "n", "model", "note")}
    )
    out["goal"], out["n"], out["model"], out["note"] = names, 0, "", ""
    out["reached_p50"], out["reached_p80"] = "", ""
    goals.refuse(
        (series < 0) & goals.good, "region", "no figure of this region and indicator", "add its rows"
    )
    told: dict[int, str] = {}
    for problem in goals.problems:
        if problem.line is not None:
            told.setdefault(problem.line - goals.first, f"{problem.column}: {problem.rule}")
    bad = np.flatnonzero(~goals.good)
    out.loc[bad, "note"] = [told.get(int(row), "the row is not sound") for row in bad]
    rows = np.flatnonzero(goals.good)
    asked = _Goals(rows, series[rows], value[rows], deadline[rows], seen_on[rows], years_of(deadline[rows]))
    return asked, out


def _chunks(asked: _Goals, series: list[Series]) -> list[_Goals]:
    """Split the goals into parts that keep indicators together, so that a class is learned once."""
    group = np.array([series[s].group for s in asked.series], object)
    order = np.lexsort((asked.series, group.astype(str))) if len(group) else np.zeros(0, np.intp)
    cuts, last = [], 0
    for k in range(1, len(order)):
        if k - last >= CHUNK and group[order[k]] != group[order[k - 1]]:
            cuts.append(k)
            last = k
    return [
        _Goals(*(getattr(asked, f)[part] for f in ("row", "series", "value", "deadline", "seen_on", "time")))
        for part in np.split(order, cuts)
        if len(part)
    ]


def _answered(
    parts: list[_Goals], series: list[Series], jobs: int
) -> Iterator[tuple[_Goals, dict[str, NDArray[np.object_] | Floats]]]:
    """Answer the parts, here or in processes."""
    groups: dict[str, list[int]] = {}
    for i, s in enumerate(series):
        groups.setdefault(s.group, []).append(i)

    def needed(part: _Goals) -> tuple[_Goals, list[Series]]:
        picked = [i for g in dict.fromkeys(series[s].group for s in part.series) for i in groups[g]]
        new = {old: k for k, old in enumerate(picked)}
        moved = np.array([new[int(s)] for s in part.series], np.intp)
        local = _Goals(part.row, moved, part.value, part.deadline, part.seen_on, part.time)
        return local, [series[i] for i in picked]

    if jobs == 1 or len(parts) == 1:
        for part in parts:
            yield part, answer_part(*needed(part))
        return
    with ProcessPoolExecutor(min(jobs, len(parts), os.cpu_count() or 1)) as pool:
        waiting = [pool.submit(answer_part, *needed(part)) for part in parts]
        for part, job in zip(parts, waiting, strict=True):
            yield part, job.result()


def answer_part(asked: _Goals, series: list[Series]) -> dict[str, NDArray[np.object_] | Floats]:
    """Answer some goals; return the columns of the answer."""
    count, looks = len(asked.row), len(LOOKS)
    asks = [
        Ask(int(s), float(d), float(t))
        for s, d, t in zip(asked.series, asked.seen_on, asked.time, strict=True)
    ]
    # Goals of one history share its looks ahead.
    seen_as: dict[tuple[int, float], int] = {}
    history = np.array([seen_as.setdefault((a.series, a.seen_on), len(seen_as)) for a in asks])
    each = np.array([_last(series[i], day) for i, day in seen_as])
    last = each[history]
    seen = last[:, 0] > 0
    if not seen.any():
        return {"note": np.repeat(np.array("nothing was known by then", object), count)}
    ends = each[:, 2, None] + LOOKS
    more = [Ask(i, day, float(t)) for (i, day), row in zip(seen_as, ends, strict=True) for t in row]
    found = forecast(series, asks + more, learned())
    later = ends[history]
    looked = np.maximum(found.row[count:], 0).reshape(len(seen_as), looks)[history]
    row = np.maximum(found.row[:count], 0)
    out: dict[str, NDArray[np.object_] | Floats] = {}
    chance = np.clip(_survival(found.futures, row, asked.value), FLOOR, 1 - FLOOR)
    distinct, back = np.unique(row, return_inverse=True)
    quantiles = found.futures.rows(distinct).quantiles(LEVELS)[back]
    ahead = _survival(found.futures, looked.ravel(), np.repeat(asked.value, looks))
    curve = np.column_stack([last[:, 1] >= asked.value, ahead.reshape(count, looks)]).astype(float)
    times = np.column_stack([last[:, 2], later])
    late = asked.time <= last[:, 2]
    note = np.where(
        seen, np.where(late, "the deadline is not after the last figure", ""), "nothing was known by then"
    )
    out["probability"] = np.where(seen, chance, np.nan)
    out["std_error"] = np.where(seen, 0.0, np.nan)
    for name, column in zip(QUANTILES, quantiles.T, strict=True):
        out[name] = np.where(seen, column, np.nan)
    for level in (50, 80):
        out[f"reached_p{level}"] = np.where(seen, _first_day(curve, times, level / 100), "")
    out["required_pace"], out["observed_pace"] = _paces(asked, series, last)
    out["n"] = last[:, 0]
    out["model"], out["note"] = np.where(seen, "trend", ""), note
    return out


def _survival(futures: Mixture, row: NDArray[np.intp], value: Floats) -> Floats:
    """Return P(value >= goal) of each row, asking each distribution once for all its goals."""
    order = np.argsort(row, kind="stable")
    used, start, size = np.unique(row[order], return_index=True, return_counts=True)
    slot = np.arange(len(row)) - np.repeat(start, size)
    table = np.zeros((len(used), int(size.max()) if len(size) else 1))
    at = np.repeat(np.arange(len(used)), size)
    table[at, slot] = value[order]
    out = np.empty(len(row))
    out[order] = futures.rows(used).survival(table)[at, slot]
    return out


def _last(series: Series, seen_on: float) -> tuple[float, float, float]:
    """Return how many values were seen by then, the last one and its time."""
    seen = np.flatnonzero(series.visible(seen_on))
    if not len(seen):
        return 0.0, np.nan, float(series.times[0])
    return float(len(seen)), float(series.values[seen[-1]]), float(series.times[seen[-1]])


def _first_day(curve: Floats, times: Floats, level: float) -> NDArray[np.object_]:
    """Return the first day on which probabilities (N, T) reach a level; empty if they never do."""
    above = curve >= level
    curve = np.clip(curve, FLOOR, 1 - FLOOR)
    k = above.argmax(1)
    rows = np.arange(len(curve))
    before = np.maximum(k - 1, 0)
    c0, c1, t0, t1 = curve[rows, before], curve[rows, k], times[rows, before], times[rows, k]
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(k > 0, (logit(level) - logit(c0)) / (logit(c1) - logit(c0)), 0.0)
    time = t0 + np.clip(np.nan_to_num(part), 0.0, 1.0) * (t1 - t0)
    year = np.floor(time).astype(int)
    start = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]")
    # A time is the end of its day: a whole year is the last day of the year before.
    days = start + (np.ceil((time - year) * 365.25 - 1e-6) - 1).astype("timedelta64[D]")
    return np.where(above.any(1), days.astype(str), "").astype(object)


def _paces(asked: _Goals, series: list[Series], last: Floats) -> tuple[Floats, Floats]:
    """Return required and observed pace: percent a year, or units a year of a total that never falls."""
    required, observed = np.full(len(asked.row), np.nan), np.full(len(asked.row), np.nan)
    for k, i in enumerate(asked.series):
        n, value, end = last[k]
        years = asked.time[k] - end
        if not n:
            continue
        s = series[i]
        if years > 0:
            required[k] = _pace(value, asked.value[k], years, s.never_falls)
        seen = np.flatnonzero(s.visible(asked.seen_on[k]))
        age = end - s.times[seen]
        far = np.flatnonzero(age >= LOOK_BACK_YEARS - 0.01)
        first = int(far[-1]) if len(far) else 0
        if age[first] >= MIN_SPAN_YEARS:
            observed[k] = _pace(s.values[seen[first]], value, float(age[first]), s.never_falls)
    return required, observed


def _pace(start: float, end: float, years: float, units: bool) -> float:
    if units:
        return (end - start) / years
    return percent(np.log(end / start) / years) if start > 0 and end > 0 else np.nan
