"""A run that was reviewed, on the site: what was decided shows, and one byte that changes makes it stale."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from forecasts.cli import app
from forecasts.publish.site.index import LANGUAGES
from forecasts.publish.words import Language, Words
from tests.batch.night import plan
from tests.batch.test_run import forecasts
from tests.publish.test_site import Page

PLAN = """notebook: goal.ipynb
goals: [{goal}]
scenarios: [baseline]
known_on: newest
draws: 500
what_if: false
briefs: together
language: zh
"""


def told(*arguments: str) -> str:
    ended = CliRunner().invoke(app, arguments)
    assert ended.exit_code == 0, ended.output
    return ended.stdout


def states_on(site: Path, goal: str, language: Language) -> dict[str, str]:
    """Return the word of the state on each page that tells it."""
    folder = site / ("en" if language == "en" else "")
    [run] = (folder / "runs" / "short").iterdir()
    words, found = Words(language), {}
    told = {words.say(f"site.state.{s}") for s in ("unreviewed", "approved", "returned", "stale")}
    for path in (folder / "index.html", folder / "goals" / f"{goal}.html", run / "index.html"):
        page = Page(path.read_bytes())
        [found[path.name]] = {text.strip() for text in page.text if text.strip() in told}
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert f'<option value="{found["index.html"]}">' in index, "the list can be narrowed to it"
    return found


@pytest.mark.slow
def test_what_was_decided_shows_and_any_byte_makes_it_stale(
    copy_house: Callable[[], Path], goal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = copy_house()
    monkeypatch.chdir(house)
    ended = forecasts("run", str(plan(house, "short", PLAN.format(goal=goal))), cwd=house)
    assert ended.returncode == 0, ended.stderr

    def shown(state: str) -> Path:
        site = Path(told("site", "--no-look-back").splitlines()[-1]).parent
        for language in LANGUAGES:
            word = Words(language).say(f"site.state.{state}")
            assert set(states_on(site, goal, language).values()) == {word}
        return site

    shown("unreviewed")
    told("review", "short", "--approve", "--by", "李四", "--note", "同意 <b>")
    page = Page((shown("approved") / "goals" / f"{goal}.html").read_bytes())
    assert "李四" in " ".join(page.text)
    assert "同意 <b>" in " ".join(page.text)
    [run] = (house / "reports" / "out" / "short").glob("2*")
    for changed in (run / "brief.zh.html", next(run.glob("jobs/*/result.json"))):
        before = changed.read_bytes()
        changed.write_bytes(before + b"\n")
        shown("stale")
        changed.write_bytes(before)
    told("review", "short", "--return", "--by", "王五", "--note", "再议")
    shown("returned")
