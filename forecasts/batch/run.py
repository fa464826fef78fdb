"""A plan's work becomes a run: jobs side by side, each in a process of its own, then one brief.

A job counts as done when its ``result.json`` validates and answers what was asked, never because a
process ended with 0. A failed job keeps its evidence in a folder whose name says so.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from forecasts.batch.plan import Job, Work
from forecasts.ledger.files import write_whole
from forecasts.ledger.problems import BadInput, Problem
from forecasts.ledger.root import provided, shown
from forecasts.publish.save import RESULT, dump_json, read_result

FAILED = ".failed"

#: Resamples behind the standard errors of the track record that a brief cites.
RESAMPLES = 500

NOTEBOOK = "notebook.ipynb"
ERROR = "error.txt"


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one job; `error` is empty if it is good.

    Attributes
    ----------
    folder : Path
        ``jobs/<id>``, or ``jobs/<id>.failed`` with the evidence.
    """

    job: Job
    folder: Path
    seconds: float
    error: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a plan.

    Attributes
    ----------
    pdf, html : Path, optional
        The combined brief; ``None`` if it could not be written, and then `error` says why.
    """

    work: Work
    folder: Path
    done: tuple[Done, ...]
    pdf: Path | None
    html: Path | None
    error: str = ""

    @property
    def ok(self) -> bool:
        """Whether every job is good and the brief is written."""
        return not self.error and all(not done.error for done in self.done)


def run_plan(
    work: Work,
    root: Path,
    out: Path,
    jobs: int = 2,
    on_done: Callable[[Done], None] = lambda done: None,
) -> Run:
    """Run every job of a plan and write the combined brief.

    Parameters
    ----------
    out : Path
        Folder of all runs; this one goes to ``<out>/<plan>/<known_on>``.
    jobs : int
        How many notebooks run at the same time.
    on_done : callable
        Told of each job as it ends, e.g. for a progress bar.
    """
    folder = out / work.name / work.known_on.isoformat()
    clear(folder)
    ended: dict[str, Done] = {}
    with ThreadPoolExecutor(max_workers=jobs) as workers:
        try:
            for future in as_completed(
                [workers.submit(run_job, job, root, folder / "jobs") for job in work.jobs]
            ):
                done = future.result()
                ended[done.job.id] = done
                on_done(done)
        except BaseException:  # e.g. Ctrl-C: what has not begun need not begin
            workers.shutdown(wait=False, cancel_futures=True)
            raise
    ordered = tuple(ended[job.id] for job in work.jobs)
    pdf, html, error = _brief(work, ordered, root, folder)
    run = Run(work, folder, ordered, pdf, html, error)
    write_whole(folder / "run.json", dump_json(summary(run, root)))
    return run


def clear(folder: Path) -> None:
    """Remove what an earlier run left, so that nothing old can be taken for new.

    Raises
    ------
    BadInput
        If something else stands there: it is not removed.
    """
    jobs = folder / "jobs"
    strange = [p for p in (jobs.iterdir() if jobs.is_dir() else ()) if not (p.is_dir() and "--" in p.name)]
    if strange or jobs.is_symlink() or (jobs.exists() and not jobs.is_dir()):
        rule = "holds what no run has written" if strange else "is no folder of a run"
        there = str(strange[0] if strange else jobs)
        raise BadInput([Problem("--out", rule, there, "move it away, or name another folder")])
    for name in ("run.json", ERROR, *(p.name for p in folder.glob("brief.*"))):
        (folder / name).unlink(missing_ok=True)
    if jobs.exists():
        shutil.rmtree(jobs)
    jobs.mkdir(parents=True)


def run_job(job: Job, root: Path, shelf: Path) -> Done:
    """Run one job in a folder with a draft's name; rename it when its end is known."""
    start = time.monotonic()
    draft, good, bad = shelf / f".{job.id}", shelf / job.id, shelf / f"{job.id}{FAILED}"
    draft.mkdir()
    error, trace = _execute(job, root, draft)
    error = error or _fault(job, draft / RESULT)
    if error:
        # A half-made or wrong result must not lie about where somebody looks for results.
        (draft / RESULT).unlink(missing_ok=True)
        write_whole(draft / ERROR, f"{error}\n\n{trace}".rstrip() + "\n")
    folder = draft.rename(bad if error else good)
    return Done(job, folder, round(time.monotonic() - start, 1), error)


