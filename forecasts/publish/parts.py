"""The parts of a brief: frozen data, already in words, so that a template only has to place them."""

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Failure:
    """A job that gave no result.

    Parameters
    ----------
    goal, scenario : str
        Their ids.
    reason : str
        Why, in one or two lines.
    """

    goal: str
    scenario: str
    reason: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or a few."""

    text: str
    tone: Literal["plain", "warning", "muted"] = "plain"
    type: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section."""

    text: str
    type: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `width` is relative to the others."""

    title: str
    width: float = 1.0
    align: Literal["left", "right"] = "left"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, a smaller line below, and where the text leads (http and https only)."""

    text: str
    detail: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of a row is its heading."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    type: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart: a name of its own, its Vega-Lite specification as JSON, and the same in words.

    A `live` one has sliders: on paper there is none of it.
    """

    id: str
    spec: str
    alt: str
    caption: str = ""
    live: bool = False
    type: Literal["figure"] = "figure"


Block = Paragraph | Heading | Table | Figure


@dataclass(frozen=True, slots=True)
class Verdict:
    """One probability of a goal, in words and as a number; `reading` is empty when there is only one.

    `takes` is what would have to be true for a high one; empty where nobody asked.
    """

    reading: str
    number: str
    likelihood: str
    pace: str
    figure: Figure
    takes: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the first page says about a goal; `split` comes before anything else.

    `record` is what the record of goals like it makes of the answer; empty where there is none.
    """

    anchor: str
    name: str
    target: str
    split: str
    notices: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    decides_label: str
    decides: str
    record: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """What stands behind one answer."""

    anchor: str
    heading: str
    blocks: tuple[Block, ...]
    new_page: bool = True


@dataclass(frozen=True, slots=True)
class Failed:
    """The box of what could not be answered."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stamp:
    """Whether somebody has reviewed it: a word that is seen first, and who, when and with what note."""

    state: Literal["draft", "approved", "returned"]
    word: str
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Brief:
    """What a person reads.

    Attributes
    ----------
    lang : str
        The language tag of the page.
    title, headline, known_on : str
        What it is about, the answer in one line, and the day from which it looks.
    borrowed : str
        What of it is in another language, for want of its own; empty if nothing is.
    stamp : Stamp, optional
        Whether somebody has reviewed it.
    """

    lang: str
    title: str
    headline: str
    known_on: str
    failed: Failed | None
    answers: tuple[Answer, ...]
    sections: tuple[Section, ...]
    borrowed: str = ""
    stamp: Stamp | None = None

    def figures(self) -> tuple[Figure, ...]:
        """Return every figure, in reading order."""
        front = (verdict.figure for answer in self.answers for verdict in answer.verdicts)
        behind = (block for section in self.sections for block in section.blocks if isinstance(block, Figure))
        return (*front, *behind)


def mapped(value: Any, change: Callable[[str], str]) -> Any:
    """Return a part with every string in it changed, however deep."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, tuple):
        return tuple(mapped(item, change) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: mapped(getattr(value, f.name), change) for f in dataclasses.fields(value)}
        return type(value)(**fields)
    return value


def strings(value: object) -> Iterator[str]:
    """Yield every string in a part, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from strings(item)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from strings(getattr(value, field.name))
