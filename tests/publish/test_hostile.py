"""Texts that would be markup, code or a place to go, in every cell of a ledger: shown as text, or refused."""

import csv
import json
import re
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from asked import asked
from conftest import attainment
from pypdf import PdfReader

from forecasts.attainment.result import Attainment
from forecasts.attainment.verdict import answer
from forecasts.ledger.problems import BadInput
from forecasts.notebook.show import View
from forecasts.publish import charts
from forecasts.publish.brief import Failure, compose, write_html, write_pdf
from forecasts.publish.drawing import svg_of
from forecasts.publish.fonts import printable
from forecasts.publish.words import Words
from forecasts.scenarios.seeds import Seeds, read_seeds
from tests.hostile import ADDRESSES, FORMULAS, MARKUP, SCRIPTS, UNBROKEN

SHIPPED = Path(__file__).parents[2] / "forecasts" / "tenant" / "seeds"

#: What somebody may write into a cell.
HOSTILE = (*MARKUP, *ADDRESSES, *FORMULAS, SCRIPTS)
TEXT = " | ".join(HOSTILE)
#: What a quote may hold: words in square brackets are an editor's, and refused there.
QUOTE = " | ".join(text for text in HOSTILE if "[" not in text)
LONG = "a" * 10_000

#: The cells that a brief shows; a long one only where a text may be long.
CELLS = {
    "indicators": ("name_zh", "name_en", "unit_zh", "unit_en", "scope_zh", "scope_en"),
    "regions": ("name_zh", "name_en"),
    "sources": ("title", "publisher", "url"),
    "observations": ("quote", "note_zh", "note_en"),
    "goals": ("quote",),
}
LONG_CELLS = {"goals": "quote", "indicators": "scope_zh"}
DRAWN = {"svg", "g", "path", "text", "tspan", "rect", "defs", "clipPath", "line", "title", "style"}


def rewritten(path: Path, change: Callable[[str, str], str]) -> None:
    """Write a table anew, each cell by its column."""
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = list(csv.reader(file))
    made = [[change(column, cell) for column, cell in zip(head, row, strict=True)] for row in rows]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *made])


def tampered(folder: Path) -> Path:
    """Make a ledger whose every cell of text is hostile."""
    shutil.copytree(SHIPPED, folder)
    for table, columns in CELLS.items():
        long = LONG_CELLS.get(table, "")

        def change(column: str, cell: str, columns: tuple[str, ...] = columns, long: str = long) -> str:
            odd = QUOTE if column == "quote" else TEXT
            odd = f"{odd} {LONG}" if column == long else odd
            return odd if column in columns else cell

        rewritten(folder / f"{table}.csv", change)
    told = {f"{key}_{language}": TEXT for key in ("name", "why") for language in ("zh", "en")}
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "odd.yaml").write_text(
        json.dumps({"id": "odd", "role": "reading", **told}, ensure_ascii=False), encoding="utf-8"
    )
    return folder


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Seeds:
    """A ledger full of hostile texts."""
    return read_seeds(tampered(tmp_path_factory.mktemp("hostile") / "seeds"))


@pytest.fixture(scope="module")
def results(seeds: Seeds) -> list[Attainment]:
    """What it answers."""
    [goal] = seeds.ledger.goals
    day = max(o.published_on for o in seeds.ledger.observations.values())
    return [answer(seeds, goal, scenario, day, draws=200) for scenario in ("baseline", "odd")]


