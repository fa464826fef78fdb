"""All that was published: records by id, and what was known of them on a day."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from forecasts.ledger.fields import Kind, Outcome
from forecasts.ledger.figures import Figures, figures_of
from forecasts.ledger.history import History, Timescale
from forecasts.ledger.problems import BadInput, Problem, Unanswerable
from forecasts.ledger.records import Goal, Indicator, Observation, Region, Source
from forecasts.ledger.rows import ById, Rows
from forecasts.ledger.sheets import Parts, open_frames, open_seeds

if TYPE_CHECKING:
    import pandas as pd

#: What hides an outcome from somebody who cannot know it.
HIDDEN = MappingProxyType(
    {"outcome": Outcome.UNKNOWN, "outcome_value": None, "outcome_as_of": None, "outcome_source": None}
)


@dataclass(frozen=True, eq=False)
class Ledger:
    """All that was published, by id; the order of the files is kept.

    Attributes
    ----------
    indicators, regions, sources, observations, goals : mapping
        Records by id. A ledger is never changed: what changes it returns another one.
    """

    indicators: Mapping[str, Indicator]
    regions: Mapping[str, Region]
    sources: Mapping[str, Source]
    observations: Mapping[str, Observation]
    goals: Mapping[str, Goal]

    def __reduce__(self) -> tuple[Any, ...]:
        # Only what was published travels to other processes; what follows from it is worked out there.
        held = (self.indicators, self.regions, self.sources, self.observations, self.goals)
        return Ledger, tuple(dict(h) if isinstance(h, MappingProxyType) else h for h in held)

    @classmethod
    def from_frames(
        cls,
        observations: "pd.DataFrame",
        goals: "pd.DataFrame | None" = None,
        indicators: "pd.DataFrame | None" = None,
        regions: "pd.DataFrame | None" = None,
        kinds: Mapping[str, str] | None = None,
    ) -> "Ledger":
        """Make a ledger of DataFrames.

        Parameters
        ----------
        observations : DataFrame
            Columns region, indicator, as_of, value (+ published_on, qualifier, low, high, origin,
            confidence).
        goals, indicators, regions : DataFrame, optional
            Columns of :class:`Goal` (``goal`` for its id), :class:`Indicator`, :class:`Region`.
        kinds : mapping, optional
            Kinds by indicator, in place of `indicators`: ``{"firms": "stock"}``. An indicator that nobody
            describes is a stock.

        Returns
        -------
        Ledger
            Without sources; an observation without an id is named after its row.

        Raises
        ------
        BadInput
            With every column that is missing, or every row that is not sound.

        Warns
        -----
        UserWarning
            For each thing that is told of sound rows: how they were read, what is doubtful.

        Examples
        --------
        >>> import pandas as pd
        >>> import forecasts as fc
        >>> rows = pd.DataFrame({"region": ["A"], "indicator": ["firms"], "as_of": ["2022-12-31"],
        ...                      "value": [1000]})
        >>> ledger = fc.Ledger.from_frames(rows)
        >>> ledger.history("firms", "A").value
        array([1000.])
        """
        return cls.of(open_frames(observations, goals, indicators, regions, kinds))

    @classmethod
    def of(cls, parts: Parts) -> "Ledger":
        """Make a ledger of the rows of tables that were read."""
        return cls(parts.indicators, parts.regions, parts.sources, parts.observations, parts.goals)

    @cached_property
    def rows(self) -> Rows[Observation]:
        """The observations as columns, field by field."""
        held = self.observations
        return held.rows if isinstance(held, ById) else Rows.of(Observation, tuple(held.values()))

    @cached_property
    def figures(self) -> Figures:
        """The observations as columns, by what and where they count."""
        return figures_of(self.rows)

    def timescale(self, indicator: str) -> Timescale:
        """Return the time on which an indicator grows evenly."""
        return Timescale(self.indicators[indicator].q4_share)

    def kind(self, indicator: str) -> Kind:
        """Return what an indicator can do."""
        return self.indicators[indicator].kind

    def upper(self, indicator: str) -> float:
        """Return the highest value there is: the bound of a share, and none of anything else."""
        found = self.indicators[indicator]
        if found.kind is not Kind.SHARE:
            return math.inf
        return 100.0 if found.upper is None else float(found.upper)

    def history(
        self,
        indicator: str,
        region: str,
        known_on: dt.date | None = None,
        timescale: Timescale | None = None,
    ) -> History:
        """Return what was known of an indicator in a region on a day; empty if nothing was.

        Parameters
        ----------
        indicator, region : str
            Ids.
        known_on : date, optional
            By default all that is held.
        timescale : Timescale, optional
            Instead of the indicator's own.
        """
        scale = timescale or self.timescale(indicator)
        return self.figures.history(
            indicator, region, self.kind(indicator), scale, known_on, self.upper(indicator)
        )

    @cached_property
    def families(self) -> Mapping[tuple[str, Kind], tuple[str, ...]]:
        """The indicators of each family and kind; one without a family is alone in its own."""
        found: dict[tuple[str, Kind], list[str]] = {}
        for i in self.indicators.values():
            found.setdefault((i.family or f"/{i.id}", i.kind), []).append(i.id)
        return {key: tuple(sorted(names)) for key, names in found.items()}

    def kindred(self, indicator: str) -> tuple[str, ...]:
        """Return the indicators that grow alike: those of one family and kind, itself among them."""
        own = self.indicators[indicator]
        return self.families[own.family or f"/{own.id}", own.kind]

    def known_on(self, day: dt.date) -> "Ledger":
        """Return the ledger as somebody saw it on `day`.

        Observations stay if they were published by then and the day that they describe has come. Goals stay
        (a question may be asked before it was announced); what is known of their outcome goes unless it was
        known by then.
        """
        goals = {k: _goal_known_on(g, day) for k, g in self.goals.items()}
        held, seen = self.observations, np.datetime64(day)
        observations: Mapping[str, Observation]
        if isinstance(held, ById):
            known = np.maximum(held.rows.days("published_on"), held.rows.days("as_of"))
            observations = held.rows.take(known <= seen).by_id()
        else:
            observations = MappingProxyType(
                {k: o for k, o in held.items() if max(o.published_on, o.as_of) <= day}
            )
        return replace(self, observations=observations, goals=MappingProxyType(goals))

    def with_observations(self, changed: Mapping[str, Observation]) -> "Ledger":
        """Return the ledger with some observations replaced or added; no other becomes a record for it."""
        new = Rows.of(Observation, tuple(changed.values()))
        at = {name: row for row, name in enumerate((*self.observations, *changed))}
        order = dict.fromkeys((*self.observations, *changed))  # what is replaced keeps its place
        rows = Rows.join([self.rows, new]).take(np.array([at[name] for name in order], np.intp))
        return replace(self, observations=rows.by_id())

    def without_observation(self, name: str) -> "Ledger":
        """Return the ledger without one observation."""
        kept = np.array([other != name for other in self.observations], bool)
        return replace(self, observations=self.rows.take(kept).by_id())

    def with_indicator(self, changed: Indicator) -> "Ledger":
        """Return the ledger with one indicator replaced; its figures stay as they are."""
        ledger = replace(self, indicators=MappingProxyType({**self.indicators, changed.id: changed}))
        ledger.__dict__["figures"] = self.figures
        return ledger

    def series(self, indicator: str, region: str) -> tuple[Observation, ...]:
        """Return the observations of one indicator in one region, oldest first."""
        figures = self.figures
        span = figures.regions(indicator).get(region)
        if span is None:
            return ()
        names = [str(figures.names.at(int(r))) for r in figures.row[span.first : span.end]]
        rows = (self.observations[name] for name in names)
        return tuple(sorted(rows, key=lambda o: (o.as_of, o.published_on, o.id)))

    def headline_goals(self) -> tuple[str, ...]:
        """Return the ids of the goals that the default brief is about, in file order."""
        return tuple(k for k, g in self.goals.items() if g.headline)

    def newest_publication(self, goals: Iterable[str]) -> dt.date:
        """Return the day on which the newest figure about the goals' regions was published.

        Raises
        ------
        Unanswerable
            If there is none.
        """
        regions = {self.goals[g].region for g in goals}
        days = [o.published_on for o in self.observations.values() if o.region in regions]
        if not days:
            rule = "no figure about the goals' regions has been published"
            raise Unanswerable([Problem("observations", rule, remedy="name a day, or add rows")])
        return max(days)


def read_ledger(folder: Path) -> Ledger:
    """Read and validate ``seeds/``.

    Parameters
    ----------
    folder : Path
        With one CSV file per table (UTF-8, header row).

    Raises
    ------
    BadInput
        With every problem of every file: file, line, column, rule, value, what to do.
    """
    opened = open_seeds(folder)
    if opened.problems:
        raise BadInput(opened.problems)
    return Ledger.of(opened.parts)


def _goal_known_on(goal: Goal, day: dt.date) -> Goal:
    """Hide an outcome that lies after `day`."""
    if goal.outcome_as_of is None or goal.outcome_as_of <= day:
        return goal
    return goal.model_copy(update=dict(HIDDEN))
