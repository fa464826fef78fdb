"""The track record in words, tables and charts: what the verdicts of the past were worth."""

import math
from collections.abc import Mapping
from typing import Final

import altair as alt

from forecasts.evaluation.backtest import DRIFT, VERDICT
from forecasts.evaluation.scores import PitHistogram, Reliability, Score, Scores
from forecasts.evaluation.track_record import TrackRecord
from forecasts.ledger.ledger import Ledger
from forecasts.publish.drawing import ACCENT, BANDS, INK, MEDIAN, WIDTH
from forecasts.publish.parts import Cell, Column, Table
from forecasts.publish.phrases import goal_mark, member_name
from forecasts.publish.themed import themed_layers
from forecasts.publish.words import Words

#: Methods that are no growth model of their own.
NAMES: Final = {VERDICT: "track_record.verdict", DRIFT: "track_record.drift"}

#: Sides of a chart.
SIDE: Final = WIDTH // 2

Row = dict[str, str | float]


def summary(track_record: TrackRecord, words: Words) -> tuple[str, ...]:
    """Return what was looked back on, what came of it, and how much that can bear: first in short."""
    v = track_record.verdict
    said = [*short(track_record, words)]
    said += [words.say("track_record.asked", n=str(v.n), units=str(v.units), series=str(v.series))]
    if v.n:
        against = v.against.get(DRIFT, Score(math.nan, math.nan))
        said += [
            words.say(
                "track_record.skill", brier=_both(v.brier, words), skill=_both(v.skill, words),
                drift=_both(against, words),
            ),
            words.say("track_record.held", covered=_share(v.coverage[80].value, words)),
            words.say("track_record.few"),
        ]  # fmt: skip
    if track_record.undecided:
        said.append(words.say("track_record.undecided", count=str(track_record.undecided)))
    met = sum(goal.met for goal in track_record.resolved)
    said.append(words.say("track_record.announced", n=str(len(track_record.resolved)), met=str(met)))
    if track_record.resolved and met in (0, len(track_record.resolved)):
        said.append(words.say("track_record.onesided"))
    for key, dropped in (
        ("track_record.left.series", track_record.dropped),
        ("track_record.left.goals", track_record.announced_dropped),
    ):
        if dropped:
            said.append(words.say(key, parts=_dropped(dropped, words)))
    return tuple(said)


def short(track_record: TrackRecord, words: Words) -> tuple[str, ...]:
    """Return the one sentence that stands on a first page, unflattering or not; none where none is due."""
    v = track_record.verdict
    if not v.n or not math.isfinite(v.skill.value):
        return ()
    clear = math.isfinite(v.skill.std_error) and abs(v.skill.value) > 2 * v.skill.std_error
    keys = {True: "track_record.short.better", False: "track_record.short.worse"}
    key = keys[v.skill.value > 0] if clear else "track_record.short.none"
    return (
        words.say(
            key, series=str(v.series), n=str(v.n), skill=_both(v.skill, words),
            covered=_share(v.coverage[80].value, words),
        ),
    )  # fmt: skip


def scores_table(track_record: TrackRecord, words: Words) -> Table:
    """Return every method's scores, with standard errors below them."""
    levels = list(track_record.verdict.coverage)
    columns = (
        Column(words.say("track_record.method"), 2.4),
        Column(words.say("track_record.goals"), 1.0, "right"),
        Column(words.say("track_record.brier"), 1.2, "right"),
        Column(words.say("track_record.log"), 1.2, "right"),
        Column(words.say("track_record.skill.base"), 1.4, "right"),
        Column(words.say("track_record.skill.verdict"), 1.4, "right"),
        Column(words.say("track_record.crps"), 1.4, "right"),
        *(Column(words.say("track_record.coverage", level=str(p)), 1.2, "right") for p in levels),
    )
    rows = tuple(_scores_row(scores, words) for scores in track_record.methods)
    return Table(words.say("track_record.scores"), columns, rows)


def strata_table(track_record: TrackRecord, words: Words) -> Table:
    """Return how often goals of each kind were met, and how often that was expected."""
    columns = (
        Column(words.say("track_record.multiple"), 2.0),
        Column(words.say("track_record.goals"), 1.0, "right"),
        Column(words.say("track_record.met"), 1.2, "right"),
        Column(words.say("track_record.expected"), 1.2, "right"),
        Column(words.say("track_record.brier"), 1.2, "right"),
    )
    rows = tuple(
        (
            Cell(s.name), Cell(str(s.n)), Cell(_share(s.met, words)), Cell(_share(s.expected, words)),
            Cell(words.decimal(s.brier, 3)),
        )
        for s in track_record.verdict.strata
    )  # fmt: skip
    return Table(words.say("track_record.strata"), columns, rows)


