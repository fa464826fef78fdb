"""What is on the page is what was published: whose words, from where, printed or not; no unseen sign."""

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from conftest import Maker
from pypdf import PdfReader

from forecasts.attainment.result import Attainment, HistoryPoint, Standing
from forecasts.attainment.verdict import answer
from forecasts.ledger.fields import Origin, Qualifier
from forecasts.publish import charts, detail, phrases
from forecasts.publish.brief import compose, write_html, write_pdf
from forecasts.publish.drawing import svg_of
from forecasts.publish.parts import strings
from forecasts.publish.words import Words, catalogue
from forecasts.scenarios.seeds import read_seeds

SEEDS = Path(__file__).parents[2] / "seeds"

#: Signs that nobody sees and that break numbers, copying and search.
UNSEEN = re.compile("[\u200b-\u200d\u2060\ufeff]")

_WIDE = "\u2e80-\u9fff\uf900-\ufaff\u3001-\u303f"

#: Punctuation of Latin width beside a Chinese sign.
NARROW = re.compile(rf"[{_WIDE}][,;:!?()]|[,;:!?()][{_WIDE}]")


def with_evidence(a: Attainment, **changes: object) -> Attainment:
    return a.model_copy(update={"evidence": (a.evidence[0].model_copy(update=changes),)})


def test_no_sign_that_nobody_sees_is_on_page_or_sheet(
    city: list[Attainment], words: Words, templates: Path, tmp_path: Path
) -> None:
    address = "http://chongqing.baogaosu.com/xinwen/%E5%AE%B6%E9%AB%98%E6%96%B0%E6%8A%80%E6%9C%AF/54433667/"
    city = [with_evidence(city[0], source_url=address, printed="1234567.5"), *city[1:]]
    brief = compose(city, [], words)
    write_pdf(brief, tmp_path / "brief.pdf", templates)
    write_html(brief, tmp_path / "brief.html", templates)
    sheets = "".join(page.extract_text() for page in PdfReader(tmp_path / "brief.pdf").pages)
    assert not UNSEEN.search(sheets)
    assert not UNSEEN.search((tmp_path / "brief.html").read_text(encoding="utf-8"))
    assert address in sheets.replace("\n", ""), "broken over lines, it is whole when it is copied"
    assert "1,234,567.5" in sheets


def test_chinese_has_its_own_punctuation(city: list[Attainment]) -> None:
    quiet = [
        a.model_copy(
            update={
                "evidence": tuple(
                    e.model_copy(update={"quote": "文", "source_title": "题"}) for e in a.evidence
                ),
                "goal": a.goal.model_copy(update={"quote": "文", "source_title": "题"}),
            }
        )
        for a in city
    ]
    for text in strings(compose(quiet, [], Words("zh"))):
        told = json.dumps(json.loads(text), ensure_ascii=False) if text.startswith("{") else text
        parts = re.findall(r'"((?:[^"\\]|\\.)*)"', told) if text.startswith("{") else [told]
        assert not [part for part in parts if NARROW.search(part)]
    assert not [text for text in catalogue("zh").values() if NARROW.search(re.sub(r"\{\w+\}", "文", text))]


def test_what_seeds_say_in_chinese_has_its_own_punctuation() -> None:
    seeds = read_seeds(SEEDS)
    ledger = seeds.ledger
    told = [
        *(text for i in ledger.indicators.values() for text in (i.name_zh, i.unit_zh, i.scope_zh)),
        *(region.name_zh for region in ledger.regions.values()),
        *(row.note_zh for row in ledger.observations.values()),
        *(goal.quote for goal in ledger.goals.values() if goal.paraphrase),
        *(text for s in seeds.scenarios.values() for text in (s.name_zh, s.why_zh)),
    ]
    assert not [text for text in told if NARROW.search(text)]


def test_somebody_elses_words_stand_in_no_quotation_marks(make: Maker, words: Words) -> None:
    a = make()
    told = with_evidence(a, paraphrase=True)
    told = told.model_copy(update={"goal": told.goal.model_copy(update={"paraphrase": True})})
    for result, key in ((a, "quoted"), (told, "paraphrased")):
        said = "\n".join(strings(compose([result], [], words)))
        assert words.say(key, quote=result.evidence[0].quote) in said
        assert words.say(key, quote=result.goal.quote) in said
    assert words.say("quoted", quote=a.goal.quote) not in said


