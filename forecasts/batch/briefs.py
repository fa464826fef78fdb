"""Briefs of a run: which are wanted, whether they are up to date, and their making beside the notebooks."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from forecasts.batch.came import Done, Written
from forecasts.batch.changes import CHANGES, Since
from forecasts.batch.folders import RUN, Place, linked
from forecasts.batch.keys import Key
from forecasts.batch.plans.plan import Job, Work
from forecasts.ledger.root import provided
from forecasts.publish.rendering import Renderer, RenderingFailed
from forecasts.publish.words import LOCALES, Language

#: The folder of briefs that are about one goal each.
BRIEFS = "briefs"


@dataclass(frozen=True, slots=True)
class Due:
    """A brief that a plan asks for.

    Attributes
    ----------
    name : str
        Its files without their endings, from the run's folder.
    goal : str
        The one goal that it is about; empty for a brief of all.
    done : tuple of Done
        The jobs that it tells of, in the plan's order.
    key : str
        Digest of all that goes into it.
    """

    name: str
    goal: str
    done: tuple[Done, ...]
    key: str

    @property
    def files(self) -> tuple[str, str]:
        """The files that it becomes."""
        return f"{self.name}.pdf", f"{self.name}.html"

    @property
    def changes(self) -> str:
        """Where it is told what changed since the last edition, if there was one."""
        return changes_of(self.name)


def changes_of(name: str) -> str:
    """Return the file beside a brief, from the run's folder, that tells what changed."""
    return Path(name).with_name(CHANGES).as_posix()


def names_of(work: Work) -> dict[str, str]:
    """Return the briefs of a day's work by name, each with the goal that it is about; empty for all."""
    plan = work.plan
    if plan.briefs == "none" or plan.success != "result":
        return {}
    if plan.briefs == "together":
        return {f"brief.{plan.language}": ""}
    goals = dict.fromkeys(job.goal for job in work.jobs)
    return {f"{BRIEFS}/{goal}/brief.{plan.language}": goal for goal in goals}


def wanted(
    work: Work, keys: Mapping[str, Key], ended: Mapping[str, Done], earlier: Sequence[str] = ()
) -> dict[str, Due]:
    """Return the briefs whose jobs have all ended, by name.

    Parameters
    ----------
    earlier : sequence of str
        What they say of earlier forecasts, or a digest of it.
    """
    found = {}
    for name, goal in names_of(work).items():
        jobs = [job for job in work.jobs if not goal or job.goal == goal]
        if all(job.id in ended for job in jobs):
            done = tuple(ended[job.id] for job in jobs)
            found[name] = Due(name, goal, done, _key(work, keys, done, earlier))
    return found


def _key(work: Work, keys: Mapping[str, Key], done: Sequence[Done], earlier: Sequence[str]) -> str:
    """Return the digest of what a brief tells: results by what they rest on, failures by their reason."""
    plan = work.plan
    told = [
        (one.job.id, asdict(keys[one.job.id]) if one.good else one.error, one.job.goal, one.job.scenario)
        for one in done
    ]
    said = [plan.language, plan.title_zh, plan.title_en, work.known_on.isoformat(), told, *earlier]
    text = json.dumps(said)
    return hashlib.sha256(text.encode()).hexdigest()


def in_language(work: Work, language: Language) -> Work:
    """Return a day's work as it would be in another language."""
    jobs = (
        replace(job, parameters={**job.parameters, "language": language})
        if "language" in job.parameters
        else job
        for job in work.jobs
    )
    return replace(work, plan=work.plan.model_copy(update={"language": language}), jobs=tuple(jobs))


def in_other_languages(
    work: Work,
    keys_of: Callable[[Job], Key],
    published: Callable[[Work], Sequence[str]],
    done: Sequence[Done],
    folder: Path,
) -> tuple[dict[str, Written], tuple[str, ...]]:
    """Return the briefs of the last run in other languages, if they would come out the same of these results.

    Returns
    -------
    kept : dict
        Those that stay true, by name.
    outdated : tuple of str
        Names of those that tell of other results: they must not stand beside these.
    """
    kept: dict[str, Written] = {}
    outdated: list[str] = []
    for language in sorted(set(LOCALES) - {work.plan.language}):
        other = in_language(work, cast(Language, language))
        there = standing(folder, names_of(other))
        if not there:
            continue
        jobs = {job.id: job for job in other.jobs}
        ended = {one.job.id: replace(one, job=jobs[one.job.id]) for one in done}
        keys = {name: keys_of(job) for name, job in jobs.items()}
        due = wanted(other, keys, ended, published(other))
        for name, brief in there.items():
            if name in due and due[name].key == brief.key:
                kept[name] = brief
            else:
                outdated.append(name)
    return kept, tuple(outdated)


