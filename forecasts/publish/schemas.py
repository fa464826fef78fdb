"""The published schemas: the layout of every file that people write or programs read, by name."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from forecasts.attainment.what_if import Comparison, Joint, Sensitivity, Sought
from forecasts.publish.save import dump_json, result_schema
from forecasts.scenarios.scenario import Scenario
from forecasts.whatif.changed import Changes

#: JSON Schema in the version that is used here.
DRAFT = "https://json-schema.org/draft/2020-12/schema"


def scenario_schema() -> str:
    """Return the JSON schema of a scenario file, by which editors complete and check."""
    return dump_json({"$schema": DRAFT} | Scenario.model_json_schema(mode="validation"))


def comparison_schema() -> str:
    """Return the JSON schema of what ``forecasts compare --format json`` prints."""
    return dump_json({"$schema": DRAFT} | Comparison.model_json_schema(mode="serialization"))


def seek_schema() -> str:
    """Return the JSON schema of what ``forecasts seek --format json`` prints."""
    return dump_json({"$schema": DRAFT} | Sought.model_json_schema(mode="serialization"))


def sensitivity_schema() -> str:
    """Return the JSON schema of what ``forecasts sensitivity --format json`` prints."""
    return dump_json({"$schema": DRAFT} | Sensitivity.model_json_schema(mode="serialization"))


def joint_schema() -> str:
    """Return the JSON schema of what ``forecasts joint --format json`` prints."""
    return dump_json({"$schema": DRAFT} | Joint.model_json_schema(mode="serialization"))


def changes_schema() -> str:
    """Return the JSON schema of ``changes.json``, which ``forecasts changes --format json`` prints."""
    return dump_json({"$schema": DRAFT} | Changes.model_json_schema(mode="serialization"))


#: Every schema there is; each stands in ``reports/schema/NAME.schema.json``.
SCHEMAS: Mapping[str, Callable[[], str]] = MappingProxyType(
    {
        "result": result_schema,
        "scenario": scenario_schema,
        "comparison": comparison_schema,
        "seek": seek_schema,
        "sensitivity": sensitivity_schema,
        "joint": joint_schema,
        "changes": changes_schema,
    }
)
