"""The track record: what would have been said on every day of the past, against what came."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from forecasts.attainment.past import Reader
from forecasts.evaluation.backtest import VERDICT, ask, forecasters, verdict
from forecasts.evaluation.cases import announced_cases, rolling_cases
from forecasts.evaluation.scores import (
    PitHistogram,
    Reliability,
    Scores,
    pit_histogram,
    reliability,
    score,
)
from forecasts.scenarios.seeds import Seeds


@dataclass(frozen=True)
class Resolved:
    """A goal that was set and whose outcome is known, as it looked on the day of its announcement."""

    goal: str
    origin: dt.date
    probability: float
    met: bool


@dataclass(frozen=True)
class TrackRecord:
    """What the verdicts of the past were worth.

    Attributes
    ----------
    methods : tuple of Scores
        Scores on the ledger's own series: the verdict first, then what it is compared with.
    resolved : tuple of Resolved
        Goals that were set and whose outcome is known.
    announced : Scores
        The verdict's scores on them.
    dropped, announced_dropped : mapping
        Questions and goals that could not be asked, by reason.
    undecided : int
        Goals that lie within what the later figure may mean; its middle decided them.
    """

    known_on: dt.date
    methods: tuple[Scores, ...]
    reliability: Reliability
    pit: PitHistogram
    resolved: tuple[Resolved, ...]
    announced: Scores
    dropped: Mapping[str, int]
    announced_dropped: Mapping[str, int]
    undecided: int
    resamples: int
    seed: int

    @property
    def verdict(self) -> Scores:
        """The scores of the verdict."""
        return self.methods[0]


def track_record(
    seeds: Seeds,
    known_on: dt.date,
    members: bool = False,
    resamples: int = 2_000,
    seed: int = 1,
) -> TrackRecord:
    """Return what the verdicts of the past were worth, by what was known on a day.

    Parameters
    ----------
    known_on : date
        Figures and outcomes of later days do not count.
    members : bool
        Whether every growth model is scored too, which takes a minute.
    resamples, seed : int
        Of the bootstrap and the consistency bars.
    """
    reader = Reader(seeds.ledger.known_on(known_on))
    rolling = rolling_cases(reader)
    announced = announced_cases(reader, seeds.scenarios, known_on)
    found = ask(rolling.asked, reader, forecasters(members))
    own = found[VERDICT]
    methods = [
        score(name, f, {n: o for n, o in found.items() if n != name}, resamples, seed)
        for name, f in found.items()
    ]
    goals = ask(announced.asked, reader, {VERDICT: verdict})[VERDICT]
    return TrackRecord(
        known_on=known_on,
        methods=tuple(methods),
        reliability=reliability(own, resamples, seed),
        pit=pit_histogram(own),
        resolved=tuple(
            Resolved(case.goal.id, case.origin, float(p), case.met[0])
            for case, p in zip(announced.asked, goals.probability, strict=True)
        ),
        announced=score(VERDICT, goals, {}, resamples, seed),
        dropped=rolling.dropped,
        announced_dropped=announced.dropped,
        undecided=rolling.undecided,
        resamples=resamples,
        seed=seed,
    )
