"""What a job's answer rests on, as five hashes: where none has changed, the answer would be the same.

The hashes are of what is said and never of how it is held: not of the order of rows, the process, the machine
or the folder that the project lies in.
"""

import datetime as dt
import hashlib
import json
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import numpy as np

import forecasts
from forecasts.batch.plans.cell import Cell, NoParameters, read_cell
from forecasts.batch.plans.plan import Job
from forecasts.ledger.ledger import HIDDEN, Ledger
from forecasts.ledger.past_goals import SILENT_AFTER, OpenedRecord
from forecasts.ledger.records import Goal
from forecasts.ledger.root import provided
from forecasts.ledger.rows import Numbered, Rows
from forecasts.scenarios.scenario import BASELINE
from forecasts.scenarios.seeds import Seeds

#: What has a part in a job's files beside the program itself.
PACKAGES: Final = (
    "forecasts", "numpy", "scipy", "pandas", "statsmodels", "prophet", "altair", "vl-convert-python",
    "papermill", "nbclient", "typst",
)  # fmt: skip

#: Of the program's own folder: what is no part of it. A tenant's files count where they are used.
NO_PROGRAM: Final = frozenset({"__pycache__", "tenant"})


@dataclass(frozen=True, slots=True)
class Key:
    """What a job's answer rests on.

    Attributes
    ----------
    notebook : str
        Hash of its file.
    parameters : str
        Of what it is handed, and of the rule by which it is good.
    figures : str
        Of all that had been published by its day of knowledge; of every file of ``seeds/`` for a notebook
        that does more than ask one question.
    scenario : str
        Of every scenario that its answer looks at.
    program : str
        Of the package's files, the templates, and the versions of what they use.
    """

    notebook: str
    parameters: str
    figures: str
    scenario: str
    program: str

    def as_dict(self) -> dict[str, str]:
        """Return the hashes by name."""
        return asdict(self)


def differs(old: Key, new: Key) -> tuple[str, ...]:
    """Name the parts in which two keys are not the same."""
    names = (part.name for part in fields(Key))
    return tuple(name for name in names if getattr(old, name) != getattr(new, name))


