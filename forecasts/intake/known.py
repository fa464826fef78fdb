"""Indicators and regions that have names already: those of the ledger, and the usual ones of such reports."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from forecasts.ledger.fields import BETWEEN_NAMES
from forecasts.ledger.problems import BadInput, Problem


@dataclass(frozen=True, slots=True)
class KnownIndicator:
    """An indicator of the ledger: its id, its names, its unit."""

    id: str
    names: tuple[str, ...]
    unit: str


@dataclass(frozen=True, slots=True)
class KnownRegion:
    """A region of the ledger: its id, its names, the region that holds it."""

    id: str
    names: tuple[str, ...]
    parent: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger knows already.

    Parameters
    ----------
    indicators : tuple of KnownIndicator
        The names with the most letters come first.
    regions : tuple of KnownRegion
    by_name : mapping
        The indicators by each of their names.
    places : pattern, optional
        The names of regions that are longer than two letters.
    """

    indicators: tuple[KnownIndicator, ...] = ()
    regions: tuple[KnownRegion, ...] = ()
    by_name: Mapping[str, tuple[KnownIndicator, ...]] = field(default_factory=dict)
    places: re.Pattern[str] | None = None

    def without_place(self, name: str) -> str:
        """Return an indicator's name without the region before it."""
        found = self.places.match(name) if self.places is not None else None
        return name[found.end() :] if found is not None and len(name) > found.end() + 1 else name


def read_known(seeds: Path) -> Known:
    """Read the names of ``indicators.csv`` and ``regions.csv``, where they are; nothing else of them.

    Raises
    ------
    BadInput
        If a file is there and cannot be read as a table in UTF-8.
    """
    indicators = tuple(
        KnownIndicator(row["id"], _names(row), row.get("unit_zh") or "")
        for row in _rows(seeds / "indicators.csv")
        if row.get("id")
    )
    regions = tuple(
        KnownRegion(row["id"], _region_names(row), row.get("parent") or "")
        for row in _rows(seeds / "regions.csv")
        if row.get("id")
    )
    return known(indicators, regions)


def known(indicators: tuple[KnownIndicator, ...], regions: tuple[KnownRegion, ...] = ()) -> Known:
    """Return indicators and regions, the former found by name."""
    by_name: dict[str, tuple[KnownIndicator, ...]] = {}
    for one in indicators:
        for name in one.names:
            by_name[name] = (*by_name.get(name, ()), one)
    longest = dict(sorted(by_name.items(), key=lambda item: -len(item[0])))
    named = sorted({name for one in regions for name in one.names if len(name) > 2}, key=len, reverse=True)
    places = re.compile(f"(?:{'|'.join(map(re.escape, named))})的?") if named else None
    return Known(indicators, regions, longest, places)


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(
            [Problem(str(path), f"cannot be read as a table: {error}", remedy="run: forecasts check")]
        ) from None


def _names(row: Mapping[str, str]) -> tuple[str, ...]:
    """Return the Chinese name, what stands in it before a bracket, and the aliases."""
    full = (row.get("name_zh") or "").strip()
    other = BETWEEN_NAMES.split(row.get("aliases") or "")
    names = [full, re.sub(r"[（(].*", "", full), *other]
    return tuple(dict.fromkeys(name.strip() for name in names if len(name.strip()) > 1))


_SUFFIX = re.compile("(?:壮族|回族|维吾尔)?(?:自治区|特别行政区|自治州|省|市|区|县)$")


def _region_names(row: Mapping[str, str]) -> tuple[str, ...]:
    full = (row.get("name_zh") or "").strip()
    bare = re.sub(r"[（(].*?[)）]", "", full)
    short = _SUFFIX.sub("", bare)
    inner = re.findall(r"[（(](.*?)[)）]", full)
    tail = [re.sub(r"^.*[)）]", "", full)] if re.search(r"[)）].", full) else []
    names = [full, bare, *(inner if not tail else ()), *tail, *([short] if len(short) > 1 else [])]
    return tuple(dict.fromkeys(name for name in names if len(name) > 1))


#: Names that are told in many words: 全社会研究与试验发展(R&D)经费支出占地区生产总值比重.
_FAMILIES: Final = (
    (
        "研发投入强度",
        re.compile(
            "^(?:全社会)?(?:R&D|研发|研究与试验发展|研究和试验发展).{0,14}(?:占|与|相当于).{0,6}(?:GDP|生产总值).{0,4}比[重例]?$"
        ),
    ),
    (
        "单位地区生产总值能耗",
        re.compile("^(?:单位|万元)(?:地区|国内)?(?:生产总值|GDP)(?:综合)?能(?:源消)?耗(?:强度)?$"),
    ),
)


def usual(name: str) -> str:
    """Return the name of an indicator that is kept.

    Examples
    --------
    >>> usual("GDP"), usual("全社会研发经费支出占GDP比重"), usual("冰雪运动场馆")
    ('地区生产总值', '研发投入强度', '冰雪运动场馆')
    """
    if (kept := usual_names().get(name)) is not None:
        return kept
    return next((kept for kept, words in _FAMILIES if words.match(name)), name)


@cache
def usual_names() -> Mapping[str, str]:
    """Return the usual indicators of government reports: by each of their names, the one that is kept."""
    text = resources.files("forecasts.intake").joinpath("usual_names.csv").read_text(encoding="utf-8")
    names: dict[str, str] = {}
    for row in csv.DictReader(text.splitlines()):
        for name in (row["name"], *row["also"].split("|")):
            names[name] = row["name"]
    return names
