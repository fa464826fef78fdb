"""One letter for one letter: full-width signs become plain ones, and no offset moves."""

import re
from collections.abc import Iterator

_FROM = "０１２３４５６７８９％﹪．－﹣−～〜∼＋／（）［］＜＞：；＝\u3000\u00a0\u2002\u2003\u2009\u202f∶Ａ"
_TO = "0123456789%%.---~~~+/()[]<>:;=      :A"
_PLAIN = str.maketrans(_FROM, _TO)

#: What ends a sentence; a line end does, too.
STOP = "。！？!?；;\n\r"

_PAIRS = re.compile(
    r"《[^《》\n]{1,80}》|“[^“”\n]{1,60}”|‘[^‘’\n]{1,60}’|「[^「」\n]{1,60}」|\"[^\"\n]{1,60}\""
)


def plain(text: str) -> str:
    """Return a text with plain digits, brackets and blanks, as long as it was.

    Examples
    --------
    >>> plain("增长５．５％（预计）")
    '增长5.5%(预计)'
    """
    return text.translate(_PLAIN)


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
