"""YAML with the line of every key, so that an error can say where."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from forecasts.ledger.problems import BadInput, Problem

#: The way to a value: keys and list positions from the top.
Way = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Located:
    """What a YAML file says, and on which line it says it."""

    place: str
    values: dict[str, Any]
    lines: Mapping[Way, int]

    def line(self, way: Way) -> int | None:
        """Return the line of a value, or of the nearest thing that contains it."""
        while way and way not in self.lines:
            way = way[:-1]
        return self.lines.get(way)


def read_located(path: Path, place: str) -> Located:
    """Read a YAML file whose top is a mapping.

    Raises
    ------
    BadInput
        If it cannot be read, is not YAML, is no mapping, or has a key twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except FileNotFoundError:
        raise BadInput([Problem(place, "there is no such file", remedy="check the path")]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput([Problem(place, f"cannot be read: {error}", remedy="save it as UTF-8 text")]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        rule = f"not YAML: {getattr(error, 'problem', None) or error}"
        line = mark.line + 1 if mark else None
        raise BadInput([Problem(place, rule, remedy="check indentation and quotes", line=line)]) from None
    if not isinstance(node, yaml.MappingNode):
        raise BadInput(
            [Problem(place, "must be a mapping of keys to values", remedy="write `key: value` lines")]
        )
    lines: dict[Way, int] = {}
    problems: list[Problem] = []
    _walk(node, (), lines, problems, place)
    if problems:
        raise BadInput(problems)
    try:
        values = yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as error:  # e.g. 2023-02-30, which looks like a date
        raise BadInput([Problem(place, f"cannot be read: {error}", remedy="correct the value")]) from None
    return Located(place, values, lines)


def _walk(node: yaml.Node, way: Way, lines: dict[Way, int], problems: list[Problem], place: str) -> None:
    """Note the line of everything below a node."""
    if isinstance(node, yaml.SequenceNode):
        for i, child in enumerate(node.value):
            lines[(*way, i)] = child.start_mark.line + 1
            _walk(child, (*way, i), lines, problems, place)
    elif isinstance(node, yaml.MappingNode):
        for key, child in node.value:
            here = (*way, str(key.value))
            line = key.start_mark.line + 1
            if here in lines:
                remedy = f"remove it, or the one on line {lines[here]}"
                problems.append(
                    Problem(place, "the key is there twice", remedy=remedy, line=line, column=str(key.value))
                )
            lines[here] = line
            _walk(child, here, lines, problems, place)
