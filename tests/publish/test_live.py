"""The chart that a reader moves by hand says what the package says, to the last printed digit."""

import json
import random
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import altair as alt
import pandas as pd
import pytest
import vl_convert
from altair.utils.schemapi import debug_mode

import forecasts as fc
from forecasts.attainment.outlook import Outlook, outlook
from forecasts.attainment.past import Reader
from forecasts.attainment.question import find_question
from forecasts.attainment.sliders import MOST, sliders_of
from forecasts.attainment.verdict import verdict
from forecasts.attainment.what_if import Slider, Sliders
from forecasts.publish.brief import compose, write_html
from forecasts.publish.drawing import svg_of, to_spec
from forecasts.publish.english import told_of
from forecasts.publish.live import live_chart
from forecasts.publish.words import Words
from forecasts.scenarios.seeds import Seeds
from forecasts.whatif.taken import what_if

ENGLISH = Words("en")


@dataclass(frozen=True)
class Moved:
    """An outlook, what can be moved of it, and its chart."""

    found: Outlook
    sliders: Sliders
    spec: str

    def settings(self, count: int, seed: int = 1) -> Iterator[dict[str, float]]:
        """Yield random settings, each of numbers that the sliders can have."""
        rng = random.Random(seed)
        for _ in range(count):
            yield {one.name: place(one, rng) for one in self.sliders.sliders}

    def probability(self, setting: Mapping[str, float]) -> float:
        """Return what the package says under a setting."""
        changes: list[fc.Pace | fc.OneOff] = []
        if "pace" in setting:
            changes.append(fc.Pace(factor=setting["pace"]))
        if "one_off" in setting:
            changes.append(fc.OneOff(amount=setting["one_off"], date=self.sliders.once_on))
        found = self.found.under(*changes)
        return found.probability_of(setting.get("goal", found.goal))

    def told(self, setting: Mapping[str, float]) -> tuple[str, str]:
        """Return the number and the change that a reader must see."""
        p = self.probability(setting)
        change = f"{100 * (p - self.found.probability):+.1f}".replace("-", "−")
        return ENGLISH.probability(p), "" if change in ("+0.0", "−0.0") else f"({change} points"


def place(slider: Slider, rng: random.Random) -> float:
    """Return one of a slider's numbers, often that at which it stands."""
    if rng.random() < 0.3:
        return slider.value
    steps = round((slider.high - slider.low) / slider.step)
    return round(slider.low + rng.randrange(steps + 1) * slider.step, 9)


def moved(seeds: Seeds, question: fc.Question) -> Moved:
    found = outlook(Reader(seeds.ledger), question)
    said = verdict(found)
    sliders = what_if(seeds, found, said).sliders
    assert sliders is not None
    return Moved(found, sliders, to_spec(live_chart(said, sliders, ENGLISH)))


def questions(seeds: Seeds, headline: bool = True) -> Iterator[fc.Question]:
    for goal in seeds.ledger.headline_goals():
        day = seeds.ledger.newest_publication((goal,))
        for scenario in seeds.scenarios_of(goal, headline=headline):
            yield find_question(seeds, goal, scenario, day)


@pytest.fixture(scope="module")
def charts(seeds: Seeds) -> list[Moved]:
    """Every headline goal under every headline scenario."""
    return [moved(seeds, question) for question in questions(seeds)]


def texts_of(spec: str, setting: Mapping[str, float]) -> list[str]:
    """Return what stands in the drawing of a chart as its sliders are set."""
    chart = json.loads(spec)
    for param in chart["params"]:
        param["value"] = setting.get(param["name"], param.get("value"))
    svg = unescape(str(vl_convert.vegalite_to_svg(json.dumps(chart))))
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_it_is_what_altair_would_write(seeds: Seeds) -> None:
    found = outlook(Reader(seeds.ledger), next(questions(seeds)))
    said = verdict(found)
    sliders = what_if(seeds, found, said).sliders
    assert sliders is not None
    chart = live_chart(said, sliders, ENGLISH)
    with debug_mode(True):
        assert alt.LayerChart.from_dict(chart, validate=True).to_dict(validate=True) == chart


def test_it_says_what_the_package_says(charts: list[Moved]) -> None:
    for chart in charts:
        for setting in chart.settings(2):
            number, change = chart.told(setting)
            texts = texts_of(chart.spec, setting)
            assert number in texts, (setting, texts)
            assert any(change in text for text in texts), (setting, change, texts)


def test_where_nothing_was_moved_it_says_the_verdict(charts: list[Moved]) -> None:
    for chart in charts:
        texts = texts_of(chart.spec, {})
        assert ENGLISH.probability(chart.found.probability) in texts
        assert ENGLISH.likelihood(chart.found.probability) in texts


