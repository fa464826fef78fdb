"""The composition: what is said, and in which order."""

import pytest
from conftest import Maker, scenario

from forecasts.attainment.result import Attainment
from forecasts.ledger.problems import BadInput
from forecasts.publish.brief import Failure, compose
from forecasts.publish.parts import Brief, Paragraph, Table, strings
from forecasts.publish.words import Words


def said(brief: Brief) -> str:
    return "\n".join(strings(brief))


def tables(brief: Brief, section: int = 0) -> list[Table]:
    return [b for b in brief.sections[section].blocks if isinstance(b, Table)]


def test_goals_are_grouped_and_named_in_the_headline(city: list[Attainment], words: Words) -> None:
    brief = compose(city, [], words)
    assert len(brief.answers) == 3
    assert [len(answer.verdicts) for answer in brief.answers] == [1, 1, 2]
    for piece in ("88%", "66%", "2%", "31%"):
        assert piece in brief.headline


def test_readings_come_first_with_equal_weight_and_say_why(city: list[Attainment], words: Words) -> None:
    answer = compose(city, [], words).answers[2]
    assert [v.number for v in answer.verdicts] == ["2%", "31%"]
    assert all(v.reading for v in answer.verdicts)
    for result in city[3:]:
        assert words.of(result.scenario, "name") in answer.split
        assert words.of(result.scenario, "why") in answer.split


def test_what_would_decide_it_is_the_pair_that_differs_most(make: Maker, words: Words) -> None:
    results = [
        make(0.5),
        *(make(p, assumed=scenario(f"s{p}", "alternative", (f"甲{p}", f"A{p}"))) for p in (0.6, 0.9)),
    ]
    answer = compose(results, [], words).answers[0]
    assert "50%" in answer.decides
    assert "90%" in answer.decides
    assert "60%" not in answer.decides


def test_alternatives_are_not_in_the_headline(make: Maker, words: Words) -> None:
    brief = compose([make(0.88), make(0.52, assumed=scenario("x", "alternative"))], [], words)
    assert "52%" not in brief.headline
    assert "52%" in brief.answers[0].decides


def test_alternatives_alone_are_shown_and_said_to_be_that(make: Maker, words: Words) -> None:
    brief = compose([make(0.52, assumed=scenario("x", "alternative"))], [], words)
    assert words.say("no_baseline") in brief.answers[0].notices


def test_many_goals_are_counted(make: Maker, words: Words) -> None:
    brief = compose([make(0.88, goal=f"g{i}") for i in range(6)], [], words)
    assert words.say("headline.likely", count="6") in brief.headline


def test_failures_are_told_on_the_first_page(city: list[Attainment], words: Words) -> None:
    failures = [Failure("tech", "may", "no\n\tsuch \x1b[31mrow ✗"), Failure("patents", "baseline", "x" * 999)]
    failed = compose(city, failures, words).failed
    assert failed is not None
    assert words.of(city[2].goal, "indicator") in failed.lines[0]
    assert "no such [U+001B][31mrow [U+2717]" in failed.lines[0]
    assert len(failed.lines[1]) < 500


def test_failures_alone_make_a_brief(words: Words) -> None:
    brief = compose([], [Failure("patents", "baseline", "stopped")], words)
    assert brief.failed is not None
    assert not brief.answers


def test_nothing_makes_no_brief(words: Words) -> None:
    with pytest.raises(BadInput):
        compose([], [], words)


def test_two_results_for_one_goal_and_scenario_are_refused(make: Maker, words: Words) -> None:
    with pytest.raises(BadInput, match="hightech / baseline"):
        compose([make(0.2), make(0.3)], [], words)


def test_a_goal_that_was_not_known_is_said_to_be_so(make: Maker, words: Words) -> None:
    a = make()
    unknown = a.model_copy(update={"goal": a.goal.model_copy(update={"known": False})})
    assert compose([a], [], words).answers[0].notices == ()
    notice = compose([unknown], [], words).answers[0].notices[0]
    assert words.date(a.known_on) in notice


def test_failed_and_unfit_members_are_named_with_the_reason(make: Maker, words: Words) -> None:
    text = said(compose([make()], [], words))
    for piece in ("needs 10 points, has 1", "the sampler did not converge", "Prophet"):
        assert piece in text


@pytest.mark.parametrize("code", ["n<4", "n>3", "steps<5", "kind:stock", "kind:flow"])
def test_codes_become_words(make: Maker, words: Words, code: str) -> None:
    a = make()
    odd = a.members[2].model_copy(update={"reason": code})
    assert code not in said(compose([a.model_copy(update={"members": (odd,)})], [], words))


