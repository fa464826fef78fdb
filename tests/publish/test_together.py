"""Goals together: every region's, by name, and never one region's as if it were all."""

import datetime as dt

import pytest
from conftest import Maker

from forecasts.attainment.result import Attainment
from forecasts.attainment.what_if import Joint, JointEvent, JointGoal, WhatIf
from forecasts.publish.brief import compose
from forecasts.publish.page_one import FEW
from forecasts.publish.parts import Section, strings
from forecasts.publish.words import Words


def joint_of(region: str) -> Joint:
    def goal(k: int) -> JointGoal:
        return JointGoal(
            goal=f"{region}{k}", indicator_zh="企业", indicator_en="firms", region_zh=region,
            region_en=region, value=1.0, deadline=dt.date(2023, 12, 31), scenario="baseline",
            name_zh="基准", name_en="Baseline", probability=0.5, std_error=0.0,
        )  # fmt: skip

    event = JointEvent(
        what="all", k=2, goal=None, probability=0.3, std_error=0.0, independent=0.25, at_low=0.2, at_high=0.4
    )
    day = dt.date(2023, 9, 6)
    return Joint(
        known_on=day, draws=1, seed=1, goals=(goal(0), goal(1)), pairs=(), changed=False, events=(event,)
    )


def results_of(make: Maker, regions: str) -> list[Attainment]:
    found = []
    for region in regions:
        for k in range(2):
            result = make(0.4 + 0.1 * k, goal=f"{region}{k}")
            goal = result.goal.model_copy(
                update={"region": region, "region_zh": region, "region_en": region, "value": 1100.0 + k}
            )
            found.append(result.model_copy(update={"goal": goal, "what_if": WhatIf(joint=joint_of(region))}))
    return found


def together(results: list[Attainment], words: Words) -> list[Section]:
    return [one for one in compose(results, [], words).sections if one.anchor == "together"]


def test_one_region_needs_no_name(make: Maker, words: Words) -> None:
    [section] = together(results_of(make, "A"), words)
    assert section.blocks[0].caption == words.say("table.joint")  # type: ignore[union-attr]
    assert len(section.blocks) == 2


def test_of_two_regions_each_is_told_by_name(make: Maker, words: Words) -> None:
    [section] = together(results_of(make, "AB"), words)
    told = set(strings(section))
    assert {words.say("table.joint.of", region=name) for name in "AB"} <= told
    assert words.say("table.joint") not in told


@pytest.mark.parametrize("regions", ["ABCD", "ABCDEFGH"])
def test_a_brief_of_many_goals_tells_no_region_as_if_it_were_all(
    make: Maker, words: Words, regions: str
) -> None:
    results = results_of(make, regions)
    assert len(results) > FEW
    assert together(results, words) == []


def test_what_each_goal_tells_with_itself_first_is_told_once(make: Maker, words: Words) -> None:
    first, second = results_of(make, "A")
    joint = joint_of("A")
    turned = joint.model_copy(update={"goals": joint.goals[::-1]})
    second = second.model_copy(update={"what_if": WhatIf(joint=turned)})
    [section] = together([first, second], words)
    assert len(section.blocks) == 2


def test_goals_of_one_name_are_told_apart_by_their_deadlines(make: Maker, words: Words) -> None:
    first, second = results_of(make, "A")
    joint = joint_of("A")
    later = joint.goals[1].model_copy(update={"deadline": dt.date(2030, 12, 31)})
    joint = joint.model_copy(update={"goals": (joint.goals[0], later)})
    first, second = (r.model_copy(update={"what_if": WhatIf(joint=joint)}) for r in (first, second))
    [section] = together([first, second], words)
    told = section.blocks[-1].text  # type: ignore[union-attr]
    assert all(words.date(goal.deadline) in told for goal in joint.goals)
