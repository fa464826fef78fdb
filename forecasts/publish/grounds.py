"""What is known, inferred and assumed: in phrases on the first page, and as a table with what each moves."""

from collections.abc import Sequence
from typing import Final

from forecasts.attainment.grounds import Alternative, Assumed
from forecasts.attainment.result import Attainment
from forecasts.publish import phrases, questions, strips
from forecasts.publish.fonts import spell_out
from forecasts.publish.parts import Cell, Column, Ground, Table
from forecasts.publish.words import Words, printed_percent

#: So many phrases of a goal stand under each heading of the first page.
SHOWN: Final = 3

#: What is said of a goal on the first page; models and maps stand behind.
FRONT: Final = (
    "goal", "figure", "date", "clock", "scope", "overlap", "start", "reference", "adjustment", "record"
)  # fmt: skip

#: The share of a quarter where growth is even over the year.
EVEN: Final = 0.25

#: So many letters of a quote or a reason stand in a table.
LONG: Final = 100


def grounds(groups: Sequence[tuple[str, Sequence[Attainment]]], words: Words) -> tuple[Ground, ...]:
    """Return what all goals rest on, by how it is known; nothing where no result says it."""
    told = [(name, _by_known(heads, words)) for name, heads in groups]
    if not any(said for _, by in told for said in by.values()):
        return ()
    found = []
    for known in ("known", "inferred", "assumed"):
        parts, more = [], 0
        alike: dict[str, list[str]] = {}
        # What all rest on is said once.
        common = [one for one in told[0][1].get(known, []) if all(one in by.get(known, []) for _, by in told)]
        if common and len(told) > 1:
            parts.append(words.say("ground.all", told=words.together(common)))
        for name, by in told:
            said = [one for one in by.get(known, []) if len(told) == 1 or one not in common]
            shown = words.together(said[:SHOWN])
            more += len(said[SHOWN:])
            if shown:
                alike.setdefault(shown, []).append(name)
        # Goals that rest on the same are named together.
        for shown, names in alike.items():
            name = words.listed(names)
            parts.append(words.say("ground.of", name=name, told=shown) if len(groups) > 1 else shown)
        text = words.say("known.nothing")
        if parts:
            all_of = words.say("known.separator").join(parts)
            key = "known.more" if more else "known.all"
            text = words.say(key, told=all_of, count=words.number(more))
        found.append(Ground(words.say(f"known.{known}"), text))
    return tuple(found)


def _by_known(heads: Sequence[Attainment], words: Words) -> dict[str, list[str]]:
    """Return what a goal rests on in phrases, those that move it most first, each once."""
    told: dict[str, dict[str, None]] = {}
    for head in heads:
        dated = {(a.known, a.observations) for a in head.assumptions if a.about == "date"}
        for one in sorted(head.assumptions, key=lambda a: -(a.moves or 0.0)):
            # A figure whose day is known as well is told with it.
            if one.about == "figure" and (one.known, one.observations) in dated:
                continue
            if one.about in FRONT and not (one.about == "scope" and one.known == "known"):
                told.setdefault(one.known, {}).setdefault(_phrase(one, head, words))
    return {known: list(said) for known, said in told.items()}


def _phrase(one: Assumed, head: Attainment, words: Words) -> str:
    day = words.date(one.day) if one.day else words.say("date.unknown")
    count = words.number(len(one.names))
    if one.about == "goal":
        amount = words.quantity(head.goal.value, words.of(head.goal, "unit"))
        return words.say("ground.goal", sign=head.goal.comparison.sign, amount=amount)
    if one.about == "figure":
        return words.say("ground.figure", figure=_figure(one, head, words))
    if one.about == "date":
        return words.say("ground.date", figure=_figure(one, head, words), date=day)
    if one.about == "clock" and one.number == EVEN:
        return words.say("ground.clock.even")
    if one.about == "clock" and one.number is not None:
        return words.say("ground.clock", share=questions.share(one.number, words))
    if one.about == "scope" and one.low is not None and one.high is not None:
        low, high = words.decimal(one.low), words.decimal(one.high)
        return words.say("ground.share", low=low, high=high)
    if one.about == "scope" and len(one.names) < 2:
        return words.say("ground.scope.one")
    if one.about == "reference":
        return words.say("ground.reference", count=words.number(one.number or len(one.names)))
    if one.about == "parent":
        names = {g.region: words.of(g, "region") for g in head.reference.parent}
        return words.say("ground.parent", region=words.listed([names.get(n, n) for n in one.names]))
    if one.about == "models":
        return words.say(
            "ground.models", models=words.listed([phrases.member_name(n, words) for n in one.names])
        )
    if one.about == "adjustment":
        scenario = questions.scenario(one.scenario, head, words)
        return words.say("ground.adjustment", scenario=scenario, kind=one.kind)
    number = "" if one.number is None else words.decimal(one.number)
    return words.say(f"ground.{one.about}", count=count, number=number)


