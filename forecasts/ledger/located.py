"""YAML with the line of every key, so that an error can say where.

Only what people need to write a scenario or a plan is read: plain keys, texts, numbers, days, lists. What
would let a small file become a large one (aliases), a value become something else than it looks (tags, base
60, base 8), or a program run, is refused; so is a file that is large or deep beyond reason.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from forecasts.ledger.letters import described, hidden
from forecasts.ledger.problems import BadInput, Problem, shortened

#: The way to a value: keys and list positions from the top.
Way = tuple[str | int, ...]

#: Bytes of a file, and levels of lists and mappings in each other: a hundred times what people write.
LARGEST = 50_000
DEEPEST = 20

#: A whole number as people write it, and nothing that YAML takes for one in base 2, 8, 16 or 60.
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9_]{0,17})")

_TYPE = "tag:yaml.org,2002:"
_PLAIN = {_TYPE + name for name in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map")}


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
        If it cannot be read, is not YAML, is no mapping, has a key twice, or holds what is not read here.
    """
    loader = _Loader(_text(path, place), place)
    try:
        node = loader.get_single_node()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        rule = f"not YAML: {getattr(error, 'problem', None) or error}"
        line = mark.line + 1 if mark else None
        raise BadInput([Problem(place, rule, remedy="check indentation and quotes", line=line)]) from None
    except (ValueError, OverflowError) as error:
        if isinstance(error, BadInput):
            raise
        # An escape such as "\\UFFFFFFFF" names no character.
        rule, line = f"not YAML: {error}", loader.line + 1
        raise BadInput([Problem(place, rule, remedy="check what follows a backslash", line=line)]) from None
    if not isinstance(node, yaml.MappingNode):
        raise BadInput(
            [Problem(place, "must be a mapping of keys to values", remedy="write `key: value` lines")]
        )
    walk = _Walk(place)
    values = walk.value(node, ())
    if walk.problems:
        raise BadInput(walk.problems)
    return Located(place, values, walk.lines)


def _text(path: Path, place: str) -> str:
    """Read a file that may be read: an ordinary one, of no more bytes than people write."""

    def refused(rule: str, remedy: str, line: int | None = None) -> BadInput:
        return BadInput([Problem(place, rule, remedy=remedy, line=line)])

    try:
        ordinary = path.is_file() or not path.exists()
        content = _head(path) if ordinary else b""
    except FileNotFoundError:
        raise refused("there is no such file", "check the path") from None
    except (OSError, ValueError) as error:  # a ValueError: a path with NUL
        told = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise refused(f"cannot be read: {told}", "check the path and your rights") from None
    if not ordinary:
        raise refused("is no file", "put a file there, or remove it")
    if len(content) > LARGEST:
        raise refused(
            f"the file has more than {LARGEST} bytes", "a scenario or plan is short: check the file"
        )
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise refused("the file is not UTF-8", "save it as UTF-8 text", line) from None
    if fault := hidden(text, lines=True):
        letter, at = fault
        rule = f"must not hold the hidden character {described(letter)}"
        raise refused(rule, "delete it", text.count("\n", 0, at) + 1)
    return text


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST + 1)


class _Loader(yaml.SafeLoader):
    """Puts nodes together, and refuses at once what must not be: anchors, aliases, tags, depth."""

    def __init__(self, text: str, place: str) -> None:
        super().__init__(text)
        self.place = place
        self.depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Return the next node, whose event is looked at first."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if event.anchor is not None:
            mark = "*" if isinstance(event, yaml.AliasEvent) else "&"
            remedy = "write the value out; a text that begins so needs quotes"
            self._refuse(event, "anchors and aliases are not read", mark + event.anchor, remedy)
        if getattr(event, "tag", None) is not None:
            remedy = "leave it out; a text that begins with ! needs quotes"
            self._refuse(event, "tags are not read", event.tag.replace(_TYPE, "!!"), remedy)
        if self.depth >= DEEPEST:
            self._refuse(event, f"is nested deeper than {DEEPEST} levels", "", "write it flat")
        self.depth += 1
        node: yaml.Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def _refuse(self, event: yaml.Event, rule: str, value: str, remedy: str) -> None:
        line = event.start_mark.line + 1 if event.start_mark else None
        raise BadInput([Problem(self.place, rule, shortened(value), remedy, line)])


def _is_plain(text: str) -> bool:
    """Whether a text is a number in base ten that is not endless, as Python reads it, too."""
    try:
        return math.isfinite(float(text))
    except ValueError:  # 1:30.5 in base 60, .inf
        return False


@dataclass
class _Walk:
    """Values of nodes, the line of each, and what is wrong with them: all of a file at once."""

    place: str
    lines: dict[Way, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    reader: yaml.constructor.SafeConstructor = field(default_factory=yaml.constructor.SafeConstructor)

    def value(self, node: yaml.Node, way: Way) -> Any:
        """Return what a node says."""
        if isinstance(node, yaml.SequenceNode):
            for i, child in enumerate(node.value):
                self.lines[(*way, i)] = child.start_mark.line + 1
            return [self.value(child, (*way, i)) for i, child in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, way)
        return self._scalar(node, way)

    def _mapping(self, node: yaml.MappingNode, way: Way) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, child in node.value:
            if key.tag != _TYPE + "str" or hidden(key.value):
                shown = shortened(key.value) if isinstance(key, yaml.ScalarNode) else "a list or a mapping"
                self._tell("a key must be a word", shown, "put it in quotes if it is meant", key)
                continue
            here = (*way, key.value)
            if key.value in found:
                remedy = f"remove it, or the one on line {self.lines[here]}"
                self._tell("the key is there twice", "", remedy, key, key.value)
            self.lines[here] = key.start_mark.line + 1
            found[key.value] = self.value(child, here)
        return found

    def _scalar(self, node: yaml.Node, way: Way) -> Any:
        column, text = ".".join(map(str, way)), node.value
        quoted = "correct it, or put it in quotes if it is a text"
        kind = node.tag.removeprefix(_TYPE)
        if node.tag not in _PLAIN:
            self._tell("this sign has a meaning that is not read", text, "put it in quotes", node, column)
        elif kind == "int" and not _WHOLE.fullmatch(text):
            rule = "must be a whole number in base ten, of at most 18 digits"
            self._tell(rule, text, quoted, node, column)
        elif kind == "float" and not _is_plain(text):
            self._tell(
                "must be a number", text, "correct it, or put it in quotes if it is a text", node, column
            )
        else:
            try:
                return self.reader.construct_object(node)
            except ValueError:  # 2023-02-30 looks like a day
                self._tell("the calendar has no such day", text, "correct it", node, column)
        return None

    def _tell(self, rule: str, value: str, remedy: str, node: yaml.Node, column: str = "") -> None:
        line = node.start_mark.line + 1
        self.problems.append(
            Problem(self.place, rule, shortened(value), remedy, line, shortened(column) or None)
        )
