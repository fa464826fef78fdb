"""Editions of a plan: what a run said of each question, and on what; in its folder or in the register."""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from forecasts.batch.folders import FAILED, RUN
from forecasts.batch.keys import Key, Keys
from forecasts.batch.register.register import rows_of
from forecasts.batch.seen import SEEN, read_seen
from forecasts.batch.shelf import Finished, finished
from forecasts.ledger.fields import Comparison
from forecasts.ledger.problems import BadInput, Problem
from forecasts.ledger.records import Goal, leeway
from forecasts.publish.save import RESULT
from forecasts.scenarios.base import Asked
from forecasts.scenarios.scenario import Scenario
from forecasts.scenarios.seeds import Seeds

if TYPE_CHECKING:
    from forecasts.whatif.changes import Side

#: Parts of a job's key that an answer rests on; in which language a notebook shows it is none of it.
RESTED: Final = ("figures", "scenario", "program")

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Said:
    """What a run said of one question.

    Attributes
    ----------
    value, comparison, tolerance, deadline
        What the goal asked, as the scenario asks it.
    key : mapping
        The hashes of what the answer rests on, by the names of `RESTED`.
    """

    job: str
    goal: str
    scenario: str
    role: str
    probability: float
    draws: int
    seed: int
    value: float
    comparison: str
    tolerance: float
    deadline: dt.date
    key: Mapping[str, str]


@dataclass(frozen=True)
class Edition:
    """A run of a plan, as it was published.

    Attributes
    ----------
    folder : Path, optional
        None: only the register knows it.
    """

    plan: str
    known_on: dt.date
    said: tuple[Said, ...]
    folder: Path | None = None

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what it said, and of what it kept of what it saw."""
        told = json.dumps([self.plan, *map(asdict, self.said)], default=str, sort_keys=True)
        found = hashlib.sha256(told.encode())
        seen = None if self.folder is None else self.folder / SEEN
        if seen is not None and seen.is_file():
            found.update(seen.read_bytes())
        return found.hexdigest()


def edition_at(folder: Path, place: str = "RUN") -> Edition:
    """Read a run in its folder; results of other versions are read as far as a comparison needs them.

    Raises
    ------
    BadInput
        If there is no result in it, or one that says no probability.
    """
    told = _told(folder / RUN)
    whole = finished(folder / "jobs")
    found, problems = [], []
    for job in sorted(whole, key=_order(told, whole)):
        if RESULT in whole[job].files:
            try:
                found.append(said_of(job, (folder / "jobs" / job / RESULT).read_bytes(), whole[job].key))
            except (OSError, ValueError, KeyError, TypeError, ArithmeticError, RecursionError) as error:
                rule = f"cannot be compared: {type(error).__name__}: {error}"
                problems.append(Problem(f"{job}/{RESULT}", rule, remedy="run the plan again"))
    if not found and not problems:
        problems.append(Problem(place, "holds no result", str(folder), "name the folder of a run"))
    try:
        known_on = dt.date.fromisoformat(str(told.get("known_on") or folder.name))
    except ValueError:
        rule = f"is no folder of a run: {RUN} says no day of knowledge"
        problems.append(Problem(place, rule, str(folder), "name the folder of a run"))
    if problems:
        raise BadInput(problems)
    return Edition(str(told.get("plan") or folder.parent.name), known_on, tuple(found), folder)


def said_of(job: str, content: bytes, key: Key) -> Said:
    """Return what a job's result says, of whatever version it is."""
    told = json.loads(content)
    goal, scenario = told["goal"], told["scenario"]
    return Said(
        job, str(goal["id"]), str(scenario["id"]), str(scenario["role"]), _probability(told["probability"]),
        int(told["draws"]), int(told["seed"]), float(goal["value"]), str(goal["comparison"]),
        float(goal.get("tolerance") or 0.0), dt.date.fromisoformat(goal["deadline"]),
        {name: key.as_dict()[name] for name in RESTED},
    )  # fmt: skip


def _probability(value: Any) -> float:
    if not 0.0 < float(value) < 1.0:
        raise ValueError(f"{value!r} is no probability between 0 and 1")
    return float(value)


