"""The parts of a brief: frozen data, already in words, so that a template only has to place them."""

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from forecasts.publish.glance import Chapter, Overview


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
    tone: Literal["plain", "warning", "muted", "small"] = "plain"
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
class Drawing:
    """A small drawing within a text, as SVG of our own making, and the same in words."""

    svg: str
    alt: str
    type: Literal["drawing"] = "drawing"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, a smaller line below, and where the text leads (http and https only).

    `mark` sets it off: ``on`` is what stands, ``turn`` what breaks it.
    """

    text: str
    detail: str = ""
    href: str = ""
    mark: Literal["", "on", "turn"] = ""
    drawing: Drawing | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of a row is its heading. A `dense` one is set smaller."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    dense: bool = False
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


@dataclass(frozen=True, slots=True)
class Pair:
    """Blocks side by side."""

    left: tuple["Block", ...]
    right: tuple["Block", ...]
    type: Literal["pair"] = "pair"


Block = Paragraph | Heading | Table | Figure | Pair


@dataclass(frozen=True, slots=True)
class Lead:
    """What a person would say of a goal: the verdict, how much is missing, and what it turns on."""

    anchor: str
    verdict: str
    gap: str
    turn: str


@dataclass(frozen=True, slots=True)
class Row:
    """A goal in the table of goals.

    Attributes
    ----------
    number, span : str
        The probability, or that it is undetermined; and between which it lies, where that is no one number.
    strip : Drawing
        The probability and its rival readings on one scale; `readings` names them.
    now, likely : str
        From the newest figure to the median at the deadline; and between which it lies four times in five.
    pace, seen : str, tuple of str
        What is required, and what was seen.
    notices : tuple of str
        What has to be known of the goal before anything else.
    record : str
        What the record of goals like it makes of the answer; empty where there is none.
    since : str
        By how much it changed since the last edition; empty where there was none.
    bare : bool
        Whether no own figure stands behind the number, which then looks like it.
    """

    anchor: str
    name: str
    target: str
    number: str
    span: str
    likelihood: str
    strip: Drawing
    readings: tuple[str, ...]
    now: str
    likely: str
    pace: str
    seen: tuple[str, ...]
    notices: tuple[str, ...]
    record: str = ""
    since: str = ""
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Goals that belong together, under a heading where there are several groups.

    Attributes
    ----------
    region, anchor : str
        Whose goals they are, and where these are found; empty where there is one group.
    """

    heading: str
    rows: tuple[Row, ...]
    region: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question that would settle a goal: whom to ask, what, and what each answer would make of it."""

    whom: str
    what: str
    answers: str


@dataclass(frozen=True, slots=True)
class Asks:
    """The questions, with their heading and those of their columns."""

    heading: str
    what: str
    answers: str
    rows: tuple[Ask, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known, inferred or assumed."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the scale of words; `on` where a goal of the brief stands."""

    word: str
    range: str
    on: bool


@dataclass(frozen=True, slots=True)
class Trend:
    """A goal's small chart on the first page, under its name."""

    heading: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Front:
    """The first page, which stands alone.

    Attributes
    ----------
    edition, day : str
        Which edition it is; the day of knowledge and how many days are left.
    columns : tuple of Cell
        The headings of the table of goals.
    many : bool
        Whether it is of many goals: then the table goes on, a line for each.
    trends : tuple of Trend
        What was published of each goal, and what may come; `trend_note` is about all of them.
    trust_label, trust : str
        What forecasts like these were worth, in one sentence.
    files, sign : str
        Where to find the rest, and who is to sign.
    changed : str
        How many goals rose and fell since the last edition; empty where there was none.
    overview : Overview, optional
        Of many goals, those of each region by likelihood; `chapters` are the regions that it leads to.
    """

    edition: str
    day: str
    leads: tuple[Lead, ...]
    columns: tuple[Cell, ...]
    groups: tuple[Group, ...]
    many: bool
    asks: Asks | None
    trends: tuple[Trend, ...]
    trend_note: str
    grounds: tuple[Ground, ...]
    trust_label: str
    trust: str
    scale: tuple[Step, ...]
    files: str
    sign: str
    changed: str = ""
    overview: Overview | None = None
    chapters: tuple[Chapter, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every goal, in reading order."""
        return tuple(row for group in self.groups for row in group.rows)


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
    front : Front
        The first page.
    borrowed : str
        What of it is in another language, for want of its own; empty if nothing is.
    stamp : Stamp, optional
        Whether somebody has reviewed it.
    keywords : tuple of str
        What a library would file it under.
    units : tuple of str
        Its units, as far as they are words: a line does not break within an amount.
    day : str
        The day of knowledge as YYYY-MM-DD, the file's date; empty where nothing is known.
    """

    lang: str
    title: str
    headline: str
    known_on: str
    failed: Failed | None
    front: Front
    sections: tuple[Section, ...]
    borrowed: str = ""
    stamp: Stamp | None = None
    keywords: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    day: str = ""

    def figures(self) -> tuple[Figure, ...]:
        """Return every figure, in reading order."""
        front = tuple(trend.figure for trend in self.front.trends)
        return (*front, *(figure for section in self.sections for figure in _figures(section.blocks)))

    def drawings(self) -> tuple[Drawing, ...]:
        """Return every small drawing."""
        return tuple(_drawings(self))


def _drawings(part: object) -> Iterator[Drawing]:
    if isinstance(part, Drawing):
        yield part
    elif isinstance(part, tuple):
        for item in part:
            yield from _drawings(item)
    elif dataclasses.is_dataclass(part):
        for field in dataclasses.fields(part):
            yield from _drawings(getattr(part, field.name))


def _figures(blocks: tuple[Block, ...]) -> Iterator[Figure]:
    for block in blocks:
        if isinstance(block, Figure):
            yield block
        elif isinstance(block, Pair):
            yield from _figures((*block.left, *block.right))


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
