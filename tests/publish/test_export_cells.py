"""Cells: any text comes back, no program takes one for a formula, and XML takes them all."""

import csv
import io
import re
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from forecasts.publish.exporting.cells import (
    LONGEST,
    escaped,
    fitted,
    guarded,
    is_open,
    unguarded,
    visible,
)
from forecasts.publish.words import Words
from tests.hostile import HOSTILE

#: By no rule of ours: what a spreadsheet strips before it looks for a formula.
STRIPPED = ' \u3000\xa0"'
SIGNS = tuple("=+-@＝＋－＠")


@given(HOSTILE)
@example("=1+1")
@example("'=1+1")
@example("''=1")
@example("\t=1")
@example(' "=1')
@example("a;=1")
@example("a\n- b")
@example("'")
def test_a_guarded_text_comes_back(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(HOSTILE)
def test_no_cell_begins_a_formula_wherever_a_program_lets_it_begin(text: str) -> None:
    safe = guarded(visible(text))
    for begun in re.split("[;\t\r\n]", safe):
        assert not begun.lstrip(STRIPPED).startswith(SIGNS)
    assert not safe.startswith(("\t", "\r", "\n"))


@given(HOSTILE)
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    if not is_open(text):
        assert guarded(text) == text


@pytest.mark.parametrize("text", ["达到1150家", "1 - 2", "a+b", "x@y.org", "'t was", "https://a.b/?c=d", ""])
def test_common_texts_are_not_touched(text: str) -> None:
    assert guarded(text) == visible(text) == escaped(text) == text


@given(HOSTILE)
def test_xml_takes_what_is_visible_and_reads_the_same(text: str) -> None:
    shown = visible(text)
    element = ElementTree.Element("t")
    element.text = shown
    assert (ElementTree.fromstring(ElementTree.tostring(element, "utf-8")).text or "") == shown
    assert visible(shown) == shown


@given(HOSTILE)
def test_csv_reads_the_same(text: str) -> None:
    stream = io.StringIO()
    csv.writer(stream).writerow([guarded(visible(text)), "1"])
    [[cell, _]] = csv.reader(io.StringIO(stream.getvalue(), newline=""))
    assert unguarded(cell) == visible(text)


def test_a_workbook_reads_no_number_of_a_sign() -> None:
    assert escaped("_x003D_1+1") == "_x005F_x003D_1+1"
    assert escaped("_x5_ _x") == "_x5_ _x"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "text", ["a" * 40_000, "中" * 32_768, "😀" * 20_000, "\n=" * 20_000, "_x0041_" * 9_000]
)
def test_a_text_that_is_too_long_is_cut_and_says_so(text: str, language: str) -> None:
    words = Words(language)  # type: ignore[arg-type]
    for written in (guarded, escaped):
        told = fitted(text, words, written)
        assert len(told.encode("utf-16-le")) // 2 <= LONGEST
        assert f"{len(text):,}" in told[-60:]
        assert len(told.encode("utf-16-le")) // 2 > 0.6 * LONGEST


@given(st.integers(LONGEST - 3, LONGEST + 3))
def test_the_longest_text_fits(length: int) -> None:
    told = fitted("a" * length, Words("en"), guarded)
    assert (told == "a" * length) == (length <= LONGEST)
