"""Which characters a text may hold: those that people can see, and line breaks where a text has lines.

What cannot be seen makes two names of one, turns the order of what is read, or breaks the page that is
printed; so it is refused, by its number and its place. Whether there is a glyph for a character is another
question: a script or a picture that no font knows is no fault of the text.
"""

import re
import unicodedata

#: Characters of a name or a title, and of a text that may have lines: far more than people write.
LONGEST_LINE = 2_000
LONGEST = 20_000

#: Whatever may be invisible: a first look, quick on a million cells. Blanks of any width are no fault.
_DOUBTFUL = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)

#: Joiner and non-joiner are written within the words of these scripts, from Arabic to Mongolian.
_JOINING = re.compile("[\u0600-\u18af\u1b00-\u1c4f\ua8e0-\uaaff]")

#: A joiner also makes one picture of two.
_PICTURE = re.compile("[\ufe0f\u2190-\u2bff\U0001f000-\U0001faff]")

#: Selectors choose another form of the character before them: of a Chinese one, a sign, a picture.
_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_FORMED = re.compile("[#*0-9\xa9\xae\u2010-\u2bff\u3000-\u9fff\uf900-\ufaff\U0001f000-\U0003ffff]")

#: What control characters are called, for they have no name of their own.
_CALLED = {
    "\x00": "NUL", "\t": "TAB", "\n": "LINE FEED", "\x0b": "VERTICAL TAB", "\x0c": "FORM FEED",
    "\r": "CARRIAGE RETURN", "\x1b": "ESCAPE", "\x7f": "DELETE", "\x85": "NEXT LINE",
}  # fmt: skip


def hidden(text: str, lines: bool = False) -> tuple[str, int] | None:
    """Return the first character of a text that must not be there, and its position, counted from 1.

    Parameters
    ----------
    lines : bool
        Whether the text may have several lines: line feeds and tabs are no fault then.
    """
    for found in _DOUBTFUL.finditer(text):
        at, letter = found.start(), found.group()
        before, after = text[max(at - 1, 0) : at], text[at + 1 : at + 2]
        if lines and letter in "\n\t":
            continue
        if letter in "\u200c\u200d" and _JOINING.match(before):
            continue
        if letter == "\u200d" and _PICTURE.match(before) and _PICTURE.match(after):
            continue
        if _SELECTOR.match(letter) and _FORMED.match(before):
            continue
        return letter, at + 1
    return None


def is_plain(value: object) -> bool:
    """Whether a value is a text of visible ASCII alone, of one line, without blanks around it: most names."""
    return (
        type(value) is str
        and 0 < len(value) <= LONGEST_LINE
        and value.isascii()
        and value.isprintable()
        and value[0] != " " != value[-1]
    )


def described(letter: str) -> str:
    """Return a character as one can look it up: ``U+202E (RIGHT-TO-LEFT OVERRIDE)``."""
    name = _CALLED.get(letter) or unicodedata.name(letter, "")
    if not name and unicodedata.category(letter) == "Cs":
        name = "half of a pair"
    return f"U+{ord(letter):04X}" + (f" ({name})" if name else "")


def as_words(value: object) -> object:
    """Take a text of one line, without the blanks around it; what cannot be seen is refused."""
    return _visible(value, False) if isinstance(value, str) else value


def as_text(value: object) -> object:
    """Take a text that may have lines, however their ends are written; what cannot be seen is refused."""
    if not isinstance(value, str):
        return value
    return _visible(value.replace("\r\n", "\n").replace("\r", "\n"), True)


def _visible(text: str, lines: bool) -> str:
    """Return a text without the blanks around it; refuse a hidden character, and a whole document."""
    if len(text) > (most := LONGEST if lines else LONGEST_LINE):
        raise ValueError(f"must have at most {most} characters")
    if is_plain(text):
        return text
    bare = text.lstrip(" \t\r\n")
    # Of the characters that `str.strip` takes for blanks, some are hidden.
    if fault := hidden(bare.rstrip(" \t\r\n"), lines):
        letter, at = fault
        what = "a line break" if letter in "\n\r" else f"the hidden character {described(letter)}"
        raise ValueError(f"must not hold {what}, at position {at + len(text) - len(bare)}")
    return text.strip()
