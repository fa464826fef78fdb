"""What a cell may hold: any text, harmless in whatever program opens it, and only as long as that takes."""

import re
from bisect import bisect_right
from collections.abc import Callable
from typing import Final

from forecasts.publish.words import Words

#: Signs in a cell of Excel, counted as UTF-16 does.
LONGEST: Final = 32_767

#: What begins a formula; spreadsheets in East Asian languages take the wide and the small signs, too.
_SIGNS: Final = "[=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b]"

#: A cell begins where the text does, and behind a sign that a program in another country takes for the end of
#: a cell. Blanks and quotation marks before a formula do not stop it from being one.
_BEGIN: Final = '(?:\\A|(?<=[;\t\r\n]))(?:[^\\S\t\r\n]|")*'

#: Where a formula begins, or what a program may strip to find one; apostrophes may stand there already.
_OPEN: Final = re.compile(f"{_BEGIN}(?='*{_SIGNS})|\\A(?='*[\t\r\n])")
_CLOSED: Final = re.compile(f"({_BEGIN})'(?='*{_SIGNS})|\\A'(?='*[\t\r\n])")

#: Signs that XML does not take, or that nobody sees; the first have pictures of their own.
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_BROKEN: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")

#: What a workbook reads as the number of a sign.
_ESCAPE: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def visible(text: str) -> str:
    r"""Return a text with one kind of line end, and with pictures of control signs in their place.

    Examples
    --------
    >>> visible("a\x00b\r\nc")
    'a␀b\nc'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _BROKEN.sub("\ufffd", _CONTROL.sub(lambda found: chr(0x2400 + ord(found[0])), text))


def is_open(text: str) -> bool:
    """Whether a program may take a text for a formula."""
    return _OPEN.search(text) is not None


def guarded(text: str) -> str:
    """Return a text that no program takes for a formula: an apostrophe stands before what would begin one.

    Examples
    --------
    >>> guarded("=1+1"), guarded("1 - 2"), guarded("'t was")
    ("'=1+1", '1 - 2', "'t was")
    """
    return _OPEN.sub("\\g<0>'", text)


def unguarded(text: str) -> str:
    """Return the text that was guarded.

    Examples
    --------
    >>> unguarded("'=1+1"), unguarded(guarded("'=1+1"))
    ('=1+1', "'=1+1")
    """
    return _CLOSED.sub(lambda found: found[1] or "", text)


def escaped(text: str) -> str:
    """Return a text in which a workbook reads no number of a sign: ``_x0041_`` stays what it is."""
    return _ESCAPE.sub("_x005F_", text)


def fitted(text: str, words: Words, written: Callable[[str], str]) -> str:
    """Return a text as it is written, cut to the length of a cell; where it is cut, it says so.

    Parameters
    ----------
    written : callable
        How it is written, which may make it longer.
    """
    whole = written(text)
    if 2 * len(whole) <= LONGEST or _length(whole) <= LONGEST:
        return whole
    note = words.say("export.cut", count=f"{len(text):,}")
    room = LONGEST - _length(note)
    kept = bisect_right(range(room), room, key=lambda signs: _length(written(text[:signs]))) - 1
    return written(text[:kept]) + note


def _length(text: str) -> int:
    return len(text.encode("utf-16-le", "replace")) // 2
