"""The site: how long it takes to build of many runs, when one more has come, and when nothing has.

The runs are the Science City's brief, laid as a night leaves it, on a day of knowledge each; every run has
numbers of its own, so that no page can be taken from another. The command builds the site.
"""

import argparse
import datetime as dt
import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from common import print_table

from forecasts.attainment.outlook import outlook
from forecasts.attainment.past import Reader
from forecasts.attainment.question import find_question
from forecasts.attainment.result import Attainment
from forecasts.attainment.verdict import verdict
from forecasts.scenarios.seeds import read_seeds
from forecasts.whatif.taken import what_if
from tests.publish.sites import lay

ROOT = Path(__file__).resolve().parents[2]

#: The first day of knowledge; each run is a day later.
FIRST = dt.date(2020, 1, 1)


@dataclass(frozen=True)
class Took:
    """What a build took: wall seconds, those of the processors, files and bytes of the site."""

    what: str
    wall: float
    cpu: float
    files: int
    mb: float


def answers() -> list[Attainment]:
    """Return the Science City's headline answers, with what would change them."""
    seeds = read_seeds(ROOT / "seeds")
    goals = seeds.ledger.headline_goals()
    day, reader = seeds.ledger.newest_publication(goals), Reader(seeds.ledger)
    found = []
    for goal in goals:
        for scenario in seeds.scenarios_of(goal, headline=True):
            one = outlook(reader, find_question(seeds, goal, scenario, day))
            said = verdict(one)
            found.append(said.model_copy(update={"what_if": what_if(seeds, one, said)}))
    return found


def moved(result: Attainment, number: int) -> Attainment:
    """Return a result on a day of its own, with a fan that no other day has."""
    factor = 1 + 0.0001 * (number + 1)
    fan = [{k: v * factor if k.startswith("q") else v for k, v in p.model_dump().items()} for p in result.fan]
    told = result.model_dump() | {
        "known_on": FIRST + dt.timedelta(days=number),
        "fan": fan,
    }
    sliders = (told["what_if"] or {}).get("sliders")
    if sliders:
        for futures in (sliders["at_deadline"], *sliders["fan"]):
            futures["value"] = tuple(v * factor for v in futures["value"])
    return Attainment.model_validate(told)


def lay_runs(some: Sequence[Attainment], out: Path, numbers: range) -> None:
    """Lay so many runs."""
    for number in numbers:
        day = (FIRST + dt.timedelta(days=number)).isoformat()
        lay([moved(one, number) for one in some], out, "night", day)


def build(what: str, runs: Path) -> Took:
    """Build the site by the command, and say what it took."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    command = [sys.executable, "-m", "forecasts", "site", "--runs", str(runs), "--no-look-back"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env=os.environ)
    wall, after = perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    sizes = [path.stat().st_size for path in (runs / "site").rglob("*") if path.is_file()]
    return Took(what, wall, cpu, len(sizes), sum(sizes) / 1e6)


def measured(count: int) -> Iterator[Took]:
    """Build of all runs but one, with the last, and once more; yield what each build took."""
    some = answers()
    with TemporaryDirectory(prefix="forecasts-") as folder:
        runs = Path(folder) / "runs"
        lay_runs(some, runs, range(count - 1))
        yield build(f"{count - 1} runs", runs)
        lay_runs(some, runs, range(count - 1, count))
        yield build("one new run", runs)
        yield build("nothing new", runs)


def main(given: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=501, help="how many, at least two (default: 501)")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    asked = parser.parse_args(given)
    if asked.runs < 2:
        parser.error("--runs: at least two")
    found = list(measured(asked.runs))
    if asked.format == "json":
        print(json.dumps([asdict(one) for one in found], indent=1))
        return
    rows = [(o.what, f"{o.wall:.1f}", f"{o.cpu:.1f}", str(o.files), f"{o.mb:.0f}") for o in found]
    print_table("forecasts site", ("", "wall s", "processors' s", "files", "MB"), rows)


if __name__ == "__main__":
    main()
