"""Separated values: cells between commas, semicolons or tabs, every row with its true line."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

from forecasts.ledger.problems import Problem
from forecasts.ledger.raw import Raw, told_shortly
from forecasts.ledger.titles import LOOK, refuse_titles

#: Rows that become columns at a time, so that memory stays small.
CHUNK = 50_000

#: Files from here on are worth a faster reader.
LARGE = 1_000_000

#: Signs that separate cells, and how they are called.
SIGNS = {",": "commas", ";": "semicolons", "\t": "tabs"}

#: The longest cell, in characters; the reader's own limit would cut a file at a long note.
csv.field_size_limit(10_000_000)

#: A row and the line that it begins with.
_Row = tuple[int, list[str]]


def read_separated(text: str, place: str) -> Raw:
    """Read separated values; a row with too few or too many cells is told and left out."""
    skipped = 0
    if found := re.match(r"sep=(.)\r?\n", text):  # a line that Excel writes for itself
        text, skipped = text[found.end() :], 1
    sign = found[1] if found and found[1] in SIGNS else separator_of(text)
    _look_for_titles(text, skipped, place)
    raw = _plain(text, sign, place) if len(text) > LARGE else None
    raw = raw or _careful(text, sign, place)
    raw.lines = raw.lines + skipped
    raw.header = skipped + (raw.header or 1)
    raw.semicolons = sign == ";"
    if sign != ",":
        raw.told.append((f"cells are separated by {SIGNS[sign]}", ""))
    return raw


def separator_of(text: str) -> str:
    """Return the sign that separates the headings: the most frequent one in their line, outside quotes."""
    first = next((line for line in re.split(r"[\r\n]", text[:100_000]) if line.strip()), "")
    outside = re.sub(r'"[^"]*"', "", first)
    return max(SIGNS, key=outside.count)


def _look_for_titles(text: str, skipped: int, place: str) -> None:
    """Refuse a title above the headings, whatever separates the cells below it."""
    lines = list(enumerate(re.split(r"\r\n|[\r\n]", text[:20_000]), skipped + 1))
    lines = [(number, line) for number, line in lines if line.strip(" \t,;")][:LOOK]
    split = {
        sign: [(n, next(csv.reader([line], delimiter=sign), [])) for n, line in lines if len(line) < 5_000]
        for sign in SIGNS
    }
    first = max((rows[0] for rows in split.values() if rows), key=lambda row: len(row[1]), default=None)
    for rows in split.values():
        refuse_titles([first, *rows[1:]] if first else [], place)


@dataclass(eq=False)
class _Left:
    """What is left out, and why; see :class:`Raw`."""

    place: str
    faults: list[tuple[int, str]] = field(default_factory=list)
    torn: set[str] = field(default_factory=set)
    end: Problem | None = None

    def tear(self, line: int, cells: list[str], width: int) -> None:
        """Note a row of another width."""
        self.torn.update(cells)
        self.faults.append((line, f"the row has {len(cells)} cells, the header {width}"))

    def cut(self, error: csv.Error, line: int) -> None:
        """Note where the file could not be read on."""
        self.end = Problem(self.place, f"not CSV: {error}", remedy="check the quotes", line=line)

    def over(self, frame: pd.DataFrame, header: list[str], lines: NDArray[np.intp], top: int = 1) -> Raw:
        """Return what is left over."""
        frame.columns = pd.Index(header, dtype=object)
        problems = told_shortly(self.faults, self.place, "quote cells that contain the separator")
        problems += [self.end] if self.end else []
        return Raw(frame, lines, top, problems=problems, torn=self.torn, cut=self.end is not None)


def _careful(text: str, sign: str, place: str) -> Raw:
    """Read text in which cells may hold quotes and ends of lines."""
    left = _Left(place)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    header: list[str] = []
    top = 1
    parts: list[pd.DataFrame] = []
    lines: list[int] = []
    try:
        for cells in reader:
            if header := _trimmed(cells, 0):
                break
            top = reader.line_num + 1
    except csv.Error as error:
        left.cut(error, top)
    rows = _rows(reader, len(header), left)
    while not left.end and (chunk := list(islice(rows, CHUNK))):
        lines += [line for line, _ in chunk]
        columns = zip(*(cells for _, cells in chunk), strict=True)
        parts.append(pd.DataFrame({i: pd.Series(c, dtype="str") for i, c in enumerate(columns)}))
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=range(len(header)))
    return left.over(frame, header, np.array(lines, np.intp), top)


def _trimmed(cells: list[str], width: int) -> list[str]:
    """Drop empty cells beyond a width: what a comma at the end of a line leaves behind."""
    while len(cells) > width and not cells[-1].strip():
        cells = cells[:-1]
    return cells


def _rows(reader: Iterator[list[str]], width: int, left: _Left) -> Iterator[_Row]:
    """Yield the rows of a CSV reader that are as wide as the header, each with its first line."""
    start = reader.line_num + 1  # type: ignore[attr-defined]
    try:
        for cells in reader:
            line, start = start, reader.line_num + 1  # type: ignore[attr-defined]
            if not any(map(str.strip, cells)):
                continue
            cells = _trimmed(cells, width)
            if len(cells) == width:
                yield line, cells
            else:
                left.tear(line, cells, width)
    except csv.Error as error:
        left.cut(error, start)


def _plain(text: str, sign: str, place: str) -> Raw | None:
    """Read text in which a line is a row, fast; None where it may be otherwise.

    Lines that are as wide as the header, with quotes only around cells, are left to Arrow; the csv module
    looks at each of the others.
    """
    if text.count("\r") != text.count("\r\n"):
        return None
    data = text.replace("\r\n", "\n").encode()
    data += b"" if data.endswith(b"\n") else b"\n"
    whole = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(whole == ord("\n"))
    begins = np.concatenate([[0], ends[:-1] + 1])
    quotes = np.flatnonzero(whole == ord('"'))
    signs = np.flatnonzero(whole == ord(sign))
    signs = signs[np.searchsorted(quotes, signs) % 2 == 0]  # those outside quotes
    first = data[: ends[0]].decode()
    width = len(_trimmed(first.split(sign), 0))
    if width < 2 or '"' in first or (_each_line(quotes, ends) % 2).any():
        return None
    sound = (_each_line(signs, ends) + 1 == width) & (ends > begins)
    sound[0] = False
    sound[np.searchsorted(ends, _loose(whole, quotes, sign))] = False
    if not sound.any() or len(ends) - int(sound.sum()) > CHUNK:
        return None
    left = _Left(place)
    mended: dict[int, list[str]] = {}
    for row in np.flatnonzero(~sound)[1:].tolist():
        try:
            cells = next(
                csv.reader([data[begins[row] : ends[row]].decode()], delimiter=sign, strict=True), []
            )
        except csv.Error:
            return None
        if any(map(str.strip, cells)):
            cells = _trimmed(cells, width)
            if len(cells) == width:
                mended[row] = cells
            else:
                left.tear(row + 1, cells, width)
    kept = data if sound[1:].all() else whole[np.repeat(sound, ends - begins + 1)].tobytes()
    table = _by_arrow(kept[ends[0] + 1 :] if kept is data else kept, width, sign)
    lines = np.flatnonzero(sound) + 1
    if mended:
        more = pa.table(
            [pa.array(c, pa.large_string()) for c in zip(*mended.values(), strict=True)], table.schema
        )
        lines = np.concatenate([lines, np.array(list(mended)) + 1])
        order = np.argsort(lines, kind="stable")
        table, lines = pa.concat_tables([table, more]).take(order), lines[order]
    filled = np.zeros(len(lines), bool)
    for column in table.columns:
        if not filled.all():
            filled |= np.asarray(pc.not_equal(pc.utf8_trim_whitespace(column), ""))
    if not filled.all():
        table, lines = table.filter(pa.array(filled)), lines[filled]
    frame = pd.DataFrame({i: pd.Series(column, dtype="str") for i, column in enumerate(table.columns)})
    return left.over(frame, _trimmed(first.split(sign), 0), lines.astype(np.intp))


def _each_line(at: NDArray[np.intp], ends: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return how many of some places lie in each line."""
    return np.diff(np.searchsorted(at, ends), prepend=0)


def _loose(whole: NDArray[np.uint8], quotes: NDArray[np.intp], sign: str) -> NDArray[np.intp]:
    """Return the quotes that stand elsewhere than around a cell, or doubled within one."""
    beside = np.zeros(256, bool)
    beside[[ord(sign), ord("\n"), ord('"')]] = True
    opens, closes = quotes[::2], quotes[1::2]
    return np.concatenate([opens[~beside[whole[opens - 1]]], closes[~beside[whole[closes + 1]]]])


def _by_arrow(data: bytes, width: int, sign: str) -> pa.Table:
    """Read lines of equal width as texts."""
    names = [str(i) for i in range(width)]
    return arrow_csv.read_csv(
        pa.BufferReader(data),
        arrow_csv.ReadOptions(column_names=names),
        arrow_csv.ParseOptions(delimiter=sign, quote_char='"', ignore_empty_lines=False),
        arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False
        ),
    )
