"""A plan's work becomes a run: what is up to date stays, the rest is run side by side, then come the briefs.

A run is made beside the last one and takes its place when it is whole. Whatever ends it before that leaves
its finished jobs in the draft, and the next run takes them up from there.
"""

import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from forecasts.batch.briefs import Studio, in_other_languages, names_of, standing, take_over, wanted
from forecasts.batch.came import Done, Run, Written, summary
from forecasts.batch.changes import Since
from forecasts.batch.folders import FAILED, RUN, Place, copy_job, locked, prune
from forecasts.batch.job import Order
from forecasts.batch.keys import Key, Keys
from forecasts.batch.plans.plan import Job, Work
from forecasts.batch.register.chronicle import Chronicle
from forecasts.batch.seen import keep_seen
from forecasts.batch.shelf import Finished, failed, finish, finished
from forecasts.batch.shelf import standing as found
from forecasts.batch.success import unsuccessful
from forecasts.batch.workshop import PRINTED, Outcome
from forecasts.ledger.files import write_whole
from forecasts.ledger.root import provided, shown
from forecasts.publish.save import RESULT, dump_json

NOTEBOOK = "notebook.ipynb"
ERROR = "error.txt"


class Executor(Protocol):
    """Where notebooks are run."""

    def run(self, orders: Sequence[Order]) -> Iterator[tuple[int, Outcome]]:
        """Run notebooks; yield each one's place and what became of it, as they end."""
        ...


@dataclass(frozen=True, slots=True)
class Options:
    """How a plan is run.

    Attributes
    ----------
    only : collection of str, optional
        Names of the jobs that may run; None = all.
    force : bool
        Run also what is up to date.
    fail_fast : bool
        Stop at the first job that fails.
    wait : bool
        Wait for another run of the plan to end; else this one is refused.
    timeout : float, optional
        Seconds that a job may take, in place of the plan's.
    keep : int, optional
        Days of runs that are kept, in place of the plan's.
    """

    only: Collection[str] | None = None
    force: bool = False
    fail_fast: bool = False
    wait: bool = False
    timeout: float | None = None
    keep: int | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """A day's work begins: how many jobs are to run, and how many are up to date."""

    work: Work
    due: int
    ready: int


@dataclass(frozen=True, slots=True)
class Remarked:
    """Something is not as it should be, and the run goes on."""

    text: str


#: What is told while a run goes on: that it begins, each job that ends, and what is strange.
Event = Begun | Done | Remarked


def run_work(
    work: Work,
    keys: Keys,
    root: Path,
    out: Path,
    executor: Callable[[], Executor],
    studio: Studio,
    chronicle: Chronicle,
    options: Options | None = None,
    on_event: Callable[[Event], None] = lambda event: None,
) -> Run:
    """Run one day of a plan.

    Parameters
    ----------
    keys : Keys
        Of what each job reads.
    out : Path
        Folder of all runs; this one goes to ``<out>/<plan>/<known_on>``.
    executor : callable
        Gives where notebooks are run; called only if one has to be.
    studio : Studio
        Where briefs are made.
    chronicle : Chronicle
        Where forecasts are entered.

    Raises
    ------
    BadInput
        If another run of the plan is at work, or something stands in the way that no run has written.
    """
    asked = options or Options()
    place = Place(out / work.name, work.known_on)
    with locked(place.plan, asked.wait):
        place.tidy()
        published = chronicle.published(work) if names_of(work) else ()
        since = Since.before(work, place.plan, chronicle.path, keys) if names_of(work) else None
        edition = (str(place.edition), *((since.digest,) if since is not None else ()))
        state = _State(work, {job.id: keys.of(job) for job in work.jobs}, place, (*published, *edition))
        ready = state.ready()
        chosen = [job for job in work.jobs if asked.only is None or job.id in asked.only]
        due = [job for job in chosen if asked.force or job.id not in ready]
        left = _left(work, due, ready)
        if not due and (run := _standing(state, left)):
            return run
        on_event(Begun(work, len(due), sum(done.status == "up to date" for done in left.values())))
        ended = _lay_out(state, left)
        with studio.at_work(work, state.keys, place, published, since) as briefs:
            briefs.prepare()
            for done in _ran(state, due, root, executor, asked.timeout) if due else ():
                ended[done.job.id] = done
                on_event(done)
                if done.error and asked.fail_fast:
                    return Run(work, place.draft, _in_order(work, ended), published=False)
                briefs.offer(ended)
            written = briefs.all(ended)
        keep_seen(place.draft, root, keys.seeds)
        all_done = _in_order(work, ended)
        kept, outdated = in_other_languages(
            work, keys.of, lambda other: (*chronicle.published(other), *edition), all_done, place.folder
        )
        for brief in kept.values():
            take_over(place, brief)
        for name in outdated:
            on_event(Remarked(f"{name} told of other results, and is gone: run in its language, too"))
        run = Run(work, place.draft, all_done, written, tuple(kept.values()), "; ".join(_faults(written)))
        run = _published(place, replace(run, alerts=chronicle.alerts(run)), root)
        chronicle.keep(run)
        if keep := asked.keep or work.plan.keep:
            prune(place.plan, keep)
        return run


