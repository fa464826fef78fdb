"""A folder of the hubverse (schemas 6.0.0): what was forecast, what is asked, by whom, what came of it."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import available_timezones

import numpy as np
import pandas as pd
import yaml

from forecasts.attainment.resolved import Resolved, resolve
from forecasts.attainment.result import Attainment, GoalFacts
from forecasts.ledger.fields import Confidence, Origin
from forecasts.ledger.figures import ORDER
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.problems import BadInput, Problem, nearest
from forecasts.ledger.records import Goal, Observation
from forecasts.publish.hub import cdf_of, rows, tasks
from forecasts.publish.save import dump_json

_SCHEMAS: Final = "https://raw.githubusercontent.com/hubverse-org/schemas/main/v6.0.0"

#: By this a folder is known as one that this program wrote.
MARK: Final = {"written_by": "forecasts hub"}

#: The abbreviations of team and model become names of files.
ABBREVIATION: Final = re.compile(r"[A-Za-z0-9_]{1,15}")
REPOSITORY: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})/[A-Za-z0-9_.-]{1,100}")

#: Where clocks show UTC all year: the schema takes places alone.
NO_ZONE: Final = "Africa/Abidjan"

#: A repository that is none: the schema asks for one.
EXAMPLE: Final = "example/goal-forecasts"

CONFIG, METADATA, OUTPUT, TARGET = "hub-config", "model-metadata", "model-output", "target-data"

#: One number of one place, thing and day; the version of a figure is its day of publication.
UNIT: Final = ("location", "target", "target_end_date")
SERIES: Final = ("target_end_date", "location", "target", "observation", "as_of")
ORACLE: Final = ("goal", *UNIT, "output_type", "output_type_id", "oracle_value")


@dataclass(frozen=True, slots=True)
class HubFacts:
    """What a hub says of itself, and of who forecasts.

    Attributes
    ----------
    repository : str
        ``OWNER/NAME`` on GitHub: the schema knows no other place.
    team, model : str
        Abbreviations, which become names of folders and files.
    timezone : str
        Of the deadlines of submissions: a place, such as ``Asia/Shanghai``.
    """

    name: str = "Goal forecasts"
    maintainer: str = "Goal forecasts"
    repository: str = EXAMPLE
    team: str = "forecasts"
    model: str = "attainment"
    timezone: str = NO_ZONE

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong with it."""
        for option in ("team", "model"):
            if not ABBREVIATION.fullmatch(value := getattr(self, option)):
                rule = "must be 1 to 15 letters, digits or _"
                yield Problem(f"--{option}", rule, value, "shorten it; no blank, no hyphen")
        owner, _, name = self.repository.partition("/")
        if not REPOSITORY.fullmatch(self.repository) or set(name) <= {"."} or owner.endswith("-"):
            yield Problem("--repository", "must be OWNER/NAME of GitHub", self.repository)
        places = {zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")}
        if self.timezone not in places:
            yield Problem("--timezone", "is no place", self.timezone, nearest(self.timezone, places))
        for option in ("name", "maintainer"):
            if not getattr(self, option).strip():
                yield Problem(f"--{option}", "must not be empty")


def hub_files(
    results: Sequence[Attainment],
    facts: HubFacts,
    ledger: Ledger | None = None,
    form: Literal["csv", "parquet"] = "csv",
) -> Mapping[str, bytes]:
    """Return the files of a hub by their names below its folder.

    Parameters
    ----------
    results : sequence of Attainment
        Of one or several days of knowledge: a day is a round.
    ledger : Ledger, optional
        Where figures and outcomes are read; without it the target data are empty.

    Raises
    ------
    BadInput
        If two results answer one question.
    """
    if problems := [*facts.problems(), *_twice(results)]:
        raise BadInput(problems)
    who = f"{facts.team}-{facts.model}"
    texts = {
        f"{CONFIG}/admin.json": dump_json(_admin(facts, form)),
        f"{CONFIG}/tasks.json": dump_json(tasks(results)),
        f"{CONFIG}/target-data.json": dump_json(_target_data()),
        f"{CONFIG}/model-metadata-schema.json": dump_json(_METADATA_SCHEMA),
        f"{METADATA}/{who}.yml": yaml.safe_dump(_metadata(results, facts), sort_keys=False),
        f"{TARGET}/time-series.csv": _csv(SERIES, _series(results, ledger)),
        f"{TARGET}/oracle-output.csv": _csv(ORACLE, _oracle(results, ledger)),
    }
    files = {name: text.encode("utf-8") for name, text in texts.items()}
    for day in sorted({result.known_on for result in results}):
        frame = rows([result for result in results if result.known_on == day])
        files[f"{OUTPUT}/{who}/{day.isoformat()}-{who}.{form}"] = _table(frame, form)
    return files


def is_hub(folder: Path) -> bool:
    """Whether a folder is a hub that this program wrote."""
    try:
        told = json.loads((folder / CONFIG / "admin.json").read_text(encoding="utf-8"))
        return bool(told["additional_metadata"] == MARK)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


def _twice(results: Sequence[Attainment]) -> Iterator[Problem]:
    asked = [(r.known_on.isoformat(), r.goal.id, r.scenario.id) for r in results]
    for question in dict.fromkeys(one for one in asked if asked.count(one) > 1):
        rule = "two results answer one question; a hub has one row for it"
        yield Problem("RUN", rule, " ".join(question), "name one job's folder, or a run without a matrix")


def _table(frame: pd.DataFrame, form: str) -> bytes:
    if form == "csv":
        return frame.to_csv(index=False, lineterminator="\n").encode("utf-8")
    data = io.BytesIO()
    frame.to_parquet(data, index=False)
    return data.getvalue()


def _csv(head: Sequence[str], told: Iterator[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(told)
    return text.getvalue()


def _admin(facts: HubFacts, form: str) -> dict[str, Any]:
    owner, _, name = facts.repository.partition("/")
    return {
        "schema_version": f"{_SCHEMAS}/admin-schema.json",
        "name": facts.name,
        "maintainer": facts.maintainer,
        "contact": {},
        "repository": {"host": "github", "owner": owner, "name": name},
        "file_format": [form],
        "timezone": facts.timezone,
        "additional_metadata": dict(MARK),
    }


def _target_data() -> dict[str, Any]:
    return {
        "schema_version": f"{_SCHEMAS}/target-data-schema.json",
        "observable_unit": list(UNIT),
        "date_col": "target_end_date",
        "versioned": False,
        "time-series": {"versioned": True},
        "oracle-output": {"has_output_type_ids": True, "observable_unit": ["goal", *UNIT]},
    }


_TEXT: Final = {"type": "string"}
_METADATA_SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Model metadata",
    "type": "object",
    "properties": {
        "team_name": _TEXT, "team_abbr": {**_TEXT, "pattern": "^[A-Za-z0-9_]{1,15}$"},
        "model_name": _TEXT, "model_abbr": {**_TEXT, "pattern": "^[A-Za-z0-9_]{1,15}$"},
        "model_version": _TEXT, "license": _TEXT, "designated_model": {"type": "boolean"},
        "methods": _TEXT, "data_inputs": _TEXT,
    },
    "required": ["team_abbr", "model_abbr", "model_version"],
    "additionalProperties": False,
}  # fmt: skip


def _metadata(results: Sequence[Attainment], facts: HubFacts) -> dict[str, Any]:
    versions = sorted({result.versions.get("forecasts", "") for result in results})
    return {
        "team_name": facts.maintainer, "team_abbr": facts.team,
        "model_name": "Probability that an announced goal is met", "model_abbr": facts.model,
        "model_version": ", ".join(versions), "license": "Apache-2.0", "designated_model": True,
        "methods": "A Bayesian local trend over a reference class of published series, calibrated on past "
        "goals; the cdf row is with the record of past goals once that speaks, quantiles are without it.",
        "data_inputs": "Published official figures, each with its source.",
    }  # fmt: skip


def _goals(results: Sequence[Attainment]) -> Iterator[GoalFacts]:
    """Yield each goal once; a scenario that asks another value has a goal of that value."""
    yield from {(r.goal.id, r.goal.value, r.goal.deadline): r.goal for r in results}.values()


def _series(results: Sequence[Attainment], ledger: Ledger | None) -> Iterator[Sequence[object]]:
    """Yield the figures of every series that is asked about, in each of their versions."""
    if ledger is None:
        return
    asked = dict.fromkeys((goal.indicator, goal.region) for goal in _goals(results))
    for indicator, region in sorted(asked):
        versions: dict[tuple[str, str], Observation] = {}
        for row in sorted(ledger.series(indicator, region), key=_standing):
            if row.origin is not Origin.ESTIMATE:
                versions.setdefault((row.as_of.isoformat(), row.published_on.isoformat()), row)
        for (day, version), row in sorted(versions.items()):
            yield day, region, indicator, f"{row.value:f}", version


def _standing(row: Observation) -> tuple[int, int, str]:
    """Return what decides between two figures of one day and one day of publication, the better first."""
    return ORDER[row.origin], list(Confidence).index(row.confidence), row.id


def _oracle(results: Sequence[Attainment], ledger: Ledger | None) -> Iterator[Sequence[object]]:
    """Yield what would have been forecast by somebody who knew the outcome of a goal."""
    for goal in _goals(results):
        if ledger is None or goal.indicator not in ledger.indicators:
            continue
        found = resolve(ledger, _asked(goal))
        if found.state == "open":
            continue
        task = (goal.id, goal.region, goal.indicator, goal.deadline.isoformat())
        if (value := _value(found, goal)) is not None:
            yield (*task, "median", "", value)
            yield (*task, "quantile", "", value)
        yield (*task, "cdf", goal.last_met, cdf_of(float(found.state == "met"), goal.comparison))


def _asked(goal: GoalFacts) -> Goal:
    return Goal(
        goal.indicator, goal.region, Decimal(str(goal.value)), goal.deadline, id=goal.id,
        comparison=goal.comparison, tolerance=Decimal(str(goal.tolerance)),
    )  # fmt: skip


def _value(found: Resolved, goal: GoalFacts) -> float | None:
    """Return the value of the deadline; none where another day's figure decided the goal."""
    if found.as_of != goal.deadline or not np.isfinite([found.low, found.high]).all():
        return None
    return (found.low + found.high) / 2
