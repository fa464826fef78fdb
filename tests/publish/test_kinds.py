"""Goals that ask for less or about, shares, rates and flows: in words, in charts, in the hub's rows."""

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import END_2022, END_2023, Maker, scenario

from forecasts.attainment.result import Attainment, FanPoint, HistoryPoint, Pace, SoFar
from forecasts.attainment.tables import attain
from forecasts.ledger.fields import Comparison, Kind
from forecasts.publish import charts, detail, hub, pacing, phrases
from forecasts.publish.brief import compose
from forecasts.publish.parts import strings
from forecasts.publish.words import Words


def with_goal(a: Attainment, **changes: Any) -> Attainment:
    return a.model_copy(update={"goal": a.goal.model_copy(update=changes)})


def pace(value: float, scale: Any = "percent_per_year") -> Pace:
    return Pace(value=value, scale=scale, start=END_2022, end=END_2023)


SAID = [
    (Comparison.AT_LEAST, 0.0, "reach 5% by 31 December 2023", "到2023年12月31日达到 5%", "≥"),
    (Comparison.ABOVE, 0.0, "exceed 5% by 31 December 2023", "到2023年12月31日突破 5%", ">"),
    (Comparison.AT_MOST, 0.0, "be at most 5% by 31 December 2023", "到2023年12月31日不超过 5%", "≤"),
    (Comparison.BELOW, 0.0, "be below 5% by 31 December 2023", "到2023年12月31日低于 5%", "<"),
    (
        Comparison.ABOUT, 0.05, "reach about 5% by 31 December 2023 (counted as met down to 4.95%)",
        "到2023年12月31日达到 5%左右（不低于 4.95% 即算达到）", "≈",
    ),
    (
        Comparison.AT_MOST, 0.1, "be at most 5% by 31 December 2023 (counted as met up to 5.1%)",
        "到2023年12月31日不超过 5%（不高于 5.1% 即算达到）", "≤",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("comparison", "tolerance", "en", "zh", "sign"), SAID)
def test_every_comparison_has_its_sentence_and_its_sign(
    make: Maker, comparison: Comparison, tolerance: float, en: str, zh: str, sign: str
) -> None:
    a = with_goal(make(value=5.0, units=("%", "%")), comparison=comparison, tolerance=tolerance)
    assert phrases.goal_sentence(a, Words("en")) == en
    assert phrases.goal_sentence(a, Words("zh")) == zh
    for words in (Words("en"), Words("zh")):
        spec = charts.to_spec(charts.fan_chart(a, words))
        assert words.say("chart.goal", sign=sign, amount="5%", deadline=words.date(END_2023)) in spec
        assert phrases.goal_sentence(a, words) in phrases.fan_alt(a, words)


@pytest.mark.parametrize(
    ("value", "now", "observed", "said"),
    [
        (900.0, 1000.0, -4.0, "must fall by 10.0% a year, faster than"),
        (900.0, 1000.0, -12.0, "must fall by 10.0% a year, no faster than"),
        (900.0, 1000.0, 3.0, "is a rise of 3.0%"),
        (1100.0, 1000.0, -4.0, "already meets the goal"),
    ],
)
def test_of_a_goal_that_asks_for_less_a_fall_is_told(
    make: Maker, value: float, now: float, observed: float, said: str
) -> None:
    a = make(
        value=value, now=now, comparison=Comparison.AT_MOST, observed_pace=pace(observed),
        required_pace=pace(100 * (value / now - 1)),
    )  # fmt: skip
    assert said in pacing.paces(a, Words("en"))
    assert "-" not in pacing.paces(a, Words("zh")).replace("-4", "" if value > now else "-4")


def test_met_is_what_the_goal_asks_and_not_the_sign_of_a_pace(make: Maker, words: Words) -> None:
    reached = words.say("pace.reached", whose="", observed="").split("；")[0].split(";")[0]
    same = {"value": 1000.0, "now": 1000.0, "required_pace": pace(0.0), "observed_pace": pace(2.0)}
    assert pacing.paces(make(**same), words).startswith(reached)
    assert not pacing.paces(make(**same, comparison=Comparison.ABOVE), words).startswith(reached)
    assert pacing.paces(make(**same, comparison=Comparison.AT_MOST), words).startswith(reached)
    assert not pacing.paces(make(**same, comparison=Comparison.BELOW), words).startswith(reached)
    # Last year's count says nothing of this year's, and a count so far may still rise.
    flow = make(**(same | {"value": 900.0}), kind=Kind.FLOW)
    assert not pacing.paces(flow, words).startswith(reached)


def test_points_are_told_as_points(make: Maker) -> None:
    a = make(
        value=8.0, now=5.0, units=("%", "%"), kind=Kind.RATE,
        required_pace=pace(3.0, "points_per_year"), observed_pace=pace(-0.5, "points_per_year"),
    )  # fmt: skip
    assert "requires 3 percentage points a year" in pacing.paces(a, Words("en"))
    assert "每年 3 个百分点" in pacing.paces(a, Words("zh"))
    chart = charts.pace_chart(a, Words("en"))
    assert chart is not None
    assert "percentage points" in charts.to_spec(chart)
    per_mille = with_goal(a, unit_zh="‰", unit_en="per mille")
    assert "3 per mille a year" in pacing.paces(per_mille, Words("en"))


@pytest.mark.parametrize("kind", [Kind.SHARE, Kind.RATE, Kind.FLOW])
def test_what_a_figure_of_a_kind_is_is_said_once(make: Maker, words: Words, kind: Kind) -> None:
    meaning = phrases.meaning(make(kind=kind), words)
    assert meaning
    assert list(strings(compose([make(kind=kind)], [], words))).count(meaning) == 1
    assert phrases.meaning(make(), words) == ""


def fan_of(a: Attainment, low: float, high: float) -> Attainment:
    names = ("q05", "q10", "q25", "q50", "q75", "q90", "q95")
    step = (high - low) / 6
    point = {name: low + i * step for i, name in enumerate(names)}
    fan = tuple(FanPoint(date=day, **point) for day in (END_2022, END_2023))
    middle = (low + high) / 2
    seen = (HistoryPoint(date=END_2022, value=middle, low=middle, high=middle),)
    return a.model_copy(update={"fan": fan, "history": seen})


def domain(a: Attainment, words: Words) -> tuple[float, float]:
    layers = json.loads(charts.to_spec(charts.fan_chart(a, words)))["layer"]
    low, high = next(
        x["encoding"]["y"]["scale"]["domain"] for x in layers if "scale" in x["encoding"].get("y", {})
    )
    return low, high


def test_the_axis_of_a_share_ends_at_its_bounds(make: Maker, words: Words) -> None:
    share = fan_of(make(value=95.0, kind=Kind.SHARE, units=("%", "%")), 88.0, 99.9)
    assert domain(share, words)[1] == 100.0
    low = fan_of(make(value=2.0, kind=Kind.SHARE, units=("%", "%")), 0.1, 3.0)
    assert domain(low, words)[0] == 0.0
    assert domain(with_goal(share, upper=1000.0), words)[1] > 100.0
    assert domain(with_goal(share, value=120.0), words)[1] >= 120.0


def test_the_axis_of_a_rate_holds_what_is_negative_and_shows_zero(make: Maker, words: Words) -> None:
    a = fan_of(make(value=-1.0, kind=Kind.RATE, units=("%", "%")), -6.0, 0.5)
    low, high = domain(a, words)
    assert low < -6.0
    assert high > 0.5
    spec = charts.to_spec(charts.fan_chart(a, words))
    assert '"zero": 0.0' in spec
    assert "log" not in {layer.get("type") for layer in json.loads(spec)["layer"]}
    assert '"zero": 0.0' not in charts.to_spec(charts.fan_chart(make(), words))


def test_the_hub_is_told_the_chance_below_the_edge_of_every_comparison(make: Maker) -> None:
    for comparison in Comparison:
        a = with_goal(make(0.3, value=100.0), comparison=comparison, tolerance=2.0)
        frame = hub.rows([a])
        [at] = frame.loc[frame["output_type"] == "cdf", "output_type_id"]
        [chance] = frame.loc[frame["output_type"] == "cdf", "value"]
        assert at == (102.0 if comparison.asks_less else 98.0)
        assert chance == pytest.approx(0.3 if comparison.asks_less else 0.7)
        [task] = hub.tasks([a])["rounds"][0]["model_tasks"]
        assert task["output_type"]["cdf"]["output_type_id"]["required"] == [at]


def test_a_table_of_goals_gives_the_hub_the_same_law_by_every_comparison() -> None:
    seen = pd.DataFrame(
        {"region": "A", "indicator": "firms", "as_of": [f"{y}-12-31" for y in range(2018, 2023)],
         "value": [800, 850, 920, 950, 1000]}
    )  # fmt: skip
    goals = pd.DataFrame(
        {"goal": ["a", "b"], "region": "A", "indicator": "firms", "value": 1050, "deadline": "2023-12-31",
         "comparison": [">=", "<="]}
    )  # fmt: skip
    told = hub.bulk_rows(attain(seen, goals, known_on="2023-01-31"), goals, dt.date(2023, 1, 31))
    first, second = told.loc[told["output_type"] == "cdf", "value"]
    assert first == pytest.approx(second, abs=1e-6)


def test_one_language_is_enough_and_what_is_borrowed_is_told_once(make: Maker) -> None:
    english = with_goal(
        make(assumed=scenario(name=("", "Baseline"), why=("", "as published"))),
        indicator_zh="", region_zh="", unit_zh="", unit_en="GW", scope_zh="",
    )  # fmt: skip
    english = english.model_copy(update={"evidence": ()})
    brief = compose([english, with_goal(english, id="b")], [], Words("zh"))
    assert brief.borrowed == "以下内容只有英文，照原文显示：指标名称、地区名称、口径、情景名称、情景理由。"
    text = "\n".join(strings(brief))
    assert text.count("只有英文") == 1
    assert "High-tech enterprises" in text
    assert compose([english], [], Words("en")).borrowed == ""
    assert compose([make()], [], Words("zh")).borrowed == ""


ZONES = ("UTC", "America/Los_Angeles", "Asia/Shanghai")
DRAW = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
import pandas as pd
from conftest import attainment
import forecasts as fc
from forecasts.publish.charts import fan_chart, to_spec, to_svg
from forecasts.publish.words import Words
from forecasts.notebook.show import View
import vl_convert
chart = fan_chart(attainment(), Words("en"))
seen = pd.DataFrame({"region": "A", "indicator": "firms", "value": [800, 900, 1000],
                     "as_of": ["2020-12-31", "2021-12-31", "2022-12-31"]})
ledger = fc.Ledger.from_frames(seen)
goal = fc.Goal("firms", "A", 1150, "2023-12-31")
plot = fc.outlook(ledger, fc.Question(goal, known_on="2023-02-01")).plot()
said = [to_spec(chart), to_svg(chart), View(attainment(), "zh").fan.svg(), plot.to_json()]
said.append(vl_convert.vegalite_to_svg(said[-1]))
print(hashlib.sha256("".join(said).encode()).hexdigest())
print(hashlib.sha256(vl_convert.vegalite_to_png(said[0])).hexdigest())
"""


def test_charts_say_the_same_in_every_time_zone() -> None:
    told = set()
    for zone in ZONES:
        done = subprocess.run(
            [sys.executable, "-c", DRAW, str(Path(__file__).parent)],
            capture_output=True, text=True, check=False, env={**os.environ, "TZ": zone},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        told.add(done.stdout)
    assert len(told) == 1


def test_goals_for_one_indicator_are_told_apart_by_their_day_or_by_what_they_ask(make: Maker) -> None:
    words = Words("en")
    one, later = make(goal="a"), with_goal(make(goal="b"), deadline=dt.date(2025, 12, 31))
    names = [row.name for row in compose([one, later], [], words).front.rows]
    assert names == [
        "High-tech enterprises (31 December 2023)",
        "High-tech enterprises (31 December 2025)",
    ]
    less = with_goal(make(goal="b"), comparison=Comparison.AT_MOST)
    names = [row.name for row in compose([one, less], [], words).front.rows]
    assert names == [
        "High-tech enterprises (≥ 1,150 enterprises)",
        "High-tech enterprises (≤ 1,150 enterprises)",
    ]
    assert compose([one], [], words).front.rows[0].name == "High-tech enterprises"


def test_of_a_year_that_is_counted_anew_what_was_counted_so_far_is_told(make: Maker) -> None:
    so_far = SoFar(start=dt.date(2023, 1, 1), date=dt.date(2023, 6, 30), value=60.0)
    a = make(value=100.0, kind=Kind.FLOW, so_far=so_far, units=("件", "permits"))
    said = "So far in the deadline's year: 60 permits by 30 June 2023, 60.0% of the goal."
    assert pacing.paces(a, Words("en")).startswith(said)
    assert "截至2023年6月30日已有 60 件，为目标值的 60.0%。" in pacing.paces(a, Words("zh"))
    met = a.model_copy(update={"so_far": so_far.model_copy(update={"value": 120.0})})
    assert "already meets the goal" in pacing.paces(met, Words("en"))
    less = with_goal(a, comparison=Comparison.AT_MOST)
    assert "already meets" not in pacing.paces(less, Words("en"))


def test_a_class_of_rates_is_told_in_points(make: Maker) -> None:
    a = make(kind=Kind.RATE, units=("%", "%"), required_pace=pace(3.0, "points_per_year"))
    facts = a.reference.model_copy(
        update={"scale": "points_per_year", "low": -1.5, "median": 0.2, "high": 2.0, "parent": ()}
    )
    a = a.model_copy(update={"reference": facts})
    assert (
        "between −1.5 percentage points and 2 percentage points a year"
        in phrases.reference(a, Words("en"))[0]
    )
    chart = charts.pace_chart(a, Words("en"))
    assert chart is not None
    assert "−1.5 percentage points to 2 percentage points" in charts.to_spec(chart)


def test_a_table_names_no_law_of_another_kind(make: Maker, words: Words) -> None:
    a = make()
    other = a.members[2].model_copy(update={"name": "share", "reason": "kind:stock"})
    plain = a.members[2].model_copy(update={"name": "gamma", "reason": "kind:stock"})
    stock = a.model_copy(update={"members": (*a.members[:2], other, plain)})
    assert [m.name for m in detail.members_shown(stock)] == ["trend", "peers", "gamma"]
    law = a.members[0].model_copy(update={"name": "share"})
    share = stock.model_copy(update={"members": (law, plain.model_copy(update={"reason": "kind:share"}))})
    assert [m.name for m in detail.members_shown(share)] == ["share"]
    said = list(strings(compose([share], [], words)))
    assert words.say("method.laws") in said
    assert words.say("member.share") in said
    assert words.say("method.laws") not in list(strings(compose([stock], [], words)))


def test_names_in_letters_stand_apart(make: Maker) -> None:
    assert phrases.named("Łódź", "PM₂.₅", Words("zh")) == "Łódź PM₂.₅"
    assert phrases.named("重庆市", "高新技术企业", Words("zh")) == "重庆市高新技术企业"
    assert phrases.named("Łódź", "jobs", Words("en")) == "Łódź: jobs"


def test_beside_a_bar_that_points_down_there_is_room(make: Maker, words: Words) -> None:
    def domain_of(a: Attainment) -> Any:
        chart = charts.pace_chart(a, words)
        assert chart is not None
        return json.loads(charts.to_spec(chart))["layer"][0]["encoding"]["x"]["scale"]

    low, high = domain_of(make())["domain"]
    assert low == 0
    assert high > make().reference.high, "beside the longest bar there is room, too"
    low, high = domain_of(make(required_pace=pace(-20.0)))["domain"]
    assert low < -30.0
    assert high > 0
