"""Addresses: what leads somewhere is plain; everything else is text, on every page."""

from pathlib import Path

import pytest
from conftest import Maker
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from forecasts.notebook.show import View
from forecasts.publish.addresses import link_of
from forecasts.publish.brief import compose, write_html, write_pdf
from forecasts.publish.words import Words

PLAIN = (
    "https://www.gov.cn/a/index.html?x=1&y=%E5%AE%B6#top",
    "http://60.2.155.220:8002/Qikan/Article/Detail?id=7000758510",
    "HTTPS://Example.ORG",
    "https://a-b.c1.example/a;b=(c),d'e@f",
)
NASTY = (
    "",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)//https://a.example",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    "ftp://a.example/",
    "//a.example/",
    "www.a.example",
    "https:a.example",
    "https:///a.example",
    "https://",
    "https://user:pass@host.example/",
    "https://bank.example@evil.example/",
    "https://bank.example\\@evil.example/",
    "https://bank.example%2f@evil.example/",
    "https://b%61nk.example/",
    "https://bаnk.example/",  # a Cyrillic а
    "https://xn--bnk-5cd.example/",
    "https://a.xn--p1ai/",
    "https://a.example/\u202egpj.exe",
    "https://a.example/\n<script>",
    "https://a.example/ x",
    " https://a.example/",
    "https://a.example/\x00",
    'https://a.example/"onmouseover="x',
    "https://a.example/<b>",
    "https://localhost/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://[::1]/",
    "https://999.1.1.1/",
    "https://a..example/",
    "https://-a.example/",
    "https://a.example:0/",
    "https://a.example:99999/",
    "https://a.example:/",
    "https://a.example:8a/",
    f"https://{'a' * 64}.example/",
    "重庆人大 (2023-09-06)",
    "github:owner/archive 2023.md",
)


@pytest.mark.parametrize("address", PLAIN)
def test_plain_addresses_lead_there(address: str) -> None:
    assert link_of(address) == address


@pytest.mark.parametrize("address", NASTY)
def test_everything_else_is_text(address: str) -> None:
    assert link_of(address) == ""


@given(st.text())
def test_what_leads_somewhere_is_a_web_address_in_plain_signs(address: str) -> None:
    for text in (address, f"https://{address}", f"https://a.example/{address}"):
        link = link_of(text)
        assert link in ("", text)
        assert link == "" or (link.isascii() and link.isprintable() and link.lower().startswith("http"))


def test_no_page_leads_elsewhere(make: Maker, templates: Path, tmp_path: Path) -> None:
    a = make()
    rows = [
        a.evidence[0].model_copy(update={"id": f"row-{i}", "source_url": url, "source_title": url or "-"})
        for i, url in enumerate((*NASTY, *PLAIN))
    ]
    a = a.model_copy(update={"evidence": tuple(rows)})
    brief = compose([a], [], Words("en"))
    write_html(brief, tmp_path / "brief.html", templates)
    write_pdf(brief, tmp_path / "brief.pdf", templates)
    page = (tmp_path / "brief.html").read_text(encoding="utf-8") + View(a, "en").evidence._repr_html_()
    found = {part.partition('"')[0].replace("&amp;", "&").replace("&#39;", "'").replace("&#x27;", "'")
             for part in page.split('<a href="')[1:]}  # fmt: skip
    assert found == {*PLAIN, "#goal-hightech"}
    linked = set()
    for sheet in PdfReader(tmp_path / "brief.pdf").pages:
        for note in sheet.get("/Annots", []):
            action = note.get_object().get("/A")
            if action and "/URI" in action:
                linked.add(str(action["/URI"]))
    assert linked == set(PLAIN)
