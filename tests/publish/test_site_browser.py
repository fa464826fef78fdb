"""The site in a browser, from the disk, with every request refused: what a reader does, and can do."""

import os
import re
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import forecasts as fc
from forecasts.attainment.outlook import Outlook, outlook
from forecasts.attainment.past import Reader
from forecasts.attainment.question import find_question
from forecasts.attainment.result import Attainment
from forecasts.attainment.verdict import verdict
from forecasts.publish.english import told_of
from forecasts.publish.live import held_by
from forecasts.publish.site.drawn import FUTURES
from forecasts.publish.site.places import in_language, named
from forecasts.publish.words import Language, Words
from forecasts.scenarios.seeds import Seeds
from forecasts.whatif.taken import what_if
from tests.conftest import ROOT
from tests.hostile import ADDRESSES
from tests.publish.sites import built, facts_of, lay
from tests.publish.test_site import HOSTILE, hostile_result

CHROMIUM = shutil.which("chromium")
OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND"
WIDTHS = (1200, 390)
DRAW_ALL = "Promise.all([...document.querySelectorAll('script[data-place]')].map(forecastsSite.draw))"
ALL_DRAWN = (
    "[...document.querySelectorAll('[data-place]')].every(s => forecastsSite.views.get(s.dataset.place))"
)

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")]


def axe_core() -> Path | None:
    """Return the checker of accessibility, if it is here: named by AXE_CORE, or of a package or npm."""
    found = find_spec("axe_playwright_python")
    places = [Path(os.environ["AXE_CORE"])] if "AXE_CORE" in os.environ else []
    places += [ROOT / "node_modules" / "axe-core" / "axe.min.js"]
    if found is not None and found.origin is not None:
        places += Path(found.origin).parent.rglob("axe.min.js")
    return next((path for path in places if path.is_file()), None)


class Browser:
    """Pages that may load nothing but files, and what went wrong on them."""

    def __init__(self, chromium: Any, site: Path) -> None:
        self.chromium, self.site, self.wrong = chromium, site, list[str]()
        self.context = chromium.new_context(viewport={"width": 1200, "height": 900}, accept_downloads=True)
        self.page = self.context.new_page()
        self.page.on("console", lambda said: self.wrong.append(said.text) if said.type != "log" else None)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("requestfailed", lambda asked: self.wrong.append(f"failed: {asked.url}"))
        self.page.on("request", self._asked)
        self.page.on("dialog", lambda dialog: self.wrong.append(f"dialog: {dialog.message}"))

    def _asked(self, asked: Any) -> None:
        if not asked.url.startswith(("file:", "data:")):
            self.wrong.append(f"asked: {asked.url}")

    def open(self, path: str) -> Any:
        self.page.goto(f"{(self.site / 'index.html').as_uri().removesuffix('index.html')}{path}")
        return self.page


@pytest.fixture(scope="module")
def outlooks(seeds: Seeds) -> dict[str, Outlook]:
    """The first headline goal on two days, and the others on the newest."""
    found = {}
    for goal in seeds.ledger.headline_goals():
        day = seeds.ledger.newest_publication((goal,))
        for scenario in seeds.scenarios_of(goal, headline=True):
            found[f"{goal}/{scenario}"] = outlook(
                Reader(seeds.ledger), find_question(seeds, goal, scenario, day)
            )
    return found


@pytest.fixture(scope="module")
def results(seeds: Seeds, outlooks: dict[str, Outlook]) -> list[Attainment]:
    return [
        (said := verdict(one)).model_copy(update={"what_if": what_if(seeds, one, said)})
        for one in outlooks.values()
    ]


@pytest.fixture(scope="module")
def site(results: list[Attainment], seeds: Seeds, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs")
    earlier = [r.model_copy(update={"what_if": None}) for r in results[:2]]
    day = results[0].known_on.isoformat()
    folders = [lay(results, out, "brief", day), lay(earlier, out, "earlier", "2001-01-01")]
    texts = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "seeds" / "texts").glob("*.txt")}
    built(facts_of(folders, seeds, texts), out / "site")
    return out / "site"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
    with playwright.sync_playwright() as session:
        launched = session.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", OFFLINE])
        yield launched
        launched.close()


@pytest.fixture
def browser(chromium: Any, site: Path) -> Iterator[Browser]:
    opened = Browser(chromium, site)
    yield opened
    opened.context.close()
    assert opened.wrong == []