def test_a_page_says_where_it_is_and_whether_it_is_a_reprint(make: Maker, words: Words) -> None:
    first = make()
    row = first.evidence[0]
    reprint = with_evidence(first, source_reprint=True, source_url="", source_held=True, source="report")
    said = "\n".join(strings(compose([reprint], [], words)))
    nowhere = words.say("source.no_address")
    assert words.say("source.held", address=nowhere, file="texts/report.txt") in said
    assert words.say("source.reprint", publisher=row.source_publisher) in said
    plain = "\n".join(strings(compose([first], [], words)))
    assert nowhere not in plain
    assert words.say("source.reprint", publisher=row.source_publisher) not in plain


def test_the_report_without_an_address_is_held_and_says_so() -> None:
    ledger = read_seeds(SEEDS).ledger
    report = ledger.sources["seed-report"]
    assert (report.url, report.held, report.reprint) == ("", True, False)
    assert not [s.id for s in ledger.sources.values() if s.url.startswith("(") or " " in s.id]
    reprints = {s.id for s in ledger.sources.values() if s.reprint}
    for row in ledger.observations.values():
        assert row.source in reprints or not re.search("转载|镜像", row.note_zh), row.id
        assert "paraphrase" not in row.note_en


STANDINGS: tuple[Standing, ...] = ("printed", "threshold", "derived")


@pytest.mark.parametrize("there", [("printed",), ("derived",), ("printed", "derived"), STANDINGS])
@pytest.mark.parametrize("compact", [False, True])
def test_figures_that_were_not_printed_look_otherwise_and_a_legend_says_so(
    make: Maker, words: Words, there: tuple[Standing, ...], compact: bool
) -> None:
    a = make()
    point = a.history[0]
    days = [point.date.replace(year=2015 + i) for i in range(len(there))]
    history = [
        HistoryPoint(
            date=day,
            value=point.value,
            low=point.low,
            high=point.high,
            threshold=standing == "threshold",
            origin="derived" if standing == "derived" else "printed",
        )
        for day, standing in zip(days, there, strict=True)
    ]
    a = a.model_copy(update={"history": tuple(history)})
    spec = charts.fan_chart(a, words, compact=compact)
    [marks] = [one["encoding"] for one in spec["layer"] if "shape" in one["encoding"]]
    assert marks["shape"]["scale"]["range"] == [charts.MARKS[standing][0] for standing in there]
    assert len({charts.MARKS[standing][0] for standing in STANDINGS}) == 3
    names = [words.say(f"standing.{standing}") for standing in there]
    drawn = svg_of(charts.to_spec(spec))
    assert all((f">{name}<" in drawn) == (there != ("printed",)) for name in names)
    for standing in there:
        assert words.say(f"figures.{standing}", n="1") in phrases.fan_alt(a, words)


def test_a_standing_is_the_plainest_of_its_day() -> None:
    seeds = read_seeds(SEEDS)
    ledger = seeds.ledger
    city = ("hightech_enterprises", "chongqing")
    [goal] = [
        g.id for g in ledger.goals.values() if (g.indicator, g.region, g.deadline.year) == (*city, 2027)
    ]
    result = answer(seeds, goal, "baseline", dt.date(2023, 9, 6), draws=200)
    rows = [o for o in ledger.observations.values() if (o.indicator, o.region) == city]
    assert {p.standing for p in result.history} == set(STANDINGS)
    for point in result.history:
        printed = [o for o in rows if o.as_of == point.date and o.origin is Origin.PRINTED]
        plain = [o for o in printed if o.qualifier is not Qualifier.OVER]
        assert point.standing == ("printed" if plain else "threshold" if printed else "derived")


def test_under_an_assumed_share_no_figure_is_a_printed_one() -> None:
    seeds = read_seeds(SEEDS)
    result = answer(seeds, "science-city-financing-2023", "scope-share", dt.date(2023, 9, 6), draws=200)
    assert {p.standing for p in result.history} == {"derived"}, {p.origin for p in result.history}


def test_the_score_is_rounded_once(make: Maker, words: Words) -> None:
    a = make()
    score = a.engine_score.model_copy(update={"calibration_error": 0.0143})
    assert "1.43" in detail.engine_score(a.model_copy(update={"engine_score": score}), words)
