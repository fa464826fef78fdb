"""Bytes become text: UTF-8, and UTF-16 and GB18030 as spreadsheets save them; nothing is guessed."""

import re

import numpy as np

from forecasts.ledger.problems import BadInput, Problem

_SAVE, _NAME = "save it as CSV UTF-8", "name a table"


def decoded(
    data: bytes, place: str, foreign: bool = True, save: str = _SAVE, name_one: str = _NAME
) -> tuple[str, str]:
    """Return the text of a file, and its encoding where that is not UTF-8.

    Parameters
    ----------
    foreign : bool
        Whether another encoding than UTF-8 may be read.
    save, name_one : str
        What to do about another encoding, and about what is no text.

    Raises
    ------
    BadInput
        If it is no text, or of an encoding that cannot be told for certain.
    """
    for mark, name in ((b"\xff\xfe\0\0", "UTF-32"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16")):
        if foreign and data.startswith(mark):
            return _of_sixteen(data, name, place, save, name_one), name
    if foreign and b"\0" in data[:4000]:
        start = np.frombuffer(data[: len(data[:4000]) // 2 * 2], np.uint8).reshape(-1, 2) == 0
        even, odd = start.mean(axis=0)
        if max(even, odd) > 0.2 and min(even, odd) < 0.05:
            name = "UTF-16-LE" if odd > even else "UTF-16-BE"
            return _of_sixteen(data, name, place, save, name_one), name
    if (at := data.find(b"\0")) >= 0:
        rule = "holds NUL bytes: it is no text"
        raise _refused(place, rule, name_one, data[:at].count(b"\n") + 1)
    try:
        return data.decode("utf-8").lstrip("\ufeff"), ""
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
    if not foreign:
        raise _refused(place, "the file is not UTF-8", save, line)
    if (text := _chinese(data)) is None:
        raise _refused(place, "the text is neither UTF-8 nor GB18030", save, line)
    return text, "GB18030"


def _refused(place: str, rule: str, remedy: str, line: int | None = None) -> BadInput:
    return BadInput([Problem(place, rule, remedy=remedy, line=line)])


def _of_sixteen(data: bytes, name: str, place: str, save: str, name_one: str) -> str:
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        raise _refused(place, f"the text is not {name}, although it begins so", save, 1) from error
    if "\0" in text:
        raise _refused(place, "holds NUL bytes: it is no text", name_one)
    return text.lstrip("\ufeff")


def _chinese(data: bytes) -> str | None:
    """Return text of GB18030; None where the bytes are something else, which would look like it."""
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return None
    loose = data.decode("utf-8", "replace")
    broken = loose.count("\ufffd")
    if sum(sign > "\x7f" for sign in loose) - broken > broken:
        return None  # UTF-8 with a broken sign
    # Of Chinese in print nearly every second byte, too, lies high, and most first ones are those of common
    # signs; accented Latin letters have hardly a high second byte, and Cyrillic and Greek ones lie above.
    pairs = re.findall(rb"[\x81-\xfe].", data, re.DOTALL)
    high = sum(pair[1] >= 0xA1 for pair in pairs)
    common = sum(pair[0] <= 0xD7 for pair in pairs)
    return text if high >= 0.8 * len(pairs) and common >= 0.6 * len(pairs) else None
