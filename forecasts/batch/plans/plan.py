"""What a batch is to do: a plan as people write it in YAML, and the jobs that it becomes."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    model_validator,
)

from forecasts.ledger.fields import Text
from forecasts.ledger.problems import Remark
from forecasts.models.paths import DRAWS
from forecasts.notebook.parameters import Draws, Seed, parse_date
from forecasts.publish.words import SCALE, Language

#: What a parameter of a notebook can hold.
Value = str | int | float | bool | None | list[Any] | dict[str, Any]


def _form(value: object) -> str:
    """Say which branch of a choice a value means, so that a fault is told of that branch alone."""
    if isinstance(value, list | tuple):
        return "/list"
    return "/mapping" if isinstance(value, Mapping | BaseModel) else "/one"


#: Choices between one thing, a list of things and a mapping.
ONE, LIST, MAPPING, FORM = Tag("/one"), Tag("/list"), Tag("/mapping"), Discriminator(_form)


def _as_day(value: object) -> object:
    """Take a date, or a word for one, as YAML or the command line gives it."""
    if value in ("newest", "today") or type(value) is dt.date:
        return value
    if isinstance(value, str):
        return parse_date(value)
    raise ValueError("must be `newest`, `today` or a date, written YYYY-MM-DD")


def _as_value(value: object) -> object:
    """Write days as notebooks take them: papermill hands over none."""
    if isinstance(value, list):
        return [_as_value(part) for part in value]
    if isinstance(value, dict):
        return {key: _as_value(part) for key, part in value.items()}
    return value.isoformat() if isinstance(value, dt.date) else value


def _file_pattern(text: str) -> str:
    if re.search(r"[/\\\x00]", text) or text in (".", ".."):
        raise ValueError("must be the name of a file, or a pattern of one, without a folder")
    return text


def _a_step(name: str) -> str:
    if name not in STEPS:
        raise ValueError(f"must be a probability, or one of {', '.join(STEPS)}")
    return name


Day = Annotated[Literal["newest", "today"] | dt.date, BeforeValidator(_as_day)]

#: An id, or a pattern of ids: ``*`` stands for any letters, ``?`` for one, ``[ab]`` for one of these.
Pattern = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_*?\[\]!-]{1,120}$")]
FilePattern = Annotated[Text, AfterValidator(_file_pattern)]
ParameterName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,79}$")]
ParameterValue = Annotated[Any, BeforeValidator(_as_value)]
Patterns = Annotated[
    Annotated[Pattern, ONE] | Annotated[tuple[Pattern, ...], Field(min_length=1), LIST], FORM
]


#: A step of the likelihood scale, and a probability; choices between a word and a number.
STEPS = tuple(name for _, name in SCALE)
Step = Annotated[str, AfterValidator(_a_step), Field(json_schema_extra={"enum": list(STEPS)})]
Share = Annotated[float, Field(strict=True, gt=0, lt=1)]
NUMBER, WORD = Tag("/number"), Tag("/word")
TEXT = Discriminator(lambda value: "/word" if isinstance(value, str) else "/number")


class Selector(BaseModel):
    """Goals by what they are about: all that is given must fit.

    Attributes
    ----------
    region, indicator, family : str or tuple of str, optional
        Ids or patterns, of which one must fit; a family is that of the goal's indicator.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: Patterns | None = None
    indicator: Patterns | None = None
    family: (
        Annotated[Annotated[Text, ONE] | Annotated[tuple[Text, ...], Field(min_length=1), LIST], FORM] | None
    ) = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("must have region, indicator or family")
        return self