def _execute(job: Job, root: Path, draft: Path) -> tuple[str, str]:
    """Have papermill run the notebook; return what went wrong, if anything: the reason and the trace."""
    output = shown(draft, root)
    order = {
        "notebook": shown(provided(root, "notebooks") / job.notebook, root),
        "executed": f"{output}/{NOTEBOOK}",
        "parameters": {**job.parameters, "output": output},
    }
    ended = subprocess.run(
        [sys.executable, "-m", "forecasts.batch.job"],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=root,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONUTF8": "1"},
        check=False,
    )
    if ended.returncode == 0:
        return "", ""
    return ended.stdout.strip() or f"the notebook's process ended with {ended.returncode}", ended.stderr


def _fault(job: Job, path: Path) -> str:
    """Say what is wrong with a job's result: it must be there, be valid, and answer what was asked."""
    try:
        result = read_result(path)
    except FileNotFoundError:
        return f"the notebook ran to its end but wrote no {RESULT}"
    except (ValidationError, ValueError) as error:
        return f"{RESULT} is not valid: {error}"
    answered = {
        "goal": result.goal.id,
        "scenario": result.scenario.id,
        "known_on": result.known_on.isoformat(),
        "draws": result.draws,
        "seed": result.seed,
    }
    other = [
        f"{k} is {v!r}, asked was {job.parameters[k]!r}"
        for k, v in answered.items()
        if v != job.parameters[k]
    ]
    return f"{RESULT} answers another question: {'; '.join(other)}" if other else ""


def _brief(
    work: Work, done: tuple[Done, ...], root: Path, folder: Path
) -> tuple[Path | None, Path | None, str]:
    """Write the combined brief; a fault of the brief does not undo the results."""
    # What draws and typesets is slow to import: only when a brief is due.
    from forecasts.evaluation.track_record import track_record
    from forecasts.publish.combine import write_brief
    from forecasts.publish.track_record import summary as told
    from forecasts.publish.words import Words
    from forecasts.scenarios.seeds import read_seeds

    results = [read_result(d.folder / RESULT) for d in done if not d.error]
    failures = [(d.job.goal, d.job.scenario, d.error) for d in done if d.error]
    try:
        title = work.plan.title_zh if work.plan.language == "zh" else work.plan.title_en
        templates = provided(root, "reports/templates")
        seeds = read_seeds(root / "seeds")
        record = track_record(seeds, work.known_on, resamples=RESAMPLES)
        looked_back = told(record, Words(work.plan.language))
        pdf, html = write_brief(results, failures, work.plan.language, templates, folder, title, looked_back)
    except Exception as error:
        # The edge of the house: whatever went wrong is told, and the results stay.
        why = f"{type(error).__name__}: {error}"
        if isinstance(error, OSError) and error.filename:
            why = f"{error.filename}: {error.strerror}"
        message = f"the brief could not be written: {why}"
        for half in folder.glob("brief.*"):  # a PDF without its HTML
            half.unlink()
        write_whole(folder / ERROR, message + "\n")
        return None, None, message
    return pdf, html, ""


def summary(run: Run, root: Path) -> dict[str, object]:
    """Return what ``run.json`` says: enough to find and to check everything, and nothing secret."""
    return {
        "plan": run.work.name,
        "notebook": run.work.plan.notebook,
        "known_on": run.work.known_on.isoformat(),
        "language": run.work.plan.language,
        "draws": run.work.plan.draws,
        "seed": run.work.plan.seed,
        "ok": run.ok,
        "error": run.error,
        "pdf": shown(run.pdf, root) if run.pdf else None,
        "html": shown(run.html, root) if run.html else None,
        "jobs": [
            {
                "id": done.job.id,
                "goal": done.job.goal,
                "scenario": done.job.scenario,
                "status": "failed" if done.error else "done",
                "folder": shown(done.folder, root),
                "seconds": done.seconds,
                "error": done.error,
            }
            for done in run.done
        ],
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """Return the versions of what made the run."""
    from importlib.metadata import version
    from platform import python_version

    names = ("forecasts", "papermill", "altair", "vl-convert-python", "typst", "numpy", "scipy", "pandas")
    return {"python": python_version()} | {name: version(name) for name in names}
