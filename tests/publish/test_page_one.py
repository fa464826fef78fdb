"""Page one stands alone, its sentences follow from the numbers, and every number is one of the results'."""

import datetime as dt
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from asked import asked, readings_of, two_readings
from conftest import Maker, attainment, scenario
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from forecasts.attainment.result import Attainment
from forecasts.ledger.fields import Comparison
from forecasts.publish.brief import Failure, compose, write_html, write_pdf
from forecasts.publish.drawing import svg_of
from forecasts.publish.english import told_of
from forecasts.publish.leads import gap, lead, met, verdict_of
from forecasts.publish.parts import Brief
from forecasts.publish.words import SCALE, Words, catalogue, step

TRUST = "回看之言 · looked back"
PROBABILITY = st.floats(0.002, 0.998)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def pages(brief: Brief, templates: Path, folder: Path) -> list[str]:
    write_pdf(brief, folder / "brief.pdf", templates)
    return [squeezed(page.extract_text()) for page in PdfReader(folder / "brief.pdf").pages]


def science_city(city: list[Attainment]) -> list[Attainment]:
    return [
        asked(city[0], readings_of(city[:2], 0.52, 0.88)),
        *city[1:2],
        asked(city[2]),
        *map(asked, city[3:]),
    ]


def test_page_one_is_one_page_and_stands_alone(
    city: list[Attainment], words: Words, templates: Path, tmp_path: Path
) -> None:
    brief = compose(science_city(city), [Failure("patents", "baseline", "stopped")], words, [TRUST], None, 1)
    told = pages(brief, templates, tmp_path)
    for row in brief.front.rows:
        for text in (row.name, row.target, row.number, row.now, row.pace, *row.readings):
            assert squeezed(text) in told[0]
    front = brief.front
    assert front.asks is not None
    texts = [front.edition, front.day, front.trust, front.files, front.asks.rows[0].what, TRUST]
    texts += [lead.verdict for lead in front.leads] + [ground.text for ground in front.grounds]
    assert all(squeezed(text) in told[0] for text in texts)
    assert "stopped" in told[0]
    assert told[1].startswith(squeezed(brief.sections[0].heading)), "what stands behind begins on page two"
    assert len(told) <= 9


@pytest.mark.parametrize("count", [1, 2, 4, 6])
def test_few_goals_leave_one_page_one(
    make: Maker, words: Words, templates: Path, tmp_path: Path, count: int
) -> None:
    results = [asked(make(0.1 + 0.13 * k, goal=f"g{k}", value=1100.0 + k)) for k in range(count)]
    brief = compose(results, [], words, [TRUST])
    told = pages(brief, templates, tmp_path)
    assert squeezed(TRUST) in told[0]
    assert squeezed(brief.front.sign) in told[0]
    assert told[1].startswith(squeezed(brief.sections[0].heading))


def test_many_goals_have_a_line_each_under_their_region(
    make: Maker, words: Words, templates: Path, tmp_path: Path
) -> None:
    def of(k: int) -> Attainment:
        result = make(0.01 + 0.0097 * k, goal=f"g{k}")
        region = {"region": f"r{k % 5}", "region_zh": f"地区{k % 5}", "region_en": f"Region {k % 5}"}
        return result.model_copy(update={"goal": result.goal.model_copy(update=region)})

    brief = compose([of(k) for k in range(100)], [], words, [TRUST])
    assert [group.heading for group in brief.front.groups] == [
        words.of(of(k).goal, "region") for k in range(5)
    ]
    for group in brief.front.groups:
        shown = [int(re.sub(r"\D", "", row.number)) for row in group.rows]
        assert shown == sorted(shown, reverse=True)
    assert len(brief.front.rows) == 100
    told = pages(brief, templates, tmp_path)
    assert squeezed(TRUST) in told[0]
    assert len(told) <= 6
    assert [section.anchor for section in brief.sections] == ["method"]


# sentences


@given(PROBABILITY, st.sampled_from(["zh", "en"]))
def test_the_word_of_a_verdict_is_that_of_its_number(p: float, language: Any) -> None:
    words = Words(language)
    told = lead("a", "甲", [attainment(p)], [], words).verdict
    assert words.probability(p) in told
    assert words.likelihood(p) in told
    others = [words.say(f"likelihood.{name}") for _, name in SCALE if name != step(p)]
    assert not any(f": {word} (" in told or f"：{word}（" in told for word in others)


@given(PROBABILITY, PROBABILITY, st.sampled_from(["zh", "en"]))
def test_what_is_undetermined_has_no_one_number(p: float, q: float, language: Any) -> None:
    words, results = Words(language), two_readings(p, q)
    found = verdict_of(results)
    brief = compose(results, [], words)
    [row], [told] = brief.front.rows, brief.front.leads
    assert (found.kind == "undetermined") == (abs(p - q) >= 0.5)
    assert (row.number == words.say("undetermined")) == (found.kind == "undetermined")
    ends = [words.probability(end) for end in (min(p, q), max(p, q))]
    assert all(end in told.verdict for end in ends)
    if found.kind == "undetermined":
        assert row.span == words.say("span", low=ends[0], high=ends[1])
        assert not any(words.say(f"likelihood.{name}") in told.verdict for _, name in SCALE)