@pytest.mark.parametrize(
    "change", [fc.Pace(factor=1.5), fc.Scope(share={"uniform": [0.5, 0.9]}), fc.Delay(months=2)]
)
def test_it_moves_what_the_scenario_leaves(seeds: Seeds, change: fc.Pace | fc.Scope | fc.Delay) -> None:
    question = next(questions(seeds)).under(change)
    chart = moved(seeds, question)
    names = [slider.name for slider in chart.sliders.sliders]
    assert ("pace" in names) == (change.kind != "pace")
    for setting in chart.settings(2, seed=2):
        assert chart.told(setting)[0] in texts_of(chart.spec, setting), setting


def test_no_slider_reaches_what_a_file_would_refuse(charts: list[Moved], seeds: Seeds) -> None:
    for chart in charts:
        question = chart.found.question
        indicator = seeds.ledger.indicators[question.goal.indicator]
        for slider in chart.sliders.sliders:
            assert slider.low <= slider.value <= slider.high
            steps = (slider.value - slider.low) / slider.step
            assert steps == pytest.approx(round(steps), abs=1e-6), "it can be put back where it stood"
            for end in (slider.low, slider.high):
                if slider.name == "pace":
                    fc.Pace(factor=end)
                if slider.name == "one_off":
                    change = fc.OneOff(amount=end, date=chart.sliders.once_on)
                    assert not list(change.faults(question.goal, indicator))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs chromium")
def test_in_a_browser_without_network_its_sliders_agree_for_200_settings(
    seeds: Seeds, charts: list[Moved], root: Path, tmp_path: Path
) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
    charts = [one for one in charts if one.found.question.scenario.role != "alternative"]
    results = [
        (said := verdict(one.found)).model_copy(update={"what_if": what_if(seeds, one.found, said)})
        for one in charts
    ]
    page_file = tmp_path / "brief.html"
    write_html(compose(results, (), ENGLISH), page_file, root / "reports" / "templates")
    with playwright.sync_playwright() as session:
        options = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"]
        browser = session.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        page = browser.new_page(viewport={"width": 1100, "height": 1400})
        page.goto(page_file.as_uri())
        page.locator(".live svg").nth(len(charts) - 1).wait_for()
        for figure, chart in enumerate(charts):
            settings = list(chart.settings(-(-200 // len(charts)), seed=3))
            # The page counts 100 million yuan as .1 billion.
            factor = told_of(results[figure], ENGLISH).goal.value / results[figure].goal.value
            moves = [{k: v if k == "pace" else v * factor for k, v in one.items()} for one in settings]
            shown = page.evaluate(MOVE, [figure, moves])
            for setting, texts in zip(settings, shown, strict=True):
                number, change = chart.told(setting)
                assert number in texts, (setting, number, texts)
                assert any(change in text for text in texts), (setting, change, texts)
        browser.close()


#: Puts the sliders of one chart where each setting wants them, as a hand would, and reads what it says.
MOVE = """async ([figure, settings]) => {
  const place = document.querySelectorAll('.live')[figure];
  const inputs = place.querySelectorAll('input[type=range]');
  const seen = [];
  for (const setting of settings) {
    Object.values(setting).forEach((value, k) => {
      inputs[k].value = value;
      inputs[k].dispatchEvent(new Event('input', {bubbles: true}));
    });
    for (let frame = 0; frame < 4; frame++) await new Promise(requestAnimationFrame);
    seen.push([...place.querySelectorAll('svg text')].map(text => text.textContent));
  }
  return seen;
}"""


def test_what_has_no_lower_end_can_be_drawn() -> None:
    figures = pd.DataFrame(
        {"region": "A", "indicator": "growth", "as_of": ["2023-12-31", "2024-12-31"], "value": [4.1, -0.5]}
    )
    ledger = fc.Ledger.from_frames(figures, kinds={"growth": "rate"})
    found = outlook(Reader(ledger), fc.Question(fc.Goal("growth", "A", 5, "2025-12-31"), "2025-02-01"))
    said = verdict(found)
    sliders = sliders_of(found, [point.date for point in said.fan])
    assert sliders is not None
    assert sliders.least is None
    assert svg_of(to_spec(live_chart(said, sliders, ENGLISH))).startswith("<svg")


def test_however_many_are_drawn_few_travel(seeds: Seeds) -> None:
    question = next(questions(seeds)).under(fc.Scope(share={"uniform": [0.5, 0.9]}))
    found = outlook(seeds.ledger, question, draws=40_000)
    sliders = sliders_of(found, [question.goal.deadline])
    assert len(sliders.level) == len(sliders.at_deadline.value) == len(sliders.at_deadline.base) == MOST
