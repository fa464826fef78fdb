"""A portfolio at a glance, as it is shown: regions by the steps of the scale of words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chapter:
    """A region, where its groups are found, and how many goals they hold."""

    region: str
    anchor: str
    count: str


@dataclass(frozen=True, slots=True)
class Tally:
    """A region's line: how many goals it has, and how many on each step, each with how it is set off."""

    name: str
    anchor: str
    total: str
    counts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """Regions by steps; the steps' words are those of the scale, and `open` is for what stands on none."""

    heading: str
    region: str
    count: str
    open: str
    rows: tuple[Tally, ...]
    whole: Tally
