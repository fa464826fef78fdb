"""The brief in a browser, from the disk: no request, nothing cut off, nobody left out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from forecasts.attainment.result import Attainment
from forecasts.publish.brief import compose, write_html
from forecasts.publish.words import Words
from tests.publish.asked import asked
from tests.publish.conftest import science_city
from tests.publish.test_site_browser import CHROMIUM, OFFLINE, WIDTHS, axe_core

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
    with playwright.sync_playwright() as session:
        launched = session.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", OFFLINE])
        yield launched
        launched.close()


@pytest.fixture(scope="module", params=["zh", "en"])
def page(request: Any, chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The brief in a language, with the charts drawn; `wrong` is what went wrong on it."""
    results: list[Attainment] = [asked(result) for result in science_city()]
    path = tmp_path_factory.mktemp("page") / "brief.html"
    templates = Path(__file__).parents[2] / "reports" / "templates"
    write_html(compose(results, [], Words(request.param), ["回看 · looked back"]), path, templates)
    opened = chromium.new_page()
    opened.wrong = []
    opened.on("console", lambda said: opened.wrong.append(said.text))
    opened.on("pageerror", lambda error: opened.wrong.append(str(error)))
    opened.on("request", lambda one: one.url.startswith(("file:", "data:")) or opened.wrong.append(one.url))
    opened.path = path
    yield opened
    opened.close()


def shown(page: Any, width: int) -> Any:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(page.path.as_uri())
    page.wait_for_function(
        "[...document.querySelectorAll('figure .chart')].every(c => c.querySelector('svg'))"
    )
    return page


@pytest.mark.parametrize("width", [1200, 768, 390])
def test_nothing_is_wider_than_the_window_and_nothing_goes_wrong(page: Any, width: int) -> None:
    shown(page, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not page.wrong


@pytest.mark.parametrize("width", WIDTHS)
def test_every_slider_has_its_value_beside_it(page: Any, width: int) -> None:
    shown(page, width)
    beside = page.evaluate(
        """[...document.querySelectorAll('.live input[type=range]')].map(input => {
             const slider = input.getBoundingClientRect();
             const value = input.nextElementSibling.getBoundingClientRect();
             return [value.top < slider.bottom && slider.top < value.bottom, value.left >= slider.right];
           })"""
    )
    assert all(all(pair) for pair in beside)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_checker_of_accessibility_finds_nothing(page: Any, width: int) -> None:
    checker = axe_core()
    if checker is None:
        pytest.skip("needs axe-core: set AXE_CORE to its axe.min.js")
    shown(page, width)
    page.evaluate(checker.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")["violations"]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found] == []
