"""``forecasts schema``: the layout of ``result.json``."""

from pathlib import Path
from typing import Annotated

import typer


def schema(
    out: Annotated[Path | None, typer.Option(help="file to write; default: standard output")] = None,
) -> None:
    """Print the schema of ``result.json``."""
    from forecasts.ledger.files import write_whole
    from forecasts.publish.save import result_schema

    if out is None:
        typer.echo(result_schema(), nl=False)
    else:
        write_whole(out, result_schema())
