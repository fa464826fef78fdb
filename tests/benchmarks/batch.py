"""A night's batch: against a loop of the papermill command, with briefs, unchanged, and a thousand jobs.

Everything is run in folders of its own, none of them in the project. The first part asks every job of
reports/plans/sweep.yaml; the second the same on many days, and looks at every process that lives long.
"""

import argparse
import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory
from threading import Thread
from time import perf_counter
from typing import Any

import numpy as np
import yaml
from common import print_table
from processes import Seen, living, processor_of, seen

from forecasts.batch.plans.plan import Job, Work
from forecasts.batch.plans.reading import read_plan
from forecasts.scenarios.seeds import read_seeds
from tests.batch.night import Night

ROOT = Path(__file__).resolve().parents[2]
SWEEP = ROOT / "reports" / "plans" / "sweep.yaml"

#: Days between two days of knowledge of the second part: all of them see figures about every goal.
APART = 5

#: ``forecasts run`` ends with 1 where a job failed: how many were good is told.
GOOD, SOME_FAILED = 0, 1

#: Kinds of what is told of a process that lives long, and how each is written.
KINDS = {"pss": "PSS MB", "uss": "USS MB", "rss": "RSS MB", "files": "open files", "threads": "threads"}


@dataclass(frozen=True)
class Took:
    """What a command took: wall seconds, and those of the processor in it and all that it started."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Speed:
    """The first part.

    Attributes
    ----------
    stock : tuple of Took
        Of each notebook that the papermill command ran.
    plain, briefed : tuple of Took
        Of each run without briefs, and with one for each goal.
    unchanged : mapping
        Of a second run of either plan, by `plain` and `briefed`.
    different : mapping
        Where results are not the same: names of fields, by job.
    """

    jobs: int
    briefs: int
    stock: tuple[Took, ...]
    plain: tuple[Took, ...]
    briefed: tuple[Took, ...]
    unchanged: Mapping[str, Took]
    different: Mapping[str, list[str]]

    @property
    def loop(self) -> Took:
        """The loop over all jobs; where some were run, so many times their mean."""
        return Took(*(self.jobs * mean(column) for column in _columns(self.stock)))


@dataclass(frozen=True)
class Mark:
    """What was seen when so many jobs had ended: processes, and files in the folders for temporary ones."""

    jobs: int
    seconds: float
    processes: tuple[Seen, ...]
    files: int


@dataclass
class Endured:
    """The second part: what was seen at each mark, and what was left at the end."""

    took: Took = field(default_factory=lambda: Took(0.0, 0.0))
    jobs: int = 0
    good: int = 0
    briefs: int = 0
    marks: list[Mark] = field(default_factory=list)
    left_processes: list[str] = field(default_factory=list)
    left_files: list[str] = field(default_factory=list)

    def long_lived(self) -> list[Seen]:
        """Return the processes that were there at two marks or more, as they were seen first."""
        found: dict[tuple[int, float], list[Seen]] = {}
        for mark in self.marks:
            for one in mark.processes:
                found.setdefault(one.identity, []).append(one)
        return [times[0] for times in found.values() if len(times) > 1]

    def course(self, one: Seen, kind: str) -> list[float | None]:
        """Return what a process had of something at each mark; None where it was not there."""
        at = [{p.identity: p for p in mark.processes}.get(one.identity) for mark in self.marks]
        return [None if p is None else float(getattr(p, kind)) for p in at]

    def growth(self, one: Seen, kind: str) -> float:
        """Return by how much that grew from the first mark at which it was there to the last."""
        known = [value for value in self.course(one, kind) if value is not None]
        return known[-1] - known[0]


def derived(path: Path, goals: Sequence[str], **keys: Any) -> Path:
    """Write the sweep's plan with some of its keys in place of its own; no goals: its own."""
    plan = yaml.safe_load(SWEEP.read_text(encoding="utf-8")) | keys
    plan |= {"goals": list(goals)} if goals else {}
    path.write_text(yaml.safe_dump(plan, allow_unicode=True), encoding="utf-8")
    return path


def opened(plan: Path) -> tuple[Work, ...]:
    """Return what a plan asks, day by day."""
    return read_plan(plan, ROOT, read_seeds(ROOT / "seeds"))


def first_goals(folder: Path, count: int | None) -> tuple[str, ...]:
    """Return the first goals of the sweep; none where all are wanted."""
    work = opened(derived(folder / "sweep.yaml", ()))[0]
    return () if count is None else tuple(dict.fromkeys(job.goal for job in work.jobs))[:count]


def command(plan: Path, out: Path, jobs: int, *more: str) -> list[str]:
    """Return the command that runs a plan."""
    words = ["run", str(plan), "--out", str(out), "--jobs", str(jobs), "--format", "json", *more]
    return [sys.executable, "-m", "forecasts", *words]


def measured(words: Sequence[str], log: Path) -> tuple[Took, str]:
    """Run a command to its good end; return what it took and what it printed."""
    before, start = processor_of(), perf_counter()
    with log.open("ab") as errors:
        came = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True)
    took = Took(perf_counter() - start, processor_of() - before)
    if came.returncode:
        last = log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise SystemExit(f"{' '.join(words[:4])} ended with {came.returncode}\n{last}")
    return took, came.stdout