def test_a_member_that_the_catalogue_does_not_know_keeps_its_name(make: Maker, words: Words) -> None:
    a = make()
    odd = a.members[0].model_copy(update={"name": "theta_42"})
    assert "theta_42" in said(compose([a.model_copy(update={"members": (odd,)})], [], words))


def test_the_reference_class_is_said_to_carry_the_answer(make: Maker, words: Words) -> None:
    brief = compose([make(n=0, basis="reference")], [], words)
    warned = [b.text for b in brief.sections[0].blocks if isinstance(b, Paragraph) and b.tone == "warning"]
    assert words.say("basis.reference") in warned
    assert words.say("basis.reference") in brief.answers[0].notices


def test_too_few_steps_make_no_range(make: Maker, words: Words) -> None:
    a = make()
    few = a.reference.model_copy(update={"steps": 1, "low": 19.8, "high": 19.8})
    text = said(compose([a.model_copy(update={"reference": few})], [], words))
    assert words.say("reference.few", steps="1", median="19.8%") in text
    assert words.say("chart.pace.reference") not in text


def test_hedged_numbers_keep_their_hedge(make: Maker) -> None:
    assert "6,348 余家" in said(compose([make()], [], Words("zh")))


@pytest.mark.parametrize("error", [0.0, 0.0004, 0.004])
def test_a_sampling_error_stands_only_where_the_computation_is_told(
    make: Maker, words: Words, error: float
) -> None:
    results = [make(0.5, std_error=error), make(0.6, std_error=0.0, assumed=scenario("x", "alternative"))]
    told = said(compose(results, [], words))
    again = (
        words.say("computed.sampled", draws=words.number(20_000), seed="7", error=words.error(error))
        if error
        else words.say("computed.exact")
    )
    assert told.count(again) == 1
    if error:
        assert told.count(words.error(error)) == 1
        assert words.say("computed.exact") not in told
    else:
        assert words.number(20_000) not in told


def test_models_that_do_not_apply_are_told_in_one_sentence_by_their_reasons(
    make: Maker, words: Words
) -> None:
    a = make()
    unfit = [
        a.members[2].model_copy(update={"name": name, "status": "unfit", "reason": reason, "weight": 0.0})
        for name, reason in (("logistic", "n<4"), ("gompertz", "n<4"), ("exponential", "gaps"))
    ]
    failed = a.members[0].model_copy(update={"name": "trend", "status": "failed", "reason": "broke"})
    a = a.model_copy(update={"members": (failed, *unfit)})
    brief = compose([a], [], words)
    [table] = [
        t for t in tables(brief) if t.caption == words.say("table.members", unit=words.of(a.goal, "unit"))
    ]
    assert [row[0].text for row in table.rows] == [words.say("member.trend")]
    [told] = [s for s in strings(brief) if words.say("unfit.gaps") in s]
    few = words.listed([words.say("member.logistic"), words.say("member.gompertz")])
    assert words.say("members.group", names=few, reason=words.say("unfit.n.below", count="4")) in told
    assert told.startswith(words.say("members.unfit", count="3", groups="x").split("x")[0])


@pytest.mark.parametrize("p", [1e-9, 0.0099, 0.5, 0.9901, 1 - 1e-9])
def test_no_brief_prints_certainty(make: Maker, words: Words, p: float) -> None:
    a = make(p)
    members = tuple(m.model_copy(update={"probability": float(round(p))}) for m in a.members)
    brief = compose([a.model_copy(update={"members": members})], [], words)
    text = "\n".join(s for s in strings(brief) if not s.startswith("{"))
    assert not any(f"{mark}{n}%" in text for n in ("0", "100") for mark in (" ", "(", "\uff08", "\n"))


def test_only_web_addresses_become_links(make: Maker, words: Words) -> None:
    a = make()
    evil = a.evidence[0].model_copy(update={"source_url": "javascript:alert(1)"})
    brief = compose([a.model_copy(update={"evidence": (evil,)})], [], words)
    cells = [cell for table in tables(brief) for row in table.rows for cell in row]
    assert not any(cell.href for cell in cells)


@pytest.mark.parametrize(
    "change",
    [
        {"reached_p50": None, "reached_p80": None},
        {"required_pace": None},
        {"observed_pace": None},
        {"required_pace": None, "observed_pace": None},
        {"n": 7, "basis": "own"},
        {"n": 3, "basis": "own_and_reference"},
        {"members": ()},
        {"evidence": ()},
        {"history": (), "n": 0, "basis": "reference"},
    ],
)
def test_what_is_missing_is_said_in_words(make: Maker, words: Words, change: dict[str, object]) -> None:
    text = said(compose([make(**change)], [], words))
    assert "None" not in text
