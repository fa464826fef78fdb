"""``forecasts schema``: the layout of ``result.json``."""

from pathlib import Path
from typing import Annotated

import typer

from forecasts.cli.options import problems_told


def schema(
    out: Annotated[
        Path | None, typer.Option(help="file to write, new or a schema; default: standard output")
    ] = None,
) -> None:
    """Print the schema of ``result.json``."""
    from forecasts.cli.outs import check_file, is_schema
    from forecasts.ledger.files import write_whole
    from forecasts.publish.save import result_schema

    if out is None:
        typer.echo(result_schema(), nl=False)
    else:
        with problems_told():
            check_file(out, "a schema", is_schema)
        write_whole(out, result_schema())
