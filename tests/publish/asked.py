"""A verdict with what would change it; its figures are invented, its parts sum as real ones do."""

import datetime as dt

from conftest import END_2022, attainment, scenario

from forecasts.attainment.grounds import (
    Alternative,
    Answer,
    Assumed,
    Cell,
    ClassStep,
    Grid,
    Inquiry,
    Needed,
    Part,
    Reading,
    Readings,
    Turning,
    Waterfall,
)
from forecasts.attainment.result import Attainment
from forecasts.attainment.what_if import WhatIf

MAY = dt.date(2023, 5, 30)


def readings_of(results: list[Attainment], low: float, high: float) -> Readings:
    """Return rival readings from `low` to `high`."""
    rows = tuple(
        Reading(
            scenario=r.scenario.id, name_zh=r.scenario.name_zh, name_en=r.scenario.name_en,
            role=r.scenario.role, probability=r.probability, low=r.probability, high=r.probability,
        )
        for r in results
    )  # fmt: skip
    verdict = "undetermined" if high - low >= 0.5 else "determined"
    return Readings(verdict=verdict, low=low, high=high, threshold=0.5, rows=rows)


def grid(probability: float) -> Grid:
    """Return a grid whose far corner breaks the verdict."""
    days, shares, far = (END_2022, MAY), (0.25, 0.9), max(0.02, probability - 0.3)
    cells = tuple(
        Cell(as_of=day, q4_share=share, probability=far if (day, share) == (MAY, 0.25) else probability)
        for day in days
        for share in shares
    )
    turning = Turning(as_of=MAY, q4_share=0.25, probability=far, turns=far < 0.5, needs_both=True)
    return Grid(
        observations=("hightech-2022",), days=days, q4_shares=shares, as_of=END_2022, q4_share=0.9,
        cells=cells, turning=turning,
    )  # fmt: skip


def asked(result: Attainment, readings: Readings | None = None) -> Attainment:
    """Return a verdict as it is where what if was asked."""
    p = result.probability_alone
    parts = (
        Part(name="pool", points=0.15, probability=0.15),
        Part(name="class", points=p - 0.15, probability=p),
        Part(name="own", points=0.0, probability=p),
    )
    bridge = (
        Part(name="steps", points=0.9, probability=0.9),
        Part(name="law", points=p - 0.9, probability=p),
    )
    far = max(0.02, p - 0.3)
    inquiry = Inquiry(
        about="date", observations=(result.evidence[0].id,), publisher="重庆市人民政府", swing=abs(p - far),
        answers=(Answer(day=END_2022, stands=True, probability=p), Answer(day=MAY, probability=far)),
    )  # fmt: skip
    steps = tuple(
        ClassStep(
            region=f"r{year}", region_zh="武汉市", region_en="Wuhan", indicator="x", indicator_zh="高企",
            indicator_en="High-tech enterprises", start=dt.date(year, 12, 31), start_value=1000.0,
            end=dt.date(year + 1, 12, 31), end_value=1210.0, per_year=21.0, beats=True,
            observations=("a", "b"), source="s", source_title="武汉市统计公报", source_url="",
        )
        for year in range(2010, 2022)
    )  # fmt: skip
    needed = tuple(
        Needed(as_of=END_2022, unit_zh=result.goal.unit_zh, unit_en=result.goal.unit_en, wanted=wanted,
               value=value, probability=wanted)
        for wanted, value in ((0.5, 987.0), (0.8, 1021.0))
    )  # fmt: skip
    assumptions = (
        Assumed(id="goal", about="goal", known="known", number=result.goal.value, quote=result.goal.quote),
        Assumed(
            id="clock.q4_share", about="clock", known="assumed", number=0.9, moves=0.03,
            alternatives=(Alternative(what="instead", number=0.25, probability=max(0.01, p - 0.03)),),
        ),
    )  # fmt: skip
    reference = result.reference.model_copy(
        update={"listed": steps, "steps": len(steps), "beat": 0.75, "required": 11.0}
    )
    what_if = WhatIf(
        waterfall=Waterfall(parts=parts, bridge=bridge, diverges=abs(p - 0.9) >= 0.25, reason="law"),
        readings=readings, grid=grid(p), inquiries=(inquiry,), needed_now=needed,
    )  # fmt: skip
    return result.model_copy(update={"what_if": what_if, "assumptions": assumptions, "reference": reference})


def two_readings(low: float, high: float) -> list[Attainment]:
    """Return a goal with two readings that were asked."""
    first = attainment(low, assumed=scenario("low", "reading", ("窄口径", "Narrow")))
    second = attainment(high, assumed=scenario("high", "reading", ("宽口径", "Wide")))
    told = readings_of([first, second], min(low, high), max(low, high))
    return [asked(first, told), asked(second, told)]
