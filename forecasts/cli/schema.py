"""``forecasts schema``: the layout of what people write, of ``result.json``, of what verbs print as JSON."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from forecasts.cli.options import problems_told


class Schema(StrEnum):
    """What there is a schema of."""

    RESULT = "result"
    SCENARIO = "scenario"
    COMPARISON = "comparison"
    SEEK = "seek"
    SENSITIVITY = "sensitivity"
    JOINT = "joint"
    CHANGES = "changes"
    PLAN = "plan"


def schema(
    name: Annotated[
        Schema,
        typer.Argument(
            help="result: result.json; scenario: a file of seeds/scenarios/; plan: one of reports/plans/; "
            "comparison, seek, sensitivity, joint, changes: their JSON"
        ),
    ] = Schema.RESULT,
    out: Annotated[
        Path | None, typer.Option(help="file to write, new or a schema; default: standard output")
    ] = None,
) -> None:
    """Print a schema."""
    from forecasts.batch.plans.schema import SCHEMAS
    from forecasts.cli.outs import check_file, is_schema
    from forecasts.ledger.files import write_whole

    text = SCHEMAS[name]()
    if out is None:
        typer.echo(text, nl=False)
    else:
        with problems_told():
            check_file(out, "a schema", is_schema)
        write_whole(out, text)
