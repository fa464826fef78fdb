"""The words of a DOCX: its one part with the text, unpacked within limits, parsed without entities."""

import io
import zipfile
import zlib
from typing import Final

from forecasts.ledger.problems import BadInput, Problem

#: Bytes of the text's part when unpacked, parts of the archive, elements within one another.
LARGEST, MOST_PARTS, DEEPEST = 200_000_000, 20_000, 400

_WORD: Final = (
    "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}",
    "{http://purl.oclc.org/ooxml/wordprocessingml/main}",
)
_PART: Final = "word/document.xml"
_REMEDY: Final = "open it in a word processor and save it anew as DOCX, or as text in UTF-8"


def text_of_docx(data: bytes, name: str, most: int) -> str:
    """Return the words of a DOCX, a line each paragraph; what is marked as deleted is left out.

    Raises
    ------
    BadInput
        If it is another kind of archive, encrypted, broken, or too large.
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    part = _part(data, name)
    lines: list[str] = []
    words: list[str] = []
    depth = taken = 0
    try:
        for event, element in iterparse(io.BytesIO(part), events=("start", "end"), forbid_dtd=True):
            if event == "start":
                depth += 1
                if depth > DEEPEST:
                    raise _refused(name, f"has more than {DEEPEST} elements within one another")
                continue
            depth -= 1
            tag = element.tag if isinstance(element.tag, str) else ""
            short = tag.removeprefix(_WORD[0]).removeprefix(_WORD[1]) if tag.startswith(_WORD) else ""
            if short == "t":
                words.append(element.text or "")
                taken += len(words[-1])
            elif short in {"tab", "noBreakHyphen", "br", "cr"}:
                words.append({"tab": "\t", "noBreakHyphen": "-"}.get(short, "\n"))
            elif short == "p":
                lines.append("".join(words))
                words = []
            if taken > most:
                raise _refused(name, f"holds more than {most // 10**6} million characters")
            element.clear()
    except (DefusedXmlException, ParseError, ValueError) as error:
        if isinstance(error, BadInput):
            raise
        rule = "declares entities" if isinstance(error, DefusedXmlException) else "its text is broken"
        raise _refused(name, rule) from None
    return "\n".join([*lines, "".join(words)]).strip("\n")


def _part(data: bytes, name: str) -> bytes:
    """Return the part that holds the text, unpacked no further than is allowed."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if len(archive.infolist()) > MOST_PARTS:
                raise _refused(name, f"has more than {MOST_PARTS} parts")
            try:
                info = archive.getinfo(_PART)
            except KeyError:
                raise _refused(name, "is an archive, but no DOCX") from None
            if info.flag_bits & 1:
                raise _refused(name, "is encrypted")
            with archive.open(info) as file:
                part = file.read(LARGEST + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        if isinstance(error, BadInput):
            raise
        raise _refused(name, "the archive is broken") from None
    if len(part) > LARGEST:
        raise _refused(name, f"its text is larger than {LARGEST // 10**6} MB when unpacked")
    return part


def _refused(name: str, rule: str) -> BadInput:
    return BadInput([Problem(name, rule, remedy=_REMEDY)])
