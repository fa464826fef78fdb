"""What takes long by nature (`make soak`): whole nights, one after the other."""

from pathlib import Path

import pytest

from forecasts.batch.came import Run
from forecasts.batch.night import run_plan
from forecasts.batch.plans.reading import read_plan
from forecasts.scenarios.seeds import Seeds

DAYS = ("newest", "2023-10-01")


def written(run: Run) -> dict[str, bytes]:
    """Return what a run says, by file: results, charts and the brief, without its times and notebooks."""
    files = [*run.folder.rglob("result.json"), *run.folder.rglob("*.vl.json"), *run.folder.glob("brief.*")]
    return {path.relative_to(run.folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.soak
@pytest.mark.parametrize("language", ["zh", "en"])
def test_night_after_night_equal_questions_give_equal_bytes(
    language: str, root: Path, seeds: Seeds, tmp_path: Path
) -> None:
    for day in DAYS:
        options = {"language": language, "known_on": day}
        works = read_plan(root / "reports" / "plans" / "brief.yaml", root, seeds, options)
        first, second = (
            written(run_plan(works, seeds, root, tmp_path / f"{name}-{day}")[0]) for name in ("one", "two")
        )
        assert len([name for name in first if name.endswith("result.json")]) == len(works[0].jobs)
        assert first == second
