"""The valid inputs that are broken: a set of tables and a tenant, invented, with figures of every kind."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

Cells = list[list[str]]

REGIONS = ("north", "south", "east")
YEARS = range(2016, 2023)

#: Indicator: kind, the figure of a region in a year, and the goal for 2026.
KINDS: dict[str, tuple[str, str, list[float], str, str]] = {
    "firms": ("stock", "firms", [410, 450, 498, 551, 604, 668, 731], ">=", "1010"),
    "patents": ("cumulative", "patents", [1200, 1391, 1602, 1835, 2090, 2370, 2677], ">", "3905"),
    "spent": ("flow", "million", [31.5, 33.8, 36.9, 38.2, 42.1, 44.6, 48.3], ">=", "61.5"),
    "online": ("share", "%", [61.2, 66.1, 70.4, 74.3, 77.9, 80.8, 83.2], "<=", "95.5"),
    "growth": ("rate", "%", [6.4, 6.1, 5.8, 6.3, 5.1, 5.9, 5.4], ">=", "5.5"),
}


def figures() -> Iterable[tuple[str, str, int, str]]:
    """Yield indicator, region, year and value of every figure."""
    for name, (kind, _, values, _, _) in KINDS.items():
        for k, region in enumerate(REGIONS):
            for year, value in zip(YEARS, values, strict=True):
                # Regions are of unlike size, but none is ten times another.
                here = value - 1.3 * k if kind in ("share", "rate") else value * (1 + 0.37 * k)
                yield (
                    name,
                    region,
                    year,
                    f"{here:.1f}" if kind not in ("stock", "cumulative") else f"{here:.0f}",
                )


def written(cells: Sequence[Sequence[str]]) -> bytes:
    """Write cells as CSV."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(cells)
    return text.getvalue().encode("utf-8", "surrogatepass")


def read(data: bytes) -> Cells:
    """Read CSV that :func:`written` wrote, however long its cells are."""
    usual = csv.field_size_limit(1 << 30)
    try:
        return list(csv.reader(io.StringIO(data.decode(), newline="")))
    finally:
        csv.field_size_limit(usual)


def table_set() -> dict[str, bytes]:
    """Return the tables that ``forecasts attain`` reads, by file name."""
    seen = [
        [
            "region",
            "indicator",
            "as_of",
            "value",
            "published_on",
            "qualifier",
            "low",
            "high",
            "period_start",
            "origin",
            "confidence",
        ]
    ]
    for name, region, year, value in figures():
        start = f"{year}-01-01" if KINDS[name][0] == "flow" else ""
        derived = name == "firms" and year == 2019
        bounds = [f"{float(value) - 3:.0f}", f"{float(value) + 3:.0f}"] if derived else ["", ""]
        seen.append(
            [
                region,
                name,
                f"{year}-12-31",
                value,
                f"{year + 1}-02-10",
                "eq",
                *bounds,
                start,
                "derived" if derived else "printed",
                "high",
            ]
        )
    asked = [["goal", "region", "indicator", "value", "deadline", "comparison", "tolerance", "announced_on"]]
    for name, (_, _, _, comparison, value) in KINDS.items():
        asked.append([f"{name}-2026", "north", name, value, "2026-12-31", comparison, "", "2023-03-15"])
    asked.append(["about-2026", "south", "firms", "1400", "2026-12-31", "~", "25", "2023-03-15"])
    kinds = [["indicator", "kind", "family", "q4_share", "upper"]]
    kinds += [
        [name, kind, f"{name}-class", "0.25", "100" if kind == "share" else ""]
        for name, (kind, *_) in KINDS.items()
    ]
    places = [["region", "parent"], ["land", ""], *([region, "land"] for region in REGIONS)]
    named = {"observations": seen, "goals": asked, "indicators": kinds, "regions": places}
    return {f"{name}.csv": written(cells) for name, cells in named.items()}


