"""Tables written as JSON: a list of records, columns of lists, or a record a line."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from forecasts.ledger.problems import BadInput
from forecasts.ledger.raw import Raw, refusal, told_shortly

_REMEDY = "write a list of records, or a list of cells for each column"


class _Twice(ValueError):
    """A record has a key twice."""


def read_json(text: str, place: str, by_lines: bool) -> Raw:
    """Read records; the number of one is counted from 1, and where each has a line, it is the line.

    Raises
    ------
    BadInput
        If it is no JSON, or no table.
    """
    if by_lines:
        return _records(*_of_lines(text, place), place)
    held = _parsed(text, place)
    if isinstance(held, Mapping) and held and all(isinstance(cells, list) for cells in held.values()):
        if len({len(cells) for cells in held.values()}) > 1:
            raise refusal(place, "the columns are not equally long", _REMEDY)
        held = [dict(zip(held, row, strict=True)) for row in zip(*held.values(), strict=True)]
    if not isinstance(held, list):
        raise refusal(place, "is no table", _REMEDY)
    return _records(held, range(1, len(held) + 1), place)


def _parsed(text: str, place: str, line: int | None = None) -> Any:
    """Parse JSON; what is no number in it stays a text, so that its row is refused, not taken for empty."""
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=str)
    except _Twice as twice:
        raise refusal(place, "a record has a key twice", "remove one", str(twice), line) from twice
    except json.JSONDecodeError as error:
        at = line or error.lineno
        raise refusal(place, f"is no JSON: {error.msg}", "check the file", line=at) from error
    except (RecursionError, ValueError) as error:
        rule = "is no JSON that can be read: too deep, or a number too long"
        raise refusal(place, rule, _REMEDY, line=line) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a record, in which no key may stand twice."""
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))
    return made


def _of_lines(text: str, place: str) -> tuple[list[Any], list[int]]:
    """Read a record a line."""
    records, lines = [], []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        records.append(_parsed(line, place, number))
        lines.append(number)
    return records, lines


def _records(held: Sequence[Any], lines: Sequence[int], place: str) -> Raw:
    """Lay records out as columns; one that holds more than cells is told and left out."""
    faults: list[tuple[int, str]] = []
    kept: list[int] = []
    names: dict[str, None] = {}
    for at, record in enumerate(held):
        if not isinstance(record, Mapping):
            faults.append((lines[at], "is no record"))
        elif nested := next((k for k, v in record.items() if isinstance(v, list | Mapping)), None):
            faults.append((lines[at], f"the cell {nested} holds more than one value"))
        elif any(isinstance(t, str) and not _whole(t) for t in (*record, *record.values())):
            faults.append((lines[at], "holds half a sign, which no text has"))
        else:
            names.update(dict.fromkeys(record))
            kept.append(at)
    if held and not kept:
        raise BadInput(told_shortly(faults, place, _REMEDY))
    columns = {
        i: pd.Series(["" if held[at].get(name) is None else held[at][name] for at in kept], dtype=object)
        for i, name in enumerate(names)
    }
    frame = pd.DataFrame(columns)
    frame.columns = pd.Index(list(names), dtype=object)
    numbers = np.array([lines[at] for at in kept], np.intp)
    return Raw(frame, numbers, problems=told_shortly(faults, place, "write one value in a cell"))


def _whole(text: str) -> bool:
    """Whether a text can be written: no half of a sign stands alone."""
    return text.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in text)
