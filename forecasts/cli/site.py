"""``forecasts site``: the results of all runs as static pages."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecasts.cli.options import gathered, problems_told, tell
from forecasts.ledger.problems import BadInput, Problem, Remark

if TYPE_CHECKING:
    from forecasts.batch.reviewing import Lying
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
    with problems_told():
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
        found, summaries, left_out = _gathered(held, book, root, old.results)
        if not found:
            remedy = "run a plan first: forecasts run"
            problems = [Problem("--runs", "holds no run that can be shown", str(held), remedy), *left_out]
            raise BadInput(problems)
        facts = _facts(found, summaries, left_out, seeds, root, _looking(seeds, held, root, book, look_back))
        pages = Pages(facts)
        told = {digest: summary.model_dump(mode="json") for digest, summary in summaries.items()}
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


def _gathered(
    held: Path, register: Path, root: Path, known: Mapping[str, Any]
) -> "tuple[tuple[Filed, ...], dict[str, Summary], list[Problem]]":
    """Read every run; one that cannot be read is told, and left out.

    Parameters
    ----------
    known : mapping
        What an earlier build remembers of results, by their digests: these are not read again.
    """
    from forecasts.batch.left import read_left
    from forecasts.batch.reviewing import lying_at, state_of
    from forecasts.publish.site.runs import Summary, summary_of

    runs, summaries, left_out = [], dict[str, Summary](), list[Problem]()
    for folder in _runs_in(held):
        with gathered(left_out):
            lying = lying_at(folder)
            digests = {n: d for n, d in lying.files.items() if n.startswith("jobs/")}
            new = {d for d in digests.values() if d not in summaries and d not in known}
            if new or not digests:
                left = read_left(folder)
                summaries |= {one.digest: summary_of(one.result) for one in left.answered}
            for digest in digests.values():
                if digest not in summaries:
                    summaries[digest] = Summary.model_validate(known[digest])
            runs.append(_filed(folder, lying, digests, state_of(lying, register, root)))
    return tuple(runs), summaries, left_out


def _runs_in(held: Path) -> Iterator[Path]:
    """Yield the folders of runs that are whole."""
    import re

    for plan in sorted(held.iterdir()):
        if plan.is_dir() and not plan.is_symlink() and not plan.name.startswith("."):
            for day in sorted(plan.iterdir()):
                if re.fullmatch(r"\d{4}-\d{2}-\d{2}", day.name) and (day / "run.json").is_file():
                    yield day


def _filed(folder: Path, lying: "Lying", digests: Mapping[str, str], standing: Any) -> "Filed":
    """Return a run as the site knows it."""
    from forecasts.batch.left import noted_in
    from forecasts.publish.exporting.verdicts import Lack
    from forecasts.publish.site.runs import Filed, Held
    from forecasts.publish.stamps import Signature

    told = [job for job in lying.told.get("jobs", ()) if isinstance(job, dict)]
    order = [str(job.get("id")) for job in told]
    there = {name.split("/")[1]: digest for name, digest in digests.items() if ".failed" not in name}
    named = [*(job for job in order if job in there), *(job for job in sorted(there) if job not in order)]
    held = tuple(Held(job, folder / "jobs" / job, there[job]) for job in named)
    lacking = tuple(
        Lack(str(job.get("id")), "failed" if job.get("error") else "none", str(job.get("error") or ""))
        for job in told
        if str(job.get("id")) not in there
    )
    review = standing.review
    signature = (
        Signature(review.decision, review.name, review.decided_at.date(), review.note) if review else None
    )
    briefs = {name: folder / name for name in lying.files if name.startswith(("brief.", "briefs/"))}
    return Filed(
        folder.parent.name,
        folder.name,
        held,
        standing.state,
        signature,
        lacking,
        dict(sorted(briefs.items())),
        noted_in(lying),
    )


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
