"""What changed since an earlier run: the change of a probability, split by what was swapped, step by step.

Between what an earlier run rested on and what a later one rests on lie six swaps, always in this order:

1. *model*: the earlier question asked again by the program that answers now;
2. *revised*: the figures of before as they are known now (corrected, entered later, taken out);
3. *time*: the later day of knowledge, as if nothing had been published since;
4. *new*: what was published since;
5. *scenario*: the scenario as it is now;
6. *goal*: the goal as it is now.

Every swap is asked of the engine, so that the parts add up to the change without a remainder that nobody
asked for. What cannot be told apart, since nobody knows any more what the earlier run saw or since a question
in between has no answer, is one part with several names.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

from forecasts.attainment.outlook import outlook
from forecasts.attainment.past import reader_of
from forecasts.attainment.question import Question
from forecasts.attainment.recall import record_of
from forecasts.ledger.problems import Refusal
from forecasts.ledger.records import Goal
from forecasts.scenarios.scenario import Scenario
from forecasts.scenarios.seeds import Seeds
from forecasts.whatif.differences import alike, without_news

Swap = Literal["model", "revised", "time", "new", "scenario", "goal"]

#: The swaps in their order.
SWAPS: Final[tuple[Swap, ...]] = get_args(Swap)


@dataclass(frozen=True)
class Side:
    """What a run said of a goal under a scenario, and on what; None stands for what nobody knows any more.

    Attributes
    ----------
    probability : float
        What it said.
    day : date
        Its day of knowledge.
    goal : Goal
        As it was asked; with its `id` it is found again.
    draws, seed : int
        Of its paths.
    current : bool
        Whether the program that answers now said it.
    """

    probability: float
    day: date
    seeds: Seeds | None
    scenario: Scenario | None
    goal: Goal | None
    draws: int
    seed: int
    current: bool


@dataclass(frozen=True)
class Asked:
    """One question of the engine."""

    seeds: Seeds
    day: date
    scenario: Scenario
    goal: Goal
    draws: int
    seed: int

    @property
    def key(self) -> tuple[object, ...]:
        """What two questions share that have the same answer."""
        return id(self.seeds), self.day, assumed(self.scenario), wanted(self.goal), self.draws, self.seed


def assumed(scenario: Scenario) -> tuple[str, ...]:
    """Return what a scenario changes; its name and its reason are none of it."""
    return tuple(change.model_dump_json() for change in scenario.adjustments)


def wanted(goal: Goal) -> tuple[object, ...]:
    """Return what a goal asks; its words and what became of it are none of it."""
    what = goal.id, goal.indicator, goal.region, goal.deadline, goal.announced_on
    return *what, float(goal.value), goal.comparison, goal.tolerance


#: Answers a question; None where it has no answer.
Ask = Callable[[Asked], float | None]


@dataclass(frozen=True)
class Part:
    """The change that some swaps made: one, or several that cannot be told apart.

    Attributes
    ----------
    swaps : tuple of str
        In their order.
    change : float
        Of the probability.
    """

    swaps: tuple[Swap, ...]
    change: float


def probability_of(asked: Asked) -> float | None:
    """Return the headline that answers a question; None where it has no answer."""
    try:
        question = Question(asked.goal, asked.day, asked.scenario)
        found = outlook(reader_of(asked.seeds.ledger, asked.day), question, asked.seed, asked.draws)
        record = record_of(asked.seeds, asked.day)
        return found.probability if record is None else record.headline(found)
    except Refusal:
        return None


def split(then: Side, now: Side, ask: Ask = probability_of) -> tuple[Part, ...]:
    """Split the change between two runs.

    Parameters
    ----------
    then, now : Side
        What an earlier and a later run said of the same goal.
    ask : callable
        Answers a question; what either run said itself is not asked again if the program is the same.

    Returns
    -------
    tuple of Part
        Every swap once, in their order; their changes sum to ``now.probability - then.probability``.
    """
    if now.seeds is None or now.scenario is None or now.goal is None:
        return _blind(then, now)
    path = _Path(now.seeds, now.scenario, now.goal, then, now)
    lost, first, further = path.lost, path.first, path.further()
    same = then.current and (then.draws, then.seed) == (now.draws, now.seed)
    said: dict[tuple[object, ...], float | None] = {}
    if same and not lost:
        said[first.key] = then.probability
    if now.current:
        said[further[-1][1].key] = now.probability
    steps: list[tuple[tuple[Swap, ...], float | None]] = []
    if lost and same:
        steps.append((("model",), then.probability))
    for swaps, asked in ((lost if lost and same else ("model", *lost), first), *further):
        if asked.key not in said:
            said[asked.key] = ask(asked)
        steps.append((swaps, said[asked.key]))
    return _parts(then.probability, now.probability, steps)


@dataclass(frozen=True)
class _Path:
    """The questions from what one run rested on to what another rests on."""

    seeds: Seeds
    scenario: Scenario
    goal: Goal
    then: Side
    now: Side

    @property
    def lost(self) -> tuple[Swap, ...]:
        """What the earlier run rested on and nobody knows any more: it is swapped first, all at once."""
        held = {"revised": self.then.seeds, "scenario": self.then.scenario, "goal": self.then.goal}
        return tuple(swap for swap in SWAPS if swap in held and held[swap] is None)

    @property
    def _asked(self) -> tuple[Scenario, Goal]:
        return self.then.scenario or self.scenario, self.then.goal or self.goal

    def _question(self, seeds: Seeds, day: date, scenario: Scenario, goal: Goal) -> Asked:
        return Asked(seeds, day, scenario, goal, self.now.draws, self.now.seed)

    @property
    def first(self) -> Asked:
        """The earlier question, as far as it is known."""
        scenario, goal = self._asked
        held = self.then.seeds or self.seeds
        same = alike(held, self.seeds, self.then.day, goal.id)
        return self._question(self.seeds if same else held, self.then.day, scenario, goal)

    def further(self) -> list[tuple[tuple[Swap, ...], Asked]]:
        """Return the swaps after the first, each with the question that is then asked."""
        scenario, goal = self._asked
        quiet = without_news(self.seeds, self.then.day)
        if alike(quiet, self.seeds, self.now.day, goal.id):
            quiet = self.seeds
        path: list[tuple[tuple[Swap, ...], Asked]] = [
            (("revised",), self._question(self.seeds, self.then.day, scenario, goal)),
            (("time",), self._question(quiet, self.now.day, scenario, goal)),
            (("new",), self._question(self.seeds, self.now.day, scenario, goal)),
            (("scenario",), self._question(self.seeds, self.now.day, self.scenario, goal)),
            (("goal",), self._question(self.seeds, self.now.day, self.scenario, self.goal)),
        ]
        return [(swaps, asked) for swaps, asked in path if swaps[0] not in self.lost]


def _blind(then: Side, now: Side) -> tuple[Part, ...]:
    """Return what can be said where nobody knows what the later run rested on."""
    change = now.probability - then.probability
    if then.current and now.current and (then.draws, then.seed) == (now.draws, now.seed):
        return Part(("model",), 0.0), Part(SWAPS[1:], change)
    return (Part(SWAPS, change),)


def _parts(
    before: float, after: float, steps: Sequence[tuple[tuple[Swap, ...], float | None]]
) -> tuple[Part, ...]:
    """Return the differences of neighbouring answers; a swap without an answer joins the one behind it."""
    parts: list[Part] = []
    waiting: tuple[Swap, ...] = ()
    for swaps, level in steps:
        waiting = (*waiting, *swaps)
        if level is not None:
            parts.append(Part(waiting, level - before))
            before, waiting = level, ()
    # What is left is what another program made of the later question, or what has no answer today.
    left = after - before
    if waiting or left:
        parts = _joined(parts, ("model", *waiting), left)
    return tuple(sorted(parts, key=lambda part: SWAPS.index(part.swaps[0])))


def _joined(parts: Sequence[Part], swaps: tuple[Swap, ...], change: float) -> list[Part]:
    """Return parts with one more, which takes up those that have a swap in common with it."""
    shared = [part for part in parts if set(part.swaps) & set(swaps)]
    every = {swap for part in shared for swap in part.swaps} | set(swaps)
    whole = Part(tuple(s for s in SWAPS if s in every), sum((part.change for part in shared), change))
    return [*(part for part in parts if part not in shared), whole]
