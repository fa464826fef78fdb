"""``forecasts train``: learn the engine's numbers anew."""

from pathlib import Path
from typing import Annotated

import typer

from forecasts.cli.options import problems_told


def train(
    units: Annotated[Path, typer.Argument(help="the training part, e.g. train.parquet")],
    out: Annotated[
        Path | None, typer.Option(help="file to write, new or of this kind; default: the package's own")
    ] = None,
) -> None:
    """Learn the engine's numbers."""
    from forecasts.cli.learning import learn_file

    with problems_told():
        path, scores = learn_file(units, out)
    for name, score in scores.items():
        said = "  ".join(f"{k} {v}" for k, v in score.items())
        typer.echo(f"{name:24} {said}")
    typer.echo(str(path))
