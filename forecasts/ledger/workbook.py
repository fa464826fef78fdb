"""Sheets of a workbook (XLSX), read by openpyxl: values alone, with limits; no macro and no link ever runs.

A cell keeps its type: text, number, yes or no, and a day wherever the sheet shows one; where it shows a month
or a year alone, it is that. The row is Excel's.
"""

import datetime as dt
import re
import warnings
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from forecasts.ledger.archives import Odd, opened
from forecasts.ledger.problems import BadInput, Problem, folded
from forecasts.ledger.raw import Broken, Raw, refusal
from forecasts.ledger.titles import LOOK, refuse_titles

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

#: How large all parts of a workbook may be when unpacked; a part that is not small, against its packed size.
LARGEST, TIGHTEST, SMALL = 200_000_000, 200, 10_000_000
MOST_ROWS, MOST_COLUMNS = 1_048_576, 1_000

#: Tags of all parts (two million cells have as many), bytes from one to the next, and names of tags in a
#: part that is not small: the library keeps them all, and would fill a gigabyte.
MOST_TAGS, LONGEST, MOST_NAMES = 8_000_000, 1_000_000, 1_000
_ODD_ENCODING = re.compile(
    rb"\s*<\?xml[^>]*encoding\s*=\s*['\"](?!utf-?8|us-ascii|iso-8859-1)", re.IGNORECASE
)

#: Number formats of Excel in Chinese and Japanese that no file describes: of days, and of months.
_DAYS_UNTOLD = frozenset((28, 29, 30, 31, 51, 53, 54, 58))
_MONTHS_UNTOLD = frozenset((27, 36, 50, 52, 57))

#: Sheets by the tables that they may hold, in the words people use.
SHEETS: Mapping[str, tuple[str, ...]] = {
    "observations": ("observations", "data", "观测", "观测值", "数据", "figures"),
    "goals": ("goals", "targets", "目标"),
    "indicators": ("indicators", "指标"),
    "regions": ("regions", "地区", "区域"),
}

#: Cells by column, of a row that is not empty.
_Rows = dict[int, dict[int, object]]


def read_workbook(data: bytes, place: str, kind: str = "") -> Raw:
    """Read one sheet: the one named like the table, otherwise the first that is not empty; no hidden one.

    Raises
    ------
    BadInput
        If it is no workbook, is too large, or has no sheet with cells.
    """
    try:
        formulas = _checked(data, place)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what openpyxl leaves out, such as charts, holds no cells
            return _read(data, formulas, place, kind)
    except BadInput:
        raise
    except Odd as odd:
        raise refusal(place, f"the workbook {odd}", "save the table as CSV UTF-8") from None
    except Exception as error:  # openpyxl has no one error of its own for a broken file
        rule = "is no workbook, or a broken one"
        raise refusal(place, rule, "save it as .xlsx, or as CSV UTF-8") from error


def _checked(data: bytes, place: str) -> bool:
    """Look over the parts before anything is unpacked for good; return whether one holds a formula."""
    formulas = False
    tags = 0
    with opened(data) as parts:
        found = parts.infolist()
        tight = [p for p in found if p.file_size > max(SMALL, TIGHTEST * p.compress_size)]
        if sum(p.file_size for p in found) > LARGEST or tight:
            raise Odd("is too large to be read")
        for part in found:
            # A part is what another one says, whatever it is called; pictures are no text, and are not read.
            text = parts.read(part)
            if not part.filename.lower().endswith((".xml", ".rels")) and not text.lstrip(
                b"\xef\xbb\xbf \t\r\n"
            ).startswith(b"<"):
                continue
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text or b"\0" in text or _ODD_ENCODING.match(text):
                rule = "holds a document type, or signs that no workbook holds"
                raise refusal(place, rule, "save it as CSV UTF-8", part.filename)
            tags += text.count(b"<")
            if tags > MOST_TAGS:
                raise Odd(f"holds more than {MOST_TAGS:,} tags, as two million cells have")
            if re.search(rb"<[^<]{%d}" % LONGEST, text) or _has_names(text):
                raise Odd("holds what no spreadsheet program writes")
            formulas |= re.search(rb"<(?:\w+:)?f[\s/>]", text) is not None
    return formulas


def _has_names(text: bytes) -> bool:
    """Whether a part has names of tags without end."""
    names: set[bytes] = set()
    for found in re.finditer(rb"<([^\s/>]+)", text if len(text) > SMALL else b""):
        names.add(found[1])
        if len(names) > MOST_NAMES:
            return True
    return False


def _open(data: bytes, values: bool) -> "Workbook":
    from openpyxl import load_workbook

    return load_workbook(BytesIO(data), read_only=True, data_only=values, keep_links=False)


