"""Probabilities on one scale, small: the answer, its rival readings, and how far an assumption moves it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from forecasts.publish.drawing import INK, MEDIAN, MUTED
from forecasts.publish.fonts import SANS
from forecasts.publish.parts import Drawing
from forecasts.publish.words import SCALE

#: Sides of a strip, and of the bar of an assumption.
STRIP: Final = (250, 34)
BAR: Final = (120, 12)

#: Ground of the steps of the scale of words, from unlikely to likely. Place tells, and colour only helps.
SHADES: Final = ("#ead2c4", "#f3e3da", "#f7efe9", "#eef1f4", "#e3edf5", "#cfe0ee", "#b5cfe5")

#: What is written on the scale; its ends are not: nothing is impossible or certain.
TICKS: Final = (10, 25, 50, 75, 90)


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the scale: the answer is filled, another reading is open; `low` to `high` is its range."""

    probability: float
    answer: bool = False
    low: float | None = None
    high: float | None = None


def strip(marks: Sequence[Mark], alt: str, ticks: bool = True) -> Drawing:
    """Return marks on the scale of probabilities.

    Parameters
    ----------
    marks : sequence of Mark
        At least one.
    alt : str
        The same in words.
    ticks : bool, optional
        Whether numbers stand above the scale.
    """
    width, height = STRIP if ticks else (STRIP[0], STRIP[1] - 12)
    top = 14 if ticks else 2
    middle = top + 8
    parts = [_ground(top)]
    if ticks:
        parts += [
            f'<text x="{_x(t / 100):.1f}" y="9" font-family="{SANS}" font-size="9" fill="{MUTED}" '
            f'text-anchor="middle">{t}%</text>'
            for t in TICKS
        ]
    parts.append(_line(0.5, 0.5, top - 2, top + 18, MUTED, 0.8, dashed=True))
    ends = [p for m in marks for p in (m.probability, m.low, m.high) if p is not None]
    if max(ends) - min(ends) > 0.004:
        parts.append(_line(min(ends), max(ends), middle, middle, MEDIAN, 2.4))
    for one in marks:
        for end in (one.low, one.high):
            if end is not None and abs(end - one.probability) > 0.004:
                parts.append(_line(end, end, middle - 5, middle + 5, MEDIAN, 2.0))
    for one in sorted(marks, key=lambda m: m.answer):
        parts.append(_dot(one, middle))
    return Drawing(_svg(width, height, parts), alt)


def _ground(top: float) -> str:
    tops = [*(low / 100 for low, _ in SCALE[1:-1]), 0.99, 1.0]
    shades, parts, left = iter(SHADES), [], 0.0
    for right in tops:
        parts.append(
            f'<rect x="{_x(left):.1f}" y="{top}" width="{_x(right) - _x(left):.1f}" height="16" '
            f'fill="{next(shades)}"/>'
        )
        left = right
    return "".join(parts)


def _x(probability: float) -> float:
    return 8 + (STRIP[0] - 16) * probability


def _line(
    x1: float, x2: float, y1: float, y2: float, colour: str, width: float, dashed: bool = False
) -> str:  # fmt: skip
    dash = ' stroke-dasharray="2 2"' if dashed else ""
    return (
        f'<line x1="{_x(x1):.1f}" x2="{_x(x2):.1f}" y1="{y1:.1f}" y2="{y2:.1f}" stroke="{colour}" '
        f'stroke-width="{width}"{dash}/>'
    )


def _dot(one: Mark, y: float) -> str:
    fill, radius = (MEDIAN, 5.5) if one.answer else ("#ffffff", 4)
    return (
        f'<circle cx="{_x(one.probability):.1f}" cy="{y:.1f}" r="{radius}" fill="{fill}" '
        f'stroke="{MEDIAN}" stroke-width="1.8"/>'
    )


def bar(stands: float, others: Sequence[float], alt: str) -> Drawing:
    """Return from where to where a probability moves, beside where it stands."""
    width, height = BAR
    low, high = min([stands, *others]), max([stands, *others])

    def x(p: float) -> float:
        return 2 + (width - 4) * p

    return Drawing(
        _svg(
            width,
            height,
            [
                f'<line x1="2" x2="{width - 2}" y1="6" y2="6" stroke="#d5dbe1" stroke-width="1"/>',
                f'<line x1="{x(0.5):.1f}" x2="{x(0.5):.1f}" y1="3" y2="9" stroke="#aeb7bf"/>',
                f'<rect x="{x(low):.1f}" y="2.5" width="{max(x(high) - x(low), 0.8):.1f}" height="7" '
                f'fill="#85aed3"/>',
                f'<line x1="{x(stands):.1f}" x2="{x(stands):.1f}" y1="0.5" y2="11.5" stroke="{INK}" '
                f'stroke-width="1.6"/>',
            ],
        ),
        alt,
    )


def key(answer: bool) -> str:
    """Return the sign of the answer, or of another reading, as a text has it."""
    return "●" if answer else "○"


def _svg(width: float, height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}">{"".join(parts)}</svg>'
    )
