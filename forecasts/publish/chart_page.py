"""A chart as a file of its own: an SVG that carries its font, or a page that needs no network."""

import json
from html import escape
from typing import TYPE_CHECKING

from forecasts.publish.words import Words

if TYPE_CHECKING:
    from forecasts.publish.themed import AnyChart

#: What stands in the head of such a page: by it a program knows its own.
GENERATOR = '<meta name="generator" content="forecasts">'

PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
{generator}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{fonts}body{{margin:24px}}</style>
<script>{program}</script>
</head>
<body>
<div id="chart" role="img" aria-label="{alt}"></div>
<script>
// Texts are measured when the chart is laid out: in their own fonts.
Promise.allSettled(Array.from(document.fonts, (font) => font.load())).then(() =>
  vegaEmbed("#chart", {spec}, {{mode: "vega-lite", renderer: "svg", actions: false}}));
</script>
</body>
</html>
"""


def chart_page(chart: "AnyChart", words: Words) -> str:
    """Return a page with a chart that answers the mouse, its fonts and its program with it.

    Parameters
    ----------
    chart : Chart
        Its title is the page's, its description stands in its place for who cannot see it.
    words : Words
        The language of its labels.
    """
    from forecasts.publish.bundle import program
    from forecasts.publish.drawing import to_spec
    from forecasts.publish.fonts import SANS, font_rules
    from forecasts.publish.typeset import json_in_html

    text = to_spec(chart)
    spec = json.loads(text)
    return PAGE.format(
        language=words.locale.replace("_", "-"), generator=GENERATOR,
        title=escape(str(spec["title"]["text"])), alt=escape(str(spec["description"])),
        fonts=font_rules(SANS, "".join(sorted({*text, " "}))),
        program=program(), spec=json_in_html(text),
    )  # fmt: skip
