"""The pictures of the READMEs, made from a run of the shipped plan: ``make pictures``.

The brief's first page, two pages of the site and the explorer in JupyterLab, in both languages, as a screen
shows them. Chromium, playwright and poppler are needed.
"""

import io
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.conftest import ROOT
from tests.notebook.conftest import OFFLINE, served

PICTURES = ROOT / "docs" / "pictures"
LANGUAGES = ("zh", "en")
#: What is pictured, in the order in which the READMEs show it.
NAMES = ("brief", "site", "goal", "explorer")
PLAN = "reports/plans/brief.yaml"
#: Bytes that a picture may take: a README is read over slow lines.
MOST = 200_000
COLOURS = 128


def file_of(name: str, language: str) -> Path:
    """Return where a picture lies."""
    return PICTURES / f"{name}.{language}.png"


def missing_tools() -> list[str]:
    """Return what must be installed first."""
    tools = [name for name in ("chromium", "pdftoppm") if shutil.which(name) is None]
    return tools if find_spec("playwright") else [*tools, "playwright (.ci/tools.txt)"]


def written(png: bytes, path: Path) -> None:
    """Write a picture in as many colours as such pages have."""
    from PIL import Image

    image = Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    image.save(path, optimize=True)
    size = path.stat().st_size
    assert size <= MOST, f"{path.name} takes {size:,} bytes, {MOST:,} at most"


def forecasts(house: Path, *words: str) -> str:
    """Run a verb in a copy of the project; return its last line."""
    command = [sys.executable, "-m", "forecasts", *words]
    done = subprocess.run(command, cwd=house, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.splitlines()[-1]


def copied(folder: Path) -> Path:
    """Copy what a run needs, and nothing that earlier runs left."""
    house = folder / "science-city"
    for name in ("seeds", "notebooks", "reports"):
        left = shutil.ignore_patterns("out", "register.sqlite*", ".ipynb_checkpoints")
        shutil.copytree(ROOT / name, house / name, ignore=left)
    return house


def first_page(pdf: Path) -> bytes:
    """Return the first page of a brief."""
    command = ["pdftoppm", "-png", "-r", "96", "-f", "1", "-l", "1", str(pdf)]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout


def of_the_site(browser: Any, index: Path, language: str) -> Iterator[tuple[str, bytes]]:
    """Yield the site's index and the page of its first goal."""
    page = browser.new_page(viewport={"width": 1200, "height": 860})
    home = index.parent / ("" if language == "zh" else language) / "index.html"
    page.goto(home.as_uri())
    page.wait_for_load_state("networkidle")
    goal = page.locator('a[href^="goals/"]').first.get_attribute("href")
    yield "site", page.screenshot()
    page.goto(f"{home.parent.as_uri()}/{goal}")
    page.locator("figure.live .chart svg").first.wait_for()
    page.set_viewport_size({"width": 1200, "height": 1260})
    page.wait_for_timeout(500)
    yield "goal", page.screenshot()
    page.close()


def of_the_explorer(browser: Any, house: Path, folder: Path, language: str) -> bytes:
    """Return the explorer in JupyterLab, moved by hand."""
    notebook = house / "notebooks" / "explore.ipynb"
    text = notebook.read_text(encoding="utf-8")
    notebook.write_text(
        re.sub(r'language: str = \\"..\\"', f'language: str = \\\\"{language}\\\\"', text), "utf-8"
    )
    folder.mkdir()
    with served(house, folder) as lab:
        page = browser.new_page(viewport={"width": 1440, "height": 880})
        lab.run_all(page, notebook.name)
        page.wait_for_selector(".explorer-number", timeout=120_000)
        page.wait_for_selector(".vega-bind input", timeout=60_000)
        page.keyboard.press("Control+b")
        page.locator('.Toastify button:text-is("No")').click()  # it asks to bring news
        handle = page.locator(".vega-bind input").first
        handle.focus()
        for _ in range(4):
            handle.press("ArrowLeft")
        page.wait_for_timeout(3_000)
        page.locator(".explorer-number").first.evaluate("one => one.scrollIntoView({block: 'start'})")
        page.wait_for_timeout(500)
        taken: bytes = page.screenshot()
        page.close()
    return taken


def main() -> int:
    """Make all pictures anew."""
    missing = missing_tools()
    if missing:
        print(f"pictures need {', '.join(missing)}", file=sys.stderr)
        return 1
    from playwright.sync_api import sync_playwright

    PICTURES.mkdir(exist_ok=True)
    with TemporaryDirectory() as name, sync_playwright() as session:
        house = copied(Path(name))
        browser = session.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", OFFLINE]
        )
        for language in LANGUAGES:
            brief = Path(forecasts(house, "run", PLAN, "--language", language))
            written(first_page(house / brief), file_of("brief", language))
        index = house / forecasts(house, "site")
        for language in LANGUAGES:
            for what, png in of_the_site(browser, index, language):
                written(png, file_of(what, language))
            written(
                of_the_explorer(browser, house, Path(name) / language, language),
                file_of("explorer", language),
            )
        browser.close()
    for path in sorted(PICTURES.glob("*.png")):
        print(f"{path.relative_to(ROOT)}  {path.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