def _read(data: bytes, formulas: bool, place: str, kind: str) -> Raw:
    """Choose a sheet and read it."""
    book = _open(data, values=True)
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    wanted = {folded(name) for name in SHEETS.get(kind, ())}
    named = [sheet for sheet in sheets if folded(sheet.title) in wanted]
    chosen: tuple[str, _Rows] | None = None
    others = False
    for sheet in named[:1] or sheets:
        if chosen is not None:
            others = next(_cells(sheet, place), None) is not None
            if others:
                break
        elif rows := dict(_cells(sheet, place)):
            chosen = sheet.title, rows
    if chosen is None:
        hidden = len(sheets) < len(book.worksheets)
        rule = "has no sheet with cells" + (" that is not hidden" if hidden else "")
        raise refusal(place, rule, "show the sheet that holds the table" if hidden else "name a table")
    name, rows = chosen
    if formulas:
        _mark_empty_formulas(rows, _open(data, values=False)[name], place)
    raw = _table(rows, place)
    if len(book.worksheets) > 1 and (named or others):
        raw.told.append(("of several sheets this one is read", name))
    return raw


def _cells(sheet: Any, place: str, formulas: bool = False) -> Iterator[tuple[int, dict[int, object]]]:
    """Yield the rows that are not empty; with `formulas`, their formulas instead of their values."""
    sheet.reset_dimensions()  # what a sheet says of its size is often wrong
    for number, row in enumerate(sheet.iter_rows(), 1):
        if number > MOST_ROWS or len(row) > MOST_COLUMNS:
            rule = f"has more than {MOST_ROWS:,} rows or {MOST_COLUMNS:,} columns"
            raise refusal(place, rule, "remove what stands beside the table")
        held = [cell for cell in row if cell.value is not None]
        if formulas:
            cells = {c.column: c.value for c in held if c.data_type == "f"}
        else:
            cells = {c.column: value for c in held if (value := _value(c)) != ""}
        if cells:
            yield held[0].row, cells


def _mark_empty_formulas(rows: _Rows, sheet: Any, place: str) -> None:
    """Put a broken cell where a formula has no value: the program that wrote it never worked it out."""
    for number, cells in _cells(sheet, place, formulas=True):
        for column, formula in cells.items():
            if column not in rows.get(number, {}):
                text = str(getattr(formula, "text", None) or formula)
                rows.setdefault(number, {})[column] = Broken(
                    text, "is a formula without a value", "open the file in a spreadsheet and save it"
                )


def _value(cell: Any) -> object:
    """Return what a cell shows."""
    value = cell.value
    if isinstance(value, str):
        if cell.data_type == "e":
            return Broken(value, "is an error of a formula", "write the value")
        return re.sub(r"_x000[9ADad]_", " ", value).strip() if "_x000" in value else value.strip()
    if isinstance(value, bool) or not (isinstance(value, dt.datetime) or cell.has_style):
        return int(value) if isinstance(value, float) and _is_whole(value) else value
    return _shown(cell, value)


def _shown(cell: Any, value: object) -> object:
    """Return a day, or the month or year that is all its format shows of it; a number otherwise."""
    style = cell.style_array.numFmtId
    if isinstance(value, int | float):
        if style not in _DAYS_UNTOLD | _MONTHS_UNTOLD:
            return int(value) if isinstance(value, float) and _is_whole(value) else value
        from openpyxl.utils.datetime import from_excel

        value = from_excel(value, cell.parent.parent.epoch)
    if isinstance(value, dt.datetime):
        code = re.sub(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]', "", str(cell.number_format).casefold()).split(";")[0]
        month = style in _MONTHS_UNTOLD or ("m" in code and "y" in code and not re.search("[dhs]", code))
        if month or re.fullmatch(r"[^a-z]*y+[^a-z]*", code):
            return pd.Period(year=value.year, month=value.month, freq="M" if month else "Y")
    return value


def _is_whole(value: float) -> bool:
    return abs(value) < 1e15 and value == int(value)


def _table(rows: _Rows, place: str) -> Raw:
    """Lay the cells of a sheet out under their headings: the first row that is not empty."""
    numbers = sorted(rows)
    top = numbers[0]
    width = max(rows[top])
    refuse_titles([(n, [str(cell) for cell in rows[n].values()]) for n in numbers[:LOOK]], place)
    header = [str(rows[top].get(c, "")) for c in range(1, width + 1)]
    beyond = [n for n in numbers[1:] if max(rows[n]) > width]
    problems = [
        Problem(place, "a cell stands beyond the headings", str(rows[n][max(rows[n])]), "give it one", n)
        for n in beyond
    ]
    torn = {str(v) for n in beyond for v in rows[n].values()}
    left_out = set(beyond)
    kept = [n for n in numbers[1:] if n not in left_out]
    columns = {c: pd.Series([rows[n].get(c, "") for n in kept], dtype=object) for c in range(1, width + 1)}
    frame = pd.DataFrame(columns)
    frame.columns = pd.Index(header, dtype=object)
    return Raw(frame, np.array(kept, np.intp), top, problems, torn, serials=True)