@dataclass(frozen=True, eq=False)
class Keys:
    """The keys of many jobs: what two of them share is hashed once.

    Parameters
    ----------
    root : Path
        The project.
    seeds : Seeds
        All of ``seeds/``, as it was read.
    success : str or tuple of str
        The plan's rule by which its jobs are good.
    """

    root: Path
    seeds: Seeds
    success: str | tuple[str, ...] = "result"
    _held: dict[tuple[Any, ...], str] = field(default_factory=dict, repr=False)
    _cells: dict[str, Cell | None] = field(default_factory=dict, repr=False)
    _lines: dict[str, "Dated"] = field(default_factory=dict, repr=False)

    def of(self, job: Job) -> Key:
        """Return the key of a job."""
        narrow = self._asks_only(job)
        return Key(
            notebook=self._once(("notebook", job.notebook), lambda: _file(self._shelf / job.notebook)),
            parameters=digest([json.dumps([dict(job.parameters), self.success], sort_keys=True)]),
            figures=self._figures(job) if narrow else self._files("seeds"),
            scenario=self._scenarios(job) if narrow else self._files("seeds/scenarios"),
            program=self.today(),
        )

    def day(self, day: dt.date) -> str:
        """Return the hash of all that was known on a day, of every scenario and of the program."""
        known = self._once(("known", day), lambda: digest(self._known(day)))
        return digest([known, self._files("seeds/scenarios"), self.today()])

    def today(self) -> str:
        """Return the hash of the program."""
        return self._once(("program",), lambda: program(self.root))

    def saw(self, goal: str, scenario: str, day: dt.date) -> tuple[frozenset[str], frozenset[str]]:
        """Return the hashes of figures and of scenarios that a job has if it saw what is there today.

        Parameters
        ----------
        goal, scenario : str
            Ids; where one of them is there no more, no job can have seen what is there.
        """
        seeds = self.seeds
        if goal not in seeds.ledger.goals or scenario not in seeds.scenarios:
            return frozenset(), frozenset()
        whether = [{"known_on": day.isoformat(), "what_if": what_if} for what_if in (True, False)]
        jobs = [Job(goal, scenario, "", parameters, "") for parameters in whether]
        figures = {self._figures(jobs[0]), self._files("seeds")}
        return frozenset(figures), frozenset({*map(self._scenarios, jobs), self._files("seeds/scenarios")})

    @property
    def _shelf(self) -> Path:
        return provided(self.root, "notebooks")

    def _once(self, name: tuple[Any, ...], make: Callable[[], str]) -> str:
        if name not in self._held:
            self._held[name] = make()
        return self._held[name]

    def _asks_only(self, job: Job) -> bool:
        """Whether a job asks one question of one day and shows the answer, and does nothing else."""
        if job.notebook not in self._cells:
            try:
                self._cells[job.notebook] = read_cell(self._shelf / job.notebook)
            except (NoParameters, OSError):
                self._cells[job.notebook] = None
        cell = self._cells[job.notebook]
        return cell is not None and cell.asks_only and bool(job.goal) and "known_on" in job.parameters

    def _files(self, name: str) -> str:
        """Return the hash of a folder of seeds/; of seeds/ itself, that of all but the scenarios."""
        left_out = frozenset({"scenarios"} if name == "seeds" else ())
        return self._once(("files", name), lambda: digest(_files(self.root / name, left_out)))

    def _figures(self, job: Job) -> str:
        """Return the hash of what a question's answer can see of the tables.

        Beside what had been announced and published by then, that is the goal itself, which may be asked
        about before it was announced, and those that stand beside it in the brief, in their order.
        """
        day = dt.date.fromisoformat(str(job.parameters["known_on"]))
        known = self._once(("known", day), lambda: digest(self._known(day)))
        ledger = self.seeds.ledger

        def made() -> str:
            beside = [ledger.goals[name] for name in (job.goal, *self._beside(job.goal))]
            return digest([known, *self._told(beside, day)])

        return self._once(("figures", job.goal, day), made)

    def _told(self, goals: Iterable[Goal], day: dt.date) -> Iterator[str]:
        """Yield goals as they are told on a day, with their sources."""
        sources = self.seeds.ledger.sources
        for goal in goals:
            yield _goal(goal, day)
            yield sources[goal.source].model_dump_json() if goal.source in sources else ""

    def _known(self, day: dt.date) -> Iterator[str]:
        """Yield all that was known on a day."""
        ledger = self.seeds.ledger
        yield from self._published("seeds", ledger, day)
        announced = (goal for goal in ledger.goals.values() if (goal.announced_on or day) <= day)
        yield from sorted(_goal(goal, day) for goal in announced)
        if self.seeds.record is not None:
            yield from self._published("record", self.seeds.record.ledger, day)
            yield from self._recorded(self.seeds.record, day)

    def _published(self, name: str, ledger: Ledger, day: dt.date) -> Iterator[str]:
        """Yield the figures that had been published by a day, their sources, and what describes them.

        A figure that describes a later day is among them: a scenario may say that it describes another.
        """
        if name not in self._lines:
            self._lines[name] = Dated.of(ledger.rows, ledger.rows.days("published_on"), "source")
        seen, named = self._lines[name].by(day)
        yield from seen
        yield from sorted(s.model_dump_json() for key, s in ledger.sources.items() if key in named)
        for records in (ledger.regions, ledger.indicators):
            # By what other names an indicator is found in a text changes no answer.
            yield from sorted(one.model_dump_json(exclude={"aliases"}) for one in records.values())

    def _recorded(self, record: OpenedRecord, day: dt.date) -> Iterator[str]:
        """Yield the past goals whose end was known by a day, and what all say of their regions' levels."""
        past = record.past
        if "past" not in self._lines:
            known, late = past.days("known_on"), past.days("deadline") + np.timedelta64(SILENT_AFTER, "D")
            self._lines["past"] = Dated.of(past, np.where(np.isnat(known), late, known), "source")
        yield from self._lines["past"].by(day)[0]
        told = zip(*(past.words(name).tolist() for name in ("region", "announcer", "level")), strict=True)
        own = {(region, level) for region, by, level in told if level != "" and by in ("", region)}
        yield from sorted(f"{region} {level}" for region, level in own)

    @cached_property
    def _headline(self) -> Mapping[str, tuple[str, ...]]:
        """The headline goals of each region, in the order in which a brief tells them."""
        goals = self.seeds.ledger.goals
        found: dict[str, tuple[str, ...]] = {}
        for name in self.seeds.ledger.headline_goals():
            found[goals[name].region] = (*found.get(goals[name].region, ()), name)
        return found

    def _beside(self, goal: str) -> tuple[str, ...]:
        """Return the headline goals of a goal's region."""
        return self._headline.get(self.seeds.ledger.goals[goal].region, ())

    def _scenarios(self, job: Job) -> str:
        """Return the hash of the scenarios that an answer looks at: its own, and those it is held against."""
        seeds = self.seeds
        own = seeds.resolve(job.scenario or BASELINE, job.goal)
        names = [own]
        if job.parameters.get("what_if") is not False:
            names += seeds.scenarios_of(job.goal, headline=True)
            names += sorted({seeds.resolve(BASELINE, goal) for goal in self._beside(job.goal)})
        return digest(self._scenario(name) for name in names)

    def _scenario(self, name: str) -> str:
        found = self.seeds.scenarios[name]
        return self._once(("scenario", name), lambda: digest([found.model_dump_json()]))