def test_from_the_index_to_the_sentence_in_its_source(browser: Browser, results: list[Attainment]) -> None:
    page = browser.open("index.html")
    page.locator(".answers .lead a").first.click()
    assert results[0].goal.indicator_zh in page.locator("h1").inner_text()
    assert page.locator(".odds b").first.inner_text() == Words("zh").probability(results[0].probability)
    marked = page.locator('blockquote a[href*="texts/"][href*="#q-"]').first
    quote = marked.inner_text()
    marked.click()
    assert "/texts/" in page.url
    shown = page.locator("mark.now")
    shown.first.wait_for()
    assert "".join(shown.all_inner_texts()).replace(" ", "") == quote.replace(" ", "")
    assert shown.first.is_visible()
    top = shown.first.evaluate("one => one.getBoundingClientRect().top")
    assert 0 <= top <= 900, "in sight"


def test_on_a_telephone_lists_are_read_without_moving_sideways(browser: Browser) -> None:
    browser.page.set_viewport_size({"width": 390, "height": 844})
    for path in ("index.html", "sources.html", "compare.html"):
        page = browser.open(path)
        wide = page.evaluate(
            "[...document.querySelectorAll('.wide')].filter(one => one.scrollWidth > one.clientWidth).length"
        )
        assert wide == 0, path
    page = browser.open("index.html")
    beside = page.evaluate(
        """[...document.querySelectorAll('.answers .lead')].map(row => {
             const [name, number] = [...row.children].map(cell => cell.getBoundingClientRect());
             return number.left >= name.right && number.top < name.bottom;
           })"""
    )
    assert all(beside), "a goal's number stands beside its name"


@pytest.mark.parametrize("width", [1200, 768, 390])
def test_no_day_of_the_index_is_torn_apart(browser: Browser, width: int) -> None:
    browser.page.set_viewport_size({"width": width, "height": 900})
    page = browser.open("index.html")
    lines = page.evaluate(
        "[...document.querySelectorAll('.answers .day')].map(one => one.getClientRects().length)"
    )
    assert set(lines) == {1}


def test_the_index_is_narrowed_sorted_and_its_address_remembers(browser: Browser, seeds: Seeds) -> None:
    page = browser.open("index.html")
    bodies = page.locator(".answers tbody")
    everything = bodies.count()
    names = [bodies.nth(k).get_attribute("data-name") for k in range(everything)]
    page.fill('[name="q"]', str(names[0]))
    assert page.locator(".answers tbody:not(.off)").count() >= 1
    assert page.locator(".answers tbody.off").count() >= 1
    address = page.url
    assert "q=" in address
    page.click('button[type="reset"]')
    page.wait_for_function("document.querySelectorAll('.answers tbody.off').length === 0")
    page.click('[data-sort="p"]')
    told = [float(bodies.nth(k).get_attribute("data-p")) for k in range(everything)]
    assert told == sorted(told, reverse=True)
    page.goto("about:blank")
    page.goto(address)
    assert page.locator(".answers tbody.off").count() >= 1


def test_the_sliders_say_what_the_engine_says(
    browser: Browser, results: list[Attainment], outlooks: dict[str, Outlook]
) -> None:
    found, said = next(iter(outlooks.values())), results[0]
    page = browser.open(f"goals/{said.goal.id}.html")
    page.locator("figure.live .chart svg").first.wait_for()
    slider = page.locator(".moves input[type=range]").first
    output = page.locator(".moves output").first
    words = Words("zh")
    assert words.probability(said.probability_alone) in output.inner_text()
    slider.focus()
    for _ in range(8):
        slider.press("ArrowRight")
    factor = float(slider.input_value())
    wanted = words.probability(found.under(fc.Pace(factor=factor)).probability_of(found.goal))
    page.wait_for_function(
        "([place, number]) => document.querySelector(place).textContent.startsWith(number)",
        arg=[".moves output", wanted],
    )
    page.click(".reset >> nth=0")
    page.wait_for_function("document.querySelector('.moves input').value === '1'")
    assert words.probability(said.probability_alone) in output.inner_text()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_chart_has_its_futures_as_its_language_tells_them(
    browser: Browser, results: list[Attainment], language: Language
) -> None:
    words, units = Words(language), set[str]()
    for goal in dict.fromkeys(one.goal.id for one in results):
        page = browser.open(in_language(f"goals/{goal}.html", language))
        page.evaluate(DRAW_ALL)
        page.wait_for_function(ALL_DRAWN)
        for one in (told_of(one, words) for one in results if one.goal.id == goal):
            sliders = one.what_if.sliders if one.what_if else None
            if sliders is None:
                continue
            units.add(words.of(one.goal, "unit"))
            place = f"chart-{named(one.scenario.id)}"
            assert words.probability(one.probability_alone) in str(
                page.locator(f"#{place}-said").text_content()
            )
            for name, numbers in held_by(sliders, 0).items():
                drawn = page.evaluate(f"forecastsSite.views.get({place!r}).signal({name!r})")
                if name in FUTURES:
                    assert np.hstack(drawn) == pytest.approx(np.hstack(numbers), rel=1e-12)
    assert len(units) > 1, "there is a goal whose figures English tells in another unit"