@dataclass(frozen=True, slots=True)
class _State:
    """A day's work: the keys of its jobs, the place of its runs, what its briefs rest on of earlier ones."""

    work: Work
    keys: Mapping[str, Key]
    place: Place
    told: tuple[str, ...]

    def ready(self) -> dict[str, Finished]:
        """Return what is finished and would come out the same again, of the draft first: it need not move."""
        places = [folder / "jobs" for folder in (self.place.draft, self.place.folder)]
        shelves = [(finished(place), failed(place)) for place in places]
        ready = ((name, found(name, key, shelves)[0]) for name, key in self.keys.items())
        return {name: old for name, old in ready if old is not None}


def _left(work: Work, due: Sequence[Job], ready: Mapping[str, Finished]) -> dict[str, Done]:
    """Return the jobs that are not run now: up to date, or left out by whoever asked."""
    now = {job.id for job in due}
    left = {}
    for job in work.jobs:
        if job.id in now:
            continue
        if old := ready.get(job.id):
            left[job.id] = Done(job, old.folder, old.seconds, status="up to date")
        else:
            left[job.id] = Done(job, Path(), 0.0, "it was not asked for (--only)", "not run")
    return left


def _standing(state: _State, left: Mapping[str, Done]) -> Run | None:
    """Return the run that lies there, if there is nothing to make anew."""
    folder = state.place.folder
    done = _in_order(state.work, left)
    if any(one.good and one.folder.parent.parent != folder for one in done):
        return None
    there = standing(folder, names_of(state.work))
    due = wanted(state.work, state.keys, left, state.told)
    if {name: brief.key for name, brief in there.items()} != {name: brief.key for name, brief in due.items()}:
        return None
    return Run(state.work, folder, done, tuple(there[name] for name in due), fresh=False)


def _lay_out(state: _State, left: Mapping[str, Done]) -> dict[str, Done]:
    """Make the draft: what is up to date stands in it, and nothing else that an earlier run left."""
    shelf = state.place.draft / "jobs"
    kept = {name for name, done in left.items() if done.good and done.folder.parent == shelf}
    if state.place.draft.exists():
        for path in (*state.place.draft.iterdir(), *(shelf.iterdir() if shelf.exists() else ())):
            if path != shelf and path.name not in kept:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    shelf.mkdir(parents=True, exist_ok=True)
    laid = {}
    for name, done in left.items():
        if done.good and name not in kept:
            copy_job(done.folder, shelf / name)
        laid[name] = replace(done, folder=shelf / name if done.good else shelf / f"{name}{FAILED}")
    return laid


def _ran(
    state: _State, due: Sequence[Job], root: Path, executor: Callable[[], Executor], timeout: float | None
) -> Iterator[Done]:
    """Run jobs, each in a folder with a draft's name; rename it when its end is known."""
    shelf, plan = state.place.draft / "jobs", state.work.plan
    orders = [_order(job, shelf / f".{job.id}", root, timeout or plan.timeout) for job in due]
    for job in due:
        (shelf / f".{job.id}").mkdir()
    for place, outcome in executor().run(orders):
        yield _settled(due[place], state, shelf, outcome)


def _order(job: Job, draft: Path, root: Path, timeout: float) -> Order:
    output = shown(draft, root)
    notebook = shown(provided(root, "notebooks") / job.notebook, root)
    return Order(notebook, f"{output}/{NOTEBOOK}", {**job.parameters, "output": output}, timeout=timeout)


def _settled(job: Job, state: _State, shelf: Path, outcome: Outcome) -> Done:
    """Give a job's folder the name that says how it ended."""
    draft, seconds = shelf / f".{job.id}", round(outcome.seconds, 2)
    error = outcome.error or unsuccessful(job, state.work.plan, draft)
    printed = draft / PRINTED
    if printed.exists() and (not error or not printed.stat().st_size):
        printed.unlink()
    if not error:
        try:
            finish(draft, state.keys[job.id], seconds)
            return Done(job, draft.rename(shelf / job.id), seconds)
        except OSError as full:
            error = f"{full.filename}: {full.strerror}"
    # A half-made or wrong result must not lie about where somebody looks for results.
    (draft / RESULT).unlink(missing_ok=True)
    with suppress(OSError):  # on a full disk the reason stands in what is told, and perhaps in run.json
        write_whole(draft / ERROR, f"{error}\n\n{outcome.trace}".rstrip() + "\n")
    return Done(job, draft.rename(shelf / f"{job.id}{FAILED}"), seconds, error, "failed")


def _in_order(work: Work, done: Mapping[str, Done]) -> tuple[Done, ...]:
    return tuple(done[job.id] for job in work.jobs if job.id in done)


def _faults(written: Sequence[Written]) -> list[str]:
    return [one.error for one in written if one.error]


def _published(place: Place, run: Run, root: Path) -> Run:
    """Write what a run says of itself, and put it in the place of the last one.

    A run without one good job, or without its brief, does not take the place of a run that has them: it lies
    aside, and says so.
    """
    poor = bool(run.error) or not any(one.good for one in run.done)
    aside = poor and (place.folder / RUN).exists()
    there = place.failed if aside else place.folder
    if run.error:
        write_whole(place.draft / ERROR, run.error + "\n")
    write_whole(place.draft / RUN, dump_json(summary(run, root, there)))
    if aside:
        place.put_aside()
    else:
        place.publish()
    moved = tuple(replace(one, folder=there / one.folder.relative_to(place.draft)) for one in run.done)
    return replace(run, folder=there, done=moved, published=not aside)
