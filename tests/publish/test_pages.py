"""The real plan's brief as sheets of paper: few, none nearly empty, and no number that is in no result."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from forecasts.attainment.outlook import outlook
from forecasts.attainment.past import Reader
from forecasts.attainment.question import find_question
from forecasts.attainment.result import Attainment
from forecasts.attainment.verdict import verdict
from forecasts.publish.brief import compose, write_html, write_pdf
from forecasts.publish.parts import Brief
from forecasts.publish.words import Words
from forecasts.scenarios.seeds import Seeds
from forecasts.whatif.taken import what_if
from tests.publish.test_page_one import numbers_told, strangers

TEMPLATES = Path(__file__).parents[2] / "reports" / "templates"
TRUST = "回看之言 · looked back"

#: Foot of a page, in points: what stands there is on every page.
FOOT = 14 * 72 / 25.4

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def results(seeds: Seeds) -> list[Attainment]:
    """Every headline goal under every headline scenario that is for it, with what would change it."""
    ledger = seeds.ledger
    goals = ledger.headline_goals()
    day = ledger.newest_publication(goals)
    found = [
        outlook(Reader(ledger), find_question(seeds, goal, scenario, day))
        for goal in goals
        for scenario in seeds.scenarios_of(goal, headline=True)
    ]
    return [(said := verdict(one)).model_copy(update={"what_if": what_if(seeds, one, said)}) for one in found]


@pytest.fixture(scope="module", params=["zh", "en"])
def made(
    request: Any, results: list[Attainment], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Brief, Path]:
    """The brief in a language, and the folder where it lies."""
    folder = tmp_path_factory.mktemp(request.param)
    brief = compose(results, [], Words(request.param), [TRUST], edition=1)
    write_pdf(brief, folder / "brief.pdf", TEMPLATES)
    write_html(brief, folder / "brief.html", TEMPLATES)
    return brief, folder


def lowest(pdf: Path) -> list[float]:
    """Return how far down each page is written on, as a share of it; what stands at its foot aside."""
    told = subprocess.run(
        ["pdftotext", "-bbox", str(pdf), "-"], capture_output=True, text=True, check=True
    ).stdout  # fmt: skip
    shares = []
    for page in re.findall(r'<page width="[\d.]+" height="([\d.]+)">(.*?)</page>', told, re.S):
        height = float(page[0])
        ends = [float(y) for y in re.findall(r'yMax="([\d.]+)"', page[1])]
        shares.append(max((y for y in ends if y < height - FOOT), default=0.0) / height)
    return shares


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext of poppler")
def test_the_real_brief_has_few_pages_and_none_is_half_empty(made: tuple[Brief, Path]) -> None:
    shares = lowest(made[1] / "brief.pdf")
    assert 1 < len(shares) <= 9
    assert all(share > 0.5 for share in shares), shares


def test_every_goal_has_its_chart_on_page_one(made: tuple[Brief, Path]) -> None:
    front = made[0].front
    assert [trend.heading for trend in front.trends] == [row.name for row in front.rows]


def test_every_number_of_the_real_brief_is_one_of_its_results(
    made: tuple[Brief, Path], results: list[Attainment]
) -> None:
    brief, folder = made
    for told in numbers_told(folder):
        assert len(told) > 100
        assert not strangers(told, brief, results)
