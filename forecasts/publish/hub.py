"""Verdicts in the row format of the hubverse, so that other tools can read, combine and score them.

One row a number: task id columns say what is forecast, ``output_type`` and ``output_type_id`` how, ``value``
is the number (hubverse model-output, schema version 6.0.0; Reich et al., "Collaborative hubs: making the
most of predictive epidemic modeling", American Journal of Public Health, 2022).
"""

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts.attainment.outlook import LEVELS, Outlook
from forecasts.attainment.result import Attainment, GoalFacts
from forecasts.ledger.fields import Comparison
from forecasts.ledger.layouts import TABLES
from forecasts.ledger.problems import BadInput, Problem, nearest
from forecasts.ledger.records import Goal
from forecasts.ledger.rows import read_rows as read_rows_of
from forecasts.ledger.tables import Table
from forecasts.scenarios.scenario import BASELINE

Floats = NDArray[np.float64]

#: Address of the schema that :func:`tasks` is written for; nobody fetches it.
SCHEMA = "https://raw.githubusercontent.com/hubverse-org/schemas/main/v6.0.0/tasks-schema.json"

#: What is forecast; a goal says the last three.
TASK_IDS = ("origin_date", "goal", "scenario_id", "location", "target", "target_end_date")
DERIVED = TASK_IDS[3:]
COLUMNS = (*TASK_IDS, "output_type", "output_type_id", "value")
OUTPUT_TYPES = ("mean", "median", "quantile", "cdf", "sample")

#: Longest id, name and unit of a target that the schema admits.
LONGEST_ID, LONGEST_NAME = 30, 100

#: Draws of the value at the deadline, by goal and scenario.
Samples = Mapping[tuple[str, str], Floats]


@dataclass(frozen=True)
class HubForecast:
    """What the rows of one task say.

    Attributes
    ----------
    quantiles : mapping
        Value by level.
    cdf : mapping
        P(value <= x) by x.
    sample : (n,) array
        Draws; empty where there are none.
    """

    origin_date: dt.date
    goal: str
    scenario: str
    location: str
    target: str
    target_end_date: dt.date
    mean: float | None = None
    median: float | None = None
    quantiles: Mapping[float, float] = field(default_factory=dict)
    cdf: Mapping[float, float] = field(default_factory=dict)
    sample: Floats = field(default_factory=lambda: np.zeros(0), compare=False)


def rows(results: Sequence[Attainment], samples: Samples | None = None) -> pd.DataFrame:
    """Return verdicts as model-output rows.

    Parameters
    ----------
    results : sequence of Attainment
        Verdicts, of one day where `samples` are given.
    samples : mapping, optional
        Draws (see :func:`draw`) by goal and scenario: only where they are given do ``mean`` and ``sample``
        rows exist, because a verdict holds quantiles alone.

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`; dates are ISO text, ``output_type_id`` is the level of a ``quantile``, the
        goal's value of a ``cdf``, the number of a ``sample`` (never used twice), else empty.
    """
    drawn = samples or {}
    if drawn and len({r.known_on for r in results}) > 1:
        raise ValueError("draws belong to one day; write each day's rows by themselves")
    found: list[tuple[Any, ...]] = []
    number = 0
    for result in results:
        task = _task(result)
        said = list(_numbers(result))
        sample = drawn.get((result.goal.id, result.scenario.id))
        if sample is not None:
            said.append(("mean", np.nan, float(np.mean(sample))))
            said += [("sample", float(number + k), float(v)) for k, v in enumerate(sample)]
            number += len(sample)
        found += [(*task, *one) for one in said]
    return _frame(pd.DataFrame(found, columns=list(COLUMNS)))


