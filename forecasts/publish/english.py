"""A result as English tells it: its figures in millions and billions, wherever its unit holds a scale."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from forecasts.attainment.grounds import Assumed
from forecasts.attainment.result import Attainment, Evidence, GoalFacts, Pace
from forecasts.attainment.what_if import Futures, Slider, Sliders, Vary, WhatIf
from forecasts.publish.units import told_in
from forecasts.publish.words import Words


def told_of(result: Attainment, words: Words, futures: bool = True) -> Attainment:
    """Return a result as a language tells its figures; Chinese keeps 万 and 亿, in which tables count.

    Parameters
    ----------
    futures : bool
        Whether the futures that sliders move are told so, too: they are thousands, and a page may have them
        from elsewhere.
    """
    return in_english(result, futures) if words.language == "en" else result


def factor_of(goal: GoalFacts, words: Words) -> Decimal:
    """Return by what the figures of a goal are multiplied as a language tells them."""
    return told_in(goal.value, goal.unit_en)[0] if words.language == "en" else Decimal(1)


def times(value: float, factor: Decimal) -> float:
    """Return a number multiplied as it is written: a hundred and fifty tenths are fifteen."""
    return float(Decimal(repr(value)) * factor)


def in_english(result: Attainment, futures: bool = True) -> Attainment:
    """Return a result with its figures, and those of its goal, in the steps of English.

    A result whose unit holds no scale is returned as it is, and so is one that is told so already.
    """
    goal = result.goal
    factor, unit = told_in(goal.value, goal.unit_en)
    evidence = tuple(map(_evidence, result.evidence))
    if factor == 1:
        return result if evidence == result.evidence else result.model_copy(update={"evidence": evidence})

    def by(part: Any, *names: str) -> Any:
        return scaled(part, factor, names)

    return result.model_copy(
        update={
            "goal": by(goal, "value", "tolerance", "upper").model_copy(update={"unit_en": unit}),
            "evidence": evidence,
            "members": tuple(by(m, "median", "low", "high") for m in result.members),
            "quantiles": {name: times(v, factor) for name, v in result.quantiles.items()},
            "required_pace": _pace(result.required_pace, factor),
            "observed_pace": _pace(result.observed_pace, factor),
            "so_far": result.so_far and by(result.so_far, "value"),
            "history": tuple(by(p, "value", "low", "high") for p in result.history),
            "fan": tuple(by(p, "q05", "q10", "q25", "q50", "q75", "q90", "q95") for p in result.fan),
            "assumptions": tuple(_assumed(a, factor) for a in result.assumptions),
            "what_if": result.what_if and _what_if(result.what_if, factor, unit, futures),
        }
    )


def scaled(part: Any, factor: Decimal, names: Sequence[str]) -> Any:
    """Return a part with some of its numbers multiplied; what is not there stays so."""
    held = {name: getattr(part, name) for name in names}
    return part.model_copy(update={n: None if v is None else times(v, factor) for n, v in held.items()})


def _pace(pace: Pace | None, factor: Decimal) -> Pace | None:
    in_units: bool = pace is not None and pace.scale == "units_per_year"
    return scaled(pace, factor, ("value",)) if in_units else pace


def _evidence(row: Evidence) -> Evidence:
    """Return a printed figure in a step of its own."""
    factor, unit = told_in(row.value, row.unit_en)
    if factor == 1:
        return row
    printed = _times_printed(row.printed, factor)
    told: Evidence = scaled(row, factor, ("value", "low", "high"))
    return told.model_copy(update={"printed": printed, "unit_en": unit})


def printed_in(numbers: Sequence[str | None], unit: str, words: Words) -> tuple[tuple[str | None, ...], str]:
    """Return printed numbers of one figure, and their unit, in the step of a language; the first decides.

    Examples
    --------
    >>> printed_in(("63", None), "100 million yuan", Words("en"))
    (('6.3', None), 'billion yuan')
    """
    first = next((number for number in numbers if number is not None), None)
    if words.language != "en" or first is None:
        return tuple(numbers), unit
    factor, told = told_in(float(first), unit)
    if factor == 1:
        return tuple(numbers), unit
    return tuple(None if n is None else _times_printed(n, factor) for n in numbers), told


def _times_printed(printed: str, factor: Decimal) -> str:
    return f"{(Decimal(printed) * factor).normalize():f}"


def _assumed(one: Assumed, factor: Decimal) -> Assumed:
    """Return an assumption with what is in the goal's unit multiplied: figures, goals and starts."""
    if one.about not in ("goal", "figure", "start"):
        return one
    told: Assumed = scaled(one, factor, ("number", "low", "high"))
    others = tuple(scaled(other, factor, ("number",)) for other in one.alternatives)
    return told.model_copy(update={"alternatives": others})


def _what_if(what_if: WhatIf, factor: Decimal, unit: str, futures: bool) -> WhatIf:
    def by(part: Any, *names: str) -> Any:
        return scaled(part, factor, names)

    update: dict[str, Any] = {
        "inquiries": tuple(
            i.model_copy(update={"answers": tuple(by(a, "number") for a in i.answers)})
            for i in what_if.inquiries
        ),
        "needed_now": tuple(by(n, "value").model_copy(update={"unit_en": unit}) for n in what_if.needed_now),
        "seek": tuple(
            by(s, "value", "value_std_error").model_copy(
                update={"tried": tuple(by(t, "value") for t in s.tried)}
            )
            if s.vary in (Vary.GOAL, Vary.ONE_OFF)
            else s
            for s in what_if.seek
        ),
    }
    if what_if.comparison is not None:
        rows = tuple(by(row, "goal", "median", "low", "high") for row in what_if.comparison.rows)
        update["comparison"] = what_if.comparison.model_copy(update={"rows": rows})
    if (rests := what_if.sensitivity) is not None:
        curve = tuple(by(point, "value") for point in rests.curve)
        update["sensitivity"] = by(rests, "goal_value").model_copy(update={"unit_en": unit, "curve": curve})
    if what_if.sliders is not None:
        update["sliders"] = _sliders(what_if.sliders, factor, futures)
    return what_if.model_copy(update=update)


def _sliders(sliders: Sliders, factor: Decimal, futures: bool) -> Sliders:
    def moved(slider: Slider) -> Slider:
        if slider.name == "pace":
            return slider
        told: Slider = scaled(slider, factor, ("low", "high", "step", "value"))
        return told

    def told_on(on: Futures) -> Futures:
        held = {name: tuple(times(v, factor) for v in getattr(on, name)) for name in ("value", "base")}
        return on.model_copy(update=held)

    told: Sliders = scaled(sliders, factor, ("least", "upper", "tolerance"))
    update: dict[str, Any] = {"sliders": tuple(map(moved, sliders.sliders))}
    if futures:
        update |= {"at_deadline": told_on(sliders.at_deadline), "fan": tuple(map(told_on, sliders.fan))}
    return told.model_copy(update=update)
