"""The verdict on one goal under one scenario, as values: what ``result.json`` holds and the brief says."""

import datetime as dt
from decimal import Decimal
from typing import Literal, Self

from pydantic import Field, model_validator

from forecasts.attainment.frozen import Frozen
from forecasts.attainment.grounds import Assumed, ClassStep
from forecasts.attainment.what_if import WhatIf
from forecasts.ledger.fields import Basis, Comparison, Confidence, Kind, Origin, Qualifier
from forecasts.ledger.records import Asks, asks_of, last_met

#: Version of the layout of ``result.json``; raised when a field changes its meaning.
FORMAT = 3

PaceScale = Literal["percent_per_year", "units_per_year", "points_per_year"]


class GoalFacts(Frozen):
    """The goal as announced, with the names that a reader needs."""

    id: str
    indicator: str
    indicator_zh: str
    indicator_en: str
    scope_zh: str
    scope_en: str
    kind: Kind
    region: str
    region_zh: str
    region_en: str
    unit_zh: str
    unit_en: str
    value: float
    comparison: Comparison
    tolerance: float = Field(
        default=0.0, description="How far the value may miss the goal's and still meet it."
    )
    upper: float | None = Field(default=None, description="The highest value of a share; null: 100.")
    deadline: dt.date
    announced_on: dt.date | None
    known: bool = Field(description="Whether the goal itself had been published by `known_on`.")
    quote: str
    paraphrase: bool = Field(default=False, description="Whether `quote` is told in other words.")
    source: str = Field(default="", description="Id of the source.")
    source_title: str
    source_url: str = Field(description="Empty: no address was recorded.")
    source_reprint: bool = Field(default=False, description="Whether the page prints another's words again.")
    source_held: bool = Field(default=False, description="Whether its words lie in `texts/`.")

    @property
    def asks(self) -> Asks:
        """What it asks of the value."""
        return asks_of(self.value, self.comparison, Decimal(str(self.tolerance)))

    @property
    def last_met(self) -> float:
        """The last value that meets it, as it is written: its own, or short of it by the tolerance."""
        return last_met(self.value, self.comparison, Decimal(str(self.tolerance)))


class ScenarioFacts(Frozen):
    """The scenario that was assumed."""

    id: str
    name_zh: str
    name_en: str
    role: Literal["baseline", "reading", "alternative"]
    why_zh: str
    why_en: str
    share: tuple[float, float] | None = Field(
        default=None, description="Ends of the share of the goal's scope that is assumed to be counted."
    )


class Member(Frozen):
    """What one growth model says; a failed or unfit one says why and has no weight."""

    name: str
    weight: float
    probability: float | None
    median: float | None = Field(description="Median of the value at the deadline.")
    low: float | None = Field(description="10 % quantile at the deadline.")
    high: float | None = Field(description="90 % quantile at the deadline.")
    status: Literal["serves", "failed", "unfit"]
    reason: str = ""


class Pace(Frozen):
    """A speed of growth; `years` are years of the indicator's own clock."""

    value: float
    scale: PaceScale
    start: dt.date
    end: dt.date
    whose: Literal["own", "parent", "reference"] = "own"
    region_zh: str = ""
    region_en: str = ""
    assumed: bool = Field(
        default=False,
        description="Whether a value behind it is one that the scenario or the engine supposes.",
    )


class Growth(Frozen):
    """Growth of one region between two published figures, in percent a year of the indicator's clock."""

    region: str
    region_zh: str
    region_en: str
    indicator_zh: str
    indicator_en: str
    start: dt.date
    end: dt.date
    percent_per_year: float


class ReferenceFacts(Frozen):
    """The reference class: what peers did, as known by then."""

    relation: Literal["indicator", "family", "none"]
    regions: int
    steps: int
    scale: PaceScale = Field(default="percent_per_year", description="Of `low`, `median` and `high`.")
    low: float | None = Field(description="10 % quantile of growth, percent or points a year.")
    median: float | None
    high: float | None
    parent: tuple[Growth, ...] = Field(description="The parent region's own steps, oldest first.")
    required: float | None = Field(
        default=None, description="What the goal asks for, on `scale`; null: the goal has no pace."
    )
    beat: float | None = Field(
        default=None, description="Share of the steps that were enough for the goal; null: none, or no pace."
    )
    listed: tuple[ClassStep, ...] = Field(
        default=(), description="The steps, the newest first; of more than 200 the newest."
    )


class Evidence(Frozen):
    """One observation that the verdict rests on."""

    id: str
    indicator_zh: str
    indicator_en: str
    region_zh: str
    region_en: str
    as_of: dt.date
    as_of_basis: Basis
    value: float
    printed: str
    unit_zh: str
    unit_en: str
    qualifier: Qualifier | None
    low: float
    high: float
    origin: Origin
    confidence: Confidence
    published_on: dt.date
    quote: str
    paraphrase: bool = Field(default=False, description="Whether `quote` is told in other words.")
    note_zh: str
    note_en: str
    source: str
    source_title: str
    source_publisher: str
    source_url: str = Field(description="Empty: no address was recorded.")
    source_reprint: bool = Field(default=False, description="Whether the page prints another's words again.")
    source_held: bool = Field(default=False, description="Whether its words lie in `texts/`.")


class FanPoint(Frozen):
    """Quantiles of the value on one day."""

    date: dt.date
    q05: float
    q10: float
    q25: float
    q50: float
    q75: float
    q90: float
    q95: float


