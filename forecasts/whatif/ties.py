"""What ties several goals to each other: each pair by what it shares, as the ledger's figures tell."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

from forecasts.attainment.outlook import Outlook
from forecasts.attainment.past import Reader
from forecasts.attainment.what_if import Shared
from forecasts.whatif.dependence import STRAYS, Measured, Shrunk, measured, shrunk
from forecasts.whatif.surprises import Surprises, all_surprises

#: Indicators of the ledger, beside those of the goals, that tell how figures hang together in general.
MOST_TAUGHT = 20


@dataclass(frozen=True, eq=False)
class Tie:
    """How two goals hang together.

    Attributes
    ----------
    goals : tuple of str
        Their ids.
    relation : Shared
        What they share.
    believed : Shrunk
        The law of the correlation of their values.
    same_way : bool
        Whether both ask for more, or both for less: else what is good for the one is bad for the other.
    """

    goals: tuple[str, str]
    relation: Shared
    believed: Shrunk
    same_way: bool

    def at(self, score: float) -> float:
        """Return the correlation of being met, at a normal score of its law."""
        return self.believed.at(score) if self.same_way else -self.believed.at(-score)


def ties_of(reader: Reader, outlooks: Sequence[Outlook]) -> list[Tie]:
    """Return how goals hang together, each with each, by what was known on their day."""
    held = _Evidence.read(reader, outlooks)
    return [_tie(one, other, held) for one, other in combinations(outlooks, 2)]


def _tie(one: Outlook, other: Outlook, held: "_Evidence") -> Tie:
    goal, second = one.question.goal, other.question.goal
    alike = (goal.indicator == second.indicator, goal.region == second.region)
    relation = {
        (True, True): Shared.SERIES, (True, False): Shared.INDICATOR, (False, True): Shared.REGION,
    }.get(alike, Shared.NEITHER)  # fmt: skip
    if relation is Shared.SERIES:
        paths = one.paths_of(one.fitted.future(one.weights))
        believed = Shrunk.certain(paths.together(one.end, one.history.timescale.years(second.deadline)))
    else:
        believed = held.of(relation, goal.indicator, second.indicator)
    return Tie((goal.id, second.id), relation, believed, one.asks.below == other.asks.below)


@dataclass(frozen=True, eq=False)
class _Evidence:
    """What the ledger's figures tell of how they hang together; each relation is measured once.

    Attributes
    ----------
    surprises : tuple of Surprises
        Of the goals' indicators, and of evenly many others.
    """

    surprises: tuple[Surprises, ...]
    _measured: dict[Shared, dict[frozenset[str], Measured]] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, reader: Reader, outlooks: Sequence[Outlook]) -> "_Evidence":
        """Read it, by what was known on the day of the goals."""
        asked = {one.question.goal.indicator for one in outlooks}
        others = [name for name in reader.ledger.indicators if name not in asked]
        names = sorted([*asked, *others[:: -(-len(others) // MOST_TAUGHT) or 1]])
        return cls(tuple(all_surprises(reader, names, outlooks[0].question.known_on)))

    def of(self, relation: Shared, one: str, other: str) -> Shrunk:
        """Return how two indicators hang together."""
        if relation not in self._measured:
            self._measured[relation] = self._measure(relation)
        every = self._measured[relation]
        return shrunk(every[frozenset((one, other))], every.values(), STRAYS[relation])

    def _measure(self, relation: Shared) -> dict[frozenset[str], Measured]:
        known = self.surprises
        pairs = zip(known, known, strict=True) if relation is Shared.INDICATOR else combinations(known, 2)
        return {frozenset((a.indicator, b.indicator)): measured(a, b, relation) for a, b in pairs}
