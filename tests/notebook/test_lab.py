"""What an analyst sees: the notebook in JupyterLab, in a browser that reaches no other machine."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
CHROMIUM = shutil.which("chromium")
OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")]


@pytest.fixture
def lab(copy_house: Callable[[], Path], tmp_path: Path) -> Iterator[str]:
    """Serve a copy of the project in JupyterLab with settings of its own: its address."""
    house = copy_house()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {name: str(tmp_path / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTERLAB_SETTINGS_DIR")}
    options = (
        "--no-browser", f"--port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token=",
        "--ServerApp.ip=127.0.0.1", "--ServerApp.allow_root=True", f"--ServerApp.root_dir={house}",
        f"--LabApp.workspaces_dir={tmp_path / 'workspaces'}", "--LabApp.news_url=",
    )  # fmt: skip
    command = [sys.executable, "-m", "jupyterlab", *options]
    with (tmp_path / "lab.log").open("w") as log:
        server = subprocess.Popen(command, env={**os.environ, **own}, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/api")
        yield address
    finally:
        server.terminate()
        server.wait(30)


def wait_for(address: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def test_run_all_cells_shows_every_chart_and_table(lab: str) -> None:
    with playwright.sync_playwright() as session:
        browser = session.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", OFFLINE])
        page = browser.new_page(viewport={"width": 1200, "height": 6000})
        page.goto(f"{lab}/lab/tree/notebooks/goal.ipynb?reset")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
        page.wait_for_timeout(3_000)  # JupyterLab says idle before the notebook has its kernel
        if page.locator(".jp-Dialog .jp-mod-accept").count():
            page.click(".jp-Dialog .jp-mod-accept")
        page.wait_for_selector('#jp-main-statusbar :text("Idle")', timeout=60_000)
        page.click('.lm-MenuBar-itemLabel:text-is("Run")')
        page.click('.lm-Menu-itemLabel:text-is("Run All Cells")')
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