class Page(HTMLParser):
    """The elements of a page, and what a reader would read."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] not in (["script"], ["style"]):
            self.text.append(data)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_a_page_has_no_element_of_them(results: list[Attainment], templates: Path, tmp_path: Path) -> None:
    brief = compose(results, [Failure(TEXT, TEXT, TEXT)], Words("en"))
    write_html(brief, tmp_path / "brief.html", templates)
    page = Page()
    page.feed((tmp_path / "brief.html").read_text(encoding="utf-8"))
    assert page.tags.count("script") == len(brief.figures()) + 1
    assert not set(page.tags) & {"img", "iframe", "object", "embed", "form", "base", "foreignobject"}
    assert not page.tags.count("b")
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    leads = [value for name, value in page.attributes if name in ("href", "src", "xlink:href")]
    assert all(value.startswith("#") for value in leads)
    shown = squeezed("".join(page.text))
    for hostile in HOSTILE:
        assert shown.count(squeezed(printable(hostile))) >= 5, hostile
    assert LONG in shown


def test_a_sheet_shows_every_sign_of_them_and_does_nothing(
    results: list[Attainment], templates: Path, tmp_path: Path
) -> None:
    brief = compose(results, [Failure(TEXT, TEXT, TEXT)], Words("zh"))
    write_pdf(brief, tmp_path / "brief.pdf", templates)
    data = (tmp_path / "brief.pdf").read_bytes()
    assert not re.search(rb"/(JavaScript|JS|Launch|EmbeddedFile|SubmitForm|OpenAction)\b", data)
    sheets = PdfReader(tmp_path / "brief.pdf").pages
    notes = [note.get_object() for sheet in sheets for note in sheet.get("/Annots", [])]
    assert all("/URI" not in note.get("/A", {}) for note in notes)
    told = squeezed("".join(sheet.extract_text() for sheet in sheets))
    for hostile in HOSTILE[:-1]:  # what runs from right to left is laid out so
        assert told.count(squeezed(printable(hostile))) >= 3, hostile
    assert told.count("a" * 500) >= 30, (
        "a run of ten thousand signs goes over lines and pages, and stays whole"
    )


def test_a_drawing_and_a_notebook_have_no_element_of_them(results: list[Attainment]) -> None:
    for result in results:
        for language in ("zh", "en"):
            view = View(result, language)
            for drawing in (view.fan, view.members, view.pace):
                svg = svg_of(drawing.text)
                tree = ElementTree.fromstring(svg)
                assert {part.tag.rpartition("}")[2] for part in tree.iter()} <= DRAWN
                names = [name.rpartition("}")[2] for part in tree.iter() for name in part.attrib]
                assert not [name for name in names if name.startswith("on") or name == "href"]
            for part in (view.headline, view.evidence, view.members_table):
                page = Page()
                page.feed(part._repr_html_())
                assert not set(page.tags) & {"script", "img", "b", "style"}
                assert not [name for name, _ in page.attributes if name.startswith("on") or name == "href"]


@pytest.mark.parametrize("text", [*HOSTILE, "a\nb\rc\u2028d", "\\", "'", "\\'"])
def test_a_literal_of_a_chart_is_that_text_and_no_expression(text: str) -> None:
    spec = {
        "data": {"values": [{"x": 1}]},
        "transform": [{"calculate": f"{charts.quoted(text)} + '|'", "as": "told"}],
        "mark": {"type": "text", "limit": 0},
        "encoding": {"text": {"field": "told", "type": "nominal"}},
    }
    drawn = "".join(ElementTree.fromstring(svg_of(json.dumps(spec))).itertext())
    assert squeezed(" ".join(text.splitlines()) + "|") in squeezed(drawn)


@pytest.mark.parametrize(
    ("table", "column", "text"),
    [
        ("regions", "name_en", LONG),
        ("sources", "title", "pages\u202egpj.exe"),
        ("goals", "quote", "ten\u200bpoints"),
        ("indicators", "unit_en", "points\x1b[31m"),
    ],
    ids=["too long", "turned round", "unseen", "control"],
)
def test_what_cannot_be_shown_as_it_is_stops_with_its_place(
    tmp_path: Path, table: str, column: str, text: str
) -> None:
    shutil.copytree(SHIPPED, tmp_path / "seeds")
    path = tmp_path / "seeds" / f"{table}.csv"
    rewritten(path, lambda name, cell: text if name == column else cell)
    with pytest.raises(BadInput) as refused:
        read_seeds(tmp_path / "seeds")
    first = refused.value.problems[0]
    assert (first.place, first.line, first.column) == (f"seeds/{table}.csv", 2, column)
    assert len(str(first)) < 400


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs chromium")
def test_on_a_telephone_no_word_makes_a_page_wider_and_nothing_runs(templates: Path, tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
    wrong: list[str] = []
    with playwright.sync_playwright() as session:
        browser = session.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 390, "height": 900})
        page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "request", lambda one: wrong.append(one.url) if one.url[:5] not in ("file:", "data:") else None
        )
        for number, text in enumerate((TEXT, *UNBROKEN)):
            result = asked(attainment(names=(text, text), units=(text, text), quote=text))
            goal = result.goal.model_copy(update={"source_url": text, "source_title": text, "scope_zh": text})
            brief = compose(
                [result.model_copy(update={"goal": goal})], [Failure(text, text, text)], Words("zh")
            )
            write_html(brief, tmp_path / f"{number}.html", templates)
            page.goto((tmp_path / f"{number}.html").as_uri())
            page.locator("svg.marks").first.wait_for()
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, text[:40]
        browser.close()
    assert wrong == []
