"""What a notebook shows: it needs no network and no font, and text stays text."""

import re
from pathlib import Path

import pytest

from forecasts.attainment.result import Attainment
from forecasts.notebook.parameters import Language
from forecasts.notebook.request import open_portfolio
from forecasts.notebook.show import Drawing, Grid, Overview, View
from forecasts.publish.parts import Cell, Column, Table


@pytest.fixture(scope="module")
def results(root: Path) -> tuple[Attainment, ...]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        return open_portfolio({"draws": 300}).answer()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_part_of_a_view_shows(results: tuple[Attainment, ...], language: Language) -> None:
    for result in results:
        view = View(result, language)
        for part in (view.headline, view.members_table, view.evidence):
            assert part._repr_html_().startswith("<")
        for part in (view.fan, view.members):
            bundle = part._repr_mimebundle_()
            assert bundle["text/plain"], "a chart has words for who cannot see it"
            assert "data:font/woff2;base64," in bundle["image/svg+xml"]
            assert not re.search(r'(href|src)="?https?:', bundle["image/svg+xml"])


def test_an_overview_has_a_row_and_a_chart_for_every_verdict(results: tuple[Attainment, ...]) -> None:
    overview = Overview(results, "zh")
    assert overview.table._repr_html_().count("<tr>") == len(results) + 1
    assert overview.fans._repr_html_().count("<figure") == len(results)
    assert overview.headline.paragraphs[0]


def test_text_stays_text() -> None:
    cell = Cell("<b>1 & 2</b>", "<i>", "https://example.org/?a=1&b=2")
    html = Grid(Table("<caption>", (Column("<h>"),), ((cell,),)))._repr_html_()
    assert "&lt;b&gt;1 &amp; 2&lt;/b&gt;" in html
    assert 'href="https://example.org/?a=1&amp;b=2"' in html
    assert not re.search(r"<(b|i|h)>", html)


def test_a_sign_that_svg_escapes_is_in_the_font(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr("forecasts.notebook.show.svg_of", lambda text: "<svg><text>a &gt; b</text></svg>")
    monkeypatch.setattr("forecasts.notebook.show.font_rules", lambda family, text: asked.append(text) or "")
    Drawing("{}").svg()
    assert asked == [" >ab"]
