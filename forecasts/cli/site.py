"""``forecasts site``: the results of all runs as static pages."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forecasts.cli.options import gathered, problems_told, tell
from forecasts.ledger.problems import BadInput, Problem, Remark

if TYPE_CHECKING:
    from forecasts.evaluation.published import Published
    from forecasts.evaluation.track_record import TrackRecord
    from forecasts.publish.site.pages import Facts
    from forecasts.publish.site.runs import Filed, Summary
    from forecasts.scenarios.seeds import Seeds


def site(
    out: Annotated[
        Path | None, typer.Option(help="folder of the site: new, or an earlier one; default: RUNS/site")
    ] = None,
    runs: Annotated[Path | None, typer.Option(help="folder of all runs; default: reports/out")] = None,
    register: Annotated[
        Path | None, typer.Option(help="where forecasts and decisions are entered; default: that of the runs")
    ] = None,
    look_back: Annotated[
        bool,
        typer.Option(
            "--look-back/--no-look-back",
            help="the track record, which takes some seconds when figures, scenarios or the program are new",
        ),
    ] = True,
) -> None:
    """Build the site."""
    from forecasts.publish.site.hands import without_sweeping

    with problems_told(), without_sweeping():
        from forecasts.batch.gathering import gathered_runs
        from forecasts.batch.keys import digest, program
        from forecasts.ledger.root import find_root, provided
        from forecasts.publish.site.building import before, build
        from forecasts.publish.site.pages import Pages
        from forecasts.scenarios.seeds import read_seeds

        problems: list[Problem] = []
        with gathered(problems):
            root = find_root()
            seeds = read_seeds(root / "seeds")
            held = _held(runs, root)
        if problems:
            raise BadInput(problems)
        folder = _place(out if out is not None else held / "site")
        templates = provided(root, "reports/templates/site")
        made_by = digest([program(root), *_files_of(templates)])
        old = before(folder, made_by)
        book = _register(register, held, root)
        found, summaries, left_out = gathered_runs(held, book, root, old.results)
        if not found:
            remedy = "run a plan first: forecasts run"
            problems = [Problem("--runs", "holds no run that can be shown", str(held), remedy), *left_out]
            raise BadInput(problems)
        facts = _facts(found, summaries, left_out, seeds, root, _looking(seeds, held, root, book, look_back))
        pages = Pages(facts)
        told = {name: old.results.get(name) or one.model_dump(mode="json") for name, one in summaries.items()}
        built = build(pages.leaves(), pages.copies(), old, made_by, told)
    tell((), map(Remark, left_out))
    typer.echo(f"{len(found)} runs: {built.made} files made, {built.kept} kept as they were", err=True)
    typer.echo(folder / "index.html")


def _files_of(templates: Path) -> list[str]:
    """Return the templates as a digest is made of them."""
    return [f"{path.name} {path.read_text(encoding='utf-8')}" for path in sorted(templates.glob("*.*"))]


def _held(runs: Path | None, root: Path) -> Path:
    """Return the folder of all runs."""
    path = runs if runs is not None else root / "reports" / "out"
    if not path.is_dir():
        raise BadInput([Problem("--runs", "there is no such folder", str(path), "run a plan first")])
    return path.resolve()


def _register(given: Path | None, held: Path, root: Path) -> Path:
    """Return the register of the runs: beside them, or the project's."""
    from forecasts.batch.register.scores import register_of

    if given is not None and not given.exists():
        raise BadInput([Problem("--register", "there is no such file", str(given), "check the path")])
    beside = held / register_of(root).name
    return given or (beside if beside.exists() else register_of(root))


def _place(out: Path) -> Path:
    """Return where the site goes; what stands there already must be an earlier one."""
    from forecasts.cli.outs import check_folder
    from forecasts.publish.site.building import is_site

    if out.is_symlink():
        raise BadInput([Problem("--out", "is a link", str(out), "name the folder itself")])
    folder = check_folder(out)
    if folder.exists() and any(folder.iterdir()) and not is_site(folder):
        rule = "there is a folder of this name that is no site of this program"
        raise BadInput([Problem("--out", rule, str(out), "name another folder")])
    return folder


def _looking(
    seeds: "Seeds", held: Path, root: Path, register: Path, look_back: bool
) -> "tuple[TrackRecord | None, Published | None]":
    """Return what earlier verdicts were worth, looked up once for what is known now, and the register's."""
    if not look_back:
        return None, None
    import datetime as dt

    from forecasts.batch.keys import Keys
    from forecasts.batch.looked_back import looked_back
    from forecasts.batch.night import KEPT
    from forecasts.batch.register.scores import scored_register

    goals = seeds.ledger.headline_goals()
    newest = seeds.ledger.newest_publication(goals) if goals else dt.date.today()
    record = looked_back(seeds, newest, held / KEPT, Keys(root, seeds, "result").day(newest))
    published = scored_register(seeds, dt.date.today(), register) if register.exists() else None
    return record, published


def _facts(
    found: "tuple[Filed, ...]",
    summaries: "Mapping[str, Summary]",
    left_out: list[Problem],
    seeds: "Seeds",
    root: Path,
    worth: "tuple[TrackRecord | None, Published | None]",
) -> "Facts":
    from forecasts.ledger.root import provided
    from forecasts.publish.site.pages import Facts

    texts = {
        path.stem: path.read_text(encoding="utf-8-sig")
        for path in sorted((root / "seeds" / "texts").glob("*.txt"))
        if path.stem in seeds.ledger.sources
    }
    templates = provided(root, "reports/templates/site")
    told = tuple(str(one) for one in left_out)
    return Facts(found, summaries, seeds, texts, templates, *worth, told)