#: What a value of a history is: printed as it stands, a threshold that it was printed to have passed, or
#: worked out, expected or assumed.
Standing = Literal["printed", "threshold", "derived"]


class HistoryPoint(Frozen):
    """One value of the history that was fitted, with its interval."""

    date: dt.date
    value: float
    low: float
    high: float
    origin: Literal["printed", "derived", "mixed", "estimate", "known_start", "assumed"] | None = Field(
        default=None,
        description="How the value came to be: `derived` are sums and what was computed, `mixed` days of "
        "which a figure was printed and another computed, `assumed` what the scenario supposes, "
        "as where only a share of the goal's scope is counted; null: not told.",
    )
    threshold: bool = Field(default=False, description="Whether it was only printed as exceeded (超, 突破).")

    @property
    def standing(self) -> Standing:
        """What a chart shows of it: printed, printed as exceeded, or not printed at all."""
        if self.origin not in (None, "printed", "mixed"):
            return "derived"
        return "threshold" if self.threshold else "printed"


class SoFar(Frozen):
    """What was counted of the deadline's own year, where a year is counted anew."""

    start: dt.date
    date: dt.date
    value: float


class EngineScore(Frozen):
    """How the engine did on real growth series of sources that it had not learned from."""

    units: int = Field(description="Forecasts that were scored, at five goal levels each.")
    brier_skill: float = Field(description="One minus the ratio of its Brier score to that of the base rate.")
    calibration_error: float = Field(description="Mean distance of stated and observed frequency.")


class RecordBlock(Frozen):
    """How past goals fared that have something in common with this one."""

    name: Literal["family", "ask", "level", "announcer", "indicator"]
    value: str = Field(description="What they have in common; of announcers and indicators an id.")
    value_zh: str = Field(default="", description="Its name, where it is a region or an indicator.")
    value_en: str = ""
    met: int
    resolved: int
    silent: int = Field(description="Their day has passed, and nobody published what became of them.")
    logit: float = Field(description="How far this moves the logit of the probability.")


class NewestOutcome(Frozen):
    """The newest outcome that was used."""

    goal: str
    indicator_zh: str
    indicator_en: str
    region_zh: str
    region_en: str
    known_on: dt.date


class RecordFacts(Frozen):
    """What the record of resolved goals makes of the probability."""

    probability: float = Field(gt=0, lt=1, description="With the record.")
    alone: float = Field(gt=0, lt=1, description="Without it.")
    low: float = Field(description="Lower end of the central 80 % of what `probability` may be.")
    high: float
    dark: float = Field(description="`probability` if every silent goal had been missed.")
    speaks: bool = Field(description="Whether `probability` is the headline; else it is a second opinion.")
    speaks_from: int = Field(
        description="It is, from so many resolved goals of the announcer or its level on."
    )
    blocks: tuple[RecordBlock, ...] = Field(description="Of its family, and what else it has in common.")
    newest: NewestOutcome | None = Field(description="Null: none was known by then, and nothing moves.")

    def of(self, name: str) -> RecordBlock:
        """Return a block by its name."""
        return next(block for block in self.blocks if block.name == name)

    @property
    def own(self) -> int:
        """How many goals of its announcer, or of its level, are resolved."""
        return max(self.of("announcer").resolved, self.of("level").resolved)


class Attainment(Frozen):
    """The verdict on one goal under one scenario."""

    format: int = FORMAT
    goal: GoalFacts
    scenario: ScenarioFacts
    known_on: dt.date
    probability: float = Field(
        gt=0,
        lt=1,
        description="The headline: with the record of resolved goals once that speaks, else alone.",
    )
    probability_alone: float = Field(
        gt=0, lt=1, description="Without the record; members, quantiles, days reached and fan belong to it."
    )
    std_error: float = Field(
        ge=0, description="Sampling error of `probability_alone`; 0 = computed in closed form."
    )
    record: RecordFacts | None = Field(
        default=None, description="What the record of resolved goals makes of it; null: there is no record."
    )
    members: tuple[Member, ...]
    quantiles: dict[str, float] = Field(description="Value at the deadline by level, e.g. 'q0.5'.")
    reached_p50: dt.date | None = Field(
        description="First day with P(reached) >= .5; null: not by `horizon`."
    )
    reached_p80: dt.date | None
    horizon: dt.date = Field(description="Last day that was looked at for reached_p50 and reached_p80.")
    required_pace: Pace | None
    observed_pace: Pace | None
    so_far: SoFar | None = Field(
        default=None, description="The newest count within the deadline's year; null where there is none."
    )
    n: int = Field(description="Own observations used.")
    basis: Literal["own", "own_and_reference", "reference"]
    reference: ReferenceFacts
    history: tuple[HistoryPoint, ...]
    fan: tuple[FanPoint, ...]
    what_if: WhatIf | None = Field(default=None, description="What would change it; null: nobody asked.")
    evidence: tuple[Evidence, ...]
    assumptions: tuple[Assumed, ...] = Field(
        default=(), description="Everything that moves the probability, with how it is known."
    )
    engine_score: EngineScore
    draws: int
    seed: int
    versions: dict[str, str]

    @model_validator(mode="after")
    def _one_headline(self) -> Self:
        record = self.record
        if record is not None and record.alone != self.probability_alone:
            raise ValueError("probability_alone must be that of the record")
        if self.probability != (record.probability if record and record.speaks else self.probability_alone):
            raise ValueError("probability must be the headline")
        return self
