"""The brief: from verdicts to what a person reads. Page one is the answer, the rest is why."""

from collections import Counter
from collections.abc import Mapping, Sequence

from forecasts.attainment.result import Attainment
from forecasts.ledger.problems import BadInput, Problem
from forecasts.publish import changes as told
from forecasts.publish import detail, phrases
from forecasts.publish.english import told_of
from forecasts.publish.fonts import spell_out
from forecasts.publish.pacing import paces
from forecasts.publish.parts import (
    Answer,
    Block,
    Brief,
    Cell,
    Column,
    Failed,
    Failure,
    Paragraph,
    Section,
    Table,
    Verdict,
)
from forecasts.publish.recorded import second_opinion
from forecasts.publish.stamps import Signature, stamp_of
from forecasts.publish.taking import what_it_takes
from forecasts.publish.typeset import write_html, write_pdf
from forecasts.publish.words import SCALE, Words
from forecasts.whatif.changed import Changes

__all__ = ["Brief", "Failure", "compose", "write_html", "write_pdf"]


def compose(
    results: Sequence[Attainment],
    failures: Sequence[Failure],
    words: Words,
    track_record: Sequence[str] = (),
    signature: Signature | None = None,
    changes: Changes | None = None,
) -> Brief:
    """Compose a brief.

    Parameters
    ----------
    results : sequence of Attainment
        Verdicts; those on one goal under several scenarios belong together. Goals appear in the order given.
    failures : sequence of Failure
        Jobs that gave no result; they are shown on the first page.
    words : Words
        The language.
    track_record : sequence of str
        Sentences about what earlier verdicts were worth, if it is known.
    signature : Signature, optional
        Who reviewed it; without one it is stamped as a draft.
    changes : Changes, optional
        What changed since the last edition; each goal's section tells it.

    Returns
    -------
    Brief
        Frozen data, all in words; nothing is read or written.

    Raises
    ------
    BadInput
        If there is neither a result nor a failure, or two results for a goal under one scenario.
    """
    if not results and not failures:
        raise BadInput([Problem("brief", "needs a result or a failure to tell of", remedy="run a job first")])
    twice = [pair for pair, n in Counter((r.goal.id, r.scenario.id) for r in results).items() if n > 1]
    if twice:
        rule = "shows one result for a goal under a scenario"
        raise BadInput([Problem("brief", rule, " / ".join(pair), "leave one out") for pair in twice])
    results = [told_of(result, words) for result in results]
    groups = _by_goal(results)
    heads = {goal: headline_results(group) for goal, group in groups.items()}
    regions = list(dict.fromkeys(words.of(r.goal, "region") for r in results))
    unanswered = len({f.goal for f in failures} - set(groups))
    known_on = words.together([words.date(day) for day in sorted({r.known_on for r in results})])
    named = _names({goal: group[0] for goal, group in groups.items()}, len(regions) > 1, words)
    return Brief(
        lang="zh-CN" if words.language == "zh" else "en",
        title=_title(regions, words),
        headline=phrases.headline([(named[goal], heads[goal]) for goal in groups], unanswered, words),
        known_on=words.say("known_on", date=known_on) if known_on else "",
        failed=_failed(failures, results, named, words),
        answers=tuple(_answer(goal, named[goal], heads[goal], groups[goal], words) for goal in groups),
        sections=(
            *(
                told.placed(
                    detail.section(_anchor(goal), named[goal], heads[goal], groups[goal], words),
                    changes,
                    heads[goal],
                    words,
                )
                for goal in groups
            ),
            _method(results, track_record, words),
        ),
        borrowed=phrases.borrowed(results, words),
        stamp=stamp_of(signature, words),
    )


def headline_results(results: Sequence[Attainment]) -> tuple[Attainment, ...]:
    """Return the results that answer: baseline and readings; where there is neither, all of them."""
    return tuple(r for r in results if r.scenario.role != "alternative") or tuple(results)


def _by_goal(results: Sequence[Attainment]) -> dict[str, list[Attainment]]:
    groups: dict[str, list[Attainment]] = {}
    for result in results:
        groups.setdefault(result.goal.id, []).append(result)
    return groups


def _anchor(goal: str) -> str:
    return f"goal-{goal}"


