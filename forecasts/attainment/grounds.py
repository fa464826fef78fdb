"""What a verdict rests on, as values that travel with it: assumptions, steps of the class, its parts."""

import datetime as dt
from typing import Literal

from pydantic import Field

from forecasts.attainment.frozen import Frozen

#: How something is known: printed words say it; dates and shares tell it; nothing but an assumption does.
Known = Literal["known", "inferred", "assumed"]

#: What an assumption is about.
Ground = Literal[
    "goal", "figure", "date", "clock", "scope", "overlap", "start", "reference", "parent", "models",
    "calibration", "persistence", "adjustment", "record",
]  # fmt: skip


class Alternative(Frozen):
    """What an assumption could be instead, and the probability then; which fields speak, its `about` says."""

    what: Literal["instead", "without"] = Field(
        description="Whether something stands in its place, or it is left out."
    )
    day: dt.date | None = None
    number: float | None = None
    names: tuple[str, ...] = Field(
        default=(),
        description="Members of the class as region/indicator, regions, models, indicators or scenarios.",
    )
    probability: float | None = Field(gt=0, lt=1, description="null: no answer then.")
    std_error: float | None = Field(default=None, description="Sampling error; 0 = in closed form.")


class Assumed(Frozen):
    """Something that the probability rests on: what, with which value, how it is known, how much it moves."""

    id: str = Field(description="Where `what_if.sensitivity` tries it, the id is the same.")
    about: Ground
    known: Known = Field(description="By printed words, by inference from dates and shares, or by nothing.")
    day: dt.date | None = None
    number: float | None = Field(
        default=None,
        description="Of a figure, a goal and a start its value; of a clock the fourth quarter's share; of "
        "calibration (all maps that were learned) and persistence what they add to the logit, once asked.",
    )
    low: float | None = Field(default=None, description="What the number may be at least.")
    high: float | None = None
    names: tuple[str, ...] = Field(
        default=(), description="Ids of indicators (scope, overlap), regions (reference, parent) or models."
    )
    kind: str = Field(default="", description="Of an adjustment its kind and the number it is about.")
    observations: tuple[str, ...] = Field(default=(), description="Ids of rows; see `evidence`.")
    source: str = Field(default="", description="Id of the source of the words.")
    quote: str = Field(default="", description="The words that say it.")
    note_zh: str = Field(default="", description="Why, as it stands in the tables or the scenario.")
    note_en: str = ""
    scenario: str = Field(default="", description="Id of the scenario that supposes it; empty: none does.")
    alternatives: tuple[Alternative, ...] = Field(
        default=(), description="What it could be; empty: nobody asked, or there is nothing else."
    )
    moves: float | None = Field(
        default=None, ge=0, description="The most that an alternative moves the probability; null: not asked."
    )


class ClassStep(Frozen):
    """How one member of the reference class grew between two published figures."""

    region: str
    region_zh: str
    region_en: str
    indicator: str
    indicator_zh: str
    indicator_en: str
    start: dt.date
    start_value: float
    end: dt.date
    end_value: float
    per_year: float = Field(description="On the class's `scale`, years being those of its clock.")
    beats: bool | None = Field(description="Whether it was enough for the goal; null: the goal has no pace.")
    observations: tuple[str, ...] = Field(description="Ids of the rows of both ends.")
    source: str = Field(description="Id of the source of the newer end.")
    source_title: str
    source_url: str


PartName = Literal[
    "pool", "class", "parent", "own", "calibration", "persistence", "few", "members", "scenario", "record",
    "steps", "newest", "law", "time",
]  # fmt: skip


class Part(Frozen):
    """One part of a probability: what it adds to those before, and what stands then."""

    name: PartName
    points: float = Field(description="What it adds; the parts sum to the last `probability`.")
    probability: float = Field(description="With it and all parts before.")


