"""Texts hold what people can see; whatever else is refused by its number and its place."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from forecasts.ledger.fields import Name, Note, Text
from forecasts.ledger.letters import hidden

NAME, NOTE, TEXT = (TypeAdapter(kind).validate_python for kind in (Name, Note, Text))


HIDDEN = (
    *(0x00, 0x0B, 0x0C, 0x1B, 0x85, 0xAD, 0x200B, 0x200E, 0x200F, 0x2028, 0x2029, 0x2060, 0xFEFF),
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    *(0xD800, 0xDFFF, 0xFFFD, 0xFFFE, 0xE0041, 0x200C, 0x200D, 0xFE0F, 0x3164),
)


@pytest.mark.parametrize("letter", list(map(chr, HIDDEN)), ids=lambda c: f"{ord(c):04X}")
@pytest.mark.parametrize("read", [NAME, NOTE, TEXT], ids=["name", "note", "text"])
def test_what_cannot_be_seen_is_refused_by_name_and_place(read: object, letter: str) -> None:
    for text, at in ((f"ab{letter}c", 3), (f"  {letter}abc", 3), (f"abc{letter} ", 4)):
        with pytest.raises(ValidationError) as bad:
            read(text)  # type: ignore[operator]
        told = bad.value.errors()[0]["msg"]
        assert f"U+{ord(letter):04X}" in told
        assert told.endswith(f"at position {at}")


@pytest.mark.parametrize(
    "text",
    ["科学城", "Ångström", "CO₂ m²", "Ελλάδα", "Владивосток", "می\u200cخواهم", "क\u094d\u200dष",
     "\U0001f469\u200d\U0001f4bb", "❤\ufe0f", "葛\U000e0100", "1\u202f036",
     "\xa0x", "a\u3000b", "😀", "e\u0301"],
)  # fmt: skip
def test_every_script_and_picture_is_a_text(text: str) -> None:
    assert NAME(text) == text.strip() == NOTE(text)


def test_lines_stand_in_notes_and_not_in_names() -> None:
    assert NOTE(" one\r\ntwo\rthree\n") == "one\ntwo\nthree"
    assert NAME("one\n") == "one"
    for read in (NAME, TEXT):
        with pytest.raises(ValidationError, match="a line break, at position 4"):
            read("one\ntwo")


@given(st.text())
def test_what_is_taken_holds_no_control_and_no_override(text: str) -> None:
    try:
        read = NOTE(text)
    except ValidationError:
        assert hidden(text.replace("\r", "\n"), lines=True) or len(text) > 1000
        return
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") and c not in "\n\t" for c in read)
    assert NOTE(read) == read


def test_a_cell_has_an_end() -> None:
    with pytest.raises(ValidationError, match="at most 20000 characters"):
        NOTE("a" * 200_000)
