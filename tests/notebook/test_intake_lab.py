"""The intake in JupyterLab, in a browser that reaches no other machine: a report becomes sound rows."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from forecasts.ledger.fields import Origin
from forecasts.ledger.ledger import read_ledger
from tests.cli.test_round_trip import without
from tests.notebook.conftest import OFFLINE, Lab, served

playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
CHROMIUM = shutil.which("chromium")

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")]

#: Another day than the report's, for the row that is mended.
MENDED = "2023-05-29"


@pytest.fixture
def lab(copy_house: Callable[[], Path], tmp_path: Path) -> Iterator[Lab]:
    """Serve a house whose ledger lacks what the shipped report says of its headline goals."""
    house = copy_house()
    ledger = read_ledger(house / "seeds")
    goals = [ledger.goals[name] for name in ledger.headline_goals()]
    figures = {
        o.id
        for o in ledger.observations.values()
        if (o.source, o.region, o.origin) == (goals[0].source, goals[0].region, Origin.PRINTED)
        and o.indicator in {g.indicator for g in goals}
    }  # fmt: skip
    without(house / "seeds" / "observations.csv", figures)
    without(house / "seeds" / "goals.csv", {g.id for g in goals})
    shutil.rmtree(house / "seeds" / "scenarios")  # they name these rows
    with served(house, tmp_path) as lab:
        yield lab


def test_three_are_accepted_one_is_mended_and_all_are_sound_rows(lab: Lab) -> None:
    seeds = lab.house / "seeds"
    before = read_ledger(seeds)
    with playwright.sync_playwright() as session:
        browser = session.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", OFFLINE])
        page = browser.new_page(viewport={"width": 1400, "height": 1050})
        lab.run_all(page, "intake.ipynb")
        page.wait_for_selector("tr.row", timeout=120_000)
        texts = page.locator(".forecasts-sheet .text")
        assert texts.locator("mark").count() == page.locator("tr.row").count() > 40
        left, right = (page.locator(f".forecasts-sheet .{pane}").bounding_box() for pane in ("text", "rows"))
        assert left["x"] + left["width"] <= right["x"], "beside each other, the list of files beside both"
        goals = [number for number in ready(page) if kind(page, number) == "goal"]
        figures = [number for number in ready(page) if kind(page, number) == "observation"]
        assert len(goals) >= 3
        # By the mouse: a quantity is found in the text, and accepted in the table.
        texts.locator(f'mark[data-row="{goals[0]}"]').click()
        page.click(f'tr.row[data-row="{goals[0]}"] button.accept')
        decided(page, goals[0])
        # By the keyboard: accept, and go on to the next one.
        texts.locator(f'mark[data-row="{goals[1]}"]').click()
        page.keyboard.press("a")
        decided(page, goals[1])
        page.wait_for_selector(f'tr.row.chosen[data-row="{goals[2]}"]')
        page.keyboard.press("a")
        decided(page, goals[2])
        # One is mended: what cannot be is told at its row, and cannot be accepted.
        row = page.locator(f'tr.row[data-row="{figures[0]}"]')
        for value, state in (("2023-02-30", "faulty"), (MENDED, "ready")):
            row.locator('[data-field="date"]').fill(value)
            page.keyboard.press("Enter")
            page.wait_for_selector(f'tr.row[data-row="{figures[0]}"][data-state="{state}"]')
            told = page.locator(f'tr.more[data-row="{figures[0]}"] .fault')
            assert told.count() == (state == "faulty")
        page.keyboard.press("a")
        decided(page, figures[0])
        # What somebody writes is text, never markup.
        other = page.locator(f'tr.row[data-row="{figures[1]}"]')
        other.locator('[data-field="indicator"]').fill("<img src=x>")
        page.keyboard.press("Enter")
        page.wait_for_selector('.told .fault:has-text("<img src=x>")')
        assert page.locator(".forecasts-sheet img").count() == 0
        other.locator('[data-field="unit"]').fill(" 家 ")
        page.keyboard.press("Enter")
        page.wait_for_function(
            "row => document.querySelector(`tr.row[data-row='${row}'] [data-field=unit]`).value === '家'",
            arg=str(figures[1]),
        )
        page.screenshot(path=os.environ.get("INTAKE_SCREENSHOT") or None)
        counts = page.locator(".intake-counts").inner_text()
        assert counts.startswith(f"共 {page.locator('tr.row').count()} 处数量：接受 4")
        assert {*read_ledger(seeds).observations} == {*before.observations}, "nothing is written yet"
        page.click('button:text-is("写入 seeds/")')
        page.wait_for_selector('[role=status]:has-text("已写入")', timeout=60_000)
        for number in (*goals[:3], figures[0]):
            page.wait_for_selector(f'tr.row[data-row="{number}"][data-state="held"]')
        assert page.locator(".jp-OutputArea-output[data-mime-type*=error]").count() == 0
        browser.close()

    done = subprocess.run(
        [sys.executable, "-m", "forecasts", "check"], cwd=lab.house, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    after = read_ledger(seeds)
    new = [
        *(o for name, o in after.observations.items() if name not in before.observations),
        *(g for name, g in after.goals.items() if name not in before.goals),
    ]
    source = {row.source for row in new}.pop()
    text = (seeds / "texts" / f"{source}.txt").read_text(encoding="utf-8")
    assert len(new) == 4
    assert all(row.quote and row.quote in text for row in new)
    assert [str(o.as_of) for name, o in after.observations.items() if name not in before.observations] == [
        MENDED
    ]


def ready(page: Any) -> list[int]:
    """Return the numbers of the quantities that can be rows as they were read."""
    rows = page.locator('tr.row[data-state="ready"]')
    return [int(rows.nth(k).get_attribute("data-row")) for k in range(rows.count())]


def kind(page: Any, number: int) -> str:
    return str(page.locator(f'tr.row[data-row="{number}"] [data-field="kind"]').input_value())


def decided(page: Any, number: int) -> None:
    """Wait until the kernel says that a quantity is accepted, in the table and in the text."""
    page.wait_for_selector(f'tr.row[data-row="{number}"][data-decision="accept"]', timeout=30_000)
    page.wait_for_selector(f'mark.accept[data-row="{number}"]')
