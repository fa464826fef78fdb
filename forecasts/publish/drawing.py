"""How charts look and become drawings: one theme, one font, a specification, an SVG."""

import json
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from forecasts.publish.elsewhere import drawn_elsewhere
from forecasts.publish.fonts import SANS, common_signs, font_directories, font_paths, printable
from forecasts.publish.vegalite import Spec, in_order

if TYPE_CHECKING:
    from forecasts.publish.themed import AnyChart

# Blue and vermilion of Okabe and Ito: told apart by every kind of colour vision.
ACCENT: Final = "#c8500a"
MEDIAN: Final = "#1f5a8c"
BANDS: Final = {"90": "#dce8f3", "80": "#b9d1e7", "50": "#85aed3"}
INK: Final = "#22303c"
MUTED: Final = "#5f6b76"
QUIET: Final = "#e4e8ec"

WIDTH: Final = 620
COMPACT: Final = (330, 170)

#: Where three stand in a row.
THIRD: Final = (196, 88)

#: So many drawings are kept.
KEPT: Final = 64

_LABELS: Final = {"labelFont": SANS, "labelFontSize": 11.5, "labelColor": MUTED}

#: The one theme; no bold face, since the fonts have none.
THEME: Final[Spec] = {
    "view": {"continuousWidth": 300, "continuousHeight": 300, "stroke": None},
    **in_order({
        "font": SANS, "background": "white", "padding": 6,
        "axis": {
            **_LABELS, "titleFont": SANS, "titleFontSize": 11.5, "titleFontWeight": "normal",
            "titleColor": MUTED, "gridColor": QUIET, "domainColor": "#aeb7bf", "tickColor": "#aeb7bf",
            "tickSize": 4,
        },
        "legend": _LABELS,
        "title": {
            "font": SANS, "fontSize": 15, "fontWeight": "normal", "color": INK, "anchor": "start",
            "frame": "group", "offset": 16, "subtitleFont": SANS, "subtitleFontSize": 11.5,
            "subtitleColor": MUTED, "subtitlePadding": 5,
        },
        "text": {"font": SANS, "fontSize": 11.5},
    }),
}  # fmt: skip


def styled(chart: Spec) -> Spec:
    """Return a specification in the one theme."""
    return {"config": THEME, **chart}


def to_spec(chart: "AnyChart | Spec") -> str:
    """Return the Vega-Lite specification as JSON, without the address of a schema: nobody fetches it."""
    spec = spec_of(chart)
    spec.pop("$schema", None)
    return json.dumps(spec, ensure_ascii=False)


def spec_of(chart: "AnyChart | Spec") -> Spec:
    """Return the Vega-Lite specification, with every text as the fonts can show it."""

    def shown(value: Any) -> Any:
        if isinstance(value, str):
            return printable(value)
        if isinstance(value, list):
            return [shown(item) for item in value]
        return {key: shown(item) for key, item in value.items()} if isinstance(value, dict) else value

    spec: Spec = shown(chart if isinstance(chart, dict) else chart.to_dict(validate=False))
    return spec


def to_svg(chart: "AnyChart | Spec") -> str:
    """Return the chart as SVG, set in the registered font."""
    return svg_of(to_spec(chart))


@lru_cache(maxsize=KEPT)
def svg_of(spec: str) -> str:
    """Return the SVG of a Vega-Lite specification (JSON), from the renderer if there is one."""
    return drawn_elsewhere(spec) or _drawn(spec)


def _drawn(spec: str) -> str:
    import vl_convert

    _register_fonts()
    svg = str(vl_convert.vegalite_to_svg(spec))
    # Vega counts its clips through the life of a process; the same chart shall be the same drawing.
    for number, name in enumerate(dict.fromkeys(re.findall(r'id="(clip\d+)"', svg))):
        svg = re.sub(rf"\b{name}\b", f"part{number}", svg)
    return svg


@cache
def _register_fonts() -> None:
    import vl_convert

    for folder in font_directories():
        vl_convert.register_font_directory(folder)


def register_common(folder: Path) -> None:
    """Have texts measured in a small font of the common signs first; the folder is made, and must stay.

    Every sign that is measured opens the font some fifty times: a font of a thirtieth of the size makes a
    drawing three times as fast, and the same. Call it before anything is drawn.
    """
    import vl_convert

    from forecasts.publish.woff2 import PLAIN, cut

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "common.otf").write_bytes(cut(font_paths()[SANS], common_signs(), PLAIN))
    vl_convert.register_font_directory(str(folder))