def tenant() -> dict[str, bytes]:
    """Return a project's folder: ``seeds/`` with two scenarios, and a plan; by path."""
    kinds = [
        [
            "id",
            "name_zh",
            "name_en",
            "unit_zh",
            "unit_en",
            "kind",
            "family",
            "q4_share",
            "scope_zh",
            "scope_en",
            "note",
        ]
    ]
    chinese = {"firms": "家", "patents": "件", "million": "百万元", "%": "%"}
    for name, (kind, unit, *_) in KINDS.items():
        kinds.append(
            [
                name,
                f"指标{name}",
                f"Counted {name}",
                chinese[unit],
                unit,
                kind,
                f"{name}_class",
                "0.25",
                "全部",
                f"All {name}, end of year.",
                "Invented.",
            ]
        )
    places = [["id", "name_zh", "name_en", "parent", "note"], ["land", "国", "The land", "", ""]]
    places += [[region, f"{region}区", f"The {region}", "land", "Invented."] for region in REGIONS]
    sources = [["id", "title", "publisher", "url", "note"]]
    sources += [
        ["yearbook", "Yearbook", "Statistical office", "https://example.org/yearbook", "Invented."],
        ["plan-2026", "The plan", "The council", "https://example.org/plan", ""],
    ]
    seen = [
        [
            "id",
            "indicator",
            "region",
            "as_of",
            "as_of_basis",
            "value",
            "qualifier",
            "low",
            "high",
            "period_start",
            "source",
            "published_on",
            "published_basis",
            "quote",
            "confidence",
            "origin",
            "note_zh",
            "note_en",
        ]
    ]
    for name, region, year, value in figures():
        start = f"{year}-01-01" if KINDS[name][0] == "flow" else ""
        derived = name == "firms" and year == 2019
        bounds = [f"{float(value) - 3:.0f}", f"{float(value) + 3:.0f}"] if derived else ["", ""]
        seen.append(
            [
                f"{region}-{name}-{year}",
                name,
                region,
                f"{year}-12-31",
                "stated",
                value,
                "eq",
                *bounds,
                start,
                "yearbook",
                f"{year + 1}-02-10",
                "stated",
                f"{value} at the end of {year}",
                "high",
                "derived" if derived else "printed",
                "年鉴",
                "Of the yearbook.",
            ]
        )
    asked = [
        [
            "id",
            "indicator",
            "region",
            "value",
            "comparison",
            "deadline",
            "announced_on",
            "published_on",
            "source",
            "quote",
            "headline",
            "baseline",
            "outcome",
            "outcome_value",
            "outcome_as_of",
            "outcome_source",
            "success_selected",
            "note",
        ]
    ]
    for name, (_, _, _, comparison, value) in KINDS.items():
        headline = "true" if name == "firms" else "false"
        asked.append(
            [
                f"{name}-2026",
                name,
                "north",
                value,
                comparison,
                "2026-12-31",
                "2023-03-15",
                "2023-03-16",
                "plan-2026",
                f"{value} by 2026",
                headline,
                "baseline",
                "open",
                "",
                "",
                "",
                "false",
                "Invented.",
            ]
        )
    asked.append(
        [
            "firms-2020",
            "firms",
            "south",
            "800",
            ">=",
            "2020-12-31",
            "2017-03-15",
            "2017-03-16",
            "plan-2026",
            "800 by 2020",
            "false",
            "baseline",
            "yes",
            "828",
            "2020-12-31",
            "yearbook",
            "false",
            "",
        ]
    )
    named = {"indicators": kinds, "regions": places, "sources": sources, "observations": seen, "goals": asked}
    files = {f"seeds/{name}.csv": written(cells) for name, cells in named.items()}
    files["seeds/scenarios/baseline.yaml"] = BASELINE.encode()
    files["seeds/scenarios/slower.yaml"] = SLOWER.encode()
    files["notebooks/goal.ipynb"] = b"{}"
    files["reports/plans/brief.yaml"] = PLAN.encode()
    return files


BASELINE = """id: baseline
name_zh: 基准
name_en: Baseline
role: baseline
why_zh: 按公布的数。
why_en: The published figures.
"""

SLOWER = """id: slower
name_zh: 另一种读法
name_en: "Another reading"
role: alternative
why_zh: 假设这个数是年中的数。
why_en: Reads the figure as one of the middle of the year.
goals: [firms-2026]
adjustments:
  - {kind: redate, observation: north-firms-2022, as_of: 2022-06-30}
  - {kind: clock, q4_share: 0.4}
"""

PLAN = """# What is asked.
notebook: goal.ipynb
goals: [firms-2026, growth-2026]
scenarios: all
known_on: 2023-06-01
draws: 20000
seed: 1
language: en
"""


def lay(files: dict[str, bytes], folder: Path) -> Path:
    """Write files into a folder; return it."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder
