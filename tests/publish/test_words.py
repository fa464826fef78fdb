"""The words: what they never say, and that both languages say everything."""

import datetime as dt
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.ledger.problems import BadInput
from forecasts.publish import words as module
from forecasts.publish.words import SCALE, Words, catalogue, printed_percent, step

SOURCES = Path(module.__file__).parent
PROBABILITY = st.floats(0, 1, exclude_min=True, exclude_max=True)
LANGUAGE = st.sampled_from(["zh", "en"])


@given(PROBABILITY, LANGUAGE)
def test_nothing_is_impossible_or_certain(probability: float, language: str) -> None:
    said = Words(language).probability(probability)  # type: ignore[arg-type]
    assert not re.search(r"(?<!\d)(0|100)\s*%", said)
    assert re.search(r"\d%", said)


@given(PROBABILITY, PROBABILITY)
def test_more_probable_never_sounds_less_probable(p: float, q: float) -> None:
    steps = [name for _, name in SCALE]
    low, high = sorted((p, q))
    assert printed_percent(low) <= printed_percent(high)
    assert steps.index(step(low)) <= steps.index(step(high))


@given(PROBABILITY, PROBABILITY)
def test_the_same_number_comes_with_the_same_words(p: float, q: float) -> None:
    if printed_percent(p) == printed_percent(q):
        assert step(p) == step(q)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), float("inf")])
def test_what_is_no_probability_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Words("zh").probability(value)


def test_the_scale_has_seven_steps() -> None:
    assert [Words("en").probability(p) for p in (0.001, 0.5, 0.999)] == ["below 1%", "50%", "above 99%"]
    assert [Words("zh").probability(p) for p in (0.001, 0.5, 0.999)] == ["不到 1%", "50%", "超过 99%"]
    assert len({step(p) for p in (0.001, 0.05, 0.2, 0.5, 0.8, 0.95, 0.999)}) == len(SCALE)


def test_both_languages_say_everything_with_the_same_values() -> None:
    chinese, english = catalogue("zh"), catalogue("en")
    assert chinese.keys() == english.keys()
    for key in chinese:
        fields = [{f for _, f, _, _ in string.Formatter().parse(c[key]) if f} for c in (chinese, english)]
        assert fields[0] == fields[1], key


def test_every_message_of_the_files_is_translated() -> None:
    for path in (SOURCES / "locale").glob("*.po"):
        text = path.read_text(encoding="utf-8")
        assert text.count("msgid ") - 1 == len(catalogue("zh"))
        assert '\nmsgstr ""\n\n' not in text


def test_every_sentence_that_the_code_asks_for_exists_and_none_is_idle() -> None:
    wings = ("publish", "notebook", "batch")
    rooms = [path for wing in wings for path in (SOURCES.parent / wing).rglob("*.py")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in rooms)
    quoted = set(re.findall(r'"([a-z0-9_.]+)"', code))
    stems = set(re.findall(r'f"([a-z_]+\.)\{', code)) | {"unfit."}
    asked = set(re.findall(r'\bsay\(\s*"([a-z0-9_.]+)"', code))
    known = set(catalogue("zh"))
    assert asked <= known
    assert {key for key in known if key not in quoted and not key.startswith(tuple(stems))} == set()


def test_a_missing_sentence_is_an_error() -> None:
    with pytest.raises(LookupError, match="no sentence 'nonsense'"):
        Words("en").say("nonsense")


def test_an_unknown_language_is_refused_with_what_there_is() -> None:
    with pytest.raises(BadInput, match="choose one of: en, zh"):
        Words("fr")  # type: ignore[arg-type]


def test_values_are_never_read_as_placeholders(words: Words) -> None:
    assert "{unit.__class__}" in words.amount("{unit.__class__}", "x")


def test_numbers_and_dates_are_written_as_the_language_does() -> None:
    day = dt.date(2023, 5, 30)
    assert Words("zh").date(day) == "2023年5月30日"
    assert Words("en").date(day) == "30 May 2023"
    assert Words("zh").number(134.51) == "134.51"
    assert Words("zh").estimate(1211.6) == "1,212"
    assert Words("en").amount("150", "100 million yuan") == "150 × 100 million yuan"


def test_words_are_light() -> None:
    heavy = ["altair", "vl_convert", "typst", "fontTools", "jinja2"]
    code = f"import sys, forecasts.publish.words; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_in_chinese_no_gap_stands_between_two_chinese_signs() -> None:
    words = Words("zh")
    assert words.say("notice.alone", alone="超过 99%") == "不计兑现记录为超过 99%"
    assert words.say("notice.alone", alone="91%") == "不计兑现记录为 91%"
    assert "日已公布" in words.say("known_on", date=words.date(dt.date(2023, 9, 6)))
    assert words.amount("150", "亿元") == "150 亿元"
    assert words.say("quoted", quote="高新 技术") == "“高新 技术”", "a source's words are its own"


@given(st.floats(-0.0499, 0.0499))
def test_what_rounds_to_nothing_has_no_sign(value: float) -> None:
    for language in ("zh", "en"):
        assert Words(language).percent(value) == "0.0%"  # type: ignore[arg-type]