def bulk_rows(
    answers: pd.DataFrame,
    goals: pd.DataFrame,
    known_on: dt.date,
    scenario: str = BASELINE,
    *,
    own_days: bool = False,
) -> pd.DataFrame:
    """Return the answers of a table of goals as model-output rows; goals without an answer have none.

    Parameters
    ----------
    answers, goals : DataFrame
        The table of :func:`forecasts.attainment.tables.attain` and the goals it answers, row by row.
    known_on : date
        The day of knowledge.
    own_days : bool
        Whether a goal was asked on the day of its announcement, where that is said (what is done without a
        day of knowledge); `known_on` is that of the others, then: the newest day of publication.
    """
    there = answers["probability"].notna().to_numpy()
    read = read_rows_of(Table.of(goals, "goals"), TABLES["goals"])
    asked = [read.one(int(row)) for row in np.flatnonzero(there)]
    answers = answers[there].reset_index(drop=True)
    task = pd.DataFrame(
        {
            "origin_date": [_origin(goal, known_on, own_days) for goal in asked],
            "goal": answers["goal"].astype(str), "scenario_id": scenario,
            "location": [goal.region for goal in asked], "target": [goal.indicator for goal in asked],
            "target_end_date": [goal.deadline.isoformat() for goal in asked],
        }
    )  # fmt: skip
    parts = [task.assign(output_type="median", output_type_id=np.nan, value=answers["q0.5"])]
    for level in LEVELS:
        parts.append(task.assign(output_type="quantile", output_type_id=level, value=answers[f"q{level:g}"]))
    edges = [goal.last_met for goal in asked]
    chances = zip(answers["probability"].astype(float), asked, strict=True)
    cdf = [cdf_of(chance, goal.comparison) for chance, goal in chances]
    parts.append(task.assign(output_type="cdf", output_type_id=edges, value=cdf))
    return _frame(pd.concat(parts).sort_index(kind="stable").reset_index(drop=True))


def cdf_of(probability: float, comparison: Comparison) -> float:
    """Return P(value <= x) at the last value x that meets a goal, from the probability that it is met."""
    return probability if comparison.asks_less else 1.0 - probability


def _origin(goal: Goal, known_on: dt.date, own_days: bool) -> str:
    return ((own_days and goal.announced_on) or known_on).isoformat()


def _task(result: Attainment) -> tuple[str, ...]:
    g = result.goal
    day, deadline = result.known_on.isoformat(), g.deadline.isoformat()
    return day, g.id, result.scenario.id, g.region, g.indicator, deadline


def _numbers(result: Attainment) -> Iterator[tuple[str, float, float]]:
    """Yield output type, its id and the value of everything that a verdict itself holds."""
    yield "median", np.nan, result.quantiles["q0.5"]
    for name, value in result.quantiles.items():
        yield "quantile", float(name.removeprefix("q")), value
    yield "cdf", result.goal.last_met, cdf_of(result.probability, result.goal.comparison)


def _frame(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[list(COLUMNS)].astype({"output_type_id": float, "value": float})


def draw(found: Outlook, draws: int = 1_000, seed: int = 1) -> Floats:
    """Return draws of the value at a goal's deadline, from the future that the verdict is read off."""
    end = np.array([found.end])
    return np.asarray(found.future.paths(end, draws, np.random.default_rng(seed))[:, 0], float)


def tasks(results: Sequence[Attainment], samples: int = 0, due: tuple[int, int] = (0, 0)) -> dict[str, Any]:
    """Return the hub's ``tasks.json`` for the rounds of these verdicts.

    A day is a round; a goal is a model task, whose ``cdf`` is asked at the last value that meets it.

    Parameters
    ----------
    samples : int
        Draws a task; 0 = neither samples nor means are asked for.
    due : (int, int)
        First and last day of submission, counted from the round's day.
    """
    days = sorted({r.known_on.isoformat() for r in results})
    goals = {r.goal.id: r for r in results}
    asked = {g: sorted({r.scenario.id for r in results if r.goal.id == g}) for g in goals}
    rounds = {
        "round_id_from_variable": True,
        "round_id": "origin_date",
        "model_tasks": [_model_task(goals[g], days, asked[g], samples) for g in sorted(goals)],
        "submissions_due": {"relative_to": "origin_date", "start": due[0], "end": due[1]},
    }
    return {
        "schema_version": SCHEMA,
        "rounds": [rounds],
        "output_type_id_datatype": "double",
        "derived_task_ids": list(DERIVED),
    }


def _model_task(result: Attainment, days: list[str], scenarios: list[str], samples: int) -> dict[str, Any]:
    g = result.goal
    valid = ([*days], [g.id], scenarios, [g.region], [g.indicator], [g.deadline.isoformat()])
    number = {"type": "double"}
    none = {"output_type_id": {"required": None}, "value": number}
    levels = [float(name.removeprefix("q")) for name in result.quantiles]
    types: dict[str, Any] = {
        "median": {**none, "is_required": True},
        "quantile": {"output_type_id": {"required": levels}, "value": number, "is_required": True},
        "cdf": {
            "output_type_id": {"required": [g.last_met]},
            "value": {"type": "double", "minimum": 0, "maximum": 1},
            "is_required": True,
        },
    }
    if samples:
        params = {
            "type": "integer", "min_samples_per_task": samples, "max_samples_per_task": samples,
            "compound_taskid_set": list(TASK_IDS[:3]),
        }  # fmt: skip
        types["mean"] = {**none, "is_required": False}
        types["sample"] = {"output_type_id_params": params, "value": number, "is_required": False}
    return {
        "task_ids": {
            name: {"required": None, "optional": v} for name, v in zip(TASK_IDS, valid, strict=True)
        },
        "output_type": {name: types[name] for name in OUTPUT_TYPES if name in types},
        "target_metadata": [_target(g)],
    }


def _target(goal: GoalFacts) -> dict[str, Any]:
    return {
        "target_id": short_id(goal.indicator),
        "target_name": (goal.indicator_en or goal.indicator_zh or goal.indicator)[:LONGEST_NAME],
        "target_units": (goal.unit_en or goal.unit_zh)[:LONGEST_NAME],
        "target_keys": {"target": goal.indicator},
        "description": goal.scope_en or goal.scope_zh,
        "target_type": "continuous",
        "is_step_ahead": False,
    }


def short_id(name: str) -> str:
    """Return an id that the schema admits: a longer one keeps its beginning and gets a mark of its own."""
    if len(name) <= LONGEST_ID:
        return name
    mark = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: LONGEST_ID - 9]}_{mark}"


