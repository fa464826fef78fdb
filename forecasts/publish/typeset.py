"""Setting a brief: PDF with Typst, one offline HTML file with Jinja; written whole or not at all."""

import base64
import dataclasses
import hashlib
import json
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from forecasts.ledger.files import write_whole
from forecasts.publish.bundle import program
from forecasts.publish.fonts import (
    SANS,
    SERIF,
    faces,
    font_directories,
    letters_in,
    printable,
    with_letters,
)
from forecasts.publish.parts import Brief, Drawing, Figure, mapped, strings

if TYPE_CHECKING:
    from jinja2 import Environment
    from typst import Fonts

PDF_TEMPLATE: Final = "brief.typ"
HTML_TEMPLATE: Final = "brief.html.j2"

#: For keeping (ISO 19005-2, tagged) and for everybody (ISO 14289-1).
STANDARDS: Final[tuple[Literal["a-2a", "ua-1"], ...]] = ("a-2a", "ua-1")

#: How small the pages behind the first may be set, and how full the last should be.
TIGHT: Final = ("1", "0.98", "0.96", "0.94", "1.02", "1.04", "1.06", "1.08", "1.1", "0.92", "0.9")
HALF: Final = 0.52

#: Draws every embedded specification; ``ast`` keeps Vega from compiling code, so that the page can forbid it.
BOOT: Final = """
async function draw() {
  await Promise.all([...document.fonts].map(font => font.load())).catch(() => null);
  const options = {mode: "vega-lite", actions: false, renderer: "svg", ast: true};
  for (const script of document.querySelectorAll("script[data-place]")) {
    const place = document.getElementById(script.dataset.place), spec = JSON.parse(script.textContent);
    // What is moved by hand is drawn as wide as there is room, so that its letters stay as large as they are.
    const room = Math.min(1.4 * spec.width, place.clientWidth - 70);
    if (place.closest(".live")) spec.width = Math.max(200, room);
    await vegaEmbed(place, spec, options);
  }
}
draw();
"""

#: Folds the regions of a portfolio on a narrow screen; opens one where a link leads there, and all in print.
FOLD: Final = """
const regions = [...document.querySelectorAll("details.region")];
const open = name => { const one = document.getElementById(name); if (one) one.open = true; };
if (matchMedia("(max-width: 40rem)").matches) for (const one of regions) one.open = false;
open(location.hash.slice(1));
addEventListener("hashchange", () => open(location.hash.slice(1)));
for (const link of document.querySelectorAll(".overview a")) link.onclick = () => open(link.hash.slice(1));
addEventListener("beforeprint", () => { for (const one of regions) one.open = true; });
"""


def prepare() -> None:
    """Load what sets a page, for whoever sets many."""
    _fonts()
    program(BOOT)


@cache
def _fonts() -> "Fonts":
    """Return the fonts of a PDF, found once."""
    import typst

    # What typst itself embeds serves no text here, but is what `ignore_system_fonts` alone leaves.
    return typst.Fonts(include_system_fonts=False, font_paths=list(font_directories()))


def write_pdf(brief: Brief, path: Path, templates: Path) -> None:
    """Write the brief as an A4 PDF with embedded fonts.

    Parameters
    ----------
    brief : Brief
        What to write.
    path : Path
        The file; replaced only when the new one is complete.
    templates : Path
        Folder with ``brief.typ``.

    Notes
    -----
    A character that no font can show is spelled out: one strange sign must not keep the whole brief from
    being written.

    The pages behind the first are set at the first of :data:`TIGHT` with which the last is half full; where
    none is, with the fewest pages, and of these the fullest last one.
    """
    import typst

    brief = mapped(brief, printable)
    inputs = {"brief": json.dumps(_payload(brief), ensure_ascii=False), "letters": _letters(brief)}
    ends = []
    for tight in TIGHT:
        compiler = typst.Compiler(
            str(templates / PDF_TEMPLATE), root=str(templates), font_paths=_fonts(),
            sys_inputs={**inputs, "tight": tight},
        )  # fmt: skip
        [end] = json.loads(compiler.query("<end>", field="value"))
        ends.append((end["filled"] < HALF, end["page"], -end["filled"], TIGHT.index(tight), compiler))
        if end["page"] == 1 or end["filled"] >= HALF:
            break
    data = min(ends)[-1].compile(format="pdf", pdf_standards=list(STANDARDS))
    assert isinstance(data, bytes)
    write_whole(path, data)


def write_html(brief: Brief, path: Path, templates: Path) -> None:
    """Write the brief as one HTML file that needs no network; see `write_pdf` for the rest."""
    write_whole(path, html(mapped(brief, printable), templates).encode("utf-8"))


def html(brief: Brief, templates: Path) -> str:
    """Return the page."""
    from markupsafe import Markup

    figures = brief.figures()
    script = program(BOOT) if figures else FOLD if brief.front.overview else ""
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    text = "".join(sorted(set("".join(strings(brief))) | {chr(code) for code in range(0x20, 0x7F)}))
    return (
        _environment(templates)
        .get_template(HTML_TEMPLATE)
        .render(
            brief=brief,
            language=brief.lang,
            drawn={one.svg: Markup(one.svg) for one in brief.drawings()},
            json={figure.id: Markup(json_in_html(figure.spec)) for figure in figures},
            svg={
                figure.id: Markup(_inline_svg(figure, number))
                for number, figure in enumerate(figures)
                if not figure.live
            },
            fonts=[face for family in (SANS, SERIF) for face in faces(family, text)],
            script=Markup(script),
            script_digest=digest,
        )
    )


@lru_cache(maxsize=4)
def _environment(templates: Path) -> "Environment":
    """Return where pages are set; a template that has changed is read anew."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from forecasts.publish.tongues import marked

    made = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["marked"] = marked
    return made


def _letters(brief: Brief) -> str:
    """Return the signs that are set in the families of letters, as a class for Typst; empty for none."""
    letters = letters_in("".join(strings(brief)))
    return f"[{letters}]" if letters else ""


def json_in_html(text: str) -> str:
    """Return JSON that no parser of HTML can mistake for markup."""
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _payload(brief: Brief) -> dict[str, Any]:
    """Return the brief as JSON for Typst, with a drawing in the place of each specification."""
    from forecasts.publish.drawing import svg_of

    def drawn(value: Any) -> Any:
        if isinstance(value, Figure):
            return {
                "type": "figure",
                "svg": with_letters(svg_of(value.spec)),
                "alt": value.alt,
                "caption": value.caption,
            }
        if isinstance(value, Drawing):
            return {"svg": with_letters(value.svg), "alt": value.alt}
        if isinstance(value, tuple):
            return [drawn(item) for item in value if not _moves(item)]
        if dataclasses.is_dataclass(value):
            return {field.name: drawn(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return value

    payload: dict[str, Any] = drawn(brief)
    return payload


def _moves(part: Any) -> bool:
    """Whether a part of a brief is one that paper cannot have."""
    return isinstance(part, Figure) and part.live


def _inline_svg(figure: Figure, number: int) -> str:
    """Return the drawing with ids that no other drawing of the page has."""
    from forecasts.publish.drawing import svg_of

    svg = svg_of(figure.spec)
    for before in ('id="', "url(#", 'href="#'):
        svg = svg.replace(before, f"{before}c{number}-")
    return svg
