"""A brief is kept for decades and read by everybody: PDF/A-2a and PDF/UA-1, checked rule by rule."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from asked import asked, readings_of
from conftest import attainment, science_city
from pypdf import PdfReader, PdfWriter

from forecasts.publish.brief import Failure, compose, write_pdf
from forecasts.publish.words import Words
from tests.publish.test_hostile import TEXT
from tests.publish.verapdf import archive, broken_rules

LANGUAGES = ("zh", "en")
TEMPLATES = Path(__file__).parents[2] / "reports" / "templates"


@pytest.fixture(scope="module")
def briefs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A whole brief in each language, and one whose words would be markup."""
    folder = tmp_path_factory.mktemp("briefs")
    city = science_city()
    city = [asked(city[0], readings_of(city[:2], 0.52, 0.88)), city[1], asked(city[2]), *map(asked, city[3:])]
    hostile = asked(attainment(names=(TEXT, TEXT), quote=TEXT))
    made = {language: compose(city, [Failure("patents", "baseline", "stopped")], Words(language))
            for language in LANGUAGES}  # fmt: skip
    made["hostile"] = compose([hostile], [Failure(TEXT, TEXT, TEXT)], Words("en"))
    for name, brief in made.items():
        write_pdf(brief, folder / f"{name}.pdf", TEMPLATES)
    return {name: folder / f"{name}.pdf" for name in made}


def resolved(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


def elements(node: Any) -> Iterator[dict[str, Any]]:
    """Yield the elements of structure under a node, in reading order."""
    inside = resolved(node.get("/K", []))
    for child in inside if isinstance(inside, list) else [inside]:
        child = resolved(child)
        if isinstance(child, dict) and "/S" in child:
            yield child
            yield from elements(child)


def structure(reader: PdfReader) -> list[dict[str, Any]]:
    return list(elements(resolved(reader.trailer["/Root"]["/StructTreeRoot"])))


def levels(reader: PdfReader) -> list[int]:
    """Return the levels of the headings, in reading order."""
    found = [re.fullmatch(r"/H([1-6])", str(one["/S"])) for one in structure(reader)]
    return [int(one[1]) for one in found if one]


def fonts(reader: PdfReader) -> Iterator[dict[str, Any]]:
    """Yield every font of every page."""
    for page in reader.pages:
        for font in resolved(resolved(page["/Resources"]).get("/Font", {})).values():
            yield resolved(font)


def outline(items: Any, level: int = 1) -> Iterator[int]:
    """Yield the levels of the bookmarks."""
    for one in items:
        if isinstance(one, list):
            yield from outline(one, level + 1)
        else:
            yield level


def the_title_is_shown(reader: PdfReader) -> bool:
    shown = resolved(reader.trailer["/Root"]["/ViewerPreferences"])["/DisplayDocTitle"]
    return bool(shown) and bool(reader.metadata and (reader.metadata.title or "").strip())


def the_language_is_told(reader: PdfReader) -> bool:
    return re.fullmatch(r"(zh|en)\b.*", str(reader.trailer["/Root"]["/Lang"])) is not None


def every_figure_has_words(reader: PdfReader) -> bool:
    figures = [one for one in structure(reader) if one["/S"] == "/Figure"]
    return bool(figures) and all(str(one.get("/Alt", "")).strip() for one in figures)


def headings_nest(reader: PdfReader) -> bool:
    found = levels(reader)
    return found[:1] == [1] and found.count(1) == 1 and all(b <= a + 1 for a, b in pairwise(found))


def bookmarks_are_the_headings(reader: PdfReader) -> bool:
    return list(outline(reader.outline)) == levels(reader)


def tables_have_heads_with_a_scope(reader: PdfReader) -> bool:
    def scope(cell: dict[str, Any]) -> str:
        found = resolved(cell.get("/A", {}))
        parts = found if isinstance(found, list) else [found]
        return next((str(resolved(p)["/Scope"]) for p in parts if "/Scope" in resolved(p)), "")

    tables = [list(elements(one)) for one in structure(reader) if one["/S"] == "/Table"]
    heads = [[cell for cell in table if cell["/S"] == "/TH"] for table in tables]
    return bool(heads) and all(cells and all(map(scope, cells)) for cells in heads)


def fonts_are_embedded_and_can_be_copied_from(reader: PdfReader) -> bool:
    def whole(font: dict[str, Any]) -> bool:
        inner = resolved(resolved(font["/DescendantFonts"])[0])
        descriptor = resolved(inner["/FontDescriptor"])
        return "/ToUnicode" in font and any(key.startswith("/FontFile") for key in descriptor)

    found = list(fonts(reader))
    return bool(found) and all(map(whole, found))


def nothing_runs_and_nothing_is_locked(reader: PdfReader) -> bool:
    root = resolved(reader.trailer["/Root"])
    names = resolved(root.get("/Names", {}))
    return not (
        reader.is_encrypted
        or {"/OpenAction", "/AA"} & set(root)
        or {"/JavaScript", "/EmbeddedFiles"} & set(names)
    )


def it_says_which_standards_it_keeps(reader: PdfReader) -> bool:
    root = resolved(reader.trailer["/Root"])
    told = resolved(root["/Metadata"]).get_data().decode("utf-8")
    return "/OutputIntents" in root and all(
        re.search(pattern, told)
        for pattern in (r"pdfaid:part\D+2\D", r"pdfaid:conformance[^A-Z]+A\b", r"pdfuaid:part\D+1\D")
    )


RULES: tuple[Callable[[PdfReader], bool], ...] = (
    the_title_is_shown,
    the_language_is_told,
    every_figure_has_words,
    headings_nest,
    bookmarks_are_the_headings,
    tables_have_heads_with_a_scope,
    fonts_are_embedded_and_can_be_copied_from,
    nothing_runs_and_nothing_is_locked,
    it_says_which_standards_it_keeps,
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_sheet_keeps_the_rule(
    briefs: dict[str, Path], rule: Callable[[PdfReader], bool], language: str
) -> None:
    assert rule(PdfReader(briefs[language])), rule.__name__


def damaged(path: Path, out: Path, spoil: Callable[[dict[str, Any]], None]) -> Path:
    """Write a file again with each of its dictionaries spoilt."""
    writer = PdfWriter(clone_from=path)
    for one in writer._objects:
        if isinstance(resolved(one), dict):
            spoil(resolved(one))
    writer.write(out)
    return out


def no_words(one: dict[str, Any]) -> None:
    if one.get("/S") == "/Figure":
        one.pop("/Alt", None)


def no_scope(one: dict[str, Any]) -> None:
    if one.get("/S") == "/TH":
        one.pop("/A", None)


def no_letters(one: dict[str, Any]) -> None:
    if one.get("/Type") == "/Font":
        one.pop("/ToUnicode", None)


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (no_words, every_figure_has_words),
        (no_scope, tables_have_heads_with_a_scope),
        (no_letters, fonts_are_embedded_and_can_be_copied_from),
    ],
)
def test_a_sheet_that_breaks_a_rule_is_found_out(
    briefs: dict[str, Path], tmp_path: Path, spoil: Any, rule: Any
) -> None:
    assert not rule(PdfReader(damaged(briefs["en"], tmp_path / "bad.pdf", spoil)))


