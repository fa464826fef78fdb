"""A file becomes a text: plain text, Markdown, HTML, DOCX or PDF; with limits, and nothing in it is run.

What a file is, its content says; its name only tells Markdown and HTML from plain text.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from forecasts.ledger.encodings import decoded
from forecasts.ledger.problems import BadInput, Problem

#: Bytes of a file, and characters of a text, that are read: a thousand full pages. If every second character
#: were a quantity, all of them would still fit into 1 GB.
MOST_BYTES: Final = 50_000_000
MOST_CHARACTERS: Final = 2_500_000

#: Characters of an HTML page, which has its tags beside its text.
MOST_MARKUP: Final = 3 * MOST_CHARACTERS

_HTML_START = re.compile(
    rb"^\s*(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_DECLARED = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,20})", re.IGNORECASE)
_SAVE, _NAME = "save it as text in UTF-8", "name a text, an HTML page, a DOCX or a PDF"


@dataclass(frozen=True, slots=True)
class Document:
    """A text and where it came from.

    Parameters
    ----------
    name : str
        Of the file as it was given, to tell people.
    text : str
        As it was decoded, its line ends unchanged: what all offsets count in.
    form : {"text", "markdown", "html", "docx", "pdf"}
        What it was read from.
    """

    name: str
    text: str
    form: str = "text"


def read_document(path: Path) -> Document:
    """Read a file as a text.

    Raises
    ------
    BadInput
        If it cannot be read, is too large, encrypted or broken, or holds no text.
    """
    place = str(path)
    try:
        if path.is_dir():
            raise _refused(place, "is a folder", "name the files in it")
        if path.exists() and not path.is_file():  # a pipe may never end, nor even begin
            raise _refused(place, "is no file, but a pipe or a device", "save what comes of it as a file")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except BadInput:
        raise
    except (OSError, ValueError) as error:  # there is none, it may not be read, its name is no path
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise _refused(place, f"cannot be read: {why}", "check the file and its name") from None
    if len(data) > MOST_BYTES:
        raise _refused(place, f"is larger than {MOST_BYTES // 10**6} MB", "name a part of it, as a text")
    document = document_of(data, place)
    if not document.text.strip():
        rule = "holds no text" + (": its pages may be pictures" if document.form == "pdf" else "")
        raise _refused(place, rule, "let a program for text recognition (OCR) read it first")
    return document


def document_of(data: bytes, name: str) -> Document:
    """Return bytes as a text.

    Parameters
    ----------
    data : bytes
    name : str
        Of the file; its ending tells Markdown and HTML from plain text.

    Raises
    ------
    BadInput
        If they are none, or too much.
    """
    form = form_of(data, name)
    if form == "pdf":
        from forecasts.intake.of_pdf import text_of_pdf

        text = text_of_pdf(data, name, MOST_CHARACTERS)
    elif form == "docx":
        from forecasts.intake.of_docx import text_of_docx

        text = text_of_docx(data, name, MOST_CHARACTERS)
    elif form == "html":
        from forecasts.intake.of_html import text_of_html, without_pictures

        page = without_pictures(_declared(data, name))
        if len(page) > MOST_MARKUP:
            raise _refused(name, f"the page has more than {MOST_MARKUP:,} characters", "save it as text")
        text = text_of_html(page)
    else:
        text = decoded(data, name, save=_SAVE, name_one=_NAME)[0]
    if len(text) > MOST_CHARACTERS:
        rule = f"holds more than {MOST_CHARACTERS:,} characters"
        raise _refused(name, rule, "name a part of it")
    return Document(name, text, form)


def form_of(data: bytes, name: str) -> str:
    """Return which of the forms some bytes are.

    Raises
    ------
    BadInput
        If they are a workbook, a DOC of old, or another archive.

    Examples
    --------
    >>> form_of(b"%PDF-1.7 ...", "report.txt"), form_of(b"<!DOCTYPE html><p>", "a"), form_of(b"# A", "a.md")
    ('pdf', 'html', 'markdown')
    """
    ending = Path(name).suffix.lower()
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return "docx"
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise _refused(name, "is a document of an old kind (DOC, XLS)", "save it as DOCX")
    if ending in {".html", ".htm", ".xhtml", ".shtml"} or _HTML_START.match(data[:4096]):
        return "html"
    return "markdown" if ending in {".md", ".markdown"} else "text"


def _declared(data: bytes, name: str) -> str:
    """Return the text of an HTML page: in UTF-8, or in the encoding that it declares."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    said = _DECLARED.search(data[:4096])
    if said and said[1].lower() in {b"gb2312", b"gbk", b"gb18030", b"hz-gb-2312"}:
        return data.decode("gb18030", "replace")
    if said and said[1].lower() in {b"utf-8", b"utf8"}:
        return data.decode("utf-8", "replace")
    if said and said[1].lower() in {b"big5", b"big5-hkscs"}:
        return data.decode("big5hkscs", "replace")
    return decoded(data, name, save=_SAVE, name_one=_NAME)[0]


def _refused(name: str, rule: str, remedy: str) -> BadInput:
    return BadInput([Problem(name, rule, remedy=remedy)])
