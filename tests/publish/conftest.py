"""A builder of verdicts; its figures are invented, its shape is that of a real one."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forecasts.attainment.result import (
    Attainment,
    EngineScore,
    Evidence,
    FanPoint,
    GoalFacts,
    Growth,
    HistoryPoint,
    Member,
    NewestOutcome,
    Pace,
    RecordBlock,
    RecordFacts,
    ReferenceFacts,
    ScenarioFacts,
)
from forecasts.ledger.fields import Basis, Comparison, Confidence, Kind, Origin, Qualifier
from forecasts.publish.parts import Block, Pair
from forecasts.publish.words import Words

Maker = Callable[..., Attainment]

END_2022, END_2023 = dt.date(2022, 12, 31), dt.date(2023, 12, 31)


def scenario(
    id: str = "baseline",
    role: Any = "baseline",
    name: tuple[str, str] = ("基准情景", "Baseline"),
    why: tuple[str, str] = ("年底数视为上年末公布", "the count is that of the end of last year"),
    share: tuple[float, float] | None = None,
) -> ScenarioFacts:
    """Return a scenario."""
    return ScenarioFacts(
        id=id, name_zh=name[0], name_en=name[1], role=role, why_zh=why[0], why_en=why[1], share=share
    )


def attainment(
    probability: float = 0.88,
    *,
    goal: str = "hightech",
    names: tuple[str, str] = ("高新技术企业", "High-tech enterprises"),
    units: tuple[str, str] = ("家", "enterprises"),
    value: float = 1150.0,
    now: float = 1036.0,
    growth: float = 0.17,
    comparison: Comparison = Comparison.AT_LEAST,
    kind: Kind = Kind.STOCK,
    assumed: ScenarioFacts | None = None,
    quote: str = "累计引育高新技术企业1036家",
    **changes: Any,
) -> Attainment:
    """Return a verdict; `changes` replace any of its fields."""
    months = [dt.date(2022 + (12 + m - 1) // 12, (12 + m - 1) % 12 + 1, 28) for m in range(1, 13)]
    days = [END_2022, *(d for d in months if d > END_2022), END_2023]

    def fan(day: dt.date) -> FanPoint:
        t = (day - END_2022).days / 365
        middle, spread = now * (1 + growth * t), now * growth * 0.55 * t**0.5
        at = {"q05": -1.64, "q10": -1.28, "q25": -0.67, "q50": 0.0, "q75": 0.67, "q90": 1.28, "q95": 1.64}
        return FanPoint(date=day, **{name: middle + z * spread for name, z in at.items()})

    points = tuple(fan(day) for day in days)
    end = points[-1]
    pace = Pace(value=100 * (value / now - 1), scale="percent_per_year", start=END_2022, end=END_2023)
    city = {
        "region": "chongqing",
        "region_zh": "重庆市",
        "region_en": "Chongqing",
        "indicator_zh": names[0],
        "indicator_en": names[1],
    }
    steps = [(2019, 21.4), (2020, 33.6), (2021, 21.0), (2022, 24.5)]
    parent = tuple(
        Growth(**city, start=dt.date(y - 1, 12, 31), end=dt.date(y, 12, 31), percent_per_year=g)
        for y, g in steps
    )
    result = Attainment(
        goal=GoalFacts(
            id=goal,
            indicator=f"{goal}_enterprises",
            indicator_zh=names[0],
            indicator_en=names[1],
            scope_zh="科学城“一核五区”范围内有效期内的数量",
            scope_en="valid counts in the core and five districts",
            kind=kind,
            region="science_city",
            region_zh="西部（重庆）科学城",
            region_en="Western (Chongqing) Science City",
            unit_zh=units[0],
            unit_en=units[1],
            value=value,
            comparison=comparison,
            deadline=END_2023,
            announced_on=dt.date(2023, 5, 30),
            known=True,
            quote="力争到2023年年底分别达到1150家、6700家",
            source_title="关于西部（重庆）科学城科技创新发展情况的报告",
            source_url="https://example.org/report",
        ),
        scenario=assumed or scenario(),
        known_on=dt.date(2023, 9, 6),
        probability=probability,
        probability_alone=probability,
        std_error=0.0031,
        members=(
            Member(
                name="trend",
                weight=0.6,
                probability=min(probability + 0.04, 0.995),
                median=end.q50,
                low=end.q10,
                high=end.q90,
                status="serves",
            ),
            Member(
                name="peers",
                weight=0.4,
                probability=max(probability - 0.06, 0.001),
                median=end.q50 - 5,
                low=end.q05,
                high=end.q95,
                status="serves",
            ),
            Member(
                name="prophet_linear",
                weight=0.0,
                probability=None,
                median=None,
                low=None,
                high=None,
                status="unfit",
                reason="needs 10 points, has 1",
            ),
            Member(
                name="gamma",
                weight=0.0,
                probability=None,
                median=None,
                low=None,
                high=None,
                status="failed",
                reason="the sampler did not converge",
            ),
        ),
        quantiles={"q0.1": end.q10, "q0.5": end.q50, "q0.9": end.q90},
        reached_p50=dt.date(2023, 11, 2),
        reached_p80=None,
        horizon=dt.date(2026, 12, 31),
        required_pace=pace,
        observed_pace=Pace(
            value=24.5,
            scale="percent_per_year",
            start=dt.date(2021, 12, 31),
            end=END_2022,
            whose="parent",
            region_zh="重庆市",
            region_en="Chongqing",
        ),
        n=1,
        basis="own_and_reference",
        reference=ReferenceFacts(
            relation="indicator", regions=17, steps=46, low=6.2, median=19.8, high=38.0, parent=parent
        ),
        history=(HistoryPoint(date=END_2022, value=now, low=now - 0.5, high=now + 0.5),),
        fan=points,
        evidence=(
            Evidence(
                id=f"{goal}-2022",
                indicator_zh=names[0],
                indicator_en=names[1],
                region_zh="西部（重庆）科学城",
                region_en="Western (Chongqing) Science City",
                as_of=END_2022,
                as_of_basis=Basis.INFERRED,
                value=now,
                printed=f"{now:g}",
                unit_zh=units[0],
                unit_en=units[1],
                qualifier=Qualifier.EQ,
                low=now - 0.5,
                high=now + 0.5,
                origin=Origin.PRINTED,
                confidence=Confidence.HIGH,
                published_on=dt.date(2023, 9, 6),
                quote=quote,
                note_zh="由占全市的比重推断日期",
                note_en="dated by its share of the city",
                source="report",
                source_title="关于西部（重庆）科学城科技创新发展情况的报告",
                source_publisher="重庆市人民政府",
                source_url="https://example.org/a/very/long/address/that/has/to/break/somewhere/report_2023_09_06.html",
            ),
            Evidence(
                id=f"{goal}-city-2022",
                indicator_zh=names[0],
                indicator_en=names[1],
                region_zh="重庆市",
                region_en="Chongqing",
                as_of=END_2022,
                as_of_basis=Basis.STATED,
                value=6348,
                printed="6348",
                unit_zh=units[0],
                unit_en=units[1],
                qualifier=Qualifier.REMAINDER,
                low=6348,
                high=6349,
                origin=Origin.PRINTED,
                confidence=Confidence.MEDIUM,
                published_on=dt.date(2023, 1, 20),
                quote="高新技术企业达到6348家",
                note_zh="",
                note_en="",
                source="gazette",
                source_title="重庆市统计公报",
                source_publisher="重庆市统计局",
                source_url="github:owner/archive 2023.md",
            ),
        ),
        engine_score=EngineScore(units=7759, brier_skill=0.09, calibration_error=0.014),
        draws=20000,
        seed=7,
        versions={"forecasts": "0.1", "numpy": "2.0"},
    )
    return result.model_copy(update=changes)


def with_record(result: Attainment, probability: float, own: int = 1, silent: int = 4) -> Attainment:
    """Return a verdict with a record; it speaks from five resolved goals of its level on."""
    alone = result.probability_alone
    counts = {
        "family": (40, 41),
        "ask": (9, 9),
        "level": (own, own),
        "announcer": (0, 0),
        "indicator": (0, 1),
    }
    values = {"family": "counts", "ask": "ahead", "level": "2", "announcer": "science_city"}
    record = RecordFacts(
        probability=probability,
        alone=alone,
        low=min(0.31, probability),
        high=max(0.97, probability),
        dark=0.415,
        speaks=own >= 5,
        speaks_from=5,
        blocks=tuple(
            RecordBlock(
                name=name,  # type: ignore[arg-type]
                value=values.get(name, result.goal.indicator),
                value_zh=result.goal.indicator_zh,
                value_en=result.goal.indicator_en,
                met=met,
                resolved=resolved,
                silent=silent if name == "family" else 0,
                logit=0.7 if resolved else 0.0,
            )
            for name, (met, resolved) in counts.items()
        ),
        newest=NewestOutcome(
            goal="city-2022",
            indicator_zh="高新技术企业",
            indicator_en="High-tech enterprises",
            region_zh="重庆市",
            region_en="Chongqing",
            known_on=dt.date(2023, 3, 31),
        ),
    )
    headline = probability if record.speaks else alone
    return result.model_copy(update={"record": record, "probability": headline})


def flat(blocks: tuple[Block, ...]) -> list[Block]:
    """Return blocks in reading order, those that stand side by side among them."""
    found: list[Block] = []
    for block in blocks:
        found += flat((*block.left, *block.right)) if isinstance(block, Pair) else [block]
    return found


def science_city() -> list[Attainment]:
    """Return three goals: one with an alternative, one alone, one with two readings."""
    own_clock = scenario(
        "may",
        "alternative",
        ("按报告日计", "Counted in May"),
        (
            "把 1036 家视为 2023 年 5 月的数，增长只剩七个月",
            "the 1036 are those of May 2023, which leaves seven months",
        ),
    )
    fund = scenario(
        "fund",
        "reading",
        ("只算基金口径", "The fund only"),
        ("63 亿元是一只基金支持企业的融资", "the 6.3 billion were raised with one fund's support"),
    )
    every = scenario(
        "all",
        "reading",
        ("全部科技型企业口径", "All enterprises"),
        (
            "目标说的是全部科技型企业，基金只是其中一部分",
            "the goal is about all enterprises, of which the fund is a part",
        ),
        share=(0.3, 1.0),
    )
    money: dict[str, Any] = {
        "goal": "financing",
        "names": ("累计融资", "Cumulative financing"),
        "units": ("亿元", "100 million yuan"),
        "value": 150.0,
        "now": 65.0,
        "comparison": Comparison.ABOVE,
        "kind": Kind.CUMULATIVE,
        "quote": "累计支持1008家（次）企业获得融资63亿元",
    }
    tech: dict[str, Any] = {
        "goal": "tech",
        "names": ("科技型企业", "Technology enterprises"),
        "value": 6700.0,
        "now": 6092.0,
    }
    rate = Pace(value=85.0, scale="units_per_year", start=END_2022, end=END_2023)
    seen = Pace(value=21.0, scale="units_per_year", start=dt.date(2020, 6, 1), end=END_2022)
    return [
        attainment(0.88),
        attainment(0.52, assumed=own_clock),
        attainment(0.66, growth=0.13, **tech),
        attainment(
            0.02, growth=0.45, assumed=fund, required_pace=rate, observed_pace=seen, reached_p50=None, **money
        ),
        attainment(0.31, growth=0.9, assumed=every, required_pace=rate, observed_pace=seen, **money),
    ]


@pytest.fixture(name="make")
def fixture_make() -> Maker:
    """Return the builder."""
    return attainment


@pytest.fixture(name="city")
def fixture_city() -> list[Attainment]:
    """Return the three goals."""
    return science_city()


@pytest.fixture(params=["zh", "en"])
def words(request: pytest.FixtureRequest) -> Words:
    """Return each language in turn."""
    return Words(request.param)


@pytest.fixture
def templates() -> Path:
    """Return the folder of the templates."""
    return Path(__file__).parents[2] / "reports" / "templates"