class Waterfall(Frozen):
    """Where a probability comes from.

    `parts` begins with ``pool``: from the newest figure as growth series in general go. Then come ``class``:
    as the reference class grew; ``parent``: the region's parent; ``own``: the own earlier figures; what was
    learned of the engine's own mistakes: ``calibration`` of all probabilities, ``persistence`` of the class
    with goals of its own pace, ``few`` figures; ``members``: other models that carry the answer;
    ``scenario``: what it does to what is to come; ``record``: past goals. The last is the headline.

    `bridge` goes from the share of the class's steps that were fast enough to the same headline: ``steps``
    (that share), ``newest`` (of the members, each by its newest years), ``law`` (the engine over a whole year
    at the pace that is required), ``time`` (over the time that is left), then as above.
    """

    parts: tuple[Part, ...]
    bridge: tuple[Part, ...] = Field(description="Empty: there is no class, or no pace is required.")
    diverges: bool = Field(description="Whether share and headline lie a quarter apart or more.")
    reason: PartName | None = Field(
        description="The part of the bridge that parts them most; null: they do not diverge."
    )


class Cell(Frozen):
    """The probability under two conditions at once."""

    as_of: dt.date
    q4_share: float
    probability: float | None = Field(description="null: no answer there.")


class Turning(Frozen):
    """The pair of conditions that breaks a verdict, or makes it.

    That is the nearest one that takes the probability to the other side of one half; where none does, the one
    that takes it farthest on the way there.
    """

    as_of: dt.date
    q4_share: float
    probability: float
    turns: bool = Field(description="Whether it lies on the other side of one half.")
    needs_both: bool = Field(
        description="Whether neither condition alone does it, or comes half the way where none turns it."
    )


class Grid(Frozen):
    """The day that the newest figure describes against the fourth quarter's share of a year's growth."""

    observations: tuple[str, ...] = Field(description="Ids of the rows whose day it is.")
    days: tuple[dt.date, ...] = Field(description="In order.")
    q4_shares: tuple[float, ...] = Field(description="In order.")
    as_of: dt.date = Field(description="The day as it stands.")
    q4_share: float = Field(description="The share as it stands.")
    cells: tuple[Cell, ...] = Field(description="Day by day.")
    turning: Turning | None

    def at(self, day: dt.date, q4_share: float) -> float | None:
        """Return the probability in a cell."""
        found = (c.probability for c in self.cells if (c.as_of, c.q4_share) == (day, q4_share))
        return next(found)


class Answer(Frozen):
    """One answer to a question, and the probability if it is true."""

    day: dt.date | None = None
    q4_share: float | None = None
    number: float | None = None
    scenario: str = ""
    stands: bool = Field(default=False, description="Whether it is what the verdict supposes.")
    probability: float = Field(gt=0, lt=1)


class Inquiry(Frozen):
    """A question that somebody could answer, and what each answer would make of the probability."""

    about: Literal["date", "clock", "date_and_clock", "scope", "value"] = Field(
        description="Which day a figure describes; which share of a year's growth the fourth quarter has; "
        "both; what the goal counts; how much there was on `as_of`."
    )
    as_of: dt.date | None = Field(default=None, description="Of `value`: the day that is asked about.")
    observations: tuple[str, ...] = Field(default=(), description="Ids of the rows that leave it open.")
    source: str = Field(default="", description="Id of the source that left it open.")
    publisher: str = Field(default="", description="Who published that: whom to ask.")
    answers: tuple[Answer, ...]
    swing: float = Field(description="Between the lowest and the highest answer.")


class Reading(Frozen):
    """One way to read the goal or its figures."""

    scenario: str
    name_zh: str
    name_en: str
    role: Literal["baseline", "reading", "alternative"]
    probability: float = Field(gt=0, lt=1)
    low: float = Field(description="The lowest over what the reading knows only as a distribution.")
    high: float


class Readings(Frozen):
    """The rival readings of one goal, and whether they leave anything to say."""

    verdict: Literal["determined", "undetermined"] = Field(
        description="Undetermined where the readings lie `threshold` apart or more."
    )
    low: float
    high: float
    threshold: float
    rows: tuple[Reading, ...]


class Needed(Frozen):
    """What would have had to be there already, on the day of the newest figure, for a probability."""

    as_of: dt.date
    unit_zh: str
    unit_en: str
    wanted: float = Field(gt=0, lt=1)
    value: float | None = Field(description="null: no value has it.")
    probability: float | None = Field(description="At `value`.")
