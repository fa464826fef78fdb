"""All runs as the site knows them; what an earlier build remembers of a result is not read again."""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from forecasts.batch.folders import RUN
from forecasts.batch.left import noted_in, read_left
from forecasts.batch.register.reviews import Standing
from forecasts.batch.reviewing import Lying, lying_at, state_of
from forecasts.ledger.problems import BadInput, Problem
from forecasts.publish.exporting.verdicts import Lack
from forecasts.publish.site.hands import by_hands
from forecasts.publish.site.runs import Filed, Held, Summary, summary_of
from forecasts.publish.stamps import Signature

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


class Found(NamedTuple):
    """A run; what lists say of its new results, by their digests; and what is wrong with it."""

    run: Filed | None
    new: Mapping[str, Summary] = {}
    problems: tuple[Problem, ...] = ()


def gathered_runs(
    held: Path, register: Path, root: Path, known: Mapping[str, Any]
) -> tuple[tuple[Filed, ...], dict[str, Summary], list[Problem]]:
    """Read every run; one that cannot be read is told, and left out.

    Parameters
    ----------
    held : Path
        The folder of all runs.
    register : Path
        Where decisions about them are entered.
    known : mapping
        What an earlier build remembers of results, by their digests.
    """
    runs, summaries, left_out = [], dict[str, Summary](), list[Problem]()
    with by_hands(partial(_found, register, root, frozenset(known)), list(_runs_in(held))) as every:
        for run, new, problems in every:
            summaries |= new
            left_out += problems
            runs += [run] if run is not None else []
    for digest in (one.digest for run in runs for one in run.held):
        if digest not in summaries:
            summaries[digest] = Summary.model_validate(known[digest])
    return tuple(runs), summaries, left_out


def _runs_in(held: Path) -> Iterator[Path]:
    """Yield the folders of runs that are whole."""
    for plan in sorted(held.iterdir()):
        if plan.is_dir() and not plan.is_symlink() and not plan.name.startswith("."):
            for day in sorted(plan.iterdir()):
                if _DAY.fullmatch(day.name) and (day / RUN).is_file():
                    yield day


def _found(register: Path, root: Path, known: frozenset[str], folder: Path) -> Found:
    """Read a run: all of its files are looked at, and parsed is what nobody knows yet."""
    try:
        lying = lying_at(folder)
        digests = {name: digest for name, digest in lying.files.items() if name.startswith("jobs/")}
        fresh = not digests or not known.issuperset(digests.values())
        new = {one.digest: summary_of(one.result) for one in read_left(folder).answered} if fresh else {}
        return Found(_filed(folder, lying, digests, state_of(lying, register, root)), new)
    except BadInput as bad:
        return Found(None, problems=tuple(bad.problems))


def _filed(folder: Path, lying: Lying, digests: Mapping[str, str], standing: Standing) -> Filed:
    """Return a run as the site knows it."""
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
