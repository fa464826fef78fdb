"""The files: whole or not at all, every character there, hostile texts as text, no network."""

import re
import unicodedata
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import Maker, scenario
from pypdf import PdfReader

from forecasts.attainment.result import Attainment
from forecasts.publish.brief import Failure, compose, write_html, write_pdf
from forecasts.publish.drawing import svg_of
from forecasts.publish.fonts import missing, printable, with_letters
from forecasts.publish.parts import Brief
from forecasts.publish.typeset import html
from forecasts.publish.words import Words
from tests.hostile import MARKUP

Writer = Callable[[Brief, Path, Path], None]


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
    assert page.tags.count("svg") == len(charts) + len(brief.drawings())
    drawn = [a for _, a in page.attributes if a.get("class") == "drawing"]
    assert len(drawn) == len(brief.drawings())
    assert all(a["role"] == "img" and a["aria-label"] for a in drawn)
    ids = [a["id"] for _, a in page.attributes if a.get("id")]
    assert len(ids) == len(set(ids))
    assert "@media print" in path.read_text(encoding="utf-8")


def test_hostile_texts_are_texts(make: Maker, templates: Path, tmp_path: Path) -> None:
    text = " | ".join(MARKUP)
    a = make(names=(text, text), assumed=scenario("baseline", "baseline", (text, text), (text, text)))
    evidence = a.evidence[0].model_copy(update={"quote": text, "note_zh": text, "source_title": text})
    brief = compose(
        [a.model_copy(update={"evidence": (evidence,)})], [Failure(text, text, text)], Words("zh")
    )
    write_pdf(brief, tmp_path / "brief.pdf", templates)
    write_html(brief, tmp_path / "brief.html", templates)
    printed, page = pdf_text(tmp_path / "brief.pdf"), read(tmp_path / "brief.html")
    for hostile in MARKUP:
        assert printed.count(squeezed(hostile)) >= 5, hostile
        assert "".join(page.text).count(hostile) >= 5, hostile
    assert page.tags.count("script") == len(brief.figures()) + 1
    assert not page.tags.count("b")


#: What no font has, or what has no shape of its own: an emoji, Thai, marks of direction, joining and control.
ODD = "\U0001f600 \u0e01 \u202e \u200b \u2028 \x0b \x01"


def test_what_no_font_can_show_is_spelled_out_and_the_brief_is_written(
    make: Maker, templates: Path, tmp_path: Path
) -> None:
    a = make(names=(f"企业{ODD}", f"firms{ODD}"), units=("家\U0001f3e0", "\U0001f3e0"), quote=f"1036家{ODD}")
    brief = compose([a], [], Words("zh"))
    write_pdf(brief, tmp_path / "brief.pdf", templates)
    write_html(brief, tmp_path / "brief.html", templates)
    page = squeezed("".join(read(tmp_path / "brief.html").text))
    for text in (pdf_text(tmp_path / "brief.pdf"), page):
        assert all(
            squeezed(f"[U+{code}]") in text for code in ("1F600", "0E01", "202E", "200B", "0001", "1F3E0")
        )
        assert not set(text) & {"\u202e", "\x01", "\U0001f600"}


def test_what_can_be_shown_stays_as_it_is() -> None:
    assert printable("≥ — “”西部　科学城 CO₂ Łódź") == "≥ — “”西部　科学城 CO₂ Łódź"
    assert printable("a\n\tb\u2028c") == "a  b c"
    assert printable("Lo\u0301dz\u0301") == "Lódź"
    assert printable("a\U0001f600b") == "a[U+1F600]b"


#: The alphabets of Europe and Vietnam, raised and lowered signs, and signs that figures come with.
SAMPLES = (
    "Łódź Şişli Đồng Nai Ñuble Ærø Þingeyri Ħal Għargħur Győr Žilina",
    "Ελλάδα Ωμέγα ἀρχή ᾧ",
    "Київ Ґрунт Чорногорія Қазақстан Ћуприја Ў Ӣ",
    "CO₂ m² 10⁻³ x⁺ H₂O xₐₙ ⁿ",
    "€ £ ₽ ₴ ≥ ≤ ± × ° ‰ № → … ½ µ § ™",
)


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_european_script_prints_in_letters_of_its_own(
    make: Maker, templates: Path, tmp_path: Path, sample: str
) -> None:
    assert printable(sample) == sample
    brief = compose([make(names=(sample, sample), units=("家", sample))], [], Words("en"))
    write_pdf(brief, tmp_path / "brief.pdf", templates)
    text = pdf_text(tmp_path / "brief.pdf")
    assert squeezed(sample) in unicodedata.normalize("NFC", text)
    used = {name.partition("+")[2].partition("-")[0] for name, _ in fonts_of(tmp_path / "brief.pdf")}
    assert used <= {"NotoSansSC", "NotoSerifSC", "NotoSans", "NotoSerif"}
    write_html(brief, tmp_path / "brief.html", templates)
    assert sample in "".join(read(tmp_path / "brief.html").text)


def test_all_of_latin_greek_and_cyrillic_has_glyphs() -> None:
    names = ("LATIN ", "GREEK ", "CYRILLIC ", "SUPERSCRIPT ", "SUBSCRIPT ")
    # Letters that Unicode added after 2020 stand at the end of a block; no font of 2022 has them.
    signs = [c for c in map(chr, range(0x20, 0xFB07)) if unicodedata.name(c, "").startswith(names)]
    assert len(signs) > 1_800
    lost = missing("".join(signs))
    assert [c for c in lost if unicodedata.category(c) in ("Ll", "Lu", "No") and c < "\ua7c0"] == []


def test_a_page_in_chinese_and_english_needs_no_font_of_letters(make: Maker, templates: Path) -> None:
    page = html(compose([make()], [], Words("zh")), templates)
    assert page.count("@font-face") == 2
    assert "unicode-range" not in page


def test_a_word_is_of_one_kind_in_a_drawing() -> None:
    svg = '<text x="1">Łódź 高新 CO₂&amp;&#160;a</text>'
    told = with_letters(svg)
    assert (
        '<tspan font-family="Noto Sans">Łódź</tspan> 高新 <tspan font-family="Noto Sans">CO₂</tspan>' in told
    )
    assert with_letters("<text>高新 abc &lt;b&gt;</text>") == "<text>高新 abc &lt;b&gt;</text>"


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