def resolved_table(track_record: TrackRecord, ledger: Ledger, words: Words) -> Table:
    """Return the goals that were set and whose outcome is known, with what would have been said of them."""
    columns = (
        Column(words.say("track_record.goal"), 4.0),
        Column(words.say("track_record.origin"), 1.6),
        Column(words.say("probability"), 1.2, "right"),
        Column(words.say("track_record.outcome"), 1.2),
    )
    rows = []
    for told in track_record.resolved:
        goal = ledger.goals[told.goal]
        indicator, region = ledger.indicators[goal.indicator], ledger.regions[goal.region]
        name = f"{words.of(region, 'name')} · {words.of(indicator, 'name')}"
        unit = words.of(indicator, "unit")
        target = goal_mark(float(goal.value), goal.comparison, goal.deadline, unit, words)
        outcome = words.say("track_record.yes") if told.met else words.say("track_record.no")
        cells = (words.date(told.origin), words.probability(told.probability), outcome)
        rows.append((Cell(name, target), *map(Cell, cells)))
    return Table(words.say("track_record.resolved"), columns, tuple(rows))


def reliability_chart(reliability: Reliability, words: Words) -> alt.LayerChart:
    """Return observed frequency by forecast probability, with consistency bars around the diagonal.

    A bin outside its bar, which nine in ten calibrated forecasters keep within, is in the accent's colour.
    """
    r = reliability
    rows: list[Row] = [
        {
            "forecast": p, "observed": o, "low": lo, "high": hi, "n": n, "count": str(n),
            "colour": MEDIAN if lo <= o <= hi else ACCENT, "said": words.percent(100 * p),
            "came": words.percent(100 * o),
        }
        for p, o, n, lo, hi in zip(r.forecast, r.observed, r.count, r.low, r.high, strict=True)
    ]  # fmt: skip
    ticks = [0.1, 0.25, 0.5, 0.75, 0.9]
    scale = alt.Scale(domain=[0, 1])

    def axis(title: str) -> alt.Axis:
        return alt.Axis(title=title, format="%", values=ticks)

    x = alt.X("forecast:Q", axis=axis(words.say("chart.reliability.x")), scale=scale)
    y = alt.Y("observed:Q", axis=axis(words.say("chart.reliability.y")), scale=scale)
    ends: list[Row] = [{"forecast": 0.0, "observed": 0.0}, {"forecast": 1.0, "observed": 1.0}]
    diagonal = alt.Chart(alt.InlineData(values=ends)).mark_line(color=INK, strokeDash=[3, 3], strokeWidth=1)
    base = alt.Chart(alt.InlineData(values=rows))
    bars = base.mark_rule(color=BANDS["80"], strokeWidth=9).encode(
        x=x, y=alt.Y("low:Q", axis=axis(words.say("chart.reliability.y")), scale=scale), y2="high:Q"
    )
    tooltip = [
        alt.Tooltip("said:N", title=words.say("chart.reliability.x")),
        alt.Tooltip("came:N", title=words.say("chart.reliability.y")),
        alt.Tooltip("count:N", title=words.say("track_record.goals")),
    ]
    dots = base.mark_point(filled=True, size=60, opacity=1).encode(
        x=x, y=y, color=alt.Color("colour:N", scale=None), tooltip=tooltip
    )
    labels = base.mark_text(align="left", dx=8, color=INK).encode(x=x, y=y, text="count:N")
    title = alt.TitleParams(
        words.say("chart.reliability.title"),
        subtitle=[words.say("chart.reliability.subtitle"), words.say("chart.reliability.bars")],
    )
    chart = alt.layer(bars, diagonal.encode(x=x, y=y), dots, labels).properties(
        width=SIDE, height=SIDE, title=title, description=reliability_alt(reliability, words)
    )
    return themed_layers(chart)