def test_two_runs_are_compared_and_the_address_remembers(browser: Browser, results: list[Attainment]) -> None:
    day = results[0].known_on.isoformat()
    page = browser.open(f"compare.html#a=earlier/2001-01-01&b=brief/{day}")
    rows = page.locator("#compared tbody tr")
    rows.first.wait_for()
    assert rows.count() == len(results)
    number = Words("zh").probability(results[0].probability)
    assert (
        rows.first.locator("td").nth(0).inner_text() == rows.first.locator("td").nth(1).inner_text() == number
    )
    page.click("#swap")
    assert re.search(r"a=brief.*b=earlier", page.url)


def test_the_other_language_is_the_same_page(browser: Browser, results: list[Attainment]) -> None:
    page = browser.open(f"goals/{results[0].goal.id}.html")
    page.click(".tongue")
    assert page.locator("html").get_attribute("lang") == "en"
    assert results[0].goal.indicator_en in page.locator("h1").inner_text()
    assert page.locator(".odds b").first.inner_text() == Words("en").probability(results[0].probability)


def test_text_is_there_within_a_second_and_nothing_is_wider_than_the_screen(
    browser: Browser, site: Path
) -> None:
    pages = [p.relative_to(site).as_posix() for p in site.rglob("*.html")]
    for path in (p for p in pages if not p.startswith("files/")):
        page = browser.open(path)
        paint = page.evaluate(
            "new Promise(done => requestAnimationFrame(() => setTimeout(() => "
            "done(performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0), 50)))"
        )
        assert paint < 1_000, path
        for width in (390, 768):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
        page.set_viewport_size({"width": 1200, "height": 900})


def test_whoever_uses_the_keyboard_gets_to_the_content_first(browser: Browser) -> None:
    page = browser.open("index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"


def test_in_print_there_are_charts_and_no_controls(browser: Browser, results: list[Attainment]) -> None:
    page = browser.open(f"goals/{results[0].goal.id}.html")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.locator("figure.live .chart svg").first.wait_for()
    page.emulate_media(media="print")
    assert not page.locator(".moves").first.is_visible()
    assert page.locator(".chart svg").first.is_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_no_violation(browser: Browser, site: Path, results: list[Attainment], width: int) -> None:
    axe = axe_core()
    if axe is None:
        pytest.skip("needs axe-core: name axe.min.js in AXE_CORE")
    program = axe.read_text(encoding="utf-8")
    day = results[0].known_on.isoformat()
    lists = ("index", "compare", "scenarios", "record", "sources", "method", "glossary", "downloads")
    goals = dict.fromkeys(r.goal.id for r in results)
    paths = [f"{name}.html" for name in lists] + [f"goals/{goal}.html" for goal in goals]
    paths += [f"en/goals/{results[0].goal.id}.html", f"runs/brief/{day}/index.html"]
    paths += [p.relative_to(site).as_posix() for p in (site / "texts").glob("*.html")]
    browser.page.set_viewport_size({"width": width, "height": 900})
    told = []
    for path in paths:
        page = browser.open(path)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        page.evaluate(DRAW_ALL)
        page.evaluate(program)
        found = page.evaluate("axe.run(document, {preload: false, resultTypes: ['violations']})")
        told += [
            (path, one["id"], one["help"], [node["html"][:160] for node in one["nodes"][:3]])
            for one in found["violations"]
        ]
    assert told == []


def test_hostile_words_do_nothing(chromium: Any, seeds: Seeds, tmp_path: Path) -> None:
    # One address is as wide as another, and none is followed here: test_site.py looks at each of them.
    texts = [text for text in HOSTILE if text not in ADDRESSES[1:]]
    results = [hostile_result(text, k) for k, text in enumerate(texts)]
    folder = lay(results, tmp_path, "brief", "2023-09-06")
    built(facts_of([folder], seeds), tmp_path / "site")
    opened = Browser(chromium, tmp_path / "site")
    opened.page.set_viewport_size({"width": min(WIDTHS), "height": 900})
    paths = [p.relative_to(tmp_path / "site").as_posix() for p in (tmp_path / "site").rglob("*.html")]
    for path in paths:
        page = opened.open(path)
        page.evaluate(DRAW_ALL)
        assert page.locator("img").count() == 0, path
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= min(WIDTHS), f"{path}: a word that no line holds makes it {wide} px wide"
    opened.open("compare.html#a=brief/2023-09-06&b=brief/2023-09-06")
    opened.page.locator("#compared tbody tr").first.wait_for()
    assert opened.page.locator("#compared tbody tr").count() == len(results)
    assert opened.wrong == []
    opened.context.close()
