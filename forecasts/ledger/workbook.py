"""Sheets of a workbook (XLSX), read as what they are: XML in a zip, with limits, and no macro ever runs.

A cell keeps its type: text, number, yes or no, and a day wherever the sheet shows one. The row is Excel's.
"""

import datetime as dt
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import lru_cache
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pandas as pd

from forecasts.ledger.problems import BadInput, Problem, folded
from forecasts.ledger.raw import Raw, refusal

#: How large a part of a workbook may be unpacked, how much larger than packed; rows and columns.
LARGEST, TIGHTEST = 300_000_000, 200
MOST_ROWS, MOST_COLUMNS = 1_048_576, 1_000

#: Number formats that Excel has for days and times.
_DAYS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))

#: Sheets by the tables that they may hold, in the words people use.
SHEETS = {
    "observations": ("observations", "data", "观测", "观测值", "数据", "figures"),
    "goals": ("goals", "targets", "目标"),
    "indicators": ("indicators", "指标"),
    "regions": ("regions", "地区", "区域"),
}

#: What reading a broken workbook may raise.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    ElementTree.ParseError,
    EOFError,
    LookupError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
)

Cell = str | int | float | bool | dt.datetime


class _Fault(ValueError):
    """A cell cannot be read, and why."""


def read_workbook(data: bytes, place: str, kind: str = "") -> Raw:
    """Read one sheet: the one named like the table, otherwise the first that is not empty.

    Raises
    ------
    BadInput
        If it is no workbook, or has no sheet with cells.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as parts:
            return _read(_Book(parts), place, kind)
    except BadInput:
        raise
    except _Fault as fault:
        raise refusal(place, str(fault), "save it as CSV UTF-8") from fault
    except _BROKEN as error:
        rule = "is no workbook, or a broken one"
        raise refusal(place, rule, "save it as .xlsx, or as CSV UTF-8") from error


class _Book:
    """The parts of a workbook that its sheets share."""

    def __init__(self, parts: zipfile.ZipFile) -> None:
        self.parts = parts
        book = self._tree("xl/workbook.xml")
        options = next((e for e in book.iter() if _name(e) == "workbookPr"), None)
        self.of_1904 = options is not None and options.get("date1904") in ("1", "true")
        links = {e.get("Id"): e for e in self._tree("xl/_rels/workbook.xml.rels").iter() if e.get("Id")}
        self.sheets: dict[str, str] = {}
        self.kinds: dict[str, str] = {}
        for link in links.values():
            kind = str(link.get("Type", "")).rsplit("/", 1)[-1]
            self.kinds.setdefault(kind, _path(str(link.get("Target"))))
        for sheet in (e for e in book.iter() if _name(e) == "sheet"):
            key = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), "")
            link_of = links.get(key)
            if link_of is not None and str(link_of.get("Type", "")).endswith("/worksheet"):
                self.sheets[sheet.get("name", "")] = _path(str(link_of.get("Target")))
        self.texts = self._texts()
        self.days = self._formats()

    def open(self, path: str) -> Iterator[ElementTree.Element]:
        """Yield a part's elements, each when it is whole."""
        part = self.parts.getinfo(path)
        tight = part.file_size > 10_000_000 and part.file_size > TIGHTEST * part.compress_size
        if part.file_size > LARGEST or tight:
            raise _Fault("a sheet is too large to be read")
        with self.parts.open(path) as file:
            if b"<!DOCTYPE" in file.read(4000):
                raise _Fault("holds a document type, which no workbook has")
        with self.parts.open(path) as file:
            for _, element in ElementTree.iterparse(file):
                yield element

    def _tree(self, path: str) -> ElementTree.Element:
        *_, root = self.open(path)  # the last that is whole is the one around all others
        return root

    def _texts(self) -> list[str]:
        """Return the texts that cells share."""
        path = self.kinds.get("sharedStrings")
        if path is None or path not in self.parts.namelist():
            return []
        found = []
        for element in self.open(path):
            if _name(element) == "si":
                found.append(_text(element))
                element.clear()
        return found

    def _formats(self) -> list[bool]:
        """Return of every style whether it shows days."""
        path = self.kinds.get("styles")
        if path is None or path not in self.parts.namelist():
            return []
        tree = self._tree(path)
        own = {
            int(e.get("numFmtId", 0)): _shows_days(e.get("formatCode", ""))
            for e in tree.iter()
            if _name(e) == "numFmt"
        }
        styles = next((e for e in tree if _name(e) == "cellXfs"), ())
        ids = [int(style.get("numFmtId", 0)) for style in styles]
        return [own.get(i, i in _DAYS) for i in ids]


def _name(element: ElementTree.Element) -> str:
    """Return an element's name without its space, of which there are two for the same things."""
    return element.tag.rpartition("}")[2]


#: How a workbook writes signs that XML has not; halves of signs stay as they are written.
_ESCAPED = re.compile(r"_x((?!d[89a-f])[0-9a-f]{4})_", re.IGNORECASE)


def _path(target: str) -> str:
    return posixpath.normpath(target[1:] if target.startswith("/") else posixpath.join("xl", target))


def _text(element: ElementTree.Element) -> str:
    """Return the text of a cell without the guide to its pronunciation."""
    parts = []
    for child in element:
        if _name(child) == "t":
            parts.append(child.text or "")
        elif _name(child) == "r":
            parts += [t.text or "" for t in child if _name(t) == "t"]
    text = "".join(parts)
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