def _names(goals: Mapping[str, Attainment], with_region: bool, words: Words) -> dict[str, str]:
    """Return a name of each goal: its indicator's, and what tells it from another goal for the same one."""
    plain = {goal: _name(result, with_region, words) for goal, result in goals.items()}
    told = {}
    for goal, name in plain.items():
        alike = [goals[other].goal for other in plain if plain[other] == name]
        facts = goals[goal].goal
        detail = words.date(facts.deadline)
        if len({other.deadline for other in alike}) < len(alike):
            amount = words.quantity(facts.value, words.of(facts, "unit"))
            detail = f"{facts.comparison.sign} {amount}"
        told[goal] = words.say("goal.named", name=name, detail=detail) if len(alike) > 1 else name
    return told


def _name(attainment: Attainment, with_region: bool, words: Words) -> str:
    indicator = words.of(attainment.goal, "indicator")
    if not with_region:
        return indicator
    return phrases.named(words.of(attainment.goal, "region"), indicator, words)


def _title(regions: Sequence[str], words: Words) -> str:
    if not regions:
        return words.say("title.none")
    shown = words.together(list(regions[:3]))
    if len(regions) > 3:
        return words.say("title.many", regions=shown, count=str(len(regions)))
    return words.say("title", regions=shown)


def _answer(
    goal: str, name: str, heads: Sequence[Attainment], results: Sequence[Attainment], words: Words
) -> Answer:
    notices = [phrases.unknown_goal(heads[0], words)]
    if heads[0].basis == "reference":
        notices.append(words.say("basis.reference"))
    if all(head.scenario.role == "alternative" for head in heads):
        notices.append(words.say("no_baseline"))
    verdicts = [
        Verdict(
            reading=phrases.scenario_name(head, words) if len(heads) > 1 else "",
            number=words.probability(head.probability),
            likelihood=words.likelihood(head.probability),
            pace=paces(head, words),
            figure=detail.fan_figure(head, words, beside=heads, compact=True),
            takes=what_it_takes(head, words),
        )
        for head in heads
    ]
    return Answer(
        anchor=_anchor(goal),
        name=name,
        target=phrases.target(heads[0], words),
        split=phrases.split(heads, words),
        notices=tuple(notice for notice in notices if notice),
        verdicts=tuple(verdicts),
        decides_label=words.say("decides.label"),
        decides=phrases.decides(heads, results, words),
        record=second_opinion(heads, words),
    )


def _failed(
    failures: Sequence[Failure], results: Sequence[Attainment], named: dict[str, str], words: Words
) -> Failed | None:
    if not failures:
        return None
    scenarios = {r.scenario.id: phrases.scenario_name(r, words) for r in results}
    lines = [
        words.say(
            "failed.line",
            goal=named.get(f.goal, f.goal),
            scenario=scenarios.get(f.scenario, f.scenario),
            reason=spell_out(f.reason),
        )
        for f in failures
    ]
    return Failed(words.say("failed.heading", count=str(len(failures))), tuple(lines))


def _method(results: Sequence[Attainment], track_record: Sequence[str], words: Words) -> Section:
    """Return how the numbers come about, what they do not know, and what the words mean."""
    keys = ("method.engine", "method.interval", "method.assumed", "method.unknown", "method.extremes")
    blocks: list[Block] = [Paragraph(words.say(key)) for key in keys]
    if results:
        blocks.insert(1, Paragraph(detail.engine_score(results[0], words)))
    recorded = any(result.record is not None for result in results)
    if track_record:
        told = [*track_record, *([words.say("track_record.alone")] if recorded else [])]
        blocks.insert(2, Paragraph(words.say("track_record.sentence", told=words.run_on(told))))
    if recorded:
        blocks.insert(2, Paragraph(words.say("method.record")))
    if any(detail.has_law(result) for result in results):
        blocks.insert(2, Paragraph(words.say("method.laws")))
    tops = [low - 1 for low, _ in SCALE[1:]]
    columns = [Column(words.say("in_words"))]
    numbers = [Cell(words.say("probability"))]
    for (low, name), top in zip(SCALE, [*tops, 100], strict=True):
        columns.append(Column(words.say(f"likelihood.{name}")))
        ends = words.say("probability.ends", low=str(low), high=str(top))
        only = {0: "probability.below", 100: "probability.above"}
        numbers.append(Cell(words.say(only[low]) if low in only else ends))
    blocks.append(Table(words.say("table.scale"), tuple(columns), (tuple(numbers),)))
    return Section("method", words.say("method"), tuple(blocks), new_page=False)
