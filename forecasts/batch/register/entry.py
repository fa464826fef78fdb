"""One forecast as the register keeps it: the question with all that resolves it, the answer, and its run."""

import datetime as dt
import platform
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final, Self

from forecasts import __version__

if TYPE_CHECKING:
    from forecasts.attainment.result import Attainment

#: Parts of a job's key, as ``job.json`` names them.
KEY = ("notebook", "parameters", "figures", "scenario", "program")

#: What is taken of the goal as ``result.json`` says it.
AS_ASKED = (
    "region", "region_zh", "region_en", "indicator", "indicator_zh", "indicator_en", "scope_zh", "scope_en",
    "unit_zh", "unit_en", "value", "tolerance", "deadline", "announced_on",
)  # fmt: skip

#: The quantiles that are kept, and what ``result.json`` calls them.
QUANTILES = {"q10": "q0.1", "q50": "q0.5", "q90": "q0.9"}


@dataclass(frozen=True, slots=True)
class RunFacts:
    """One run, as the register knows it.

    Attributes
    ----------
    made_at : datetime
        When it ended, in UTC.
    folder : str
        Where its files lay then.
    ok : bool
        Whether every job of it was good.
    """

    plan: str
    known_on: dt.date
    language: str
    draws: int | None
    seed: int | None
    folder: str
    ok: bool
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    made_at: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC).replace(microsecond=0))
    host: str = field(default_factory=platform.node)
    version: str = __version__


@dataclass(frozen=True, slots=True)
class Entry:
    """One forecast: the question with all that resolves it, whatever becomes of ``seeds/``, and the answer.

    Attributes
    ----------
    job : str
        Name of the job, unique within its plan and day.
    value, comparison, tolerance, deadline
        What was asked of the indicator in the region.
    probability, probability_alone : float
        The headline, and without the record of past goals.
    q10, q50, q90 : float, optional
        Quantiles of the value at the deadline.
    key_notebook, key_parameters, key_figures, key_scenario, key_program : str
        Digests of what the job was made of.
    result : str
        SHA-256 of its ``result.json``: a review binds itself to it.
    """

    job: str
    goal: str
    scenario: str
    role: str
    region: str
    region_zh: str
    region_en: str
    indicator: str
    indicator_zh: str
    indicator_en: str
    scope_zh: str
    scope_en: str
    kind: str
    unit_zh: str
    unit_en: str
    comparison: str
    value: float
    tolerance: float
    deadline: dt.date
    announced_on: dt.date | None
    probability: float
    probability_alone: float
    q10: float | None
    q50: float | None
    q90: float | None
    key_notebook: str
    key_parameters: str
    key_figures: str
    key_scenario: str
    key_program: str
    result: str

    @classmethod
    def of_cells(cls, row: Sequence[Any]) -> Self:
        """Return a forecast from its cells, in the order of the fields: days are texts there."""
        cells = dict(zip(ENTRY, row, strict=True))
        for name in ("deadline", "announced_on"):
            cells[name] = None if cells[name] is None else dt.date.fromisoformat(cells[name])
        return cls(**cells)


RUN: Final = tuple(f.name for f in fields(RunFacts))
ENTRY: Final = tuple(f.name for f in fields(Entry))

#: What is told of a forecast where it is printed, in this order: its run's facts, then its own.
COLUMNS: Final = (
    "run", "plan", "known_on", "made_at", "host", "version", "language", "draws", "seed", "folder", "ok",
    *ENTRY,
)  # fmt: skip


def entry_of(result: "Attainment", job: str, key: Mapping[str, str], digest: str) -> Entry:
    """Return what the register keeps of a job's result.

    Parameters
    ----------
    key : mapping
        The digests of ``job.json``, by the names of `KEY`.
    digest : str
        SHA-256 of ``result.json``.
    """
    goal = result.goal
    cells: dict[str, Any] = {name: getattr(goal, name) for name in AS_ASKED}
    cells |= {name: result.quantiles.get(level) for name, level in QUANTILES.items()}
    cells |= {f"key_{name}": key[name] for name in KEY}
    return Entry(
        job=job,
        goal=goal.id,
        scenario=result.scenario.id,
        role=result.scenario.role,
        kind=goal.kind.value,
        comparison=goal.comparison.value,
        probability=result.probability,
        probability_alone=result.probability_alone,
        result=digest,
        **cells,
    )
