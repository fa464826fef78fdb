"""What the parent region and the peers did, scaled to the goal's own newest figure."""

from typing import Final

import altair as alt
import numpy as np

from forecasts.attainment.outlook import Outlook
from forecasts.ledger.history import History
from forecasts.models.base import GROWING
from forecasts.publish import charts
from forecasts.publish.drawing import ACCENT, BANDS, INK, MEDIAN, WIDTH
from forecasts.publish.themed import themed_layers
from forecasts.publish.words import Words

#: Peers are shown up to so many, those with the longest past first.
MOST: Final = 40


def past_chart(found: Outlook, words: Words) -> alt.LayerChart:
    """Return the pasts of the reference class, each times what makes it meet the own newest figure.

    Shares and rates are shifted instead. A past that does not reach the day of that figure meets it with its
    own newest.

    Parameters
    ----------
    found : Outlook
    words : Words
        The language of the labels.
    """
    own, reference = found.history, found.past.reference
    parent = reference.parent
    peers = [h for h in reference.histories if len(h) > 1 and (parent is None or h.name != parent.name)]
    peers = sorted(peers, key=lambda h: -len(h))[:MOST]
    rows = [row for peer in peers for row in _rows(peer, own, "peer")]
    rows += _rows(parent, own, "parent") if parent is not None else []
    rows += _rows(own, own, "own")
    deadline = charts.at(found.question.goal.deadline)
    rows += [{"date": deadline, "value": found.goal, "role": "goal", "name": "goal"}]
    names = {role: words.say(f"explore.past.{role}") for role in ("peer", "parent", "own", "goal")}
    colour = alt.Color(
        "role:N", legend=alt.Legend(title=None, orient="bottom", labelExpr=_labels(names)),
        scale=alt.Scale(domain=list(names), range=[BANDS["80"], MEDIAN, INK, ACCENT]),
    )  # fmt: skip
    base = alt.Chart(alt.InlineData(values=rows))
    x = alt.X("date:T", axis=alt.Axis(title=None, format="%Y", grid=False), scale=alt.Scale(type="utc"))
    unit = words.of(found.ledger.indicators[own.indicator], "unit")
    y = alt.Y(
        "value:Q",
        axis=alt.Axis(title=unit, format=",~r", **charts.title_above(unit)),
        scale=alt.Scale(zero=False),
    )
    lines = base.mark_line(strokeWidth=1.2).encode(x=x, y=y, color=colour, detail="name:N")
    dots = base.transform_filter("datum.role == 'own' || datum.role == 'goal'").mark_point(
        filled=True, size=40, opacity=1
    )
    title = alt.TitleParams(words.say("explore.past"), subtitle=words.say("explore.past.subtitle"))
    chart = alt.layer(lines, dots.encode(x=x, y=y, color=colour))
    return themed_layers(
        chart.properties(width=WIDTH, height=200, title=title, description=words.say("explore.past"))
    )


def _labels(names: dict[str, str]) -> str:
    """Return the expression that tells roles in words."""
    out = "''"
    for role, name in names.items():
        out = f"datum.label == '{role}' ? {charts.quoted(name)} : ({out})"
    return out


def _rows(history: History, own: History, role: str) -> list[charts.Row]:
    """Return a past as rows, scaled or shifted to meet the own newest figure."""
    last, then = float(own.value[-1]), own.dates[-1]
    days = np.array(history.dates, "datetime64[D]").astype(float)
    there = float(np.interp(np.datetime64(then).astype(float), days, history.value))
    if own.kind in GROWING:
        if there <= 0:
            return []
        value = history.value * (last / there)
    else:
        value = history.value + (last - there)
    return [
        {
            "date": charts.at(day),
            "value": float(v),
            "role": role,
            "name": "/".join(map(str, (history.region, history.indicator))),
        }
        for day, v in zip(history.dates, value, strict=True)
    ]
