"""The words of a DOCX: its one part with the text, unpacked within limits, parsed without entities."""

from typing import IO, Final
from xml.parsers import expat

from forecasts.ledger.archives import BROKEN, Odd, opened
from forecasts.ledger.problems import BadInput, Problem

#: Bytes of the text's part when unpacked, its elements, kinds of them, and elements within one another; and
#: bytes of one tag. A report of a thousand pages has a tenth.
LARGEST, MOST_ELEMENTS, MOST_NAMES, DEEPEST = 100_000_000, 3_000_000, 5_000, 400
LONGEST, _PIECE = 10_000_000, 1_000_000

_WORD: Final = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main ",
    "http://purl.oclc.org/ooxml/wordprocessingml/main ",
)
_SIGNS: Final = {"tab": "\t", "noBreakHyphen": "-", "br": "\n", "cr": "\n"}
_PART: Final = "word/document.xml"
_REMEDY: Final = "open it in a word processor and save it anew as DOCX, or as text in UTF-8"


def text_of_docx(data: bytes, name: str, most: int) -> str:
    """Return the words of a DOCX, a line each paragraph; what is marked as deleted is left out.

    Parameters
    ----------
    most : int
        Characters that are read.

    Raises
    ------
    BadInput
        If it is another kind of archive, encrypted, broken, or too large.
    """
    words = _Words(most)
    try:
        with opened(data) as archive:
            if _PART not in archive.namelist():
                raise Odd("is an archive, but no DOCX")
            with archive.open(_PART) as part:
                words.read(part)
    except Odd as odd:
        raise _refused(name, str(odd)) from None
    except expat.ExpatError:
        raise _refused(name, "its text is broken") from None
    except BROKEN:
        raise _refused(name, "the archive is broken") from None
    return "\n".join([*words.lines, "".join(words.line)]).strip("\n")


class _Words:
    """Collects the words of paragraphs while the parser goes through them."""

    def __init__(self, most: int) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self._left, self._most = most, most
        self._depth = self._elements = 0
        self._shown = False

    def read(self, part: IO[bytes]) -> None:
        """Go through the whole part."""
        names: dict[str, str] = {}
        parser = expat.ParserCreate(namespace_separator=" ", intern=names)
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._say
        parser.StartDoctypeDeclHandler = self._declare
        size = 0
        while piece := part.read(_PIECE):
            size += len(piece)
            if size > LARGEST:
                raise Odd(f"its text is larger than {LARGEST // 10**6} MB when unpacked")
            parser.Parse(piece, False)
            if size - parser.CurrentByteIndex > LONGEST:
                raise Odd(f"has a tag longer than {LONGEST // 10**6} MB")
            if len(names) > MOST_NAMES:
                raise Odd(f"has more than {MOST_NAMES:,} kinds of elements")
        parser.Parse(b"", True)

    def _declare(self, *_: object) -> None:
        raise Odd("declares entities")

    def _start(self, tag: str, _: object) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > DEEPEST:
            raise Odd(f"has more than {DEEPEST} elements within one another")
        if self._elements > MOST_ELEMENTS:
            raise Odd(f"has more than {MOST_ELEMENTS:,} elements")
        self._shown = _short(tag) == "t"

    def _end(self, tag: str) -> None:
        self._depth -= 1
        self._shown = False
        short = _short(tag)
        if short == "p":
            self.lines.append("".join(self.line))
            self.line = []
        elif short in _SIGNS:
            self.line.append(_SIGNS[short])

    def _say(self, words: str) -> None:
        if self._shown:
            self.line.append(words)
            self._left -= len(words)
            if self._left < 0:
                raise Odd(f"holds more than {self._most:,} characters")


def _short(tag: str) -> str:
    """Return the name of one of Word's own elements; empty for any other."""
    return tag.removeprefix(_WORD[0]).removeprefix(_WORD[1]) if tag.startswith(_WORD) else ""


def _refused(name: str, rule: str) -> BadInput:
    return BadInput([Problem(name, rule, remedy=_REMEDY)])
