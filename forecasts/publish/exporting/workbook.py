"""An export as a workbook (XLSX): a sheet a noun, typed cells, no formula, equal bytes for equal tables."""

import datetime as dt
import math
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from forecasts.ledger.problems import BadInput, Problem
from forecasts.publish.addresses import link_of
from forecasts.publish.exporting.cells import escaped, fitted, is_open, visible
from forecasts.publish.exporting.readme import columns_told, heading, sheet_name
from forecasts.publish.exporting.tables import Cell, Export, Form, Noun, form_of
from forecasts.publish.words import Words

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

#: By this a workbook is known as one that this program wrote.
MARK: Final = "forecasts export"

#: When it says that it was made: its bytes must not tell on which day it was written.
STILL: Final = dt.datetime(2000, 1, 1)

#: Limits of Excel: rows, links of a sheet, signs of a link; its calendar begins in 1900, with a day too many.
MOST_ROWS, MOST_LINKS, LONGEST_LINK = 1_048_576, 65_000, 2_000
FIRST_DAY: Final = dt.date(1900, 3, 1)

#: A chance is never shown as 0 % or 100 %.
CHANCE: Final = '[<0.01]"<1%";[>0.99]">99%";0.0%'
SHARE, DAY, TEXT = "0.0###%", "yyyy-mm-dd", "@"

NARROWEST, WIDEST = 8, 44


def workbook_of(export: Export, words: Words) -> bytes:
    """Return an export as the bytes of a workbook.

    Raises
    ------
    BadInput
        If a table has more rows than a sheet.
    """
    from openpyxl import Workbook
    from openpyxl.writer.excel import ExcelWriter

    long = [noun for noun in export.nouns if len(noun.rows) >= MOST_ROWS]
    if long:
        rule = f"has more rows than the {MOST_ROWS:,} of a sheet"
        raise BadInput(Problem(noun.name, rule, remedy="add --format csv") for noun in long)
    book = Workbook()
    book.remove(book.worksheets[0])
    _describe(book, export, words)
    _write_readme(book.create_sheet(words.say("noun.readme")), export, words)
    for noun in export.nouns:
        _write(book.create_sheet(sheet_name(noun, words)), noun, words)
    data = BytesIO()
    ExcelWriter(book, _Still(data, "w", ZIP_DEFLATED)).save()
    return data.getvalue()


def is_export(path: Path) -> bool:
    """Whether a file is a workbook that this program wrote."""
    try:
        with ZipFile(path) as parts:
            return MARK.encode() in parts.read("docProps/core.xml")
    except (OSError, KeyError, BadZipFile, NotImplementedError, RuntimeError):
        return False


class _Still(ZipFile):
    """A ZIP file whose members are all of one day."""

    def writestr(
        self, zinfo_or_arcname: Any, data: Any, compress_type: Any = None, compresslevel: Any = None
    ) -> None:
        """Write a member."""
        info = ZipInfo(zinfo_or_arcname, (1980, 1, 1, 0, 0, 0))
        info.compress_type, info.external_attr, info.create_system = ZIP_DEFLATED, 0o600 << 16, 3
        super().writestr(info, data)

    def write(
        self, filename: Any, arcname: Any = None, compress_type: Any = None, compresslevel: Any = None
    ) -> None:
        """Write a member that lies in a file."""
        self.writestr(arcname, Path(filename).read_bytes())


def _describe(book: "Workbook", export: Export, words: Words) -> None:
    properties = book.properties
    properties.creator, properties.title = MARK, visible(export.about[0][1])
    properties.language = words.locale.replace("_", "-")
    properties.created = properties.modified = STILL


def _write_readme(sheet: Any, export: Export, words: Words) -> None:
    """Write what the tables hold: what is said of all, then a row for each column."""
    from openpyxl.styles import Alignment, Font

    for at, (name, said) in enumerate(export.about, 1):
        _put(sheet.cell(at, 1), name, Form.TEXT, words)
        _put(sheet.cell(at, 2), said, Form.TEXT, words)
        sheet.cell(at, 1).font = Font(bold=True)
    top = len(export.about) + 2
    names = ("table", "column", "heading", "form", "meaning")
    _head(sheet, top, [words.say(f"readme.{name}") for name in names], words)
    rows = [(sheet_name(noun, words), *told) for noun in export.nouns for told in columns_told(noun, words)]
    for at, row in enumerate(rows, top + 1):
        for column, text in enumerate(row, 1):
            _put(sheet.cell(at, column), text, Form.TEXT, words)
        sheet.cell(at, 5).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.auto_filter.ref = f"A{top}:E{top + len(rows)}"
    for letter, width in zip("ABCDE", (18, 24, 24, 12, 90), strict=True):
        sheet.column_dimensions[letter].width = width