def read_rows(frame: pd.DataFrame) -> tuple[HubForecast, ...]:
    """Read model-output rows back, one value a task, in the order of their first rows.

    Raises
    ------
    BadInput
        With a missing column, an output type that is none, a value that is no number, a probability outside
        0 to 1, or quantiles that fall.
    """
    _check(frame)
    keys = frame[list(TASK_IDS)].astype(str)
    return tuple(
        _forecast([str(k) for k in key], frame.loc[part.index])
        for key, part in keys.groupby(list(TASK_IDS), sort=False)
    )


def _forecast(key: list[str], part: pd.DataFrame) -> HubForecast:
    def of(name: str) -> pd.DataFrame:
        return part[part["output_type"] == name].sort_values("output_type_id")

    def one(name: str) -> float | None:
        found = of(name)["value"]
        return float(found.iloc[0]) if len(found) else None

    def table(name: str) -> dict[float, float]:
        found = of(name)
        return {float(k): float(v) for k, v in zip(found["output_type_id"], found["value"], strict=True)}

    day, goal, scenario, location, target, end = key
    return HubForecast(
        dt.date.fromisoformat(day), goal, scenario, location, target, dt.date.fromisoformat(end),
        one("mean"), one("median"), table("quantile"), table("cdf"), of("sample")["value"].to_numpy(float),
    )  # fmt: skip


def _check(frame: pd.DataFrame) -> None:
    """Refuse rows that are no forecasts; tell all that is wrong at once."""
    place = "model output"
    problems = [
        Problem(place, "a column is missing", name, nearest(name, frame.columns), column=name)
        for name in COLUMNS
        if name not in frame
    ]
    if problems:
        raise BadInput(problems)
    kind, value = frame["output_type"], frame["value"]
    for name in sorted(set(kind) - set(OUTPUT_TYPES)):
        remedy = nearest(str(name), OUTPUT_TYPES)
        problems.append(Problem(place, "no such output type", str(name), remedy, column="output_type"))
    if not np.isfinite(value.to_numpy(float)).all():
        problems.append(Problem(place, "must be a finite number", remedy="correct the value", column="value"))
    if (outside := value[kind.eq("cdf") & ~value.between(0, 1)]).size:
        rule = "a probability lies between 0 and 1"
        problems.append(Problem(place, rule, str(outside.iloc[0]), "correct the value", column="value"))
    levels = frame[kind == "quantile"].sort_values([*TASK_IDS, "output_type_id"])
    falls = levels.groupby(list(TASK_IDS), sort=False)["value"].diff() < 0
    if falls.any():
        rule = "quantiles do not fall as their level rises"
        problems.append(Problem(place, rule, remedy="order the values", column="value"))
    if problems:
        raise BadInput(problems)
