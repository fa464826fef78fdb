"""Official goals and what became of them: the engine alone, and with the record of goals known by then."""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from common import print_table
from numpy.typing import NDArray

from forecasts.attainment.recall import recall
from forecasts.attainment.record import GoalRecord, Precedent
from forecasts.ledger.past_goals import PastGoal, open_record
from forecasts.ledger.problems import BadInput

Floats = NDArray[np.float64]
Names = NDArray[np.object_]

#: Where the record that ships stands.
SHIPPED = Path(__file__).resolve().parents[2] / "seeds" / "record"

COLUMNS = (
    "", "goals", "met", "P alone", "P with", "Brier: base rate", "alone", "with", "with - alone",
    "others' record",
)  # fmt: skip
CAPTION = (
    "Brier scores ± standard error by region (a country's years count as regions). Base rate: share met of "
    "the goals known by then. Others' record: of every other region, whatever the day: nobody could know it."
)

#: Points of the history, as rows of the table.
POINTS = (("0", 0, 0), ("1", 1, 1), ("2", 2, 2), ("3-5", 3, 5), ("6 and more", 6, 10**6))


@dataclass(frozen=True)
class Scored:
    """Resolved goals that the engine answers: one entry a goal.

    Attributes
    ----------
    base, alone, with_it, others : (N,) arrays
        The probability by the base rate, by the engine, with the record, with that of other regions.
    met : (N,) array
        1 where it was met.
    shock : (N,) array
        What goals share chance by: the region, or a country's year.
    family, kind : (N,) arrays
        Of which set it is, and its indicator's kind.
    n : (N,) array
        Own figures known on the day of announcement.
    """

    base: Floats
    alone: Floats
    with_it: Floats
    others: Floats
    met: Floats
    shock: Names
    family: Names
    kind: Names
    n: NDArray[np.intp]


def scored(folder: Path) -> tuple[Scored, int]:
    """Answer the goals of a record on the days of their announcements; also return how many were resolved."""
    opened = open_record(folder)
    if opened.problems:
        raise BadInput(opened.problems)
    record = recall(opened.ledger, opened.past).record
    goals = {goal.id: goal for goal in map(opened.past.one, range(len(opened.past)))}
    table = next(t for t in opened.tables if t.place.endswith("goals.csv"))
    names = table.frame["id"].tolist()
    family = dict(zip(names, table.frame["set"] if "set" in table.columns else names, strict=True))
    resolved = [p for p in record.precedents if p.met is not None]
    asked = [p for p in resolved if p.teaches]
    own = [goals[p.goal] for p in asked]
    figures = [len(opened.ledger.history(g.indicator, g.region, g.announced_on)) for g in own]
    return Scored(
        base=np.array([_base(record, g) for g in own]),
        alone=np.array([p.alone for p in asked], float),
        with_it=_with(asked, own, lambda p, g: record),
        others=_with(asked, own, lambda p, g: _of_others(record, goals, g.region), whenever=True),
        met=np.array([p.met for p in asked], float),
        shock=np.array([_shock(g, opened.ledger.regions[g.region].parent is None) for g in own], object),
        family=np.array([family[g.id] for g in own], object),
        kind=np.array([opened.ledger.kind(g.indicator).value for g in own], object),
        n=np.array(figures, np.intp),
    ), len(resolved)


def _base(record: GoalRecord, goal: PastGoal) -> float:
    """Return the share met of all goals known by the day of announcement, with one of each kind added."""
    assert goal.announced_on is not None
    known = [bool(p.met) for p in record.known_by(goal.announced_on) if p.met is not None]
    return (sum(known) + 1) / (len(known) + 2)


def _with(
    asked: Sequence[Precedent],
    goals: Sequence[PastGoal],
    record: Callable[[Precedent, PastGoal], GoalRecord],
    whenever: bool = False,
) -> Floats:
    """Return the probabilities with a record, by the day of announcement or by the last day of all."""
    out = []
    for p, g in zip(asked, goals, strict=True):
        assert p.alone is not None
        assert g.announced_on is not None
        held = record(p, g)
        day = (
            max((q.known_on for q in held.precedents), default=g.announced_on) if whenever else g.announced_on
        )
        out.append(held.probabilities([p.traits], [p.alone], [day])[0])
    return np.array(out)


_OTHERS: dict[tuple[int, str], GoalRecord] = {}


def _of_others(record: GoalRecord, goals: dict[str, PastGoal], region: str) -> GoalRecord:
    """Return the record without the goals of a region."""
    key = (id(record), region)
    if key not in _OTHERS:
        kept = (p for p in record.precedents if goals[p.goal].region != region)
        _OTHERS[key] = GoalRecord.of(kept, record.taus)
    return _OTHERS[key]


def _shock(goal: PastGoal, country: bool) -> str:
    return f"{goal.region} {goal.deadline.year}" if country else goal.region


def error(loss: Floats, shock: Names) -> float:
    """Return the standard error of a mean, by leaving each shock out in turn (the jackknife)."""
    _, which = np.unique(shock.astype(str), return_inverse=True)
    count = np.bincount(which)
    if len(count) < 2:
        return float("nan")
    left = (loss.sum() - np.bincount(which, loss)) / (len(loss) - count)
    return float(np.sqrt((len(count) - 1) / len(count) * ((left - left.mean()) ** 2).sum()))


def row(name: str, found: Scored, pick: NDArray[np.bool_]) -> list[str]:
    """Return one row of the table."""
    met, shock = found.met[pick], found.shock[pick]
    base, alone, with_it, others = (
        (p[pick] - met) ** 2 for p in (found.base, found.alone, found.with_it, found.others)
    )

    def shown(loss: Floats) -> str:
        return f"{loss.mean():.3f} ± {error(loss, shock):.3f}"

    gain = with_it - alone
    return [
        name, str(len(met)), f"{met.mean():.2f}", f"{found.alone[pick].mean():.2f}",
        f"{found.with_it[pick].mean():.2f}", f"{base.mean():.3f}", shown(alone), shown(with_it),
        f"{gain.mean():+.3f} ± {error(gain, shock):.3f}", f"{others.mean():.3f}",
    ]  # fmt: skip


def rows_of(found: Scored) -> list[list[str]]:
    """Return the table: by family and kind, by points, by kind, all."""
    every = np.ones(len(found.met), bool)
    both = [f"{f}, {k}" for f, k in zip(found.family, found.kind, strict=True)]
    groups = [(name, np.array(both, object) == name) for name in sorted(set(both))]
    groups += [(f"kind: {name}", found.kind == name) for name in sorted(set(found.kind.astype(str)))]
    groups += [(f"figures: {name}", (found.n >= a) & (found.n <= b)) for name, a, b in POINTS]
    return [row(name, found, pick) for name, pick in [*groups, ("all", every)] if pick.any()]


def main(given: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="record.py", description=__doc__)
    help_ = "goals.csv, observations.csv, indicators.csv, regions.csv (default: seeds/record)"
    parser.add_argument("folder", type=Path, nargs="?", default=SHIPPED, metavar="FOLDER", help=help_)
    try:
        found, resolved = scored(parser.parse_args(given).folder)
    except BadInput as bad:
        for problem in bad.problems:
            print(problem, file=sys.stderr)
        raise SystemExit(2) from None
    base = ((found.base - found.met) ** 2).mean()
    skill = 1 - ((found.with_it - found.met) ** 2).mean() / base
    title = f"{len(found.met)} of {resolved} resolved goals answered; skill with the record {skill:+.2f}"
    print_table(title, COLUMNS, rows_of(found), CAPTION)


if __name__ == "__main__":
    main()
