"""Workbooks for tests, as programs write them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904


class Formula(str):
    """A formula without a value."""


class Dated(float):
    """A number that is shown as a day, or in a form of its own."""

    form = "yyyy\\-mm\\-dd;@"

    @classmethod
    def of(cls, number: float, form: str) -> "Dated":
        dated = cls(number)
        dated.form = form
        return dated


class Fault(str):
    """An error of a formula."""


def write_workbook(
    path: Path,
    sheets: Mapping[str, Sequence[Sequence[object]]],
    of_1904: bool = False,
    first_row: int = 1,
    hidden: Sequence[str] = (),
) -> Path:
    """Write sheets by name, each as rows of cells; None leaves a cell out."""
    book = Workbook()
    book.remove(book.worksheets[0])
    if of_1904:
        book.epoch = CALENDAR_MAC_1904
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
        for r, row in enumerate(rows, first_row):
            for c, value in enumerate(row, 1):
                if value is None:
                    continue
                cell = sheet.cell(r, c)
                if isinstance(value, Dated):
                    cell.value, cell.number_format = float(value), value.form
                else:
                    cell.value = f"={value}" if isinstance(value, Formula) else value
                    if isinstance(value, str) and not isinstance(value, Formula | Fault):
                        cell.data_type = "s"  # a text that begins with = or # is one
    book.save(path)
    return path
