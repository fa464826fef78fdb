"""The distributions in a scenario's adjustments, and what may come or not: tried at their quantiles."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from forecasts.attainment.outlook import Outlook
from forecasts.scenarios.adjustments import AnyAdjustment
from forecasts.scenarios.growth import OneOff, Pace
from forecasts.scenarios.numbers import Law
from forecasts.whatif.settings import Assumption, Setting

#: Levels at which a distribution is tried, the middles of parts of equal probability: its ends are the 10 and
#: the 90 % quantile.
LEVELS = (0.1, 0.3, 0.5, 0.7, 0.9)

#: What a number of an adjustment is called: Chinese, English.
NAMED = {
    "scope.share": ("已计部分占目标口径的比例", "Share of the goal's scope that is counted"),
    "pace.factor": ("未来增速的倍数", "Factor of future growth"),
    "pace_of.quantile": ("增速在参照组中的分位", "Quantile of the reference class's pace"),
    "pace_of.growth": ("每年的增速", "Growth a year"),
    "one_off.amount": ("一次性增量的大小", "Amount that comes on top"),
    "one_off.probability": ("一次性增量到位的概率", "Probability that the amount comes"),
    "one_off.comes": ("一次性增量是否到位", "Whether the amount comes"),
    "delay.months": ("推迟的月数", "Months by which growth is delayed"),
    "ceiling.value": ("上限", "Ceiling"),
    "expiry.share": ("到期后失效的比例", "Share of a cohort that lapses"),
    "expiry.cohort": ("到期的数量", "Cohort that runs out"),
    "observe.value": ("假设公布的数", "Figure that is supposed"),
}

#: Numbers in the unit of the goal's indicator.
IN_UNIT = ("one_off.amount", "ceiling.value", "expiry.cohort", "observe.value")


def laws(found: Outlook) -> Iterator[Assumption]:
    """Yield what a question's scenario knows only as a distribution, or with a probability."""
    turns: Counter[str] = Counter()
    for at, change in enumerate(found.question.scenario.adjustments):
        turns[change.kind] += 1
        turn = "" if turns[change.kind] == 1 else f"#{turns[change.kind]}"
        for field in type(change).model_fields:
            number = getattr(change, field)
            if isinstance(number, Law):
                yield _drawn(found, at, field, number, turn)
        if isinstance(change, OneOff) and isinstance(p := change.probability, float) and 0 < p < 1:
            yield _perhaps(found, at, change, p, turn)


def _drawn(found: Outlook, at: int, field: str, law: Law, turn: str) -> Assumption:
    """Return the assumption that a number has some distribution: each part of it is equally likely."""
    change = found.question.scenario.adjustments[at]
    name = f"{change.kind}.{field}"
    unit = found.ledger.indicators[found.question.goal.indicator].unit_zh if name in IN_UNIT else ""

    def quantile(level: float) -> Setting:
        value = float(law.at(level))
        zh, en = f"{_said(value)}{unit}（{level:.0%}分位）", f"{_said(value)} ({100 * level:.0f} % quantile)"
        return Setting(zh, en, lambda: with_numbers(found, at, {field: value}), at=value)

    settings = [quantile(level) for level in LEVELS]
    zh, en = _named(name, change)
    law_of = tuple((setting, 1 / len(settings)) for setting in settings)
    return Assumption(name + turn, "adjustment", zh, en, settings[0], settings[-1], law_of)


def _perhaps(found: Outlook, at: int, change: OneOff, p: float, turn: str) -> Assumption:
    """Return the assumption that something comes with a probability: it does not, or it does."""
    missing = Setting("不到位", "it does not", lambda: with_numbers(found, at, {"probability": 0.0}), at=0.0)
    coming = Setting("到位", "it does", lambda: with_numbers(found, at, {"probability": 1.0}), at=1.0)
    zh, en = _named("one_off.comes", change)
    law = ((missing, 1 - p), (coming, p))
    return Assumption(f"one_off.comes{turn}", "adjustment", zh, en, missing, coming, law)


def with_numbers(found: Outlook, at: int, changed: dict[str, float]) -> Outlook:
    """Return the outlook with some numbers of one adjustment changed, in its place."""
    scenario = found.question.scenario
    changes = list(scenario.adjustments)
    changes[at] = changes[at].model_copy(update=changed)
    other = scenario.model_copy(update={"adjustments": tuple(changes)})
    return found.of(replace(found.question, scenario=other))


def _named(name: str, change: AnyAdjustment) -> tuple[str, str]:
    """Return what a number is called, with the day that it is about where it has one."""
    zh, en = NAMED[name]
    day = _day_of(change)
    return (f"{zh}（{day}）", f"{en} ({day})") if day else (zh, en)


def _day_of(change: AnyAdjustment) -> str:
    if isinstance(change, Pace):
        ends = [str(end or "") for end in (change.from_, change.until)]
        return " – ".join(ends).strip() if any(ends) else ""
    day: Any = getattr(change, "date", None) or getattr(change, "as_of", None)
    return str(day) if isinstance(day, dt.date) else ""


def _said(value: float) -> str:
    """Return a number with so many digits as a reader can use."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
