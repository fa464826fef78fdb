"""A run is read by a person, who decides: approved, or returned. The decision shows in its briefs.

The briefs of a run are drafts. Whoever decides has read certain bytes: the decision is bound to them, and to
the same briefs with its stamp, which are made of the same results and take the drafts' place. They differ in
nothing but the stamp: that is made sure of first, for the briefs as they lie there must come out again, byte
by byte.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from forecasts.batch.briefs import changes_of
from forecasts.batch.changes import CHANGES
from forecasts.batch.folders import FAILED, RUN, locked
from forecasts.batch.register.reviews import (
    Decision,
    Review,
    Standing,
    content_of,
    record_review,
    reviews_of,
    standing_of,
)
from forecasts.ledger.files import write_whole
from forecasts.ledger.letters import as_words
from forecasts.ledger.problems import BadInput, Problem
from forecasts.ledger.root import provided, shown
from forecasts.publish.rendering import Renderer
from forecasts.publish.save import RESULT, dump_json
from forecasts.publish.stamps import Signature

#: Characters of a name and of a note.
LONGEST_NAME: Final = 60
LONGEST_NOTE: Final = 1_000

#: What ``run.json`` says that a decision is about; how long jobs took and where they lie is none of it.
TOLD: Final = ("plan", "notebook", "known_on", "language", "draws", "seed", "ok", "error")
TOLD_OF_JOBS: Final = ("id", "goal", "scenario", "error")

ENDINGS: Final = (".pdf", ".html")


@dataclass(frozen=True, slots=True)
class Lying:
    """A run as it lies there.

    Attributes
    ----------
    told : mapping
        What its ``run.json`` says; empty where that cannot be read.
    files : mapping
        By name, the digest of every result, of every brief and of what changed as it was written down, and of
        what ``run.json`` says that counts.
    """

    folder: Path
    told: Mapping[str, Any]
    files: Mapping[str, str]

    @property
    def runs(self) -> tuple[tuple[str, str], ...]:
        """The plan and day that it calls its own, and those after which its folder is named."""
        named = (self.folder.parent.name, self.folder.name.removesuffix(FAILED))
        own = (str(self.told.get("plan")), str(self.told.get("known_on")))
        return tuple(dict.fromkeys((own, named)))


def lying_at(folder: Path) -> Lying:
    """Read what lies in a run's folder.

    Raises
    ------
    BadInput
        If it is no folder of a run.
    """
    if not (folder / RUN).is_file():
        rule = f"is no folder of a run: it has no {RUN}"
        raise BadInput([Problem("RUN", rule, str(folder), "name a run's folder, or a plan that has runs")])
    folder = folder.resolve()
    told = _told(folder / RUN)
    changes = [*folder.glob(CHANGES), *folder.glob(f"briefs/*/{CHANGES}")]
    found = [*folder.glob(f"jobs/*/{RESULT}"), *_briefs_in(folder), *changes]
    files = {path.relative_to(folder).as_posix(): _digest(path.read_bytes()) for path in found}
    return Lying(folder, told, files | {RUN: _facts(told)})


def _briefs_in(folder: Path) -> list[Path]:
    found = [*folder.glob("brief.*"), *folder.glob("briefs/*/brief.*")]
    return [path for path in found if path.suffix in ENDINGS]


def _told(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _facts(told: Mapping[str, Any]) -> str:
    """Return the digest of what counts of ``run.json``."""
    try:
        jobs = [[job.get(name) for name in TOLD_OF_JOBS] for job in told["jobs"]]
    except (KeyError, TypeError, AttributeError):
        jobs = []
    said = [{name: told.get(name) for name in TOLD}, jobs]
    return _digest(json.dumps(said, sort_keys=True).encode())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def find_run(named: str, out: Path) -> Path:
    """Return a run's folder: a path to it, or the newest run of the plan of this name.

    Raises
    ------
    BadInput
        If there is none.
    """
    path, runs = Path(named), []
    try:
        if (path / RUN).is_file():
            return path
        of_plan = out / named if "/" not in named and "\\" not in named else path
        runs = [p.parent for p in of_plan.glob(f"[0-9]*/{RUN}") if not p.parent.name.endswith(FAILED)]
    except (OSError, ValueError):  # what cannot be a path is none
        pass
    if not runs:
        remedy = f"name the folder of a run, or a plan that has runs in {out}"
        raise BadInput([Problem("RUN", "there is no such run", named, remedy)])
    return max(runs, key=lambda folder: folder.name)


def state_of(lying: Lying, register: Path, root: Path) -> Standing:
    """Say how a run stands."""
    return standing_of(lying.files, _reviews(lying, register, root))


def _reviews(lying: Lying, register: Path, root: Path) -> tuple[Review, ...]:
    return reviews_of(register, lying.runs, shown(lying.folder, root))


def checked_words(text: str, option: str, longest: int) -> str:
    """Return a name or a note as one line of visible text.

    Raises
    ------
    BadInput
        If it is too long, or holds a character that nobody can see.
    """
    try:
        words = str(as_words(text))
    except ValueError as error:
        raise BadInput([Problem(option, str(error), text, "write it in one line of plain text")]) from None
    if len(words) > longest:
        rule = f"must have at most {longest} characters (has {len(words)})"
        raise BadInput([Problem(option, rule, words, "shorten it")])
    return words


def decide(
    folder: Path,
    decision: Decision,
    name: str,
    note: str,
    register: Path,
    root: Path,
    renderer: Callable[[], Renderer],
) -> Review:
    """Record a decision about a run as it lies there, and have its briefs show it.

    Parameters
    ----------
    renderer : callable
        Gives what typesets; called only if the run has briefs.

    Raises
    ------
    BadInput
        If a run of the plan is at work, there is nothing to decide about, or its briefs are not what this
        program makes of its results.
    """
    with locked(folder.resolve().parent):
        lying = lying_at(folder)
        if len(lying.files) == 1 or not lying.told:
            if not lying.told:
                raise _damaged(folder)
            rule = "has nothing to review: no result, no brief"
            raise BadInput([Problem("RUN", rule, str(folder), "run its plan again")])
        reviews = _reviews(lying, register, root)
        review = Review(
            lying.runs[0][0], _day(lying), shown(lying.folder, root), decision, name, note,
            content_of(lying.files, reviews), lying.files, lying.files,
        )  # fmt: skip
        try:
            briefs = _stamped(lying, reviews, review, root, renderer)
        except (KeyError, TypeError, AttributeError):
            raise _damaged(folder) from None
        stamped = {name: _digest(content) for name, content in briefs.items()}
        review = replace(review, stamped={**lying.files, **stamped})
        record_review(register, review)
        for file, content in briefs.items():
            write_whole(lying.folder / file, content)
        if briefs:
            write_whole(lying.folder / RUN, dump_json(_with_digests(lying.told, stamped)))
        return review


def _damaged(folder: Path) -> BadInput:
    return BadInput([Problem("RUN", f"its {RUN} is damaged", str(folder), "run its plan again")])


def _day(lying: Lying) -> dt.date:
    try:
        return dt.date.fromisoformat(lying.runs[0][1])
    except ValueError:
        raise _damaged(lying.folder) from None


def _with_digests(told: Mapping[str, Any], stamped: Mapping[str, str]) -> dict[str, Any]:
    """Return what ``run.json`` says with the digests of stamped briefs: they stand, and are not made anew."""
    briefs = [
        one | {"files": {file: stamped.get(file, digest) for file, digest in one["files"].items()}}
        for one in told["briefs"]
    ]
    return {**told, "briefs": briefs}


def _stamped(
    lying: Lying, reviews: Sequence[Review], review: Review, root: Path, renderer: Callable[[], Renderer]
) -> dict[str, bytes]:
    """Return the briefs with a decision's stamp, by name."""
    found: dict[str, bytes] = {}
    told = [one for one in lying.told.get("briefs", ()) if isinstance(one, dict) and not one.get("error")]
    for one in told:
        names = [f"{one.get('name')}{ending}" for ending in ENDINGS]
        if not set(names) <= lying.files.keys():
            continue
        before = {name: (lying.folder / name).read_bytes() for name in names}
        again = _made(lying, one, _shown_on(names, lying, reviews), root, renderer)
        if list(again.values()) != list(before.values()):
            rule = "is not what this program makes of the results: it was changed, or the program was"
            remedy = "run the plan again, read the new brief, then decide"
            raise BadInput([Problem("RUN", rule, names[0], remedy)])
        found |= _made(lying, one, _signature(review), root, renderer)
    if loose := sorted(name for name in lying.files if name.endswith(ENDINGS) and name not in found):
        raise BadInput([Problem("RUN", f"{RUN} does not know this brief", loose[0], "run the plan again")])
    return found


