"""What the tests of the site share: runs that lie in a folder, and a site that is built of them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from forecasts.attainment.result import Attainment
from forecasts.publish.save import RESULT, dump_result
from forecasts.publish.site.building import Built, before, build
from forecasts.publish.site.pages import Facts, Pages
from forecasts.publish.site.places import named
from forecasts.publish.site.runs import Filed, Held, State, Summary, summary_of
from forecasts.scenarios.seeds import Seeds

TEMPLATES = Path(__file__).parents[2] / "reports" / "templates" / "site"


def lay(results: Sequence[Attainment], out: Path, plan: str, day: str) -> Path:
    """Lay results as a run leaves them."""
    folder = out / plan / day
    jobs = []
    for number, result in enumerate(results):
        job = f"job-{number}--{named(result.scenario.id)}"
        (folder / "jobs" / job).mkdir(parents=True)
        (folder / "jobs" / job / RESULT).write_text(dump_result(result), encoding="utf-8")
        jobs.append({"id": job, "goal": result.goal.id, "scenario": result.scenario.id, "error": ""})
    told = {"plan": plan, "known_on": day, "language": "zh", "jobs": jobs, "briefs": []}
    (folder / "run.json").write_text(json.dumps(told), encoding="utf-8")
    return folder


def filed(folder: Path, state: State = "unreviewed") -> tuple[Filed, dict[str, Summary]]:
    """Return a run that was laid, as the site knows it."""
    held, summaries = [], {}
    for path in sorted((folder / "jobs").iterdir()):
        content = (path / RESULT).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        held.append(Held(path.name, path, digest))
        summaries[digest] = summary_of(Attainment.model_validate_json(content))
    return Filed(folder.parent.name, folder.name, tuple(held), state), summaries


def facts_of(folders: Sequence[Path], seeds: Seeds, texts: Mapping[str, str] | None = None) -> Facts:
    """Return what the site tells of runs."""
    runs, summaries = [], dict[str, Summary]()
    for folder in folders:
        run, more = filed(folder)
        runs.append(run)
        summaries |= more
    return Facts(tuple(runs), summaries, seeds, texts or {}, TEMPLATES)


def built(facts: Facts, site: Path, program: str = "one") -> Built:
    """Build a site, or build it anew."""
    pages = Pages(facts)
    told = {digest: one.model_dump(mode="json") for digest, one in facts.summaries.items()}
    return build(pages.leaves(), pages.copies(), before(site, program), program, told)


def files_in(site: Path) -> dict[str, bytes]:
    """Return every file of a site by its path."""
    found = (path for path in site.rglob("*") if path.is_file())
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in found}
