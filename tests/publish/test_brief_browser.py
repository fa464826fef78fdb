"""The brief in a browser, from the disk: no request, nothing cut off, nobody left out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from forecasts.attainment.result import Attainment
from forecasts.publish.brief import compose, write_html
from forecasts.publish.words import Words
from tests.publish.asked import asked
from tests.publish.conftest import attainment, science_city
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


@pytest.fixture(scope="module")
def portfolio(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A brief of sixty goals of ten regions."""

    def of(k: int) -> Attainment:
        result = attainment(0.01 + 0.016 * k, goal=f"g{k}")
        region = {"region": f"r{k % 10}", "region_zh": f"地区{k % 10}", "region_en": f"Region {k % 10}"}
        return result.model_copy(update={"goal": result.goal.model_copy(update=region)})

    path = tmp_path_factory.mktemp("page") / "brief.html"
    templates = Path(__file__).parents[2] / "reports" / "templates"
    write_html(compose([of(k) for k in range(60)], [], Words("zh"), ["回看"]), path, templates)
    opened = chromium.new_page()
    opened.path = path
    yield opened
    opened.close()


OPEN = "[...document.querySelectorAll('details.region')].filter(one => one.open).map(one => one.id)"


def test_a_portfolio_on_a_telephone_is_folded_by_region(portfolio: Any) -> None:
    shown(portfolio, 390)
    assert portfolio.evaluate(OPEN) == []
    assert portfolio.evaluate("document.documentElement.scrollWidth") <= 390
    assert portfolio.evaluate("document.documentElement.scrollHeight") < 4000
    portfolio.click('.overview a[href="#region-4"]')
    assert portfolio.evaluate(OPEN) == ["region-4"]
    portfolio.locator("#region-7 summary").click()
    assert portfolio.evaluate(OPEN) == ["region-4", "region-7"]
    assert portfolio.evaluate("document.documentElement.scrollWidth") <= 390
    portfolio.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert len(portfolio.evaluate(OPEN)) == 10


def test_a_portfolio_on_a_desk_is_open(portfolio: Any) -> None:
    shown(portfolio, 1200)
    assert len(portfolio.evaluate(OPEN)) == 10
    assert portfolio.locator("details.region thead:visible").count() >= 1


@pytest.mark.parametrize("width", WIDTHS)
def test_the_checker_finds_nothing_on_a_portfolio(portfolio: Any, width: int) -> None:
    checker = axe_core()
    if checker is None:
        pytest.skip("needs axe-core: set AXE_CORE to its axe.min.js")
    shown(portfolio, width)
    portfolio.evaluate(checker.read_text(encoding="utf-8"))
    found = portfolio.evaluate("axe.run()")["violations"]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found] == []
