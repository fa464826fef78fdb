"""The words around a number: a sentence that stands in the text, long enough, never a heading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.intake.entries import decimal_of, quote_of, sentence_at
from forecasts.ledger.letters import hidden
from forecasts.ledger.texts import squeezed, stands_in

WRAPPED = "坚持高标准规划、高水平建设，推动科产城协同发展，全市高\n新技术企业达到1100家，增长较快。其他。"


@pytest.mark.parametrize(
    ("text", "number", "quote"),
    [
        ("上年增长。全市企业1100家。今年", "1100家", "全市企业1100家"),
        ("一、过去一年\n全市企业1100家\n二、今年", "1100家", "全市企业1100家"),
        ("一、过去一年\r\n\r\n全市企业1100家；贷款", "1100家", "全市企业1100家"),
        (WRAPPED, "1100家", WRAPPED.replace("\n", "").removesuffix("。其他。")),
        ("甲" * 80 + "，乙企业1100家，丙" + "丁" * 80, "1100家", "乙企业1100家"),
        ("企业\u200b达到1100家。", "1100家", "企业……达到1100家"),
        ("　　全市企业\u00a01100家 ", "1100家", "全市企业\u00a01100家"),
    ],
)  # fmt: skip
def test_a_quote_is_the_sentence_around_the_number(text: str, number: str, quote: str) -> None:
    start = text.index(number)
    first, last = sentence_at(text, start, start + len(number))
    assert quote_of(text[first:last]) == quote


@given(st.text(min_size=1, max_size=900), st.data())
def test_a_sentence_holds_its_words_and_stays_within_bounds(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    first, last = sentence_at(text, start, end)
    assert 0 <= first <= start < end <= last <= len(text)


@given(st.text(alphabet="企业达到1家，。\n\u200b\u202e\t…x", max_size=60))
def test_a_quote_is_visible_and_stands_in_its_text(text: str) -> None:
    quote = quote_of(text)
    assert hidden(quote) is None
    assert stands_in(quote, squeezed(text)) or not squeezed(quote.replace("…", ""))


@given(st.decimals(0, 10**12, places=3))
def test_a_number_keeps_the_digits_that_were_printed(value: object) -> None:
    assert decimal_of(float(str(value))) == value
