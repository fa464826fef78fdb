"""An outlook as a chart, for whoever asks from Python; briefs have charts of their own."""

from typing import TYPE_CHECKING

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    from forecasts.attainment.outlook import Outlook

#: Days between the last figure and the deadline at which the fan is drawn.
POINTS = 25

#: Central intervals of the fan, by their lower level.
BANDS = (0.05, 0.1, 0.25)


def plot(found: "Outlook") -> alt.LayerChart:
    """Return a chart of what was published, what may come, and the goal."""
    history, goal = found.history, found.question.goal
    x = alt.X("date:T", scale=alt.Scale(type="utc"), title=None)
    y = alt.Y("value:Q", scale=alt.Scale(zero=False), title=goal.indicator)
    steps = np.linspace(0, 1, POINTS)
    start, end = history.days[-1], np.datetime64(goal.deadline)
    days = np.unique(start + (steps * (end - start).astype(int)).astype("timedelta64[D]"))
    found.future.prefetch(history.timescale.years_of(days))
    levels = (*BANDS, 0.5, *(1 - p for p in BANDS[::-1]))
    fan = pd.DataFrame([found.quantiles_on(day.item(), levels) for day in days], columns=levels)
    layers: list[alt.Chart] = []
    for low in BANDS:
        band = pd.DataFrame({"date": _written(days), "value": fan[low], "high": fan[1 - low]})
        layers.append(alt.Chart(band).mark_area(opacity=0.25).encode(x=x, y=y, y2="high:Q"))
    middle = pd.DataFrame({"date": _written(days), "value": fan[0.5]})
    layers.append(alt.Chart(middle).mark_line(strokeDash=[4, 3]).encode(x=x, y=y))
    if found.past.own:
        seen = pd.DataFrame({"date": _written(history.days), "value": history.value})
        layers.append(alt.Chart(seen).mark_line(point=True, color="#333").encode(x=x, y=y))
    asked = pd.DataFrame({"date": _written(np.array([end])), "value": [found.goal]})
    layers.append(
        alt.Chart(asked).mark_point(shape="diamond", size=90, filled=True, color="#c0392b").encode(x=x, y=y)
    )
    name = f"{goal.region}: {goal.comparison.sign} {found.goal:,g} by {goal.deadline}"
    title = f"{name} - probability {found.probability:.0%}"
    return alt.LayerChart(layer=layers, title=title, width=420, height=260)


def _written(days: NDArray[np.datetime64]) -> NDArray[np.str_]:
    """Write days as midnight in UTC, so that a chart says the same in every time zone."""
    return np.datetime_as_string(days.astype("datetime64[s]"), timezone="UTC")