def _told(path: Path) -> Mapping[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _order(told: Mapping[str, Any], there: Mapping[str, Finished]) -> Any:
    """Return the place of a job in its plan."""
    try:
        named = [str(job["id"]) for job in told["jobs"]]
    except (KeyError, TypeError):
        named = []
    place = {job: at for at, job in enumerate(dict.fromkeys([*named, *there]))}
    return place.__getitem__


def folder_before(plan: Path, before: dt.date, until: dt.date | None = None) -> Path | None:
    """Return the folder of a plan's newest run before a day, and of `until` or before that."""
    if not plan.is_dir():
        return None
    days = [one.name for one in plan.iterdir() if _DAY.fullmatch(one.name) and (one / RUN).is_file()]
    last = "9999" if until is None else until.isoformat()
    fit = [day for day in days if day < before.isoformat() and day <= last]
    return plan / max(fit) if fit else None


def registered_before(path: Path, plan: str, before: dt.date, until: dt.date | None = None) -> Edition | None:
    """Return what the register tells of a plan's newest run before a day: of each job its last forecast."""
    last = "9999" if until is None else until.isoformat()
    rows = [r for r in rows_of(path, plan) if r["known_on"] < before.isoformat() and r["known_on"] <= last]
    if not rows:
        return None
    day = max(row["known_on"] for row in rows)
    newest = {row["job"]: row for row in rows if row["known_on"] == day}
    return Edition(plan, dt.date.fromisoformat(day), tuple(map(_registered, newest.values())))


def _registered(row: Mapping[str, Any]) -> Said:
    key = {name: row[f"key_{name}"] for name in RESTED}
    return Said(
        row["job"], row["goal"], row["scenario"], row["role"], row["probability"], row["draws"] or 0,
        row["seed"] or 0, row["value"], row["comparison"], row["tolerance"],
        dt.date.fromisoformat(row["deadline"]), key,
    )  # fmt: skip


def is_run(folder: Path) -> bool:
    """Whether a folder is one of a whole run."""
    return (folder / RUN).is_file() and not folder.name.endswith(FAILED)


@dataclass(frozen=True)
class Sides:
    """What the questions of an edition rested on, as far as anybody knows today.

    Attributes
    ----------
    keys : Keys
        Of what is there today.
    """

    edition: Edition
    keys: Keys

    @cached_property
    def seen(self) -> Seeds | None:
        """What the run kept of what it saw."""
        folder = self.edition.folder
        return None if folder is None else read_seen(folder, self.keys.root, self.keys.seeds)

    def of(self, said: Said) -> "Side":
        """Return one side of a comparison."""
        # What works out a comparison is slow to import, and a run with nothing to do compares nothing.
        from forecasts.whatif.changes import Side

        day = self.edition.known_on
        seeds, scenario, goal = self._rested(said, day)
        current = said.key.get("program") == self.keys.today()
        return Side(said.probability, day, seeds, scenario, goal, said.draws, said.seed, current)

    def _rested(self, said: Said, day: dt.date) -> tuple[Seeds | None, Scenario | None, Goal | None]:
        """Return figures, scenario and goal: as they were kept, or those of today if the hash is theirs."""
        if self.seen is not None:
            return self.seen, self.seen.scenarios.get(said.scenario), self.seen.ledger.goals.get(said.goal)
        today = self.keys.seeds
        figures, scenarios = self.keys.saw(said.goal, said.scenario, day)
        known = said.key.get("figures") in figures
        scenario = today.scenarios[said.scenario] if said.key.get("scenario") in scenarios else None
        goal = today.ledger.goals.get(said.goal)
        return (today if known else None), scenario, goal if known else _as_asked(goal, said, scenario, day)


def _as_asked(goal: Goal | None, said: Said, scenario: Scenario | None, day: dt.date) -> Goal | None:
    """Return the goal as a result tells it; None where a scenario that nobody knows may have changed it."""
    if goal is None or scenario is None:
        return None
    asked = scenario.on_question(Asked(goal, day, (goal.indicator,))).goal
    if asked != goal:
        return goal if _facts(asked) == _told_facts(said) else None
    value, tolerance = Decimal(repr(said.value)), Decimal(repr(said.tolerance))
    if _facts(goal) == _told_facts(said):
        return goal
    changed = {"value": value, "comparison": Comparison(said.comparison), "deadline": said.deadline}
    return goal.model_copy(update=changed | {"tolerance": tolerance or None})


def _facts(goal: Goal) -> tuple[object, ...]:
    tolerance = float(leeway(goal.value, goal.comparison, goal.tolerance))
    return float(goal.value), goal.comparison.value, tolerance, goal.deadline


def _told_facts(said: Said) -> tuple[object, ...]:
    return said.value, said.comparison, said.tolerance, said.deadline


def pairs(then: Iterable[Said], now: Iterable[Said]) -> list[tuple[Said | None, Said]]:
    """Return what a later run said, each with what an earlier one said of the same.

    The same is: the same goal and job; or the same goal and scenario; or the baseline of the same goal, where
    that is another scenario now.
    """
    left = list(then)
    found: dict[int, Said] = {}
    asked = list(now)
    tests = (
        lambda a, b: (a.job, a.scenario) == (b.job, b.scenario),
        lambda a, b: a.scenario == b.scenario,
        lambda a, b: a.role == b.role == "baseline",
    )
    for same in tests:
        for at, one in enumerate(asked):
            if at in found:
                continue
            partner = next((old for old in left if old.goal == one.goal and same(old, one)), None)
            if partner is not None:
                found[at] = partner
                left.remove(partner)
    return [(found.get(at), one) for at, one in enumerate(asked)]
