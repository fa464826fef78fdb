"""The schema of plans, and with it every schema that is published."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from forecasts.batch.plans.plan import Plan
from forecasts.publish import schemas
from forecasts.publish.save import dump_json


def plan_schema() -> str:
    """Return the JSON schema of a plan, by which editors complete and check."""
    return dump_json({"$schema": schemas.DRAFT} | Plan.model_json_schema(mode="validation"))


#: Every schema there is; each stands in ``reports/schema/NAME.schema.json``.
SCHEMAS: Mapping[str, Callable[[], str]] = MappingProxyType({**schemas.SCHEMAS, "plan": plan_schema})