@pytest.mark.slow
@pytest.mark.skipif(archive() is None, reason="needs veraPDF: Java and what .ci/tools.txt names")
def test_the_reference_checker_finds_nothing_and_finds_what_is_spoilt(
    briefs: dict[str, Path], tmp_path: Path
) -> None:
    spoilt = damaged(briefs["en"], tmp_path / "bad.pdf", no_words)
    told = broken_rules([briefs["zh"], briefs["hostile"], spoilt])
    assert [rule.partition(":")[0] for rule in told.pop(str(spoilt))] == ["PDFUA-1 7.3-1"]
    assert not any(told.values()), told


@pytest.mark.skipif(shutil.which("pdffonts") is None, reason="needs poppler")
@pytest.mark.parametrize("language", LANGUAGES)
def test_other_programs_read_it_so_too(briefs: dict[str, Path], language: str) -> None:
    def said(*command: str) -> str:
        done = subprocess.run([*command], capture_output=True, text=True, check=True)
        return done.stdout

    path = str(briefs[language])
    facts = dict(re.findall(r"^([^:\n]+):\s*(.*)$", said("pdfinfo", path), re.M))
    assert facts["Tagged"] == "yes"
    assert (facts["Encrypted"], facts["JavaScript"], facts["Form"]) == ("no", "no", "none")
    assert facts["Page size"].endswith("(A4)")
    head, _, *rows = said("pdffonts", path).splitlines()
    assert "emb sub uni" in head
    assert rows
    at = head.index("emb sub uni")
    assert {tuple(row[at:].split()[:3]) for row in rows} == {("yes", "yes", "yes")}
    told = said("pdftotext", path, "-")
    assert not set(told) & set("\u200b\u200c\u200d\u2060\ufeff\ufffd")
    shown = re.sub(r"\s+", "", told)
    assert all(number in shown for number in ("1,150", "6,700", "88%"))
