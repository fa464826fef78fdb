"""What is told of each goal: which of its rows, and of its series', were dropped, converted or doubtful."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasts.ledger.doubting import Read
from forecasts.ledger.names import spelt
from forecasts.ledger.problems import Remark, shortened
from forecasts.ledger.rows import Rows
from forecasts.ledger.runs import series_of
from forecasts.ledger.tables import Table

#: One thing that is told: kind, table, line, column, rule, value; and of how many rows, where of several.
Entry = dict[str, Any]

#: So many things are told of a goal; the last one then counts the rest.
MOST = 20

#: What matters more comes first.
ORDER = {"dropped": 0, "doubtful": 1, "converted": 2}


def notes_of(read: Read) -> tuple[list[str], list[str]]:
    """Return what is told of every goal: a few words, and all of it as JSON.

    Only rows of which something is told are looked at, and those of one series once.

    Parameters
    ----------
    read : mapping
        By name, the tables with all of their rows, sound or not; of goals there is one.

    Returns
    -------
    words, notes : list of str
        One a goal. The words are empty where nothing was dropped and nothing is doubtful; JSON is a list of
        objects, empty where nothing is told.
    """
    ((table, goals),) = read["goals"]
    indicator, region = goals.words("indicator"), goals.words("region")
    _, first, of = np.unique(series_of(goals), return_index=True, return_inverse=True)
    named = [(str(indicator[row]), str(region[row])) for row in first.tolist()]
    series, general = _of_series(read, set(named))
    indicators, regions = _of_names(read, "indicators"), _of_names(read, "regions")
    own: dict[int, list[Entry]] = defaultdict(list)
    for row, entry in _of_rows(table):
        (own[row] if row >= 0 else general).append(entry)

    def shared(key: tuple[str, str]) -> list[Entry]:
        described = ((indicators, key[0]), (regions, key[1]))
        said = [entry for found, name in described if found for entry in found.get(spelt(name), ())]
        return [*series.get(key, ()), *said, *general]

    written = [_written(shared(key)) for key in named]
    words, notes = ([written[k][part] for k in of.tolist()] for part in (0, 1))
    for row, mine in own.items():
        words[row], notes[row] = _written([*mine, *shared(named[of[row]])])
    return words, notes


def _written(entries: list[Entry]) -> tuple[str, str]:
    """Return entries in a few words, and as JSON."""
    if not entries:
        return "", "[]"
    entries = sorted(entries, key=lambda e: ORDER[e["kind"]])
    grave = [e for e in entries if e["kind"] != "converted"]
    words = ""
    if grave:
        first = grave[0]
        place = f"{first['table']}:{first['line']} [{first['column']}]"
        words = f"{first['kind']}: {place} {shortened(first['rule'], 90)}"
        words += f"; {len(grave) - 1} more in notes" if len(grave) > 1 else ""
    if len(entries) > MOST:
        more = sum(e.get("rows", 1) for e in entries[MOST - 1 :])
        last = {
            "kind": "more",
            "table": "",
            "line": None,
            "column": "",
            "rule": "so many rows more",
            "value": "",
        }
        entries = [*entries[: MOST - 1], last | {"rows": more}]
    return words, json.dumps(entries, ensure_ascii=False)


def _entry(table: Table, kind: str, row: int, column: str, rule: str, rows: int = 1) -> Entry:
    value = "" if column not in table.frame else shortened(table.frame[column].array[row])
    line = int(table.lines[row])
    said = {
        "kind": kind,
        "table": table.place_of(row),
        "line": line,
        "column": column,
        "rule": rule,
        "value": value,
    }
    return said | ({"rows": rows} if rows > 1 else {})


def _dropped(table: Table) -> Iterator[tuple[int, Entry]]:
    for row, why in table.dropped.items():
        column, _, rule = why.partition(": ")
        yield row, _entry(table, "dropped", row, column, rule)


def _whole(table: Table, remark: Remark) -> Entry:
    """Return a remark about a whole table."""
    p = remark.problem
    told = {"kind": remark.kind, "table": p.place, "line": p.line, "column": p.column or ""}
    return told | {"rule": p.rule, "value": p.value}


def _of_rows(table: Table) -> Iterator[tuple[int, Entry]]:
    """Yield what is told of each row; of the whole table as of row -1."""
    yield from _dropped(table)
    for remark in table.remarks:
        if not remark.rows:
            yield -1, _whole(table, remark)
        for row in remark.rows:
            yield row, _entry(table, remark.kind, row, remark.problem.column or "", remark.problem.rule)


def _of_names(read: Read, name: str) -> dict[str, list[Entry]]:
    """Return what is told of the rows that describe indicators or regions, by the name's spelling."""
    found: dict[str, list[Entry]] = defaultdict(list)
    for table, rows in read.get(name, ()):
        for row, entry in _of_rows(table):
            if row >= 0:
                found[spelt(str(rows.columns["id"].at(row)))].append(entry)
    return found


def _of_series(
    read: Read, wanted: set[tuple[str, str]]
) -> tuple[dict[tuple[str, str], list[Entry]], list[Entry]]:
    """Return what is told of observations, by the series of the goals, and what of their tables as wholes."""
    found: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    general: list[Entry] = []
    for table, rows in read["observations"]:
        for row, entry in _dropped(table):
            key = (str(rows.columns["indicator"].at(row)), str(rows.columns["region"].at(row)))
            if key in wanted:
                found[key].append(entry)
        for remark in table.remarks:
            if not remark.rows:
                general.append(_whole(table, remark))
                continue
            for key, first, count in series_among(rows, np.array(remark.rows)):
                if key in wanted:
                    rule, column = remark.problem.rule, remark.problem.column or ""
                    found[key].append(_entry(table, remark.kind, first, column, rule, count))
    return found, general


def series_among(rows: Rows[Any], some: NDArray[np.intp]) -> Iterator[tuple[tuple[str, str], int, int]]:
    """Yield the series of some rows: indicator and region, the first of these rows, how many they are."""
    indicator, region = rows.columns["indicator"], rows.columns["region"]
    width = len(region.values) + 1
    pairs = indicator.code[some].astype(np.int64) * width + region.code[some]
    found, first, count = np.unique(pairs, return_index=True, return_counts=True)
    for pair, at, n in zip(found.tolist(), first.tolist(), count.tolist(), strict=True):
        i, r = divmod(pair, width)
        yield (str(indicator.values[i]), str(region.values[r])), int(some[at]), n
