"""The tornado as a chart: what it shows in both languages, down to no assumption and to no answer."""

import json
import re
from xml.etree import ElementTree

import pandas as pd
import pytest

import forecasts as fc
from forecasts.publish.chart_page import GENERATOR, chart_page
from forecasts.publish.drawing import to_spec, to_svg
from forecasts.publish.phrases import share_told
from forecasts.publish.tornado import tornado_chart
from forecasts.publish.words import Words
from forecasts.whatif.sensitivity import Sensitivity


def texts(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)
    return ["".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.fixture(scope="module")
def found() -> Sensitivity:
    rows = [(r, f"{2018 + i}-12-31", v * f) for r, f in (("a", 1.0), ("b", 0.7), ("c", 1.2), ("d", 0.4))
            for i, v in enumerate([800, 870, 930, 1010, 1060])]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["region", "as_of", "value"]).assign(indicator="x")
    about = pd.DataFrame(
        {"id": ["x"], "kind": ["stock"], "name_en": ["Firms"], "unit_zh": ["家"], "unit_en": ["firms"]}
    )
    question = fc.Question(fc.Goal("x", "a", 1150, "2023-12-31"), "2023-06-01")
    return fc.sensitivity(
        fc.Ledger.from_frames(frame, indicators=about), question.under(fc.Delay(months={"uniform": [0, 6]}))
    )


def test_every_assumption_stands_with_its_settings_and_its_share(found: Sensitivity, words: Words) -> None:
    chart = tornado_chart(found, words)
    chart.to_dict()  # as Vega-Lite's schema has it
    shown = texts(to_svg(chart))
    for row in found.rows:
        assert words.of(row, "name") in shown
        assert share_told(row.share) in shown
    delayed = next(row for row in found.rows if row.id == "delay.months")
    setting = delayed.low.zh if words.language == "zh" else delayed.low.en
    assert words.say("chart.tornado.low_is", setting=setting) in shown
    assert words.say("member.trend") in " ".join(shown)
    assert any("1,150" in text and words.probability(found.probability) in text for text in shown)
    assert "100%" not in shown  # nothing is certain


def test_bars_go_from_what_stands_to_each_end(found: Sensitivity, words: Words) -> None:
    spec = json.loads(to_spec(tornado_chart(found, words)))
    rows = [row for data in spec["datasets"].values() for row in data if "to" in row]
    assert {row["from"] for row in rows} == {found.probability}
    told = {(row.id, end.probability) for row in found.rows for end in (row.low, row.high)}
    assert {(row["id"], row["to"]) for row in rows} == told


def test_it_says_the_same_in_words(found: Sensitivity, words: Words) -> None:
    said = json.loads(to_spec(tornado_chart(found, words)))["description"]
    assert words.probability(found.probability) in said
    assert all(words.of(row, "name") in said for row in found.rows)


def test_an_end_without_an_answer_and_no_assumption_at_all_are_drawn(
    found: Sensitivity, words: Words
) -> None:
    first = found.rows[0]
    silent = first.model_copy(
        update={"low": first.low.model_copy(update={"probability": None, "std_error": None})}
    )
    shown = texts(to_svg(tornado_chart(found.model_copy(update={"rows": (silent,)}), words)))
    assert any(words.say("chart.tornado.silent") in text for text in shown)
    bare = texts(to_svg(tornado_chart(found.model_copy(update={"rows": ()}), words)))
    assert words.say("chart.curve.title") in bare


def test_a_page_carries_all_it_needs_and_no_text_ends_its_script(found: Sensitivity, words: Words) -> None:
    wild = found.model_copy(update={"region_zh": "</script><b>", "region_en": "</script><b>"})
    page = chart_page(tornado_chart(wild, words), words)
    assert GENERATOR in page[:1000]
    assert "font/woff2;base64" in page
    assert len(page) > 500_000  # Vega and Vega-Lite
    own = re.sub(r"<script>.*?</script>", "", page, count=1, flags=re.DOTALL)
    assert not re.search(r"<(script|link|img)[^>]*(src|href)=", own)
    assert "</script><b>" not in page
    assert page.count("</script>") == 2
    assert f'lang="{words.locale.replace("_", "-")}"' in page
