"""A notebook as a page: its words, its code and what came of it; all of it text or picture, none markup.

A notebook is a file that anybody may have written. Its texts are shown as texts; of its tables the words of
the cells are taken; its charts are drawn by the bundle of the site, which loads nothing and compiles no code;
its pictures stand in the page as images, in which no script runs. The rest is told as plain text.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final, Literal

from forecasts.publish.parts import Cell, Column, Table
from forecasts.publish.site.drawn import Chart, written

#: Kinds of charts that the bundle draws, whatever their version.
VEGALITE: Final = re.compile(r"application/vnd\.vegalite\.v\d+\+json")

#: Kinds of pictures, each with what stands for it in an address.
PICTURES: Final = ("image/png", "image/jpeg", "image/svg+xml")

#: Cells of a table in HTML.
CELLS: Final = ("td", "th")

#: What colours the words of a terminal.
COLOURS: Final = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")

#: Bytes that a notebook may have to be shown.
LARGEST: Final = 20_000_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a notebook: words, a heading, code, an output as text, a table, a chart or a picture.

    Attributes
    ----------
    source : str
        Of a picture, its address.
    """

    kind: Literal["words", "heading", "code", "output", "table", "chart", "picture"]
    text: str = ""
    table: Table | None = None
    chart: Chart | None = None
    source: str = ""


def digest_of(path: Path) -> str:
    """Return the digest of a notebook; empty where there is none that can be shown."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.stat().st_size <= LARGEST else ""
    except OSError:
        return ""


def pieces_of(path: Path) -> tuple[Piece, ...]:
    """Return the parts of a notebook in their order; none, where it is no notebook."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return tuple(piece for number, cell in enumerate(cells) for piece in _cell(cell, number))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ()


def _cell(cell: Mapping[str, Any], number: int) -> Iterator[Piece]:
    source = _text(cell.get("source"))
    if cell.get("cell_type") != "code":
        yield from _words(source)
        return
    if source.strip():
        yield Piece("code", source)
    for at, output in enumerate(cell.get("outputs") or ()):
        yield from _output(output, f"cell-{number}-{at}")


def _words(source: str) -> Iterator[Piece]:
    """Yield headings and paragraphs; other marks stand as they were typed."""
    for part in re.split(r"\n\s*\n", source):
        head = re.fullmatch(r"#{1,6}\s+(.+)", part.strip())
        if head:
            yield Piece("heading", head[1])
        elif part.strip():
            yield Piece("words", part.strip("\n"))


def _output(output: Mapping[str, Any], place: str) -> Iterator[Piece]:
    if output.get("output_type") == "stream":
        yield Piece("output", COLOURS.sub("", _text(output.get("text"))))
        return
    if output.get("output_type") == "error":
        told = "\n".join(map(str, output.get("traceback") or ())) or str(output.get("evalue"))
        yield Piece("output", COLOURS.sub("", told))
        return
    data = output.get("data") or {}
    plain = _text(data.get("text/plain"))
    spec = next((data[name] for name in sorted(data, reverse=True) if VEGALITE.fullmatch(name)), None)
    if isinstance(spec, dict):
        alt = str(spec.get("description") or plain)
        yield Piece("chart", chart=Chart(place, written(spec), alt, False))
        return
    picture = next((name for name in PICTURES if name in data), "")
    if picture and (source := _address(picture, _text(data[picture]))):
        yield Piece("picture", plain, source=source)
        return
    reader = Told()
    reader.feed(_text(data.get("text/html")))
    reader.close()
    tables = [table for rows in reader.rows if (table := _table(rows)) is not None]
    yield from (Piece("words", words) for words in reader.words)
    yield from (Piece("table", table=table) for table in tables)
    if not tables and not reader.words and plain:
        yield Piece("output", plain)


def _text(value: Any) -> str:
    """Return a text that may be cut into lines; nothing for what is no text."""
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _address(kind: str, content: str) -> str:
    """Return a picture as an address that holds all of it; empty for what is none."""
    if kind == "image/svg+xml":
        return f"data:{kind};base64,{base64.b64encode(content.encode('utf-8', 'replace')).decode('ascii')}"
    try:
        raw = base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError):
        return ""
    return f"data:{kind};base64,{base64.b64encode(raw).decode('ascii')}"


class Told(HTMLParser):
    """Reads the words of paragraphs and tables, and nothing else, from an output in HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[list[str]]] = []
        self.words: list[str] = []
        self._held: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row, a cell or a paragraph."""
        if tag == "table":
            self.rows.append([])
        elif tag == "tr" and self.rows:
            self.rows[-1].append([])
        elif tag == "p" or (tag in CELLS and self.rows and self.rows[-1]):
            self._held = []

    def handle_endtag(self, tag: str) -> None:
        """End a cell or a paragraph."""
        if self._held is None or (tag != "p" and tag not in CELLS):
            return
        words = " ".join("".join(self._held).split())
        self._held = None
        if tag == "p" and words:
            self.words.append(words)
        elif tag in CELLS and self.rows and self.rows[-1]:
            self.rows[-1][-1].append(words)

    def handle_data(self, data: str) -> None:
        """Take the words of a cell or a paragraph."""
        if self._held is not None:
            self._held.append(data)


def _table(rows: list[list[str]]) -> Table | None:
    told = [row for row in rows if row]
    if len(told) < 2 or len({len(row) for row in told}) != 1:
        return None
    body = tuple(tuple(map(Cell, row)) for row in told[1:])
    return Table(told[0][0], tuple(map(Column, told[0])), body)