@dataclass(frozen=True, eq=False)
class Dated:
    """Rows as lines of text, sorted, each with the day from which it is known and a name that it has."""

    lines: tuple[str, ...]
    days: "np.ndarray[tuple[int, ...], np.dtype[np.datetime64]]"
    names: tuple[str, ...]

    @classmethod
    def of(
        cls, rows: Rows[Any], days: "np.ndarray[tuple[int, ...], np.dtype[np.datetime64]]", refers: str
    ) -> "Dated":
        """Write rows as lines; `refers` is the column of the name."""
        lines, names = list(_lines(rows, list(rows.columns))), rows.words(refers).tolist()
        order = sorted(range(len(lines)), key=lambda row: lines[row])
        return cls(
            tuple(lines[row] for row in order),
            np.asarray(days[np.array(order, np.intp)]),
            tuple(names[row] for row in order),
        )

    def by(self, day: dt.date) -> tuple[list[str], frozenset[str]]:
        """Return the lines that are known by a day, and the names that they refer to."""
        seen = np.flatnonzero(self.days <= np.datetime64(day)).tolist()
        return [self.lines[row] for row in seen], frozenset(self.names[row] for row in seen)


def _lines(rows: Rows[Any], names: Iterable[str]) -> Iterator[str]:
    """Yield rows as text; names that only number them are left out."""
    columns = []
    for name in sorted(names):
        column = rows.columns[name]
        if isinstance(column.values, Numbered):
            continue
        texts = [f"{name}={_value(value)}" for value in column.values]
        columns.append([texts[code] for code in column.code.tolist()])
    return (",".join(row) for row in zip(*columns, strict=True))


def _value(value: object) -> str:
    """Write a value so that nothing and an empty text are two things."""
    return "null" if value is None else json.dumps(str(value), ensure_ascii=False)


def _goal(goal: Goal, day: dt.date) -> str:
    """Write a goal as it was known on a day."""
    hidden = goal.outcome_as_of is not None and goal.outcome_as_of > day
    return (goal.model_copy(update=dict(HIDDEN)) if hidden else goal).model_dump_json()


def program(root: Path) -> str:
    """Return the hash of the package's files, the templates, and the versions of what they use."""
    versions = {"python": platform.python_version()} | {name: _version(name) for name in PACKAGES}
    own = _files(Path(forecasts.__file__).parent, NO_PROGRAM)
    # How the site looks is no part of an answer.
    templates = _files(provided(root, "reports/templates"), frozenset({"site"}))
    return digest([json.dumps(versions), *own, "templates", *templates])


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def digest(parts: Iterable[str]) -> str:
    """Return the hash of texts, each for itself: two of them are not one."""
    text = json.dumps(list(parts), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _file(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _files(folder: Path, left_out: frozenset[str] = frozenset()) -> list[str]:
    """Return the names below a folder with their hashes, but for what is hidden or left out."""
    found: Mapping[str, Path] = {
        path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()
    }
    kept = {
        name: path
        for name, path in found.items()
        if not any(part.startswith(".") or part in left_out for part in name.split("/"))
    }
    return [f"{name} {_file(kept[name])}" for name in sorted(kept)]