def reliability_alt(reliability: Reliability, words: Words) -> str:
    """Return the reliability diagram in words."""
    pairs = zip(reliability.forecast, reliability.observed, strict=True)
    bins = [
        words.say("chart.reliability.one", said=_share(p, words), came=_share(o, words)) for p, o in pairs
    ]
    return words.say("chart.reliability.alt", bins=words.together(bins) or words.say("nothing"))


def pit_chart(pit: PitHistogram, words: Words) -> alt.LayerChart:
    """Return where the later figures lay in the forecast distributions: flat if those were right."""
    bins = len(pit.count)
    rows: list[Row] = [
        {"start": k / bins, "end": (k + 1) / bins, "count": n, "zero": 0.0, "text": str(n)}
        for k, n in enumerate(pit.count)
    ]
    axis = alt.Axis(title=words.say("chart.pit.x"), format="%", values=[0.1, 0.25, 0.5, 0.75, 0.9])
    x = alt.X("start:Q", axis=axis, scale=alt.Scale(domain=[0, 1]))
    y = alt.Y("count:Q", axis=alt.Axis(title=words.say("chart.pit.y"), tickCount=5))
    low: Row = {"start": 0.0, "end": 1.0, "low": pit.low, "high": pit.high, "even": sum(pit.count) / bins}
    base, level = alt.Chart(alt.InlineData(values=rows)), alt.Chart(alt.InlineData(values=[low]))
    band = level.mark_rect(color=BANDS["90"]).encode(x=x, x2="end:Q", y=alt.Y("low:Q"), y2="high:Q")
    bars = base.mark_rect(color=MEDIAN, stroke="white").encode(
        x=x, x2="end:Q", y=y, y2="zero:Q", tooltip=[alt.Tooltip("text:N", title=words.say("chart.pit.y"))]
    )
    even = level.mark_rule(color=INK, strokeDash=[3, 3]).encode(x=x, x2="end:Q", y="even:Q")
    edge = level.mark_rect(filled=False, stroke=BANDS["80"]).encode(
        x=x, x2="end:Q", y=alt.Y("low:Q"), y2="high:Q"
    )
    title = alt.TitleParams(words.say("chart.pit.title"), subtitle=words.say("chart.pit.subtitle"))
    chart = alt.layer(band, bars, edge, even).properties(
        width=SIDE, height=200, title=title, description=pit_alt(pit, words)
    )
    return themed_layers(chart)


def pit_alt(pit: PitHistogram, words: Words) -> str:
    """Return the histogram in words."""
    counts = words.together([str(n) for n in pit.count])
    return words.say("chart.pit.alt", counts=counts, low=f"{pit.low:g}", high=f"{pit.high:g}")


def method_name(name: str, words: Words) -> str:
    """Return a method's name in words."""
    return words.say(NAMES[name]) if name in NAMES else member_name(name, words)


def _scores_row(scores: Scores, words: Words) -> tuple[Cell, ...]:
    against = scores.against.get(VERDICT, Score(math.nan, math.nan))
    return (
        Cell(method_name(scores.method, words)),
        Cell(str(scores.n)),
        _cell(scores.brier, words),
        _cell(scores.log_score, words),
        _cell(scores.skill, words),
        _cell(against, words),
        _percent_cell(scores.crps, 1.0, words),
        *(_percent_cell(score, 100.0, words) for score in scores.coverage.values()),
    )


def _cell(score: Score, words: Words) -> Cell:
    if not math.isfinite(score.value):
        return Cell(words.say("nothing"))
    return Cell(words.decimal(score.value, 3), _error(score, words))


def _percent_cell(score: Score, factor: float, words: Words) -> Cell:
    if not math.isfinite(score.value):
        return Cell(words.say("nothing"))
    shown = Score(score.value * factor, score.std_error * factor)
    return Cell(words.percent(shown.value), _error(shown, words, 1))


def _error(score: Score, words: Words, places: int = 3) -> str:
    if not math.isfinite(score.std_error):
        return ""
    return words.say("track_record.error", error=words.decimal(score.std_error, places))


def _both(score: Score, words: Words) -> str:
    """Return a score with its standard error, in one line."""
    cell = _cell(score, words)
    return f"{cell.text} {cell.detail}".strip()


def _share(value: float, words: Words) -> str:
    return words.percent(100 * value) if math.isfinite(value) else words.say("nothing")


def _dropped(dropped: Mapping[str, int], words: Words) -> str:
    return words.together([words.say(f"dropped.{why}", count=str(n)) for why, n in dropped.items()])
