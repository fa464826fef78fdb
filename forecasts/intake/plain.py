"""One letter for one letter: full-width signs become plain ones, and no offset moves."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_FROM = (
    "０１２３４５６７８９％﹪．－﹣−～〜∼＋／（）［］＜＞：；＝"
    "\u3000\u00a0\u2002\u2003\u2009\u202f∶\r\v\f\x85\u2028\u2029"
)
_TO = "0123456789%%.---~~~+/()[]<>:;=      :\n\n\n\n\n\n"
_PLAIN = str.maketrans(_FROM, _TO)

#: What ends a sentence; a line end does, too.
STOP = "。！？!?；;\n\r"

_PAIRS = re.compile(
    r"《[^《》\n]{1,80}》|“[^“”\n]{1,60}”|‘[^‘’\n]{1,60}’|「[^「」\n]{1,60}」|\"[^\"\n]{1,60}\""
)


def plain(text: str) -> str:
    """Return a text with plain digits, brackets, blanks and line ends, as long as it was.

    Examples
    --------
    >>> plain("增长５．５％（预计）")
    '增长5.5%(预计)'
    """
    return text.translate(_PLAIN)


#: A blank beside a figure or Latin letter is the typesetter's: 2025 年, 增长 5.5 %.
_BLANK = re.compile(r"(?<=[0-9A-Za-z%.])[ \t]+(?=[^\s0-9A-Za-z(])|(?<=[^\s0-9A-Za-z)])[ \t]+(?=[0-9])")


@dataclass(frozen=True, slots=True)
class Squeezed:
    """A plain text without the blanks beside figures, and where each of its characters stood before.

    Parameters
    ----------
    text : str
    places : sequence of int
        One for each character; empty where nothing was left out.
    """

    text: str
    places: Sequence[int] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part of the squeezed text stood."""
        return (self.places[start], self.places[end - 1] + 1) if self.places else (start, end)


def squeezed(text: str) -> Squeezed:
    """Return a plain text without the blanks beside figures.

    Examples
    --------
    >>> found = squeezed("增长 5.5 % 左右")
    >>> found.text, found.span(2, 8)
    ('增长5.5%左右', (3, 11))
    """
    kept: list[str] = []
    places: list[int] = []
    at = 0
    for blank in _BLANK.finditer(text):
        kept.append(text[at : blank.start()])
        places.extend(range(at, blank.start()))
        at = blank.end()
    if not kept:
        return Squeezed(text)
    kept.append(text[at:])
    places.extend(range(at, len(text)))
    return Squeezed("".join(kept), places)


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each sentence; a semicolon and a line end close one, too."""
    start = 0
    for found in re.finditer(f"[{STOP}]+", text):
        if found.start() > start:
            yield start, found.start()
        start = found.end()
    if start < len(text):
        yield start, len(text)


def quoted(text: str) -> list[tuple[int, int, str]]:
    """Return what stands in quotation marks or is a title: start, end, and the opening sign."""
    return [(m.start(), m.end(), m.group()[0]) for m in _PAIRS.finditer(text)]
