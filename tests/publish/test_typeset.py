"""The files: whole or not at all, every character there, hostile texts as text, no network."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import Maker, scenario
from pypdf import PdfReader

from forecasts.attainment.result import Attainment
from forecasts.ledger.problems import BadInput
from forecasts.publish.brief import Failure, compose, write_html, write_pdf
from forecasts.publish.drawing import svg_of
from forecasts.publish.fonts import check_glyphs
from forecasts.publish.parts import Brief
from forecasts.publish.words import Words

Writer = Callable[[Brief, Path, Path], None]

HOSTILE = (
    "#import",
    '#read("/etc/passwd")',
    "</script><script>alert(1)</script>",
    "<b>x</b>",
    "$x$",
    "`y`",
    "'z'",
    "@goal-hightech",
    "*w*",
    "\\u{41}",
    "{{ 7 * 7 }}",
    "<!--",
)


class Page(HTMLParser):
    """What a browser would load and what a reader would read."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.tags: list[str] = []
        self.text: list[str] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.append((tag, dict(attrs)))
        if tag != "a":
            self.loads += [str(v) for k, v in attrs if k in ("src", "href", "data", "poster") and v]

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] not in (["script"], ["style"]):
            self.text.append(data)


def read(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b]+", "", text)


def pdf_text(path: Path) -> str:
    return squeezed("".join(page.extract_text() for page in PdfReader(path).pages))


def fonts_of(path: Path) -> list[tuple[str, bool]]:
    found = []
    for page in PdfReader(path).pages:
        for font in page["/Resources"].get("/Font", {}).values():  # type: ignore[union-attr]
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            descriptor = inner["/FontDescriptor"].get_object()
            found.append((str(inner["/BaseFont"]), any(k.startswith("/FontFile") for k in descriptor)))
    return found


def test_the_pdf_says_the_answer_in_embedded_fonts(
    city: list[Attainment], words: Words, templates: Path, tmp_path: Path
) -> None:
    path = tmp_path / "new" / "brief.pdf"
    write_pdf(compose(city, [Failure("patents", "baseline", "stopped")], words), path, templates)
    text = pdf_text(path)
    for piece in ("88%", "66%", "31%", "1,150", "6,700", "stopped", words.say("probability")):
        assert squeezed(piece) in text
    fonts = fonts_of(path)
    assert fonts
    assert all(embedded and "Noto" in name for name, embedded in fonts)
    assert not list(path.parent.glob(".*"))
    first = PdfReader(path).pages[0]
    for piece in ("88%", "66%", "31%", "stopped"):
        assert piece in squeezed(first.extract_text())


def test_the_page_needs_no_network(
    city: list[Attainment], words: Words, templates: Path, tmp_path: Path
) -> None:
    path = tmp_path / "brief.html"
    write_html(compose(city, [], words), path, templates)
    page = read(path)
    assert not [load for load in page.loads if not load.startswith(("data:", "#"))]
    style = re.search(r"<style>(.*?)</style>", path.read_text(encoding="utf-8"), re.S)
    assert style
    assert not re.search(r"@import|url\((?!data:)", style[1])
    policy = next(a["content"] for t, a in page.attributes if t == "meta" and "http-equiv" in a)
    assert policy is not None
    assert policy.startswith("default-src 'none'")


def test_the_page_is_readable_by_everybody(
    city: list[Attainment], words: Words, templates: Path, tmp_path: Path
) -> None:
    path = tmp_path / "brief.html"
    brief = compose(city, [], words)
    write_html(brief, path, templates)
    page = read(path)
    assert ("html", {"lang": brief.lang}) in page.attributes
    assert page.tags.count("h1") == 1
    assert all(a.get("scope") for t, a in page.attributes if t == "th")
    charts = [a for _, a in page.attributes if a.get("role") == "img" and a.get("id", "")]
    assert len(charts) == len(brief.figures())
    assert all(a["aria-label"] for a in charts)
    assert page.tags.count("noscript") == len(charts)
    assert page.tags.count("svg") == len(charts)
    ids = [a["id"] for _, a in page.attributes if a.get("id")]
    assert len(ids) == len(set(ids))
    assert "@media print" in path.read_text(encoding="utf-8")


def test_hostile_texts_are_texts(make: Maker, templates: Path, tmp_path: Path) -> None:
    text = " | ".join(HOSTILE)
    a = make(names=(text, text), assumed=scenario("baseline", "baseline", (text, text), (text, text)))
    evidence = a.evidence[0].model_copy(update={"quote": text, "note_zh": text, "source_title": text})
    brief = compose(
        [a.model_copy(update={"evidence": (evidence,)})], [Failure(text, text, text)], Words("zh")
    )
    write_pdf(brief, tmp_path / "brief.pdf", templates)
    write_html(brief, tmp_path / "brief.html", templates)
    printed, page = pdf_text(tmp_path / "brief.pdf"), read(tmp_path / "brief.html")
    for hostile in HOSTILE:
        assert printed.count(squeezed(hostile)) >= 5, hostile
        assert "".join(page.text).count(hostile) >= 5, hostile
    assert page.tags.count("script") == len(brief.figures()) + 1
    assert page.tags.count("b") == len(brief.answers)


@pytest.mark.parametrize("write", [write_pdf, write_html])
def test_a_missing_glyph_is_named_and_nothing_is_written(
    make: Maker, templates: Path, tmp_path: Path, write: Writer
) -> None:
    a = make(names=("企业\U0001f600", "firms\U0001f600"))
    path = tmp_path / "deep" / "brief.out"
    with pytest.raises(BadInput, match=r"U\+1F600"):
        write(compose([a], [], Words("zh")), path, templates)
    assert not path.parent.exists()


def test_glyphs_name_every_string_and_character() -> None:
    check_glyphs(["≥ — “”", "西部\n\t 科学城", ""])
    with pytest.raises(BadInput) as caught:
        check_glyphs(["fine", "a\U0001f600b\u2717", "\x1b"])
    assert len(caught.value.problems) == 2
    assert "U+1F600" in str(caught.value)
    assert "U+2717" in str(caught.value)
    assert "U+001B" in str(caught.value)


@pytest.mark.parametrize("write", [write_pdf, write_html])
def test_the_same_brief_gives_the_same_file(
    make: Maker, templates: Path, tmp_path: Path, write: Writer
) -> None:
    files = []
    for name in ("a", "b"):
        svg_of.cache_clear()
        write(compose([make()], [], Words("zh")), tmp_path / name, templates)
        files.append((tmp_path / name).read_bytes())
    assert files[0] == files[1]
