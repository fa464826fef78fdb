"""``forecasts train``: learn the engine's numbers anew."""

from pathlib import Path
from typing import Annotated

import typer

from forecasts.cli.options import problems_told


def train(
    units: Annotated[Path, typer.Argument(help="the training part, e.g. train.parquet")],
    goals: Annotated[
        Path | None,
        typer.Option(help="goals of labelled indicators to learn from as well, e.g. kinds.parquet"),
    ] = None,
    series: Annotated[
        Path | None,
        typer.Option(help="with --goals: the whole series of their regions, e.g. kinds_long.parquet"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="file to write, new or of this kind; default: the package's own")
    ] = None,
) -> None:
    """Learn the engine's numbers."""
    from forecasts.cli.learning import learn_file

    if (goals is None) != (series is None):
        raise typer.BadParameter("--goals and --series go together")
    with problems_told():
        path, scores = learn_file(units, (goals, series) if goals and series else None, out, typer.echo)
    for name, score in scores.items():
        said = "  ".join(f"{k} {v}" for k, v in score.items())
        typer.echo(f"{name:48} {said}")
    typer.echo(str(path))