class Alert(BaseModel):
    """What somebody wants to be told of.

    Attributes
    ----------
    moved : float, optional
        A probability that moved by at least so many points since the run before.
    crossed : str or float, optional
        A probability that came into or out of a step of the likelihood scale, or passed a probability.
    older : int, optional
        A newest own figure that describes a day more than so many days before the day of knowledge.
    goals : tuple of str
        Ids or patterns of the goals that it is about; empty = all of the plan.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    moved: Annotated[float, Field(gt=0, le=100)] | None = None
    crossed: Annotated[Annotated[Share, NUMBER] | Annotated[Step, WORD], TEXT] | None = None
    older: Annotated[int, Field(strict=True, ge=1)] | None = None
    goals: tuple[Pattern, ...] = ()

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        if sum(value is not None for value in (self.moved, self.crossed, self.older)) != 1:
            raise ValueError("must have one of moved, crossed, older")
        return self


GoalWord = Literal["headline", "named", "all"]
OneGoal = Annotated[Annotated[Pattern, ONE] | Annotated[Selector, MAPPING], FORM]
GoalList = Annotated[tuple[OneGoal, ...], Field(min_length=1)]
ScenarioList = Annotated[tuple[Pattern, ...], Field(min_length=1)]
Parameters = dict[ParameterName, ParameterValue]
Matrix = dict[ParameterName, Annotated[tuple[ParameterValue, ...], Field(min_length=1)]]
Exclusion = Annotated[dict[ParameterName, ParameterValue], Field(min_length=1)]


class Plan(BaseModel):
    """What a batch is to do.

    Attributes
    ----------
    title_zh, title_en : str, optional
        Title of the brief, in place of the one that it makes of its regions.
    notebook : str or tuple of str
        Notebooks inside ``notebooks/``, each with a cell tagged ``parameters``.
    goals : str, Selector, or tuple of these
        Which goals; ``headline`` = those that the ledger marks so; ``named`` = those that a scenario names;
        ``all`` = all that are still open on the day. In a list: ids, patterns, selectors.
    scenarios : tuple of str, "headline" or "all"
        Which scenarios; ``all`` = every one that is for the goal; ``headline`` = those that say so.
    known_on : date, "newest" or "today", or tuple of these
        The days whose knowledge is used; ``newest`` = the day of the newest figure about the goals' regions.
    parameters : mapping
        Values for parameters of the notebooks that no other key sets.
    matrix : mapping
        Lists of values for parameters: there is a job for every combination.
    exclude : tuple of mapping
        Jobs that are left out: those that fit every key of one entry (goal, scenario, known_on, notebook or a
        parameter; a text is a pattern).
    what_if : bool
        Whether every verdict comes with what would change it; without that a run takes less time.
    briefs : {"together", "by_goal", "none"}
        One brief of all results, one for each goal, or none.
    timeout : int
        Seconds that a job may take.
    memory : str, optional
        Memory that a job may use, such as ``4G`` or ``800M``; by default as much as there is.
    keep : int, optional
        How many days of runs are kept; by default all.
    success : "result", "end" or tuple of str
        When a job is good: its ``result.json`` is valid and answers what was asked; its notebook ran to the
        end; or there are files of these names or patterns, none of them empty.
    alerts : tuple of Alert
        What is told when it happens.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title_zh: Text | None = None
    title_en: Text | None = None
    notebook: Annotated[
        Annotated[Text, ONE] | Annotated[tuple[Text, ...], Field(min_length=1), LIST], FORM
    ] = "goal.ipynb"
    goals: Annotated[
        Annotated[GoalWord, ONE] | Annotated[GoalList, LIST] | Annotated[Selector, MAPPING], FORM
    ] = "headline"
    scenarios: Annotated[Annotated[Literal["headline", "all"], ONE] | Annotated[ScenarioList, LIST], FORM] = (
        "headline"
    )
    known_on: Annotated[Annotated[Day, ONE] | Annotated[tuple[Day, ...], Field(min_length=1), LIST], FORM] = (
        "newest"
    )
    parameters: Parameters = {}
    matrix: Matrix = {}
    exclude: tuple[Exclusion, ...] = ()
    draws: Draws = DRAWS
    seed: Seed = 1
    language: Language = "zh"
    what_if: Annotated[bool, Field(strict=True)] = True
    briefs: Literal["together", "by_goal", "none"] = "together"
    timeout: Annotated[int, Field(strict=True, ge=1, le=86_400)] = 600
    memory: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,5}[MG]$")] | None = None
    keep: Annotated[int, Field(strict=True, ge=1)] | None = None
    success: Annotated[
        Annotated[Literal["result", "end"], ONE]
        | Annotated[tuple[FilePattern, ...], Field(min_length=1), LIST],
        FORM,
    ] = "result"
    alerts: tuple[Alert, ...] = ()

    @property
    def notebooks(self) -> tuple[str, ...]:
        """The notebooks, each once."""
        names = (self.notebook,) if isinstance(self.notebook, str) else self.notebook
        return tuple(dict.fromkeys(names))

    @property
    def days(self) -> tuple[dt.date | Literal["newest", "today"], ...]:
        """The days of knowledge as they are written."""
        return self.known_on if isinstance(self.known_on, tuple) else (self.known_on,)

    @property
    def memory_bytes(self) -> int | None:
        """The memory that a job may use."""
        if self.memory is None:
            return None
        return int(self.memory[:-1]) * {"M": 2**20, "G": 2**30}[self.memory[-1]]


@dataclass(frozen=True, slots=True)
class Job:
    """One notebook with its parameters.

    Attributes
    ----------
    goal, scenario : str
        What it asks; empty where its notebook has no such parameter.
    parameters : mapping
        What the notebook is handed, but for `output`.
    id : str
        Name of the job and of its folder: safe on every system, whatever the values are.
    """

    goal: str
    scenario: str
    notebook: str
    parameters: Mapping[str, Value]
    id: str


@dataclass(frozen=True, slots=True)
class Work:
    """One day of a plan with everything resolved.

    Attributes
    ----------
    name : str
        That of the plan's file.
    excluded : tuple of Job
        What the plan leaves out by its `exclude`.
    passed : tuple of str
        Goals that the plan chose by a word, a pattern or a selector, and whose deadline has passed that day.
    remarks : tuple of Remark
        What is told of the plan although nothing is refused; on its first day.
    """

    name: str
    plan: Plan
    known_on: dt.date
    jobs: tuple[Job, ...]
    excluded: tuple[Job, ...] = ()
    passed: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