def papermill(job: Job, folder: Path, log: Path) -> Took:
    """Run one job by the command of papermill, with its own engine."""
    folder.mkdir(parents=True)
    parameters = folder / "parameters.yaml"
    parameters.write_text(yaml.safe_dump({**job.parameters, "output": str(folder)}), encoding="utf-8")
    script = Path(sys.executable).with_name("papermill")
    words = [script, ROOT / "notebooks" / job.notebook, folder / "notebook.ipynb", "-f", parameters]
    return measured([str(word) for word in words], log)[0]


def some_of(jobs: Sequence[Job], count: int | None) -> list[Job]:
    """Return all jobs, or so many of them, evenly spread."""
    if count is None or count >= len(jobs):
        return list(jobs)
    return [jobs[k] for k in np.linspace(0, len(jobs) - 1, count).round().astype(int)]


def differences(one: Any, other: Any, name: str = "") -> list[str]:
    """Return the names of the fields in which two results differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = dict.fromkeys((*one, *other))
        pairs = [(f"{name}.{key}".lstrip("."), one.get(key), other.get(key)) for key in keys]
        return [field for key, a, b in pairs for field in differences(a, b, key)]
    return [] if one == other else [name]


def speed(folder: Path, goals: Sequence[str], jobs: int, repeats: int, stock: int | None) -> Speed:
    """Run the sweep by `forecasts run`, with and without briefs, before and after the loop of papermill."""
    plans = {
        name: derived(folder / f"{name}.yaml", goals, briefs=briefs)
        for name, briefs in (("plain", "none"), ("briefed", "by_goal"))
    }
    (work,) = opened(plans["plain"])
    took: dict[str, list[Took]] = {name: [] for name in plans}
    told = {}

    def run(name: str, *more: str) -> Took:
        words = command(plans[name], folder / name, jobs, *more)
        spent, printed = measured(words, folder / "log.txt")
        told[name] = json.loads(printed)
        return spent

    looped: list[Took] = []
    some = some_of(work.jobs, stock)
    for turn in range(repeats):
        for name in plans:
            took[name].append(run(name, "--force"))
        if turn == 0:
            looped = [papermill(job, folder / "stock" / job.id, folder / "log.txt") for job in some]
    unchanged = {name: run(name) for name in plans}
    there = {one["id"]: folder / "plain" / "plain" / str(work.known_on) / "jobs" / one["id"]
             for one in told["plain"]["jobs"]}  # fmt: skip
    different = {
        job.id: differences(_result(there[job.id]), _result(folder / "stock" / job.id)) for job in some
    }
    return Speed(
        len(work.jobs), len(told["briefed"]["briefs"]), tuple(looped), tuple(took["plain"]),
        tuple(took["briefed"]), unchanged, {name: fields for name, fields in different.items() if fields},
    )  # fmt: skip


def _result(folder: Path) -> Any:
    return json.loads((folder / "result.json").read_text(encoding="utf-8"))


def days_before(newest: dt.date, count: int) -> list[str]:
    """Return a day and so many more before it."""
    return [(newest - dt.timedelta(days=APART * k)).isoformat() for k in range(count)]


def endured(folder: Path, goals: Sequence[str], most: int, every: int, jobs: int) -> Endured:
    """Run the sweep on as many days as `most` jobs need; look at all processes after each `every` jobs."""
    one_day = opened(derived(folder / "one.yaml", goals))[0]
    days = days_before(one_day.known_on, -(-most // len(one_day.jobs)))
    plan = derived(folder / "many.yaml", goals, known_on=days, briefs="by_goal")
    held = {name: folder / name for name in ("tmp", "runtime", "ipython")}
    for path in held.values():
        path.mkdir()
    variables = dict(
        zip(("TMPDIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"), map(str, held.values()), strict=True)
    )
    words = [*command(plan, folder / "out", jobs)[4:], "--force", "--log-format", "json"]
    found, before, start = Endured(), processor_of(), perf_counter()
    night = Night(ROOT, words, **variables)
    printed: list[str] = []
    hearing = Thread(target=lambda: printed.append(night.process.stdout.read()))  # type: ignore[union-attr]
    hearing.start()
    assert night.process.stderr is not None
    for event in _events(night.process.stderr):
        if event["event"] != "job":
            continue
        found.jobs += 1
        found.good += not event["error"]
        if found.jobs % every == 0:
            there = tuple(seen(one) for one in living(night.process.pid))
            files = sum(len(_files(path)) for path in (held["tmp"], held["runtime"]))
            now = perf_counter() - start
            found.marks.append(Mark(found.jobs, now, tuple(one for one in there if one is not None), files))
    code = night.process.wait()
    hearing.join()
    found.took = Took(perf_counter() - start, processor_of() - before)
    if code not in (GOOD, SOME_FAILED):
        raise SystemExit(f"forecasts run ended with {code}")
    found.left_processes = night.gone()
    found.left_files = [name for path in (held["tmp"], held["runtime"]) for name in _files(path)]
    told = json.loads(printed[0])
    found.briefs = sum(len(run["briefs"]) for run in (told if isinstance(told, list) else [told]))
    return found


def _events(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            yield json.loads(line)
        except ValueError:
            print(line, end="", file=sys.stderr)


def _files(folder: Path) -> list[str]:
    return [str(path.relative_to(folder.parent)) for path in folder.rglob("*") if not path.is_dir()]


def _columns(took: Sequence[Took]) -> tuple[list[float], list[float]]:
    return [one.wall for one in took], [one.cpu for one in took]


def tell_speed(found: Speed) -> None:
    """Print the first part."""
    wall = found.loop.wall if found.stock else float("nan")

    def row(name: str, took: Sequence[Took]) -> list[str]:
        walls, cpus = _columns(took)
        usual = median(walls)
        every = " ".join(f"{one:.1f}" for one in walls) if len(walls) > 1 else ""
        return [name, f"{usual:.1f}", f"{median(cpus):.1f}", f"{wall / usual:.1f}", every]

    rows = []
    if found.stock:
        sample = f": {len(found.stock)} of {found.jobs}, scaled" if len(found.stock) < found.jobs else ""
        rows.append(row(f"a loop of papermill{sample}", [found.loop]))
    rows += [
        row("forecasts run, no briefs", found.plain),
        row(f"forecasts run, {found.briefs} briefs (PDF and HTML)", found.briefed),
        row("the first again, nothing changed", [found.unchanged["plain"]]),
        row("the second again, nothing changed", [found.unchanged["briefed"]]),
    ]
    more = median(_columns(found.briefed)[0]) - median(_columns(found.plain)[0])
    said = [f"a brief more takes {more / max(found.briefs, 1):.2f} s"]
    if found.stock:
        said.append(f"{len(found.stock) - len(found.different)} of {len(found.stock)} results are equal")
    said += [f"{name} differs in {', '.join(fields)}" for name, fields in found.different.items()]
    columns = ("what", "wall s", "processor s", "times as quick", "each")
    print_table(f"{found.jobs} jobs of {SWEEP.name}", columns, rows, "; ".join(said))


def tell_endured(found: Endured) -> None:
    """Print the second part."""
    rows = []
    for one in found.long_lived():
        for kind, name in KINDS.items():
            course = ["" if v is None else f"{v:,.0f}" for v in found.course(one, kind)]
            rows.append([f"{one.name} {one.pid}", name, *course, f"{found.growth(one, kind):+,.0f}"])
    rows.append(["", "temporary files", *(str(mark.files) for mark in found.marks), ""])
    rows.append(["", "seconds", *(f"{mark.seconds:.0f}" for mark in found.marks), ""])
    left = f"left at the end: {len(found.left_processes)} processes, {len(found.left_files)} temporary files"
    names = "".join(f"\n{name}" for name in (*found.left_processes, *found.left_files))
    title = (
        f"{found.jobs:,} jobs ({found.good:,} good) and {found.briefs} briefs in {found.took.wall:.0f} s "
        f"({found.took.cpu:.0f} s of the processors)"
    )
    columns = ("process", "", *(str(mark.jobs) for mark in found.marks), "growth")
    print_table(title, columns, rows, left + names)


def main(given: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="batch.py", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--parts", nargs="*", choices=("sweep", "thousand"), default=["sweep", "thousand"],
        help="which of the two parts (default: both)",
    )  # fmt: skip
    parser.add_argument("--jobs", type=int, default=2, help="notebooks at the same time (default: 2)")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each plan (default: 3)")
    parser.add_argument(
        "--stock", type=int, metavar="N",
        help="how many jobs the loop of papermill runs; 0: there is no loop (default: all)",
    )  # fmt: skip
    parser.add_argument("--goals", type=int, metavar="N", help="so many goals of the sweep (default: all)")
    parser.add_argument("--most", type=int, default=1000, help="jobs of the second part (default: 1000)")
    parser.add_argument("--every", type=int, default=100, help="jobs between two looks (default: 100)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="of what is printed")
    said = parser.parse_args(given)
    if min(said.jobs, said.repeats, said.most, said.every) < 1 or (said.stock or 0) < 0:
        parser.error("--jobs, --repeats, --most and --every must be at least 1, --stock at least 0")
    told: dict[str, Any] = {}
    with TemporaryDirectory(prefix="bench-") as folder:
        goals = first_goals(Path(folder), said.goals)
        if "sweep" in said.parts:
            (there := Path(folder, "sweep")).mkdir()
            quick = speed(there, goals, said.jobs, said.repeats, said.stock)
            told["sweep"] = asdict(quick)
            if said.format == "text":
                tell_speed(quick)
        if "thousand" in said.parts:
            (there := Path(folder, "many")).mkdir()
            long = endured(there, goals, said.most, said.every, said.jobs)
            told["thousand"] = asdict(long)
            if said.format == "text":
                tell_endured(long)
    if said.format == "json":
        print(json.dumps(told, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
