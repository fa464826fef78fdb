"""What stands in Chinese on an English page says so, to whoever reads it aloud; its letters stay the same."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from conftest import Maker
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from forecasts.publish.brief import compose, write_html, write_pdf
from forecasts.publish.tongues import CHINESE, marked
from forecasts.publish.words import Words
from tests.publish.asked import asked

SPAN = re.compile(r'<span lang="zh-Hans">(.*?)</span>', re.S)
CONTEXT: dict[str, Any] = {"en": {"language": "en"}, "zh": {"language": "zh-CN"}}


def test_a_name_is_one_run_whatever_stands_between_its_signs() -> None:
    for name in ("重庆市人民政府 / 重庆人大", "西部(重庆)科学城", "累计支持1008家（次）", "“双倍增”行动计划"):
        told = str(marked(CONTEXT["en"], f"Published by {name}, 2023 (in full)"))
        assert len(SPAN.findall(told)) == 1, told
        assert name.removeprefix("“") in told


@given(st.text(alphabet=st.sampled_from('重庆市（）。、“”()<>&"ab 1.'), max_size=40))
def test_marks_change_no_sign_and_leave_no_chinese_out(text: str) -> None:
    told = str(marked(CONTEXT["en"], text))
    if CHINESE.search(text) is None:
        assert told == text, "escaped by the template, as all texts"
        return
    assert unescape(SPAN.sub(r"\1", told)) == text
    assert CHINESE.search(SPAN.sub("", told)) is None
    assert "<" not in SPAN.sub("", told)
    assert marked(CONTEXT["zh"], text) == text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_whom_to_ask_is_marked_in_both_files(
    make: Maker, language: Any, templates: Path, tmp_path: Path
) -> None:
    result = asked(make())
    brief = compose([result], [], Words(language))
    assert brief.front.asks is not None
    whom = brief.front.asks.rows[0].whom
    assert CHINESE.search(whom)
    write_html(brief, tmp_path / "brief.html", templates)
    write_pdf(brief, tmp_path / "brief.pdf", templates)
    page = (tmp_path / "brief.html").read_text(encoding="utf-8")
    assert (f'<span lang="zh-Hans">{whom}</span>' in page) == (language == "en")
    assert ("zh-CN" in _languages(PdfReader(tmp_path / "brief.pdf"))) == (language == "en")


def _languages(pdf: PdfReader) -> set[str]:
    """Return the languages that parts of a document name."""
    found: set[str] = set()

    def walk(part: Any) -> None:
        part = part.get_object() if hasattr(part, "get_object") else part
        for one in part if isinstance(part, list) else ():
            walk(one)
        if isinstance(part, dict):
            found.update(str(part[key]) for key in ("/Lang",) if key in part)
            walk(part.get("/K", []))

    walk(pdf.trailer["/Root"]["/StructTreeRoot"])  # type: ignore[index]
    return found
