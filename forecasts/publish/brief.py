"""The brief: from verdicts to what a person reads. Page one is the answer, the rest is why."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from forecasts.attainment.result import Attainment
from forecasts.attainment.what_if import Joint
from forecasts.ledger.problems import BadInput, Problem
from forecasts.publish import changes as told
from forecasts.publish import detail, phrases, since
from forecasts.publish.apart import joint_blocks
from forecasts.publish.english import told_of
from forecasts.publish.fonts import spell_out
from forecasts.publish.page_one import FEW, anchor, front
from forecasts.publish.parts import (
    Block,
    Brief,
    Failed,
    Failure,
    Paragraph,
    Section,
)
from forecasts.publish.stamps import Signature, stamp_of
from forecasts.publish.typeset import write_html, write_pdf
from forecasts.publish.words import Words
from forecasts.whatif.changed import Changes

#: The name that a program gives to a kind of failure: it tells a reader nothing.
KIND: Final = re.compile(r"^\w+(?:Error|Exception|Request|Input): ")

__all__ = ["Brief", "Failure", "compose", "write_html", "write_pdf"]


def compose(
    results: Sequence[Attainment],
    failures: Sequence[Failure],
    words: Words,
    track_record: Sequence[str] = (),
    signature: Signature | None = None,
    edition: int | None = None,
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
        Sentences about what earlier verdicts were worth, if it is known; the first stands on the first page.
    signature : Signature, optional
        Who reviewed it; without one it is stamped as a draft.
    edition : int, optional
        Which edition of its plan it is, 1 for the first; None: not known.
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
    stamp = stamp_of(signature, words)
    named = _names({goal: group[0] for goal, group in groups.items()}, len(regions) > 1, words)
    return Brief(
        lang="zh-CN" if words.language == "zh" else "en",
        title=_title(regions, words),
        headline=phrases.headline([(named[goal], heads[goal]) for goal in groups], unanswered, words),
        known_on=words.say("known_on", date=known_on) if known_on else "",
        failed=_failed(failures, results, named, words),
        front=front(
            groups, heads, named, words, edition=edition, track_record=track_record, stamp=stamp,
            changes=changes,
        ),
        sections=(
            *(
                told.placed(
                    detail.section(anchor(goal), named[goal], heads[goal], groups[goal], words),
                    changes,
                    heads[goal],
                    words,
                )
                for goal in (groups if len(groups) <= FEW else ())
            ),
            *_changed(changes, heads, named, words),
            *_together(heads, words),
            _method(results, track_record, words),
        ),
        borrowed=phrases.borrowed(results, words),
        stamp=stamp,
        day=max((r.known_on.isoformat() for r in results), default=""),
        units=_units(results, words),
        keywords=tuple(dict.fromkeys([*regions, *(words.of(r.goal, "indicator") for r in results)])),
    )  # fmt: skip


def _changed(
    changes: Changes | None,
    heads: Mapping[str, Sequence[Attainment]],
    named: Mapping[str, str],
    words: Words,
) -> tuple[Section, ...]:
    """Return what changed of many goals at once; few tell it one by one."""
    if len(heads) <= FEW:
        return ()
    section = since.section(changes, heads, named, words)
    return () if section is None else (section,)


def _together(heads: Mapping[str, Sequence[Attainment]], words: Words) -> tuple[Section, ...]:
    """Return what may become of all goals of a region at once, once; a brief of many goals leaves it out."""
    joints: dict[frozenset[tuple[str, str]], Joint] = {}
    for head in (one for some in heads.values() for one in some):
        if head.what_if is not None and head.what_if.joint is not None:
            joint = head.what_if.joint
            # Each goal's result tells the same with itself first.
            joints.setdefault(frozenset((one.goal, one.scenario) for one in joint.goals), joint)
    few = [one for one in joints.values() if 1 < len(one.goals) <= FEW]
    if len(heads) > FEW or not few:
        return ()
    blocks = tuple(block for one in few for block in joint_blocks(one, words, alone=len(few) == 1))
    return (Section("together", words.say("together"), blocks, new_page=False),)


def headline_results(results: Sequence[Attainment]) -> tuple[Attainment, ...]:
    """Return the results that answer: baseline and readings; where there is neither, all of them."""
    return tuple(r for r in results if r.scenario.role != "alternative") or tuple(results)


def _units(results: Sequence[Attainment], words: Words) -> tuple[str, ...]:
    """Return the units that are short words, the longest first; signs mean something in a pattern."""
    units = {words.of(part, "unit") for r in results for part in (r.goal, *r.evidence)}
    plain = [unit for unit in units if re.fullmatch(r"[^\W\d_][\w ]{0,19}", unit)]
    return tuple(sorted(plain, key=lambda unit: (-len(unit), unit)))


def _by_goal(results: Sequence[Attainment]) -> dict[str, list[Attainment]]:
    groups: dict[str, list[Attainment]] = {}
    for result in results:
        groups.setdefault(result.goal.id, []).append(result)
    return groups


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


def _failed(
    failures: Sequence[Failure], results: Sequence[Attainment], named: dict[str, str], words: Words
) -> Failed | None:
    if not failures:
        return None
    scenarios = {r.scenario.id: phrases.scenario_name(r, words) for r in results}
    alike: dict[tuple[str, str], list[str]] = {}
    for f in failures:
        reason = KIND.sub("", f.reason).replace(f" (got {f.goal!r})", "")
        alike.setdefault((f.scenario, reason), []).append(named.get(f.goal, f.goal))
    lines = [
        words.say(
            "failed.line",
            goal=words.listed(goals),
            scenario=scenarios.get(scenario, scenario),
            reason=spell_out(reason),
        )
        for (scenario, reason), goals in alike.items()
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
        told = [*(track_record[1:] or track_record), *([words.say("track_record.alone")] if recorded else [])]
        blocks.insert(2, Paragraph(words.say("track_record.sentence", told=words.run_on(told)), "muted"))
    if recorded:
        blocks.insert(2, Paragraph(words.say("method.record")))
    if any(detail.has_law(result) for result in results):
        blocks.insert(2, Paragraph(words.say("method.laws")))
    return Section("method", words.say("method"), tuple(blocks), new_page=False)
