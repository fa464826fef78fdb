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

#: Rows that become columns at a time, so that memory stays small.
CHUNK = 50_000

#: Files from here on are worth a faster reader.
LARGE = 1_000_000

#: Signs that separate cells, and how they are called.
SIGNS = {",": "commas", ";": "semicolons", "\t": "tabs"}

#: A row and the line that it begins with.
_Row = tuple[int, list[str]]


def read_separated(text: str, place: str) -> Raw:
    """Read separated values; a row with too few or too many cells is told and left out."""
    skipped = 0
    if found := re.match(r"sep=(.)\r?\n", text):  # a line that Excel writes for itself
        text, skipped = text[found.end() :], 1
    sign = found[1] if found and found[1] in SIGNS else _separator(text)
    raw = _plain(text, sign, place) if len(text) > LARGE else None
    raw = raw or _careful(text, sign, place)
    raw.lines = raw.lines + skipped
    raw.header = 1 + skipped
    raw.semicolons = sign == ";"
    if sign != ",":
        raw.told.append(("cells are separated by", SIGNS[sign]))
    return raw


def _separator(text: str) -> str:
    """Return the sign that separates the headings: the most frequent one in their line, outside quotes."""
    first = next((line for line in re.split(r"[\r\n]", text[:100_000]) if line.strip()), "")
    outside = re.sub(r'"[^"]*"', "", first)
    return max(SIGNS, key=outside.count)


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
        rule = "a cell is longer than any table's" if "field larger" in str(error) else f"not CSV: {error}"
        self.end = Problem(self.place, rule, remedy="check the quotes", line=line)

    def over(self, frame: pd.DataFrame, header: list[str], lines: NDArray[np.intp]) -> Raw:
        """Return what is left over."""
        frame.columns = pd.Index(header, dtype=object)
        problems = told_shortly(self.faults, self.place, "quote cells that contain the separator")
        problems += [self.end] if self.end else []
        return Raw(frame, lines, problems=problems, torn=self.torn, cut=self.end is not None)


def _careful(text: str, sign: str, place: str) -> Raw:
    """Read text in which cells may hold quotes and ends of lines."""
    left = _Left(place)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    header: list[str] = []
    parts: list[pd.DataFrame] = []
    lines: list[int] = []
    try:
        header = _trimmed(next(reader, []), 0)
    except csv.Error as error:
        left.cut(error, 1)
    rows = _rows(reader, len(header), left)
    while not left.end and (chunk := list(islice(rows, CHUNK))):
        lines += [line for line, _ in chunk]
        columns = zip(*(cells for _, cells in chunk), strict=True)
        parts.append(pd.DataFrame({i: pd.Series(c, dtype="str") for i, c in enumerate(columns)}))
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=range(len(header)))
    return left.over(frame, header, np.array(lines, np.intp))


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
    """Read text without a quote, fast: a line is a row there; None where the text is not of that kind."""
    if '"' in text or text.count("\r") != text.count("\r\n"):
        return None
    data = text.replace("\r\n", "\n").encode()
    if not data.endswith(b"\n"):
        data += b"\n"
    first, _, _ = data.partition(b"\n")
    header = _trimmed(first.decode().split(sign), 0)
    whole = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(whole == ord("\n"))
    signs = np.searchsorted(np.flatnonzero(whole == ord(sign)), ends)
    cells = np.diff(signs, prepend=0) + 1
    width = len(header)
    sound = (cells == width) & (np.diff(ends, prepend=-1) > 1)
    sound[0] = False
    if width < 2 or int(sound.sum()) < len(ends) // 2:
        return None
    left = _Left(place)
    begins = np.concatenate([[0], ends[:-1] + 1])
    mended: dict[int, list[str]] = {}
    for row in np.flatnonzero(~sound)[1:].tolist():
        found = data[begins[row] : ends[row]].decode().split(sign)
        if any(map(str.strip, found)):
            found = _trimmed(found, width)
            if len(found) == width:
                mended[row] = found
            else:
                left.tear(row + 1, found, width)
    if len(mended) > CHUNK:
        return None
    return _joined(data, whole, sound, cells, mended, header, sign, left)


def _joined(
    data: bytes, whole: NDArray[np.uint8], sound: NDArray[np.bool_], cells: NDArray[np.intp],
    mended: dict[int, list[str]], header: list[str], sign: str, left: _Left,
) -> Raw:  # fmt: skip
    """Let Arrow read the lines that are as wide as the header, and put the mended ones in their places."""
    if not sound[1:].all():
        lengths = np.diff(np.flatnonzero(whole == ord("\n")), prepend=-1)
        data = whole[np.repeat(sound, lengths)].tobytes()
    else:
        data = data[len(data.partition(b"\n")[0]) + 1 :]
    names = [str(i) for i in range(len(header))]
    table = arrow_csv.read_csv(
        pa.BufferReader(data),
        arrow_csv.ReadOptions(column_names=names),
        arrow_csv.ParseOptions(delimiter=sign, quote_char=False, ignore_empty_lines=False),
        arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False
        ),
    )
    lines = np.flatnonzero(sound) + 1
    if mended:
        more = pa.table(
            {
                n: pa.array(c, pa.large_string())
                for n, c in zip(names, zip(*mended.values(), strict=True), strict=True)
            }
        )
        lines = np.concatenate([lines, np.array(list(mended)) + 1])
        order = np.argsort(lines, kind="stable")
        table, lines = pa.concat_tables([table, more]).take(order), lines[order]
    blank = np.ones(len(lines), bool)
    for name in names:
        if not blank.any():
            break
        blank &= np.asarray(pc.equal(pc.utf8_trim_whitespace(table[name]), ""))
    if blank.any():
        table, lines = table.filter(pa.array(~blank)), lines[~blank]
    frame = pd.DataFrame({name: pd.Series(table[name], dtype="str") for name in names})
    return left.over(frame, header, lines.astype(np.intp))