def standing(folder: Path, names: Iterable[str]) -> dict[str, Written]:
    """Return the briefs of a run that are whole, by name: what ``run.json`` says, held against the files."""
    try:
        run = json.loads((folder / RUN).read_text(encoding="utf-8"))
        told = [*run["briefs"], *run.get("kept_briefs", [])]
        said = {str(one["name"]): _as_told(one) for one in told}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    found = {}
    for name in names:
        digests = {file: _digest(folder / file) for file in (f"{name}.pdf", f"{name}.html")}
        if name in said and said[name].files == digests:
            found[name] = said[name]
    return found


def _as_told(one: Mapping[str, Any]) -> Written:
    """Return a brief as ``run.json`` tells it."""
    return Written(
        str(one["name"]), str(one["key"]), dict(one["files"]), str(one["error"]), str(one["goal"]),
        str(one["title"]), tuple(map(str, one["track_record"])), one.get("edition"),
    )  # fmt: skip


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


@dataclass
class Studio:
    """Where a run's briefs are made.

    Attributes
    ----------
    renderer : callable
        Gives what draws and typesets; called only if a brief has to be made.
    looked_back : callable
        Gives, for a day's work, the sentences about what earlier verdicts were worth.
    root : Path
        The project.
    """

    renderer: Callable[[], Renderer]
    looked_back: Callable[[Work], Sequence[str]]
    root: Path

    @contextmanager
    def at_work(
        self,
        work: Work,
        keys: Mapping[str, Key],
        place: Place,
        published: Sequence[str] = (),
        since: Since | None = None,
    ) -> Iterator["Bench"]:
        """Give a bench for one run; if the run is given up, so is what waits on it."""
        with ThreadPoolExecutor(max_workers=1) as hand:
            try:
                yield Bench(self, work, keys, place, hand, tuple(published), since)
            except BaseException:
                hand.shutdown(wait=False, cancel_futures=True)
                raise


@dataclass
class Bench:
    """The briefs of one run, each begun as soon as its last job has ended."""

    studio: Studio
    work: Work
    keys: Mapping[str, Key]
    place: Place
    hand: ThreadPoolExecutor
    published: tuple[str, ...] = ()
    since: Since | None = None
    begun: dict[str, Future[Written]] = field(default_factory=dict)

    def prepare(self) -> None:
        """Look back while notebooks still run: it takes its time when a day of knowledge is new."""
        if names_of(self.work):
            self.hand.submit(self.studio.looked_back, self.work)

    def offer(self, ended: Mapping[str, Done]) -> None:
        """Begin the briefs whose jobs have all ended."""
        digest = (self.since.digest,) if self.since is not None else ()
        earlier = (*self.published, str(self.place.edition), *digest)
        for name, due in wanted(self.work, self.keys, ended, earlier).items():
            if name not in self.begun:
                self.begun[name] = self.hand.submit(self._make, due)

    def all(self, ended: Mapping[str, Done]) -> tuple[Written, ...]:
        """Wait for all briefs; return them in the plan's order."""
        self.offer(ended)
        return tuple(self.begun[name].result() for name in names_of(self.work))

    def _make(self, due: Due) -> Written:
        """Make a brief, or take over the one that would come out the same."""
        old = standing(self.place.folder, [due.name]).get(due.name)
        if old is not None and old.key == due.key:
            take_over(self.place, old)
            return old
        plan, folder = self.work.plan, (self.place.draft / due.name).parent
        title = (plan.title_zh if plan.language == "zh" else plan.title_en) or ""
        failures = [(one.job.goal, one.job.scenario, one.error) for one in due.done if not one.good]
        try:
            looked_back = self.studio.looked_back(self.work)
            # The first sentence is the first page's: what was looked back on, in short.
            track_record = (*looked_back[:1], *self.published, *looked_back[1:])
            changes = self.since.write(due.done, self.keys, folder) if self.since is not None else None
            self.studio.renderer().brief(
                [one.folder for one in due.done if one.good], failures, plan.language,
                provided(self.studio.root, "reports/templates"), folder,
                title, track_record, edition=self.place.edition, changes=changes,
            )  # fmt: skip
        except Exception as error:
            # The edge of the house: whatever went wrong is told, and the results stay.
            for file in (*due.files, due.changes):  # a PDF without its HTML
                (self.place.draft / file).unlink(missing_ok=True)
            return Written(due.name, "", {}, f"the brief could not be written: {_why(error)}")
        files = {file: _digest(self.place.draft / file) for file in due.files}
        return Written(due.name, due.key, files, "", due.goal, title, track_record, self.place.edition)


def take_over(place: Place, brief: Written) -> None:
    """Have a brief of the last run stand in the one that is being made."""
    beside = changes_of(brief.name)  # in whatever language the brief is, it is the same
    missing = (place.folder / beside).is_file() and not (place.draft / beside).exists()
    for file in (*brief.files, *([beside] if missing else [])):
        (place.draft / file).parent.mkdir(parents=True, exist_ok=True)
        linked(str(place.folder / file), str(place.draft / file))


def _why(error: Exception) -> str:
    if isinstance(error, RenderingFailed):
        return str(error)
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return f"{type(error).__name__}: {error}"
