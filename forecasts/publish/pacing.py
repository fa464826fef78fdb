"""How fast it must go and how fast it went, in words: in percent, in points or in units a year."""

from typing import Final

from forecasts.attainment.result import Attainment, Pace, PaceScale
from forecasts.ledger.fields import Kind
from forecasts.publish.words import Words

#: Units in which a difference is one of percentage points.
PERCENT: Final = ("%", "％", "percent", "per cent", "百分比")


def paces(attainment: Attainment, words: Words) -> str:
    """Return the required pace against the observed one, after what was counted so far."""
    return words.run_on([said for said in (so_far(attainment, words), _paces(attainment, words)) if said])


def so_far(attainment: Attainment, words: Words) -> str:
    """Return what was counted of the deadline's own year; empty where a year is not counted anew."""
    count, goal = attainment.so_far, attainment.goal
    if count is None:
        return ""
    amount = words.quantity(count.value, words.of(goal, "unit"), rounded=True)
    if goal.value <= 0:
        return words.say("so_far", amount=amount, day=words.date(count.date))
    part = words.percent(100 * count.value / goal.value)
    return words.say("so_far.part", amount=amount, day=words.date(count.date), part=part)


def _paces(attainment: Attainment, words: Words) -> str:
    required, observed = attainment.required_pace, attainment.observed_pace
    if required is None and observed is None:
        return words.say("pace.unknown")
    if required is None or observed is None:
        pace, key = (observed, "pace.only_observed") if required is None else (required, "pace.only_required")
        assert pace is not None
        if required is not None and required.value < 0 and attainment.goal.comparison.asks_less:
            fall = pace_value(pace, attainment, words, -pace.value)
            return words.say("pace.only_required.fall", pace=fall)
        return words.say(key, pace=pace_value(pace, attainment, words), whose=_whose(pace, words))
    if is_met(attainment):
        key, pair = "pace.reached", (required.value, observed.value)
    elif not attainment.goal.comparison.asks_less:
        key, pair = f"pace.{_order(required, observed)}", (required.value, observed.value)
    elif required.value >= 0:
        key, pair = "pace.rise", (required.value, observed.value)
    else:
        key, pair = f"pace.fall.{_fall(required, observed)}", (-required.value, abs(observed.value))
    return words.say(
        key,
        required=pace_value(required, attainment, words, pair[0]),
        observed=pace_value(observed, attainment, words, pair[1]),
        whose=_whose(observed, words),
    )


def is_met(attainment: Attainment) -> bool:
    """Whether the newest published figure already meets the goal, as far as it can.

    What is counted anew each year meets it with a count of the deadline's own year, and never by being low.
    """
    goal, less = attainment.goal, attainment.goal.comparison.asks_less
    if not attainment.history:
        pace = attainment.required_pace
        return pace is not None and (pace.value >= 0 if less else pace.value <= 0)
    last = attainment.history[-1]
    if goal.kind is Kind.FLOW:
        count = attainment.so_far
        return count is not None and not less and goal.asks.met(count.value, count.value) is True
    return goal.asks.met(last.value, last.value) is True


def _order(required: Pace, observed: Pace) -> str:
    if required.scale != observed.scale:
        return "apart"
    return "lower" if required.value < observed.value else "higher"


def _fall(required: Pace, observed: Pace) -> str:
    """Return how the fall that is required compares with what was seen."""
    if observed.value > 0:
        return "rose"
    if required.scale != observed.scale:
        return "apart"
    return "more" if required.value < observed.value else "less"


def _whose(pace: Pace, words: Words) -> str:
    years = words.say("pace.years", start=words.month(pace.start), end=words.month(pace.end))
    return words.say(f"pace.whose.{pace.whose}", region=words.of(pace, "region"), years=years)


def pace_value(pace: Pace, attainment: Attainment, words: Words, value: float | None = None) -> str:
    """Return a pace, or another value in its place, with its unit and "a year"."""
    shown = change(pace.value if value is None else value, pace.scale, attainment, words)
    return words.say("pace.a_year", change=shown)


def change(value: float, scale: PaceScale, attainment: Attainment, words: Words) -> str:
    """Return how much changes, in percent of what there is, in points or in units."""
    if scale == "percent_per_year":
        return words.percent(value)
    if in_points(scale, attainment, words):
        return words.say("points", value=words.estimate(value))
    return words.quantity(value, words.of(attainment.goal, "unit"), rounded=True)


def in_points(scale: PaceScale, attainment: Attainment, words: Words) -> bool:
    """Whether a change counts percentage points: it is a difference of what is itself in percent."""
    unit = words.of(attainment.goal, "unit").strip().casefold()
    return scale == "points_per_year" and unit in PERCENT
