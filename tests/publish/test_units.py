"""Units that hold a scale: English tells them in millions and billions, Chinese as tables count."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from conftest import Maker
from hypothesis import given
from hypothesis import strategies as st

from forecasts.attainment.result import Attainment
from forecasts.ledger.fields import Kind
from forecasts.publish.brief import compose
from forecasts.publish.charts import fan_chart
from forecasts.publish.english import in_english, told_of
from forecasts.publish.parts import strings
from forecasts.publish.units import parts_of, told_in
from forecasts.publish.words import Words

MONEY: dict[str, Any] = {
    "names": ("累计融资", "Cumulative financing"), "units": ("亿元", "100 million yuan"), "value": 150.0,
    "now": 65.0, "kind": Kind.CUMULATIVE,
}  # fmt: skip


@pytest.mark.parametrize(
    ("value", "unit", "english"),
    [
        (150, "100 million yuan", "15 billion yuan"),
        (0.8, "100 million yuan", "80 million yuan"),
        (61_500, "100 million yuan", "6.15 trillion yuan"),
        (63, "10,000 homes", "630,000 homes"),
        (250, "10,000 homes", "2.5 million homes"),
        (1500, "million euros", "1.5 billion euros"),
        (-12, "100 million yuan", "−1.2 billion yuan"),
        (0, "100 million yuan", "0 yuan"),
        (1150, "firms", "1,150 firms"),
        (12, "10³ t", "12 × 10³ t"),
        (16, "%", "16%"),
    ],
)
def test_english_counts_in_its_own_steps(value: float, unit: str, english: str) -> None:
    assert Words("en").quantity(value, unit) == english


def test_chinese_counts_as_its_tables_do() -> None:
    assert Words("zh").quantity(150, "亿元") == "150 亿元"


@given(st.decimals(0, 10**6, places=4), st.sampled_from(["100 million yuan", "10,000 homes", "firms"]))
def test_what_is_told_is_as_much_as_what_was_counted(value: Decimal, unit: str) -> None:
    factor, told = told_in(value, unit)
    names = {"million": 10**6, "billion": 10**9, "trillion": 10**12}
    assert value * factor * names.get(told.split()[0], 1) == value * parts_of(unit)[0]


def test_a_whole_result_is_told_in_one_unit_and_each_figure_in_its_own(make: Maker) -> None:
    a = make(0.2, **MONEY)
    rows = (("63", 63.0), ("0.8", 0.8))
    evidence = tuple(
        a.evidence[0].model_copy(update={"printed": p, "value": v, "unit_en": "100 million yuan"})
        for p, v in rows
    )
    a = a.model_copy(update={"evidence": evidence})
    told = in_english(a)
    assert (told.goal.value, told.goal.unit_en) == (15.0, "billion yuan")
    assert [p.q50 for p in told.fan] == pytest.approx([p.q50 / 10 for p in a.fan])
    assert [(e.printed, e.unit_en) for e in told.evidence] == [
        ("6.3", "billion yuan"),
        ("80", "million yuan"),
    ]
    assert told.probability == a.probability
    assert in_english(told) == told
    assert told_of(a, Words("zh")) is a
    assert in_english(make()) == make()


def test_no_page_multiplies_by_a_unit(make: Maker) -> None:
    english = "\n".join(strings(compose([make(0.2, **MONEY)], [], Words("en"))))
    assert "100 million yuan" not in english
    assert "15 billion yuan" in english
    spec = json.dumps(fan_chart(in_english(make(0.2, **MONEY)), Words("en")))
    assert "billion yuan" in spec
    assert "150 亿元" in "\n".join(strings(compose([make(0.2, **MONEY)], [], Words("zh"))))


def test_numbers_are_written_in_one_way(city: list[Attainment], words: Words) -> None:
    # What files say is theirs: quotes, and the reasons of scenarios.
    plain = [
        a.model_copy(
            update={
                "scenario": a.scenario.model_copy(update={"why_zh": "-", "why_en": "-"}),
                "goal": a.goal.model_copy(update={"quote": "-"}),
                "evidence": tuple(e.model_copy(update={"quote": "-"}) for e in a.evidence),
            }
        )
        for a in city
    ]
    for text in strings(compose(plain, [], words)):
        bare = re.findall(r"(?<![\d,.\-–])\d{4,}(?![\d-])", "" if text.startswith("{") else text)
        assert all(1900 <= int(number) <= 2200 for number in bare), text
