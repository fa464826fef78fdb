"""The future that answers a question: read once, fitted once, asked many times."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasts.attainment.checks import check_question
from forecasts.attainment.holding import Holding
from forecasts.attainment.opinion import Opinion
from forecasts.attainment.pace import Speed, observed_pace, required_pace
from forecasts.attainment.past import Past, Reader, read_past
from forecasts.attainment.question import Question
from forecasts.ledger.history import History
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.problems import Problem, Unanswerable
from forecasts.ledger.records import Asks, asks_of
from forecasts.models.base import ModelFailed, Predictive
from forecasts.models.members import Fitted, Members
from forecasts.models.paths import DRAWS, REPLICATES, Drawn
from forecasts.scenarios.adjustments import AnyAdjustment
from forecasts.scenarios.base import Ground
from forecasts.scenarios.futures import Adjusted
from forecasts.scenarios.growth import Scope
from forecasts.scenarios.numbers import middle

if TYPE_CHECKING:
    import altair as alt

Floats = NDArray[np.float64]

#: No verdict is surer than this: the share of cases in which none of the models is right.
FLOOR = 0.002

#: Levels of the quantiles that are told.
LEVELS = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)

#: From so many own figures on, the answer is not said to lean on the class.
OWN = 4


def floored(chance: ArrayLike) -> Floats:
    """Keep probabilities away from certainty by :data:`FLOOR`."""
    return np.asarray(np.clip(np.asarray(chance, float), FLOOR, 1 - FLOOR), float)


def chance_of(future: Predictive, time: float, asks: Asks) -> float:
    """Return the probability that what is asked of a value is met at a time; never 0 or 1."""
    below = float(future.cdf(time, asks.edge))
    return float(floored(below if asks.below else 1.0 - below))


@dataclass(frozen=True, eq=False)
class Outlook:
    """The future of one goal under one scenario, by what was known on a day.

    The past is read when the outlook is made (:func:`outlook` makes one); a growth model is fitted when
    somebody looks at what it says, and once. Everything is a view on the same future, so that no two of them
    contradict each other.

    Attributes
    ----------
    question : Question
        What was asked.
    past : Past
        The goal's own history and its reference class, as the scenario reads them.
    reader : Reader
        The ledger that was read; :meth:`under` reads it again.
    seed : int
        Of the growth models that draw at random, and of the paths on which scenarios act.
    draws : int
        How many such paths there are at least.
    """

    question: Question
    past: Past
    reader: Reader = field(repr=False)
    seed: int = 1
    draws: int = DRAWS
    _drawn: dict[tuple[int, dt.date], Drawn] = field(default_factory=dict, repr=False)

    @property
    def history(self) -> History:
        """The goal's own past, or its presumed start."""
        return self.past.history

    @property
    def n(self) -> int:
        """How many own figures there are; 0 where the start is presumed."""
        return len(self.history) if self.past.own else 0

    @cached_property
    def fitted(self) -> Members:
        """The growth models on this past."""
        return self.past.members(self.seed)

    @cached_property
    def weights(self) -> dict[str, float]:
        """The weight of each growth model that carries the answer."""
        return dict(self.question.scenario.on_models(self.fitted.weights))

    @cached_property
    def future(self) -> Predictive:
        """The value as a distribution at any time of the history's timescale.

        Raises
        ------
        Unanswerable
            If no growth model serves.
        """
        try:
            return self.under_scenario(self.fitted.future(self.weights))
        except ModelFailed as failed:
            problem = Problem("goal", str(failed), self.question.goal.id, "correct the figures, or add some")
            raise Unanswerable([problem]) from None

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger as the scenario reads it."""
        return self.question.scenario.on_ledger(self.reader.ledger, self.question.asked)

    @cached_property
    def ground(self) -> Ground:
        """What adjustments of paths stand on."""
        return Ground(self.question.asked, self.ledger, self.history, self.past.reference)

    def under_scenario(self, future: Predictive) -> Predictive:
        """Return a future of the growth models as the scenario sees it."""
        return self.question.scenario.on_future(future, self.ground, self.paths_of)

    def paths_of(self, future: Predictive) -> Drawn:
        """Return possible futures of what a growth model says; they are drawn once."""
        key = id(future), self.question.goal.deadline
        if key not in self._drawn:
            self._drawn[key] = self.past.drawn(future, self.question.goal.deadline, self.draws, self.seed)
        return self._drawn[key]

    def paths(self, days: Sequence[dt.date]) -> Floats:
        """Return possible futures on some days under the scenario, a row each: (draws, len(days))."""
        future = self.future
        paths = future.moved if isinstance(future, Adjusted) else self.paths_of(future)
        return np.stack([paths.at(self.history.timescale.years(day)) for day in days], axis=1)

    @cached_property
    def end(self) -> float:
        """The deadline's time."""
        return self.history.timescale.years(self.question.goal.deadline)

    @property
    def goal(self) -> float:
        """The goal's value."""
        return float(self.question.goal.value)

    @cached_property
    def asks(self) -> Asks:
        """What the goal asks of the value."""
        return self.question.goal.asks

    @property
    def probability(self) -> float:
        """That the goal is met by its deadline, without any record of resolved goals; never 0 or 1."""
        return self.chance(self.future)

    def chance(self, future: Predictive) -> float:
        """Return the probability by some future that the goal is met by its deadline; never 0 or 1."""
        return chance_of(future, self.end, self.asks)

    def probability_of(self, value: float) -> float:
        """Return the probability that another value is met by the deadline, asked as the goal asks its own.

        Parameters
        ----------
        value : float
            In the indicator's unit.

        Returns
        -------
        float
            Within :data:`FLOOR` and ``1 - FLOOR``.

        Raises
        ------
        Unanswerable
            If no growth model serves.
        """
        goal = self.question.goal
        return chance_of(self.future, self.end, asks_of(value, goal.comparison, goal.tolerance))

    def quantiles(self, levels: Sequence[float] = LEVELS) -> Floats:
        """Return quantiles of the value at the deadline.

        Parameters
        ----------
        levels : sequence of float
            Between 0 and 1, increasing.

        Returns
        -------
        (k,) array
            In the indicator's unit, one value a level.
        """
        return np.maximum.accumulate(self.future.quantile(self.end, np.asarray(levels, float)))

    def quantiles_on(self, day: dt.date, levels: Sequence[float] = LEVELS) -> Floats:
        """Return quantiles of the value on another day; see :meth:`quantiles`.

        Parameters
        ----------
        day : date
            After the last figure.
        """
        found = self.future.quantile(self.history.timescale.years(day), np.asarray(levels, float))
        return np.maximum.accumulate(found)

    @cached_property
    def holding(self) -> Holding:
        """The goal against this future: the probability over time, and since when it is held."""
        return Holding(self.question.goal, self.history, self.past.own, self.future)

    @property
    def horizon(self) -> dt.date:
        """The last day that is looked at for :meth:`day_reached`."""
        return self.holding.horizon

    def day_reached(self, level: float) -> dt.date | None:
        """Return the first day from which the goal is reached with a probability, up to the deadline.

        A goal that is reached already, and stays so with that probability, is dated by the figure that
        reached it.

        Parameters
        ----------
        level : float
            The probability.

        Returns
        -------
        date, optional
            Where the goal is not held with it at the deadline: the first day after it on which it is; None if
            that is not by :attr:`horizon`, ten years after the last figure.
        """
        return self.holding.day_reached(level)

    @cached_property
    def members(self) -> tuple[Opinion, ...]:
        """What every growth model says, in the order in which they are shown."""
        return tuple(self._opinion(fit) for fit in self.fitted.all())

    def _opinion(self, fit: Fitted) -> Opinion:
        if fit.predictive is None:
            return Opinion(fit.name, 0.0, fit.status, reason=fit.reason)
        future = self.under_scenario(fit.predictive)
        chance = self.chance(future)
        low, middle, high = (float(q) for q in future.quantile(self.end, np.array([0.1, 0.5, 0.9])))
        return Opinion(fit.name, self.weights.get(fit.name, 0.0), fit.status, chance, (low, middle, high))

    @property
    def std_error(self) -> float:
        """Monte-Carlo standard error of the probability; 0 where all that carries it is in closed form."""
        variance = float(self.by_replicate.var(ddof=1)) / REPLICATES
        for model in self.fitted.models:
            weight = self.weights.get(model.name, 0.0)
            fit = self.fitted.of(model) if weight else None
            if fit is not None and fit.predictive is not None and fit.predictive.draws is not None:
                future = self.under_scenario(fit.predictive)
                p = self.chance(future)
                variance += weight**2 * p * (1 - p) / fit.predictive.draws
        return float(np.sqrt(variance))

    @cached_property
    def by_replicate(self) -> Floats:
        """The probability by each replicate of the paths, (REPLICATES,): what it strays by is their error.

        Two outlooks with the same draws stray together: the error of their difference is smaller.
        """
        edge, under = self.asks
        if not isinstance(self.future, Adjusted):
            return np.full(REPLICATES, self.probability)
        below = self.future.by_replicate(self.end, edge)
        return floored(below if under else 1.0 - below)

    @property
    def model(self) -> str:
        """The names of the growth models that carry the answer."""
        return "+".join(m.name for m in self.fitted.models if self.weights.get(m.name, 0.0) > 0)

    @cached_property
    def whole(self) -> History:
        """The past of what the goal means: where only a share of it is counted, scaled up by the middle."""
        h, scope = self.history, self.question.scenario.find(Scope)
        if scope is None:
            return h
        share = middle(scope.share)
        return replace(h, low=h.low / share, high=h.high / share)

    @property
    def required_pace(self) -> Speed | None:
        """How fast the goal asks the value to grow from the last figure on; None if that is not ahead."""
        return required_pace(self.whole, self.goal, self.question.goal.deadline)

    @property
    def observed_pace(self) -> Speed | None:
        """How fast it grew: its own pace, or that of its parent or its class; None if nobody's is known."""
        return observed_pace(self.whole, self.past.reference) if self.past.own else None

    def asked(self, question: Question) -> "Outlook":
        """Return the outlook of another goal for the same past and scenario: nothing is fitted anew."""
        other = replace(self, question=question)
        other.__dict__.update(fitted=self.fitted, ledger=self.ledger)
        return other

    def under(self, *adjustments: AnyAdjustment) -> "Outlook":
        """Return the outlook under more adjustments, after those of the question's scenario.

        Raises
        ------
        ValidationError
            If two adjustments change the same thing.
        Unanswerable
            As :func:`outlook`.
        """
        return self.of(self.question.under(*adjustments))

    def of(self, question: Question) -> "Outlook":
        """Return the outlook of another question about this ledger, with the same draws.

        Where the same is read, as under adjustments of what is to come, nothing is read or fitted anew.
        """
        if self.reads_alike(question):
            check_question(self.reader.ledger, question)
            return self.asked(question)
        return outlook(self.reader, question, self.seed, self.draws)

    def reads_alike(self, question: Question) -> bool:
        """Whether another question reads the past as this one does, and asks the same goal."""
        alike = question.scenario.reading == self.question.scenario.reading
        return alike and question.asked == self.question.asked

    def plot(self) -> "alt.LayerChart":
        """Return an Altair chart: published figures, central 50, 80 and 90 % of what may come, the goal."""
        from forecasts.attainment.plot import plot

        return plot(self)


