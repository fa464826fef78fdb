"""Random histories of every kind, and goals about them: what must hold of every answer is tried on these."""

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecasts import attain
from forecasts.ledger.fields import Kind

COMPARISONS = (">=", ">", "<=", "<", "~")
LEVELS = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
QUANTILES = [f"q{level:g}" for level in LEVELS]

#: What is asked for, relative to the last figure and the spread of the history.
ASKED = (-2.0, -0.5, 0.0, 0.3, 1.0, 3.0)


@dataclass(frozen=True)
class Batch:
    """Histories as the tables of the command line: observations, goals, kinds by indicator."""

    observations: pd.DataFrame
    goals: pd.DataFrame
    kinds: dict[str, str]

    def answers(self) -> pd.DataFrame:
        """Return the goals with their answers."""
        found = attain(self.observations, self.goals, kinds=self.kinds)
        return self.goals.join(found.drop(columns=["goal"])).assign(
            kind=self.goals["indicator"].map(self.kinds)
        )

    def asking(self, **columns: object) -> "Batch":
        """Return the same histories, asked otherwise."""
        return replace(self, goals=self.goals.assign(**columns))


def batch(seed: int, size: int) -> Batch:
    """Return so many random histories, six goals each; a third of them share an indicator with others."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, object]] = []
    goals: list[dict[str, object]] = []
    kinds: dict[str, str] = {}
    for i in range(size):
        kind = list(Kind)[i % len(Kind)]
        alone = rng.random() < 0.66
        indicator, region = (f"{kind}-{i}", "A") if alone else (f"{kind}-class", f"R{i}")
        kinds[indicator] = kind.value
        found = _rows(kind, rng)
        last = max(found, key=lambda row: row["as_of"])
        values = np.array([row["value"] for row in found], float)
        size_of = float(np.std(values)) or abs(float(values[-1])) * 0.1 or 1.0
        announced = dt.date.fromisoformat(str(last["as_of"]))
        deadline = announced + dt.timedelta(
            days=int(rng.choice([3, 20, 90, 365, 1000, 2500]) * rng.uniform(0.7, 1.3)) + 1
        )
        deadline -= dt.timedelta(days=deadline.month == 2 and deadline.day == 29)
        if rng.random() < 0.4:
            deadline = dt.date(deadline.year + 1, 12, 31)
        comparison = str(rng.choice(COMPARISONS))
        rows += [row | {"indicator": indicator, "region": region} for row in found]
        goals += [
            {
                "goal": f"{i}:{k}", "indicator": indicator, "region": region, "comparison": comparison,
                "value": asked(float(values[-1] + k * size_of), kind), "deadline": deadline,
                "announced_on": announced,
                "tolerance": 0.1 * size_of if comparison == "~" else np.nan,
            }
            for k in ASKED
        ]  # fmt: skip
    return Batch(pd.DataFrame(rows), pd.DataFrame(goals), kinds)


def asked(value: float, kind: Kind) -> float:
    """Return a goal that somebody may set: only a rate's is negative."""
    return value if kind is Kind.RATE else max(value, 0.0)


def _rows(kind: Kind, rng: np.random.Generator) -> list[dict[str, object]]:
    """Return the rows of one random history, oldest first."""
    n = int(rng.choice([1, 1, 2, 3, 4, 6, 10, 25]))
    year = int(rng.integers(1990, 2015))
    unit = 10.0 ** rng.uniform(-3, 6)
    if kind is Kind.FLOW and rng.random() < 0.6:
        return _flow(rng, year, n, unit)
    step = str(rng.choice(["year", "year", "quarter", "any"]))
    if step == "any":
        gaps = rng.integers(10, 700, n)
        days = [dt.date(year, 6, 30) + dt.timedelta(days=int(d)) for d in np.cumsum(gaps)]
        # Not every year has a 29 February: histories are moved by whole years.
        days = [d.replace(day=min(d.day, 28)) if d.month == 2 else d for d in days]
    elif step == "quarter":
        month = [3, 6, 9, 12]
        days = [_month_end(year + i // 4, month[i % 4]) for i in range(n)]
    else:
        days = [dt.date(year + i, 12, 31) for i in range(n)]
    noise = rng.standard_t(3, n)
    if kind is Kind.SHARE:
        values = 100 / (1 + np.exp(-(rng.normal(0, 2) + np.cumsum(rng.normal(0.1, 0.3, n)))))
        values = np.where(rng.random(n) < 0.05, rng.choice([0.0, 100.0]), values)
    elif kind is Kind.RATE:
        values = rng.normal(4, 4) + noise * rng.uniform(0.2, 4)
    else:
        values = unit * np.exp(np.cumsum(rng.normal(0.08, 0.1) + 0.15 * noise))
        if kind is Kind.CUMULATIVE:
            values = (
                np.cumsum(values) * (rng.random(n) > 0.05).cumprod()
                if rng.random() < 0.1
                else np.cumsum(values)
            )
            values = np.maximum.accumulate(values)
        elif rng.random() < 0.1:
            values[rng.integers(0, n) :] = 0.0
    digits = 6 if rng.random() < 0.5 else 12
    return [{"as_of": str(d), "value": float(f"{v:.{digits}g}")} for d, v in zip(days, values, strict=True)]


def _flow(rng: np.random.Generator, year: int, n: int, unit: float) -> list[dict[str, object]]:
    """Return counts of whole years, of their parts, or of their quarters, that say when they begin."""
    rows: list[dict[str, object]] = []
    month = int(rng.choice([1, 1, 1, 4]))
    quarters = rng.random() < 0.3
    total = unit
    for y in range(year, year + n):
        total *= float(np.exp(rng.normal(0.08, 0.2)))
        start = dt.date(y, month, 1)
        parts = np.cumsum(rng.dirichlet([8, 8, 8, 8]))
        until = 4 if y < year + n - 1 or rng.random() < 0.5 else int(rng.integers(1, 4))
        for q in range(until):
            first, last = _month_end(y, month + 3 * q - 1), _month_end(y, month + 3 * q + 2)
            if quarters:
                value = total * (parts[q] - (parts[q - 1] if q else 0.0))
                rows.append(
                    {"as_of": str(last), "value": value, "period_start": str(first + dt.timedelta(days=1))}
                )
            elif q == until - 1 or rng.random() < 0.2:
                rows.append({"as_of": str(last), "value": total * parts[q], "period_start": str(start)})
    return [row | {"value": float(f"{row['value']:.9g}")} for row in rows]


def _month_end(year: int, month: int) -> dt.date:
    """Return the last day of a month, counted on beyond a year's twelve and before its first."""
    months = year * 12 + month
    return dt.date(months // 12, months % 12 + 1, 1) - dt.timedelta(days=1)
