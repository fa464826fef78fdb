"""The record in the brief: beside the headline, in the detail, and nowhere where there is none."""

from pathlib import Path

from conftest import Maker, flat, with_record
from pypdf import PdfReader

from forecasts.attainment.result import Attainment
from forecasts.publish.brief import compose, write_pdf
from forecasts.publish.parts import Brief, Figure, Paragraph, Table, strings
from forecasts.publish.words import Words


def section(brief: Brief) -> str:
    return "\n".join(strings(brief.sections[0]))


def test_a_second_opinion_stands_beside_the_headline(make: Maker, words: Words) -> None:
    result = with_record(make(0.54), 0.86, own=1)
    brief = compose([result], [], words)
    [row] = brief.front.rows
    assert row.number == "54%"
    assert "86%" not in brief.headline
    assert "54%" in brief.headline
    assert "86%" in row.record
    detail = section(brief)
    for piece in ("54%", "86%", "31%", "97%", "42%", "city-2022", words.of(result.goal, "region")):
        assert piece in detail
    assert words.say("record.until", count="5", own="1") in detail
    assert words.say("method.record") in "\n".join(strings(brief.sections[-1]))


def test_once_it_speaks_it_is_the_headline_and_the_rest_is_said_to_be_without_it(
    make: Maker, words: Words
) -> None:
    result = with_record(make(0.54), 0.86, own=5)
    brief = compose([result], [], words)
    assert "86%" in brief.headline
    assert "54%" not in brief.headline
    assert "54%" in brief.front.rows[0].record
    detail = section(brief)
    assert words.say("record.belonging", alone="54%") in detail
    assert words.say("record.leads", count="5", own="5") in detail
    figures = [b for b in flat(brief.sections[0].blocks) if isinstance(b, Figure)]
    drawn = "\n".join(figure.alt + figure.spec for figure in figures)
    assert "54%" in drawn
    assert "86%" not in drawn


def test_counts_are_a_table_by_what_goals_have_in_common(make: Maker, words: Words) -> None:
    brief = compose([with_record(make(0.54), 0.86)], [], words)
    caption = words.say("record.table")
    [table] = [b for b in flat(brief.sections[0].blocks) if isinstance(b, Table) and b.caption == caption]
    fared = [row[1].text for row in table.rows]
    assert fared[:2] == [
        words.say("record.of", met=met, resolved=of) for met, of in (("40", "41"), ("9", "9"))
    ]
    nothing = words.say("nothing")
    assert [cell.text for cell in table.rows[3][1:]] == [nothing] * 3, "nobody speaks for the announcer"
    assert table.rows[0][2].text == "4"
    assert table.rows[0][3].text == words.say("record.times", factor=words.decimal(2.0, 1))


def test_readings_share_a_sentence_and_a_table(city: list[Attainment], words: Words) -> None:
    readings = [with_record(city[3], 0.11), with_record(city[4], 0.55)]
    brief = compose(readings, [], words)
    for piece in ("11%", "55%"):
        assert piece in brief.front.rows[0].record
    tables = [b for b in flat(brief.sections[0].blocks) if isinstance(b, Table)]
    assert [t.caption for t in tables].count(words.say("record.table")) == 1
    told = [b.text for b in flat(brief.sections[0].blocks) if isinstance(b, Paragraph)]
    assert sum("city-2022" in text for text in told) == 2


def test_without_silent_goals_nothing_is_said_of_them(make: Maker, words: Words) -> None:
    loud = section(compose([with_record(make(0.54), 0.86, silent=0)], [], words))
    assert words.say("record.dark", dark="42%") not in loud


def test_without_a_record_the_brief_is_what_it_was(city: list[Attainment], words: Words) -> None:
    said = set(strings(compose(city, [], words, ["a look back"])))
    assert not any(row.record for row in compose(city, [], words).front.rows)
    keys = ("record.table", "method.record", "track_record.alone", "record.nothing")
    assert not any(words.say(key) in text for key in keys for text in said)


def test_a_track_record_is_said_to_be_without_it(make: Maker, words: Words) -> None:
    brief = compose([with_record(make(0.54), 0.86)], [], words, ["a look back"])
    assert any(words.say("track_record.alone") in text for text in strings(brief.sections[-1]))


def test_all_answers_stay_on_the_first_page(
    city: list[Attainment], words: Words, templates: Path, tmp_path: Path
) -> None:
    path = tmp_path / "brief.pdf"
    write_pdf(compose([with_record(r, 0.77) for r in city], [], words), path, templates)
    pages = [page.extract_text().replace("\n", "") for page in PdfReader(path).pages]
    squeezed = [page.replace(" ", "") for page in pages]
    for row in compose(city, [], words).front.rows:
        assert row.target.replace(" ", "") in squeezed[0]
    assert words.say("table.scenarios").replace(" ", "") in squeezed[1]