def _shows_days(code: str) -> bool:
    """Whether a number format shows days."""
    bare = re.sub(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', "", code.casefold())
    return bool(re.search(r"[yd]|m(?!.*[0#])|年|月|日", bare)) and "general" not in bare


def _read(book: _Book, place: str, kind: str) -> Raw:
    """Choose a sheet and read it."""
    if not book.sheets:
        raise _Fault("has no sheet with cells")
    wanted = {folded(name) for name in SHEETS.get(kind, ())}
    named = [name for name in book.sheets if folded(name) in wanted]
    filled = 0
    chosen: Raw | None = None
    said = ""
    for name in named[:1] or list(book.sheets):
        if chosen is not None and filled > 1:
            break
        rows = _rows(book, book.sheets[name], first_only=chosen is not None)
        if not rows:
            continue
        filled += 1
        if chosen is None:
            chosen, said = _table(rows, place), name
    if chosen is None:
        raise _Fault("has no sheet with cells")
    if len(book.sheets) > 1 and (named or filled > 1):
        chosen.told.append(("of several sheets this one is read", said))
    return chosen


def _rows(book: _Book, path: str, first_only: bool) -> dict[int, dict[int, Cell | _Fault]]:
    """Return the cells that are not empty, by row and column."""
    rows: dict[int, dict[int, Cell | _Fault]] = {}
    number = 0
    for element in book.open(path):
        if _name(element) != "row":
            continue
        number, column = int(element.get("r", number + 1)), 0
        if not 0 < number <= MOST_ROWS:
            raise _Fault(f"has more than {MOST_ROWS:,} rows")
        row: dict[int, Cell | _Fault] = {}
        for cell in element:
            column = _column(cell.get("r", ""), column + 1)
            if column > MOST_COLUMNS:
                raise _Fault(f"has more than {MOST_COLUMNS:,} columns")
            value = _value(book, cell)
            if value != "":
                row[column] = value
        if row:
            rows[number] = row
            if first_only:
                break
        element.clear()
    return rows


def _column(reference: str, otherwise: int) -> int:
    """Return a column's number: AB12 is in the 28th."""
    letters = reference.rstrip("0123456789")
    return _number_of(letters) if letters else otherwise


@lru_cache(MOST_COLUMNS)
def _number_of(letters: str) -> int:
    number = 0
    for letter in letters[:4]:
        if not "A" <= letter <= "Z":
            raise _Fault("has a cell whose place cannot be read")
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def _value(book: _Book, cell: ElementTree.Element) -> "Cell | _Fault":
    """Return what a cell shows; a fault where it shows nothing that can be read."""
    kind = cell.get("t", "n")
    parts = {_name(part): part for part in cell}
    if kind == "inlineStr":
        return _text(parts["is"]).strip() if "is" in parts else ""
    value = (parts["v"].text or "") if "v" in parts else ""
    if value == "":
        if "f" in parts:
            return _Fault("is a formula without a value: open the file in a spreadsheet and save it")
        return ""
    if kind == "s":
        known = 0 <= int(value) < len(book.texts)
        return book.texts[int(value)].strip() if known else _Fault("is a broken text")
    if kind == "e":
        return _Fault(f"is an error of a formula: {value}")
    if kind == "b":
        return value == "1"
    if kind in ("str", "d"):
        return value.strip()
    return _number(book, value, int(cell.get("s", 0)))


def _number(book: _Book, text: str, style: int) -> "Cell | _Fault":
    """Return a number, or the day that its format shows."""
    try:
        number = float(text)
    except ValueError:
        return _Fault("is no number")
    if style < len(book.days) and book.days[style]:
        try:
            first = dt.datetime(1904, 1, 1) if book.of_1904 else dt.datetime(1899, 12, 30)
            # Excel has a 29 February 1900, so that the days before it are one later than they count.
            return first + dt.timedelta(number + (0 < number < 60 and not book.of_1904))
        except (OverflowError, ValueError):
            return _Fault("is no day of the calendar")
    return int(number) if abs(number) < 1e15 and number == int(number) else number


def _table(rows: dict[int, dict[int, Cell | _Fault]], place: str) -> Raw:
    """Lay the cells of a sheet out under their headings: the first row that is not empty."""
    numbers = sorted(rows)
    top = numbers[0]
    width = max(rows[top])
    widest = max(len(rows[n]) for n in numbers)
    if len(rows[top]) == 1 and widest > 2:
        value = str(next(iter(rows[top].values())))
        raise refusal(place, "the first row is no row of headings", "remove titles above it", value, top)
    header = [str(rows[top].get(c, "")) for c in range(1, width + 1)]
    problems, torn, kept = [], set(), []
    for n in numbers[1:]:
        cells = rows[n]
        fault = next(((c, v) for c, v in cells.items() if isinstance(v, _Fault)), None)
        if fault is not None:
            heading = header[fault[0] - 1] if fault[0] <= width else None
            problems.append(Problem(place, str(fault[1]), remedy="write the value", line=n, column=heading))
        elif max(cells) > width:
            problems.append(Problem(place, "a cell stands beyond the headings", remedy="give it one", line=n))
        else:
            kept.append(n)
            continue
        torn |= {str(v) for v in cells.values()}
    columns = {c: pd.Series([rows[n].get(c, "") for n in kept], dtype=object) for c in range(1, width + 1)}
    frame = pd.DataFrame(columns)
    frame.columns = pd.Index(header, dtype=object)
    return Raw(frame, np.array(kept, np.intp), top, problems, torn, serials=True)