def _write(sheet: Any, noun: Noun, words: Words) -> None:
    """Write a table under its headings."""
    from openpyxl.utils import get_column_letter

    headings = [heading(column, words) for column in noun.columns]
    _head(sheet, 1, headings, words)
    forms = [form_of(column) for column in noun.columns]
    links = 0
    for at, row in enumerate(noun.rows, 2):
        for column, (value, form) in enumerate(zip(row, forms, strict=True), 1):
            if value is None:
                continue
            cell = sheet.cell(at, column)
            _put(cell, value, form, words)
            if form is Form.ADDRESS and links < MOST_LINKS:
                links += _link(cell, str(value))
    sheet.freeze_panes = "C2" if noun.columns[:2] == ("goal", "scenario") else "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(noun.columns))}{len(noun.rows) + 1}"
    sheet.print_title_rows, sheet.page_setup.orientation = "1:1", "landscape"
    for at, name in enumerate(headings, 1):
        sheet.column_dimensions[get_column_letter(at)].width = _width(
            name, [row[at - 1] for row in noun.rows]
        )


def _head(sheet: Any, row: int, headings: Sequence[str], words: Words) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    for column, name in enumerate(headings, 1):
        cell = sheet.cell(row, column)
        _put(cell, name, Form.TEXT, words)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E8ECF1")
        cell.border = Border(bottom=Side("thin", color="5B6B7F"))
        cell.alignment = Alignment(vertical="center")


def _put(cell: Any, value: Cell, form: Form, words: Words) -> None:
    """Write a value as what it is; a text is a text whatever it begins with."""
    if value is None or value == "":
        return
    if isinstance(value, bool):
        cell.value = value
    elif isinstance(value, int | float | Decimal) and math.isfinite(value):
        # With all its digits: the library would write sixteen.
        cell.value = f"{value:f}" if isinstance(value, Decimal) else repr(value)
        cell.data_type, cell.number_format = "n", _format(value, form)
    elif isinstance(value, dt.date) and value >= FIRST_DAY:
        cell.value, cell.number_format = value, DAY
    else:
        text = value.isoformat() if isinstance(value, dt.date) else visible(str(value))
        cell.value = fitted(text, words, escaped)
        cell.data_type, cell.number_format = "s", TEXT
        cell.quotePrefix = is_open(text)


def _format(value: int | float | Decimal, form: Form) -> str:
    """Return how a number is shown; a printed one with the digits that were printed."""
    if form in (Form.CHANCE, Form.SHARE):
        return CHANCE if form is Form.CHANCE else SHARE
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        return _decimals(-exponent if isinstance(exponent, int) else 0)
    if value == int(value):
        return _decimals(0)
    return _decimals(1 if abs(value) >= 100 else 2 if abs(value) >= 1 else 4)


def _decimals(places: int) -> str:
    return "#,##0" + ("." + "0" * min(places, 30) if places > 0 else "")


def _link(cell: Any, address: str) -> bool:
    """Make an address one that leads somewhere, if it may; return whether it does."""
    from openpyxl.styles import Font

    if len(address) > LONGEST_LINK or not link_of(address):
        return False
    cell.hyperlink = link_of(address)
    cell.data_type = "s"
    cell.font = Font(color="1F5FA8", underline="single")
    return True


def _width(name: str, values: Sequence[Cell]) -> int:
    """Return the width of a column: as wide as most of its cells, within bounds."""
    wide = sorted(_signs(value) for value in values[:500])
    usual = wide[int(0.95 * (len(wide) - 1))] if wide else 0
    # The button of the filter takes room beside the heading.
    return min(max(NARROWEST, _signs(name) + 4, usual + 2), WIDEST)


def _signs(value: Cell) -> int:
    """Return how wide a cell's first line is; a Chinese sign takes the room of two."""
    if value is None:
        return 0
    if isinstance(value, float):
        return 10
    line = str(value)[:200].partition("\n")[0]
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)
