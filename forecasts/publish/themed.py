"""Charts that Altair makes, in the theme of all charts: those that are drawn now and then."""

from typing import TypeVar

import altair as alt
from altair.utils.schemapi import disable_debug_mode

from forecasts.publish.drawing import THEME

# Checking every part of a chart against Vega-Lite's schema takes longer than drawing it; the tests do it.
disable_debug_mode()

AnyChart = alt.Chart | alt.LayerChart | alt.FacetChart | alt.VConcatChart

C = TypeVar("C", bound=AnyChart)


def themed(chart: C) -> C:
    """Return an Altair chart in the one theme."""
    done: C = chart.properties(config=THEME)  # type: ignore[assignment]  # a chart of its own kind
    return done


def themed_layers(chart: AnyChart) -> alt.LayerChart:
    """Return an Altair chart of layers in the one theme."""
    done = themed(chart)
    assert isinstance(done, alt.LayerChart)
    return done