def _shown_on(names: Sequence[str], lying: Lying, reviews: Sequence[Review]) -> Signature | None:
    """Return the decision whose stamp a brief carries; None for a draft."""
    digests = [lying.files[name] for name in names]
    for review in reversed(reviews):
        if [review.stamped.get(name) for name in names] == digests:
            return _signature(review)
    return None


def _signature(review: Review) -> Signature:
    return Signature(review.decision, review.name, review.decided_at.date(), review.note)


def _made(
    lying: Lying,
    told: Mapping[str, Any],
    signature: Signature | None,
    root: Path,
    renderer: Callable[[], Renderer],
) -> dict[str, bytes]:
    """Make a brief of a run's results; return its files by their names in the run."""
    jobs = [job for job in lying.told["jobs"] if not told["goal"] or job["goal"] == told["goal"]]
    good = [job for job in jobs if not job["error"]]
    name, language = str(told["name"]), lying.told["language"]
    stem = name.rpartition("/")[2]
    known = {f"jobs/{job['id']}/{RESULT}" for job in good} <= lying.files.keys()
    if not known or stem != f"brief.{language}":  # no name of a file becomes a path that is not there
        raise _damaged(lying.folder)
    changes = lying.folder / changes_of(name)
    with TemporaryDirectory(prefix="forecasts-") as draft:
        renderer().brief(
            [lying.folder / "jobs" / job["id"] for job in good],
            [(job["goal"], job["scenario"], job["error"]) for job in jobs if job["error"]],
            language, provided(root, "reports/templates"), Path(draft), told["title"],
            told["track_record"], signature, told.get("edition"),
            changes if changes.is_file() else None,
        )  # fmt: skip
        return {f"{name}{ending}": Path(draft, f"{stem}{ending}").read_bytes() for ending in ENDINGS}
