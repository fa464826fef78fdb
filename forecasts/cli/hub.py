"""``forecasts hub``: a run's results as a hub of the hubverse."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forecasts.cli.options import gathered, problems_told, tell
from forecasts.ledger.problems import BadInput, Problem, Remark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from forecasts.ledger.ledger import Ledger


class HubFormat(StrEnum):
    """What the model output is written as."""

    CSV = "csv"
    PARQUET = "parquet"


def hub(
    run: Annotated[
        Path,
        typer.Argument(
            metavar="RUN", help="a run's folder (of a plan's, the newest), a job's, or a result.json"
        ),
    ],
    out: Annotated[Path, typer.Option(help="folder of the hub: new, or an earlier one of the same rounds")],
    format: Annotated[
        HubFormat, typer.Option("--format", help="of the files in model-output/")
    ] = HubFormat.CSV,
    name: Annotated[str, typer.Option(help="name of the hub")] = "Goal forecasts",
    maintainer: Annotated[str, typer.Option(help="who maintains it")] = "Goal forecasts",
    repository: Annotated[
        str | None, typer.Option(help="OWNER/NAME on GitHub, which the hub's schema asks for")
    ] = None,
    team: Annotated[str, typer.Option(help="abbreviation: 1 to 15 letters, digits or _")] = "forecasts",
    model: Annotated[str, typer.Option(help="abbreviation: 1 to 15 letters, digits or _")] = "attainment",
    timezone: Annotated[
        str, typer.Option(help="a place such as Asia/Shanghai, whose clocks deadlines of submission go by")
    ] = "Africa/Abidjan",
    seeds: Annotated[
        Path | None,
        typer.Option(help="ledger that figures and outcomes are read from; default: seeds/ of this project"),
    ] = None,
) -> None:
    """Write the hub."""
    with problems_told():
        from forecasts.batch.left import read_left
        from forecasts.publish.exporting.hub_folder import EXAMPLE, HubFacts, hub_files
        from forecasts.publish.exporting.separated import write_folder

        facts = HubFacts(name, maintainer, repository or EXAMPLE, team, model, timezone)
        problems = [*facts.problems()]
        with gathered(problems):
            left = read_left(run)
        with gathered(problems):
            ledger = _ledger(seeds)
        if problems:
            raise BadInput(problems)
        results = [one.result for one in left.answered]
        files = hub_files(results, facts, ledger, "csv" if format is HubFormat.CSV else "parquet")
        folder = _place(out, files)
        write_folder(files, folder)
    remarks = [Remark(Problem(lack.job, "has no result or was changed", lack.error)) for lack in left.lacks]
    if repository is None:
        rule, remedy = "admin.json names a repository that is only an example", "give OWNER/NAME"
        remarks.append(Remark(Problem("--repository", rule, facts.repository, remedy)))
    if ledger is None:
        rule = "there is no ledger here: the hub has no target data"
        remarks.append(Remark(Problem("--seeds", rule, remedy="name a folder such as seeds/")))
    tell((), remarks)
    typer.echo(out)


def _ledger(seeds: Path | None) -> "Ledger | None":
    """Read the ledger; without one of that name and outside of a project there is none."""
    from forecasts.ledger.root import find_root
    from forecasts.scenarios.seeds import read_seeds

    if seeds is not None:
        return read_seeds(seeds).ledger
    try:
        folder = find_root() / "seeds"
    except BadInput:
        return None
    return read_seeds(folder).ledger


def _place(out: Path, files: "Mapping[str, bytes]") -> Path:
    """Return where the hub goes; what stands there already must be the same files of an earlier one."""
    from forecasts.cli.outs import check_folder
    from forecasts.publish.exporting.hub_folder import is_hub

    if out.is_symlink():
        raise BadInput([Problem("--out", "is a link", str(out), "name the folder itself")])
    folder = check_folder(out)
    if not folder.exists() or not any(folder.iterdir()):
        return folder
    there = sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*") if not one.is_dir())
    others = [one for one in there if one not in files]
    if others or not is_hub(folder):
        rule = "there is a folder of this name that holds more than a hub of these rounds"
        raise BadInput([Problem("--out", rule, (others or there)[0], "name another folder")])
    return folder
