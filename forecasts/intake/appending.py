"""Rows at the end of a CSV file that somebody else keeps: what stands there stays, byte for byte."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from forecasts.ledger.separated import SIGNS, separator_of

#: The mark that spreadsheets put before UTF-8.
BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Form:
    """How a CSV file is written.

    Attributes
    ----------
    headings : tuple of str
        In the file's order.
    separator, line_end : str
        What stands between cells, and behind a line.
    quoted : bool
        Whether every cell stands in quotes.
    """

    headings: tuple[str, ...]
    separator: str
    line_end: str
    quoted: bool


def form_of(text: str) -> Form:
    """Return how a file is written, by its line of headings; empty headings where it has none."""
    text = text.removeprefix(BOM)
    said = re.match(r"sep=(.)\r?\n", text)  # a line that Excel writes for itself
    text = text[said.end() :] if said else text
    sign = said[1] if said and said[1] in SIGNS else separator_of(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    headings = next((cells for cells in reader if any(map(str.strip, cells))), [])
    while headings and not headings[-1].strip():
        headings.pop()
    text = text.lstrip("\r\n")
    end = re.search(r"\r\n|\n|\r", text)
    first = text[: end.start()] if end else text
    quoted = len(re.findall(r'"(?:[^"]|"")*"', first)) >= len(headings) > 0
    return Form(tuple(headings), sign, end[0] if end else "\n", quoted)


def appended(content: bytes, rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return a file with rows behind its own; it begins with `content`, byte for byte.

    Parameters
    ----------
    content : bytes
        UTF-8, perhaps with a mark before it.
    rows : iterable of mapping
        Cells by heading; what a row does not name stays empty.

    Raises
    ------
    KeyError
        If a cell that is not empty has a heading that the file does not have.
    """
    form = form_of(content.decode("utf-8"))
    lines = [_cells(row, form.headings) for row in rows]
    if not lines:
        return content
    out = io.StringIO(newline="")
    if content and not content.endswith((b"\n", b"\r")):
        out.write(form.line_end)
    writer = csv.writer(
        out, delimiter=form.separator, lineterminator=form.line_end,
        quoting=csv.QUOTE_ALL if form.quoted else csv.QUOTE_MINIMAL,
    )  # fmt: skip
    writer.writerows(lines)
    return content + out.getvalue().encode("utf-8")


def _cells(row: Mapping[str, str], headings: Sequence[str]) -> list[str]:
    """Return the cells of a row in the order of the headings."""
    for name, cell in row.items():
        if cell and name not in headings:
            raise KeyError(name)
    return [row.get(name, "") for name in headings]
