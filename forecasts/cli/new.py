"""``forecasts new``: a tenant of one's own."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from forecasts.cli.options import problems_told


def new(
    folder: Annotated[Path, typer.Argument(help="a folder that is new or empty")],
    empty: Annotated[
        bool, typer.Option("--empty", help="tables with their headings alone, without the example")
    ] = False,
) -> None:
    """Lay out a tenant."""
    from forecasts.cli.outs import check_folder
    from forecasts.ledger.files import whole_folder, write_whole
    from forecasts.ledger.problems import BadInput, Problem
    from forecasts.ledger.root import TENANT, shown

    with problems_told():
        target = check_folder(folder, "FOLDER")
        if target.exists() and any(target.iterdir()):
            rule = "the folder is not empty"
            raise BadInput([Problem("FOLDER", rule, str(folder), "name a new one: nothing is replaced")])
    with whole_folder(target) as draft:
        for path in sorted(TENANT.rglob("*")):
            inside = path.relative_to(TENANT)
            # What editors, notebooks and Python leave behind is no part of a tenant.
            if path.is_file() and not any(part.startswith((".", "__")) for part in inside.parts):
                write_whole(draft / inside, _content(path, empty))
    if empty:
        typer.echo(f"""{shown(target, Path.cwd())}: a tenant without a row. What to do next:
  cd {shlex.quote(str(folder))}
  put rows in seeds/*.csv (README.md says what each column is), or take in a report:
  forecasts intake REPORT""")
        return
    typer.echo(f"""{shown(target, Path.cwd())}: a tenant with one worked example. What to do next:
  cd {shlex.quote(str(folder))}
  forecasts check      validate seeds/ and say what it holds
  forecasts attain     the answer to each headline goal
  forecasts run        every notebook, then one brief; the last line is the path of the PDF
Then put your own rows in seeds/*.csv in place of the example's; README.md says what each column is.""")


def _content(path: Path, empty: bool) -> bytes:
    """Return what a file of a new tenant holds."""
    content = path.read_bytes()
    return content.splitlines(keepends=True)[0] if empty and path.suffix == ".csv" else content
