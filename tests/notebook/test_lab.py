"""What an analyst sees: the notebook in JupyterLab, in a browser that reaches no other machine."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.notebook.conftest import OFFLINE, Lab

playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
CHROMIUM = shutil.which("chromium")

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")]


def test_run_all_cells_shows_every_chart_and_table(lab: Lab) -> None:
    with playwright.sync_playwright() as session:
        browser = session.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", OFFLINE])
        page = browser.new_page(viewport={"width": 1200, "height": 6000})
        lab.run_all(page, "goal.ipynb")
        page.wait_for_function(
            "document.querySelectorAll('.jp-OutputArea-output table').length == 3"
            " && document.querySelectorAll('.jp-RenderedSVG img').length == 4"
            " && document.querySelectorAll('.vega-bind input').length == 3",
            timeout=120_000,
        )
        widths = page.eval_on_selector_all(".jp-RenderedSVG img", "all => all.map(one => one.naturalWidth)")
        assert all(width > 300 for width in widths)
        assert page.locator(".jp-OutputArea-output[data-mime-type*=error]").count() == 0
        marks = page.locator(".vega-embed canvas, .vega-embed svg").first
        before = marks.screenshot()
        page.evaluate(MOVE)
        page.wait_for_timeout(500)
        assert marks.screenshot() != before, "the chart moves with its own sliders"
        page.screenshot(path=os.environ.get("LAB_SCREENSHOT") or None)
        browser.close()


def test_a_scenario_that_is_moved_by_keyboard_and_saved_is_what_the_command_line_compares(lab: Lab) -> None:
    with playwright.sync_playwright() as session:
        browser = session.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", OFFLINE])
        page = browser.new_page(viewport={"width": 1500, "height": 1900})
        lab.run_all(page, "explore.ipynb")
        page.wait_for_selector(".explorer-number", timeout=120_000)
        page.wait_for_selector(".vega-bind input", timeout=60_000)
        shown = [probability(page)]
        for press, handle in (
            ("ArrowRight", page.locator(".vega-bind input").nth(0)),  # the chart's own: the pace
            ("ArrowRight", page.locator(".vega-bind input").nth(1)),  # what comes once
            ("ArrowUp", page.locator(".noUi-handle").nth(1)),  # through the kernel: the delay
        ):
            handle.focus()
            for _ in range(3):
                handle.press(press)
            page.wait_for_function(CHANGED, arg=repr(shown[-1]), timeout=30_000)
            page.wait_for_timeout(1_500)  # the last of several moves
            shown.append(probability(page))
            number = page.locator(".explorer-number span").first.inner_text()
            assert number in page.locator("svg.marks").first.text_content(), "the chart says the same"
            if len(shown) == 3:
                page.click('button:text-is("求解")')
                page.wait_for_selector(".explorer-sought")
                assert "0.8000" in page.inner_text(".explorer-sought")
        page.click('button:text-is("记下当前")')
        page.wait_for_selector('.explorer-number:has-text("已记下")')
        name = page.locator('.widget-text:has(label:text-is("文件名")) input')
        name.fill("by-hand")
        name.press("Tab")
        page.screenshot(path=os.environ.get("EXPLORER_SCREENSHOT") or None)
        page.wait_for_timeout(500)
        page.click('button:text-is("存为情景")')
        page.wait_for_selector('[role=status]:has-text("by-hand.yaml")', timeout=60_000)
        assert probability(page) == shown[-1]
        command = page.locator(".widget-textarea textarea").input_value()
        assert page.locator(".jp-OutputArea-output[data-mime-type*=error]").count() == 0
        browser.close()
    told = subprocess.run(
        [str(Path(sys.executable).with_name("forecasts")), *shlex.split(command)[1:], "--format", "json"],
        cwd=lab.house, capture_output=True, text=True, check=True,
    )  # fmt: skip
    rows = {row["scenario"]: row["probability"] for row in json.loads(told.stdout)["rows"]}
    assert rows["by-hand"] == shown[-1]
    assert shown[0] in rows.values(), "the baseline"


#: Puts the first of a chart's sliders elsewhere, as a hand would.
MOVE = """() => {
  const input = document.querySelector('.vega-bind input');
  input.value = 2;
  input.dispatchEvent(new Event('input', {bubbles: true}));
}"""

#: Whether another number stands there than before.
CHANGED = "before => document.querySelector('.explorer-number')?.dataset.probability !== before"


def probability(page: Any) -> float:
    """Return the number that stands on the screen, with all its digits."""
    return float(page.locator(".explorer-number").get_attribute("data-probability"))