@given(st.floats(500, 2000), st.floats(500, 2000), st.sampled_from(list(Comparison)))
def test_a_gap_is_that_of_the_newest_figure(value: float, now: float, comparison: Comparison) -> None:
    words, result = Words("en"), attainment(value=value, now=now, comparison=comparison)
    said, amount = gap([result], words), abs(value - now)
    assert met(result) == (result.goal.asks.met(now, now) is True)
    assert (said == words.say("gap.met")) == met(result)
    assert (said == words.say("gap.edge")) == (not met(result) and now == value)
    if not met(result) and now != value:
        assert ("above" in said) == (now > value)
        assert words.quantity(amount, "enterprises", rounded=True) in said


def test_without_a_figure_there_is_no_gap(make: Maker, words: Words) -> None:
    assert gap([make(history=(), n=0, basis="reference")], words) == words.say("gap.none")


def test_it_turns_on_the_answer_that_moves_most(make: Maker, words: Words) -> None:
    told = lead("a", "甲", [asked(make(0.88))], [], words).turn
    assert "58%" in told
    assert words.date(dt.date(2023, 5, 30)) in told
    needed = lead("a", "甲", two_readings(0.1, 0.9), [], words).turn
    for amount in (987.0, 1021.0):
        assert words.quantity(amount, words.of(make().goal, "unit"), rounded=True) in needed


def test_the_edition_and_the_days_that_are_left_are_told(make: Maker, words: Words) -> None:
    front = compose([make()], [], words, edition=1).front
    assert front.edition == words.say("edition.first", number="1")
    assert compose([make()], [], words, edition=3).front.edition == words.say("edition", number="3")
    assert "116" in front.day
    late = make(known_on=dt.date(2024, 2, 1))
    assert compose([late], [], words).front.day == words.say(
        "day.past", date=words.date(late.known_on), days="0"
    )


# numbers

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


class Said(HTMLParser):
    """What a reader of a page reads."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style", "noscript", "svg"):
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.inside[-1:] == [tag]:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.text.append(data)


def numbers_in(value: Any) -> list[float]:
    """Return every number of a result, those within its texts among them."""
    if isinstance(value, dict):
        return [n for item in [*value.values(), *value.keys()] for n in numbers_in(item)]
    if isinstance(value, (list, tuple)):
        return [n for item in value for n in numbers_in(item)]
    if isinstance(value, bool) or value is None:
        return []
    if isinstance(value, (int, float)):
        return [float(value)]
    if isinstance(value, str):
        return [float(token.replace(",", "")) for token in NUMBER.findall(value)]
    return []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_number_is_one_of_the_results(
    city: list[Attainment], language: Any, templates: Path, tmp_path: Path
) -> None:
    words = Words(language)
    results = [r for r in science_city(city) if r.goal.unit_zh == "家"]
    brief = compose(results, [], words, [TRUST])
    write_pdf(brief, tmp_path / "brief.pdf", templates)
    write_html(brief, tmp_path / "brief.html", templates)
    for told in numbers_told(tmp_path):
        assert len(told) > 40
        assert not strangers(told, brief, results)


def numbers_told(folder: Path) -> list[set[str]]:
    """Return the numbers that a sheet and a page of a brief show; parts of days and of addresses are none."""
    page = Said()
    page.feed((folder / "brief.html").read_text(encoding="utf-8"))
    sheets = "\n".join(sheet.extract_text() for sheet in PdfReader(folder / "brief.pdf").pages)
    return [
        set(NUMBER.findall(re.sub(r"https?://\S+|\S*[/_]\S*|\d{4}-\d{2}(-\d{2})?", " ", text)))
        for text in (sheets, " ".join(page.text))
    ]


def strangers(told: set[str], brief: Brief, results: Sequence[Attainment]) -> list[str]:
    """Return the numbers that neither a result holds, nor a difference of its own, nor the catalogue."""
    language: Any = "zh" if brief.lang == "zh-CN" else "en"
    held = numbers_in([told_of(r, Words(language)).model_dump(mode="json") for r in results])
    chances = [n for n in held if 0 <= n <= 1]
    derived = [100 * abs(p - q) for p in chances for q in chances] if len(chances) < 2000 else []
    derived += [abs(r.goal.value - p.value) for r in results for p in r.history]
    counted = [float(n) for n in range(40)]  # editions, counts, pages, sources
    fixed = (
        numbers_in(list(catalogue(language).values())) + [float(low) for low, _ in SCALE] + [9.0, 32, 66, 89]
    )
    days = [116.0, *(n for figure in brief.figures() for n in axis_labels(figure.spec))]
    known = sorted({*held, *(100 * n for n in held), *derived, *counted, *fixed, *days})
    return [token for token in sorted(told) if not _among(token, known)]


def axis_labels(spec: str) -> list[float]:
    """Return the numbers along the axes of a drawing: they are nobody's figures."""
    svg = svg_of(spec)
    groups = re.findall(r'<g class="[^"]*role-axis-label[^"]*"[^>]*>(.*?)</g>', svg, re.S)
    return [n for group in groups for n in numbers_in(re.findall(r">([^<]+)</text>", group))]


