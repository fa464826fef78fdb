"""A scenario becomes a file that the night runs unchanged: whole, and in no other's place by accident."""

import hashlib
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from forecasts.ledger.fields import Id
from forecasts.ledger.files import write_whole
from forecasts.ledger.problems import BadInput, Problem
from forecasts.scenarios.base import Adjustment
from forecasts.scenarios.scenario import Scenario

#: The line by which editors find the schema.
SCHEMA_LINE = "# yaml-language-server: $schema=../../reports/schema/scenario.schema.json\n"

_ID: TypeAdapter[str] = TypeAdapter(Id)


def scenario_text(scenario: Scenario) -> str:
    """Return a scenario as it stands in its file; of what has a default only what differs from it."""
    told = scenario.model_dump(mode="json", exclude_defaults=True, exclude={"adjustments"})
    told["adjustments"] = [_change(change) for change in scenario.adjustments]
    body = yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=1_000, default_flow_style=None)
    return SCHEMA_LINE + str(body)


def _change(change: Adjustment) -> dict[str, Any]:
    """Return an adjustment as people write it: its kind first, numbers as numbers."""
    told = change.model_dump(by_alias=True, exclude_defaults=True)
    return {"kind": change.kind} | {name: _plain(held) for name, held in told.items()}


def _plain(held: Any) -> Any:
    """Return a value as YAML has it."""
    if isinstance(held, Decimal):
        return int(held) if held == held.to_integral_value() else float(held)
    return list(held) if isinstance(held, tuple) else held


def scenario_file(folder: Path, name: str) -> Path:
    """Return the file of a scenario of a name, which is never a path.

    Raises
    ------
    BadInput
        For what is no name.
    """
    try:
        return folder / f"{_ID.validate_python(name)}.yaml"
    except ValidationError:
        rule = "is no name: letters, digits, - and _ only"
        raise BadInput([Problem("scenario", rule, name, "choose another", column="id")]) from None


def state_of(path: Path) -> str:
    """Return a mark of what stands in a file; empty where there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""


def save_scenario(scenario: Scenario, folder: Path, instead_of: str = "") -> Path:
    """Write a scenario to its file.

    Parameters
    ----------
    folder : Path
        ``seeds/scenarios``.
    instead_of : str
        The state of the file that may be written over (:func:`state_of`); without it none is.

    Raises
    ------
    BadInput
        For a name that is a path, and where something else stands in the file.
    """
    path = scenario_file(folder, scenario.id)
    now = state_of(path)
    if now and now != instead_of:
        rule = "changed on disk since it was read" if instead_of else "there is a scenario of this name"
        remedy = (
            "look at it, and save again to write over it" if instead_of else "allow it, or choose another"
        )
        raise BadInput([Problem(f"{folder.name}/{path.name}", rule, scenario.id, remedy)])
    return write_whole(path, scenario_text(scenario))
