"""What an analyst sees: the notebook in JupyterLab, in a browser that reaches no other machine."""

import os
import shutil

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
            "document.querySelectorAll('.jp-OutputArea-output table').length == 2"
            " && document.querySelectorAll('.jp-RenderedSVG img').length == 3",
            timeout=120_000,
        )
        widths = page.eval_on_selector_all(".jp-RenderedSVG img", "all => all.map(one => one.naturalWidth)")
        assert all(width > 300 for width in widths)
        assert page.locator(".jp-OutputArea-output[data-mime-type*=error]").count() == 0
        page.screenshot(path=os.environ.get("LAB_SCREENSHOT") or None)
        browser.close()
