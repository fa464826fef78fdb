"""Published, sparse, official figures become an honest probability that a goal will be met.

What is here is what a script or a notebook of one's own needs; each name is loaded when it is used.
The wings, from the ground floor up: :mod:`forecasts.ledger` (what was published), :mod:`forecasts.engine`
(how series grow), :mod:`forecasts.models` (what might come), :mod:`forecasts.scenarios` (what could differ),
:mod:`forecasts.attainment` (what it means for a goal),
:mod:`forecasts.whatif` (what would change it), :mod:`forecasts.evaluation` (what it was worth),
:mod:`forecasts.publish` (what people read), :mod:`forecasts.notebook` (what an analyst opens),
:mod:`forecasts.batch` (what runs at night) and :mod:`forecasts.cli`.
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forecasts.attainment.outlook import Outlook, outlook
    from forecasts.attainment.question import Question
    from forecasts.attainment.tables import attain
    from forecasts.attainment.verdict import verdict
    from forecasts.ledger.ledger import Ledger
    from forecasts.ledger.problems import BadInput, Problem, Refusal, Unanswerable
    from forecasts.ledger.records import Goal, Indicator, Observation, Region, Source
    from forecasts.models.base import ModelFailed
    from forecasts.scenarios.asking import ByModels, OtherGoal
    from forecasts.scenarios.growth import Ceiling, Delay, Expiry, OneOff, Pace, PaceOf, Scope
    from forecasts.scenarios.reading import Clock, Measure, Observe, Redate
    from forecasts.scenarios.scenario import Scenario
    from forecasts.scenarios.seeds import Seeds, read_seeds
    from forecasts.whatif.compare import compare
    from forecasts.whatif.joint import joint
    from forecasts.whatif.seek import seek
    from forecasts.whatif.sensitivity import sensitivity

__version__ = version("forecasts")

#: Where each public name stands.
_HOMES = {
    "attainment.outlook": ("Outlook", "outlook"),
    "attainment.question": ("Question",),
    "attainment.tables": ("attain",),
    "attainment.verdict": ("verdict",),
    "ledger.ledger": ("Ledger",),
    "ledger.problems": ("BadInput", "Problem", "Refusal", "Unanswerable"),
    "ledger.records": ("Goal", "Indicator", "Observation", "Region", "Source"),
    "models.base": ("ModelFailed",),
    "scenarios.asking": ("ByModels", "OtherGoal"),
    "scenarios.growth": ("Ceiling", "Delay", "Expiry", "OneOff", "Pace", "PaceOf", "Scope"),
    "scenarios.reading": ("Clock", "Measure", "Observe", "Redate"),
    "scenarios.scenario": ("Scenario",),
    "scenarios.seeds": ("Seeds", "read_seeds"),
    "whatif.compare": ("compare",),
    "whatif.joint": ("joint",),
    "whatif.seek": ("seek",),
    "whatif.sensitivity": ("sensitivity",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "BadInput",
    "ByModels",
    "Ceiling",
    "Clock",
    "Delay",
    "Expiry",
    "Goal",
    "Indicator",
    "Ledger",
    "Measure",
    "ModelFailed",
    "Observation",
    "Observe",
    "OneOff",
    "OtherGoal",
    "Outlook",
    "Pace",
    "PaceOf",
    "Problem",
    "Question",
    "Redate",
    "Refusal",
    "Region",
    "Scenario",
    "Scope",
    "Seeds",
    "Source",
    "Unanswerable",
    "__version__",
    "attain",
    "compare",
    "joint",
    "outlook",
    "read_seeds",
    "seek",
    "sensitivity",
    "verdict",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is used, so that importing the package costs nothing."""
    if name == "Share":
        raise AttributeError("it is called Scope now: Scope(share={'uniform': [low, high]})")
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