def _figure(one: Assumed, head: Attainment, words: Words) -> str:
    rows = [e for e in head.evidence if e.id in one.observations]
    if len(rows) == 1:
        return words.amount(words.printed(rows[0].printed), words.of(rows[0], "unit"))
    if one.number is not None:
        return words.quantity(one.number, words.of(head.goal, "unit"), rounded=True)
    return questions.figure(head, one.observations, words)


def assumptions_table(head: Attainment, words: Words) -> Table | None:
    """Return what a probability rests on, the most telling first: a tornado; None where nothing is."""
    rows = sorted(head.assumptions, key=lambda a: -(a.moves or 0.0))
    if not rows:
        return None
    asked = any(a.moves is not None for a in rows)
    columns = [Column(words.say("assumptions.what"), 2.9), Column(words.say("assumptions.known"), 0.8),
               Column(words.say("assumptions.evidence"), 3.2)]  # fmt: skip
    if asked:
        columns += [
            Column(words.say("assumptions.bar"), 1.7), Column(words.say("assumptions.far"), 2.1),
            Column(words.say("assumptions.moves"), 0.8, "right"),
        ]  # fmt: skip
    return Table(
        words.say("table.assumptions"),
        tuple(columns),
        tuple(_row(one, head, asked, words) for one in rows),
        dense=True,
    )


def _row(one: Assumed, head: Attainment, asked: bool, words: Words) -> tuple[Cell, ...]:
    # A reason in the other language only is left to the tables: few words of it would help nobody.
    note = one.note_zh if words.language == "zh" else one.note_en
    evidence = one.quote or note or words.say("assumptions.none")
    if one.quote:
        evidence = words.say("quoted", quote=_short(one.quote))
    cells = (
        Cell(_phrase(one, head, words)),
        Cell(words.say(f"known.{one.known}")),
        Cell(_short(evidence)),
    )
    if not asked:
        return cells
    others = [a for a in one.alternatives if a.probability is not None]
    if not others or one.moves is None:
        return (*cells, *(Cell(words.say("nothing")),) * 3)
    stands = head.probability if one.about == "record" else head.probability_alone
    far = max(others, key=lambda a: abs((a.probability or 0.0) - stands))
    said = words.say(
        "assumptions.instead", what=_other(far, one, head, words),
        probability=words.probability(far.probability or 0.0),
    )  # fmt: skip
    drawing = strips.bar(stands, [a.probability or 0.0 for a in others], said)
    return (*cells, Cell("", drawing=drawing), Cell(said), Cell(points(one.moves, words)))


def _other(other: Alternative, one: Assumed, head: Attainment, words: Words) -> str:
    """Return what would stand in an assumption's place."""
    if other.what == "without":
        few = words.number(len(other.names))
        return words.say("other.without.some", count=few) if other.names else words.say("other.without")
    if other.day is not None:
        return words.date(other.day)
    if other.number is not None and one.about in ("clock", "scope"):
        return questions.share(other.number, words)
    if other.number is not None and one.about in ("figure", "goal", "start"):
        return words.quantity(other.number, words.of(head.goal, "unit"), rounded=one.about == "start")
    if other.number is not None:
        return words.number(other.number)
    if one.about == "models":
        return words.listed([phrases.member_name(name, words) for name in other.names])
    if one.about == "scope":
        return words.listed([questions.scenario(name, head, words) for name in other.names])
    return words.say("other.some")


def points(moved: float, words: Words) -> str:
    """Return by how many points something moves; less than half a point is said to be that."""
    whole = round(100 * moved)
    return words.say("moves.points", points=str(whole)) if whole else words.say("moves.little")


def difference(probability: float, first: float, words: Words) -> str:
    """Return how two printed probabilities differ, in points with their sign."""
    apart = printed_percent(probability) - printed_percent(first)
    if not apart:
        return words.say("moves.same")
    return words.say("moves.more" if apart > 0 else "moves.less", points=str(abs(apart)))


def _short(text: str) -> str:
    plain = spell_out(text)
    if len(plain) <= LONG:
        return plain
    # Words are cut between words; where there is no gap near the end, as in Chinese, between signs.
    whole, gap, _ = plain[: LONG + 1].rpartition(" ")
    return f"{whole if gap and len(whole) > LONG - 20 else plain[:LONG]}…"