def outlook(ledger: Ledger | Reader, question: Question, seed: int = 1, draws: int = DRAWS) -> Outlook:
    """Answer a question.

    Parameters
    ----------
    ledger : Ledger or Reader
        All that was published; what came after the question's day is not looked at. A reader is a ledger that
        has been read from before: what two questions share is read once.
    question : Question
        Its indicator and region must be in the ledger.
    seed : int
        Of the growth models that draw at random, which carry no answer by default, and of the paths on which
        scenarios act.
    draws : int
        How many such paths there are at least.

    Returns
    -------
    Outlook
        Nothing is fitted yet.

    Raises
    ------
    BadInput
        For an indicator or a region that the ledger does not have.
    Unanswerable
        If neither own figures nor a reference class can answer.

    Examples
    --------
    >>> import pandas as pd
    >>> import forecasts as fc
    >>> rows = pd.DataFrame({"region": "A", "indicator": "firms", "value": [800, 900, 1000],
    ...                      "as_of": ["2020-12-31", "2021-12-31", "2022-12-31"]})
    >>> asked = fc.Question(fc.Goal("firms", "A", 1150, "2023-12-31"), known_on="2023-06-01")
    >>> 0 < fc.outlook(fc.Ledger.from_frames(rows), asked).probability < 1
    True
    """
    reader = ledger if isinstance(ledger, Reader) else Reader(ledger)
    check_question(reader.ledger, question)
    return Outlook(question, read_past(reader, question), reader, seed, draws)
