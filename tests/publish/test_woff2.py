"""Cut fonts: the signs that were asked for, shaped as in the whole font, and a browser takes them all."""

import base64
import io
import shutil
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from forecasts.publish.fonts import LETTERS, SANS, SERIF, font_paths, font_rules, woff2

CHINESE = "高新技术企业达标概率 1150 家,≥ 90% AVATAR"
MARKED = "Łódź Đồng Ωμέγα Ґрунт x\u0302 q\u0323\u0301"
FAMILIES = {SANS: CHINESE, SERIF: CHINESE, LETTERS[SANS]: MARKED, LETTERS[SERIF]: MARKED}


def opened(family: str, text: str) -> TTFont:
    return TTFont(io.BytesIO(base64.b64decode(woff2(family, text))))


def outlines(font: TTFont, text: str) -> dict[str, tuple[Any, int]]:
    """Return the outline and the width of each character's glyph."""
    glyphs, names = font.getGlyphSet(), font.getBestCmap()
    found = {}
    for sign in set(text):
        pen = DecomposingRecordingPen(glyphs)
        glyphs[names[ord(sign)]].draw(pen)
        found[sign] = (pen.value, glyphs[names[ord(sign)]].width)
    return found


@pytest.mark.parametrize(("family", "text"), FAMILIES.items())
def test_a_cut_font_has_the_signs_of_the_text_in_their_own_shapes(family: str, text: str) -> None:
    cut = opened(family, text)
    assert cut.flavor == "woff2"
    there = set(cut.getBestCmap())
    assert there >= set(map(ord, text))
    # The counterpart of a sign that is turned round in a text from right to left comes along.
    assert all(unicodedata.mirrored(chr(code)) for code in there - set(map(ord, text)))
    assert outlines(cut, text) == outlines(TTFont(font_paths()[family]), text)
    assert "fvar" not in cut, "one weight, one width"


def features(font: TTFont) -> set[str]:
    tables = [font[tag].table for tag in ("GPOS", "GSUB") if tag in font]
    return {r.FeatureTag for t in tables if t.FeatureList for r in t.FeatureList.FeatureRecord}


@pytest.mark.parametrize("family", FAMILIES)
def test_letters_are_kerned_and_marks_find_their_place(family: str) -> None:
    kept = features(opened(family, FAMILIES[family]))
    assert "kern" in kept
    assert ({"mark", "mkmk"} <= kept) == (family in LETTERS.values())


def test_the_same_text_gives_the_same_font() -> None:
    first = woff2(SANS, CHINESE)
    woff2.cache_clear()
    assert woff2(SANS, CHINESE) == first


@pytest.mark.parametrize("size", [1, 60, 600, 6000])
def test_a_font_of_any_size_is_whole(size: int) -> None:
    text = "".join(map(chr, range(0x4E00, 0x4E00 + size)))
    font = opened(SANS, text)
    assert set(font.getBestCmap()) == set(map(ord, text))
    for tag in font.keys():  # noqa: SIM118 - a font is no mapping
        font[tag]


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs chromium")
def test_a_browser_shows_every_sign_in_the_cut_fonts(tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
    texts = {"chinese": CHINESE, "marked": MARKED, "base": "xq", "circumflex": "x\u0302", "hook": "q\u0323"}
    spans = "".join(f'<p><span id="{name}">{text}</span></p>' for name, text in texts.items())
    signs = "".join(sorted({*CHINESE, *MARKED}))
    for family in LETTERS:
        page = tmp_path / f"{family}.html"
        style = f"{font_rules(family, signs)} p {{font: 40px '{family}', '{LETTERS[family]}'}}"
        page.write_text(f"<!DOCTYPE html><meta charset=utf-8><style>{style}</style>{spans}", encoding="utf-8")
        with playwright.sync_playwright() as session:
            browser = session.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            opened_page = browser.new_page()
            opened_page.goto(page.as_uri())
            opened_page.evaluate("document.fonts.ready")
            assert opened_page.evaluate("[...document.fonts].every(f => f.status == 'loaded')")
            tools = opened_page.context.new_cdp_session(opened_page)
            tools.send("DOM.enable")
            tools.send("CSS.enable")
            root = tools.send("DOM.getDocument")["root"]["nodeId"]
            for name in texts:
                node = tools.send("DOM.querySelector", {"nodeId": root, "selector": f"#{name}"})["nodeId"]
                used = tools.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
                assert used
                assert all(font["isCustomFont"] for font in used), (name, used)
            wide = {n: opened_page.evaluate(f"{n}.getBoundingClientRect().width") for n in texts}
            browser.close()
        assert wide["circumflex"] + wide["hook"] == pytest.approx(wide["base"], abs=1), "marks take no room"
