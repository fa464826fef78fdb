"""One letter for one letter: full-width signs become plain ones, and no offset moves."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

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


#: A title that is spaced out: 政 府 工 作 报 告.
_SPACED = re.compile(r"(?<!\S)(?:[\u4e00-\u9fff][ \t]{1,3}){3,}[\u4e00-\u9fff](?!\S)")

#: A text is broken into lines of one length if so many of its lines are nearly as long as the longest, and
#: those are no whole paragraphs.
_FULL, _MOST, _WIDEST, _FEWEST = 0.85, 0.5, 90, 12
_CLOSED = re.compile(r"[。！？；：:!?;]\s*$")


@dataclass(frozen=True, slots=True)
class Squeezed:
    """A plain text without blanks beside figures and line ends within sentences, and where each sign stood.

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
    """Return a plain text without the blanks beside figures and line ends within sentences.

    Examples
    --------
    >>> found = squeezed("增长 5.5 % 左右")
    >>> found.text, found.span(2, 8)
    ('增长5.5%左右', (3, 11))
    """
    kept: list[str] = []
    places: list[int] = []
    at = 0
    for start, end in _left_out(text):
        if start < at:
            continue
        kept.append(text[at:start])
        places.extend(range(at, start))
        at = end
    if not kept:
        return Squeezed(text)
    kept.append(text[at:])
    places.extend(range(at, len(text)))
    return Squeezed("".join(kept), places)


def _left_out(text: str) -> list[tuple[int, int]]:
    """Return the places of blanks and line ends that say nothing."""
    spans = [match.span() for match in _BLANK.finditer(text)]
    for title in _SPACED.finditer(text):
        spans += [
            (title.start() + m.start(), title.start() + m.end()) for m in re.finditer(r"[ \t]+", title[0])
        ]
    return sorted(spans + _broken_lines(text))


def _broken_lines(text: str) -> list[tuple[int, int]]:
    r"""Return the line ends within sentences, where a text was broken into lines of one length.

    Examples
    --------
    >>> _broken_lines("全市生产总值增长百分之五，城镇\n" * 20 + "完。")[:2]
    [(15, 16), (31, 32)]
    >>> _broken_lines("新建学校12所。\n" * 20)
    []
    """
    lines = text.split("\n")
    lengths = sorted(len(line.strip()) for line in lines if line.strip())
    if len(lengths) < _FEWEST:
        return []
    width = lengths[int(0.9 * (len(lengths) - 1))]
    full = sum(length >= _FULL * width for length in lengths)
    if width > _WIDEST or full < _MOST * len(lengths):
        return []
    spans: list[tuple[int, int]] = []
    end = 0
    for line, after in pairwise(lines):
        end += len(line) + 1
        if len(line.strip()) >= _FULL * width and not _CLOSED.search(line) and after.strip():
            indent = len(after) - len(after.lstrip())
            spans.append((end - 1 - (len(line) - len(line.rstrip())), end + indent))
    return spans


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