def _among(token: str, known: list[float]) -> bool:
    value, places = float(token.replace(",", "")), len(token.partition(".")[2])
    return any(abs(value - n) <= 0.5000001 * 10**-places for n in known)


def test_a_number_that_no_result_holds_is_found_out(make: Maker) -> None:
    held = numbers_in(make(0.88).model_dump(mode="json"))
    assert _among("1,150", held)
    assert not _among("7,313", held)


# the file


def test_the_sheet_is_made_for_keeping_and_for_everybody(
    city: list[Attainment], words: Words, templates: Path, tmp_path: Path
) -> None:
    brief = compose(science_city(city), [], words)
    write_pdf(brief, tmp_path / "brief.pdf", templates)
    reader = PdfReader(tmp_path / "brief.pdf")
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"] == True  # noqa: E712
    assert str(root["/Lang"]).startswith(words.language)
    assert "/StructTreeRoot" in root
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    xmp = root["/Metadata"].get_data().decode("utf-8")
    assert re.search(r"pdfaid:part\D+2\D", xmp)
    assert re.search(r"pdfaid:conformance[^A-Z]+A\b", xmp)
    assert re.search(r"pdfuaid:part\D+1\D", xmp)
    assert reader.metadata is not None
    assert reader.metadata.title == brief.title
    names = [str(item.title) for item in flat_outline(reader.outline)]
    assert brief.title in names
    assert all(section.heading in names for section in brief.sections)


def flat_outline(items: Any) -> list[Any]:
    return [one for item in items for one in (flat_outline(item) if isinstance(item, list) else [item])]


def test_made_twice_it_is_the_same_to_the_byte(
    city: list[Attainment], templates: Path, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        brief = compose(science_city(city), [], Words("zh"), [TRUST])
        write_pdf(brief, tmp_path / f"{name}.pdf", templates)
        write_html(brief, tmp_path / f"{name}.html", templates)
    for kind in ("pdf", "html"):
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()


def test_page_and_sheet_have_the_same_parts(
    city: list[Attainment], words: Words, templates: Path, tmp_path: Path
) -> None:
    brief = compose(science_city(city), [], words, [TRUST])
    sheets = "".join(pages(brief, templates, tmp_path))
    write_html(brief, tmp_path / "brief.html", templates)
    page = Said()
    page.feed((tmp_path / "brief.html").read_text(encoding="utf-8"))
    shown = squeezed("".join(page.text))
    front = brief.front
    texts = [t for r in front.rows for t in (r.name, r.number, r.now, r.likely, r.pace, *r.seen, *r.readings)]
    texts += [t for one in front.leads for t in (one.verdict, one.gap, one.turn)]
    texts += [front.edition, front.day, front.trust, front.sign, *(s.word for s in front.scale)]
    texts += [section.heading for section in brief.sections]
    for text in texts:
        assert squeezed(text) in shown, text
        assert squeezed(text) in sheets, text


@settings(max_examples=5)
@given(PROBABILITY)
def test_parts_that_are_printed_sum_to_what_is_printed(p: float) -> None:
    from forecasts.publish.waterfall import _falls

    rows = _falls(asked(attainment(p)), Words("en"))
    signed = [float(str(r["text"]).replace("−", "-").rstrip("%")) for r in rows]
    assert sum(signed[:-1]) == pytest.approx(signed[-1], abs=1e-6)
    assert signed[-1] == pytest.approx(100 * p, abs=0.051)


def test_a_scenario_without_name_in_question_is_told_by_its_id(make: Maker) -> None:
    from forecasts.publish import questions

    head = asked(make(assumed=scenario("own", "baseline")))
    assert questions.scenario("own", head, Words("en")) == head.scenario.name_en
    assert questions.scenario("elsewhere", head, Words("en")) == "elsewhere"


def test_of_a_goal_that_is_met_no_pace_is_required(make: Maker, words: Words) -> None:
    open_, met = make(0.4), make(0.98, goal="met", value=make(0.4).history[-1].value - 10)
    rows = {row.target: row.pace for row in compose([open_, met], [], words).front.rows}
    assert list(rows.values()).count(words.say("pace.met")) == 1
    assert all("−" not in pace for pace in rows.values())
