"""What an answer rests on, in words: assumptions and their alternatives, questions and their answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from forecasts.attainment.grounds import Alternative, Answer, Assumed, Inquiry, Known
from forecasts.attainment.result import Attainment
from forecasts.publish.phrases import goal_sentence, member_name
from forecasts.publish.words import Words

#: The order in which assumptions are told: what nobody printed comes first.
ORDER: tuple[Known, ...] = ("assumed", "inferred", "known")

#: Names of a list that are told; it says how many more there are.
NAMED = 6


@dataclass(frozen=True, slots=True)
class Tried:
    """What something could be, and the probability then."""

    text: str
    number: str
    probability: float | None
    stands: bool = False


@dataclass(frozen=True, slots=True)
class Ground:
    """An assumption."""

    known: Known
    name: str
    value: str
    quote: str
    note: str
    moves: str
    tried: tuple[Tried, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask whom, and what each answer makes of the probability."""

    text: str
    whom: str
    swing: str
    answers: tuple[Tried, ...]


class Names:
    """What ids are called, as far as a result says it."""

    def __init__(self, result: Attainment, words: Words, scenarios: Mapping[str, str]) -> None:
        self._words = words
        self._of: dict[str, str] = dict(scenarios)
        for row in result.what_if.sensitivity.rows if result.what_if and result.what_if.sensitivity else ():
            self._of.setdefault(f"{row.about}:{row.id}", words.of(row, "name"))
        self._figures = [(e.id, words.of(e, "indicator")) for e in result.evidence]
        goal = result.goal
        self._of |= {goal.region: words.of(goal, "region"), goal.indicator: words.of(goal, "indicator")}
        for growth in result.reference.parent:
            self._of[growth.region] = words.of(growth, "region")
        for step in result.reference.listed:
            self._of[step.region] = words.of(step, "region")
            self._of[step.indicator] = words.of(step, "indicator")

    def of(self, name: str) -> str:
        """Return the name of an id; of a member of a class, region and indicator."""
        if name in self._of:
            return self._of[name]
        if "/" in name:
            return " · ".join(map(self.of, name.split("/", 1)))
        # A part of a sum is named by its figures, whose ids hold it.
        told = {n for id, n in self._figures if f"-{name}-" in f"-{id}-"}
        if len(told) == 1:
            return told.pop()
        return member_name(name, self._words)

    def all(self, names: Sequence[str]) -> str:
        """Return a list of names, cut where it is long."""
        told = self._words.together([self.of(name) for name in names[:NAMED]])
        more = len(names) - NAMED
        return self._words.say("site.names.more", names=told, count=str(more)) if more > 0 else told

    def change(self, assumed: Assumed) -> str:
        """Return what a scenario's change is called."""
        return self._of.get(f"adjustment:{assumed.id}", assumed.kind)


def grounds_of(result: Attainment, names: Names, words: Words) -> tuple[Ground, ...]:
    """Return every assumption: those that nobody printed first, of these the one that moves most."""
    ordered = sorted(result.assumptions, key=lambda one: (ORDER.index(one.known), -(one.moves or 0.0)))
    return tuple(_ground(one, result, names, words) for one in ordered)


def _ground(one: Assumed, result: Attainment, names: Names, words: Words) -> Ground:
    name = names.change(one) if one.about == "adjustment" else words.say(f"site.about.{one.about}")
    if one.id == "scope.share":
        name = words.say("site.about.share")
    note = (one.note_zh or one.note_en) if words.language == "zh" else (one.note_en or one.note_zh)
    moves = "" if one.moves is None else words.say("site.moves", points=words.decimal(100 * one.moves, 1))
    tried = tuple(_tried(one, other, result, names, words) for other in one.alternatives)
    return Ground(one.known, name, _value(one, result, names, words), one.quote, note, moves, tried)


def _value(one: Assumed, result: Attainment, names: Names, words: Words) -> str:
    """Return what is assumed."""
    if one.about == "goal":
        return goal_sentence(result, words)
    if one.about == "reference":
        count = words.number(one.number or 0)
        return words.say("site.value.class", count=count, names=names.all(one.names))
    if one.about in ("calibration", "persistence", "record"):
        return "" if one.number is None else words.say("site.value.logit", number=_signed(one.number, words))
    if one.id == "scope.share":
        share = _share(one.number or 0)
        ends = _share(one.low or 0), _share(one.high or 0)
        return words.say("site.value.share", share=share, low=ends[0], high=ends[1])
    day = words.date(one.day) if one.day and one.about not in ("figure", "start") else ""
    return day or _number(one.about, one.number, result, words) or names.all(one.names)


def _number(about: str, number: float | None, result: Attainment, words: Words) -> str:
    if number is None:
        return ""
    if about == "clock":
        return words.say("site.value.clock", share=_share(number))
    if about in ("figure", "start", "goal"):
        return words.amount(words.number(number), words.of(result.goal, "unit"))
    return words.number(number)


def _tried(one: Assumed, other: Alternative, result: Attainment, names: Names, words: Words) -> Tried:
    """Return what stands in the place of an assumption, or that it is left out."""
    if other.what == "without":
        text = (
            words.say("site.without.names", names=names.all(other.names))
            if other.names
            else words.say("site.without")
        )
    elif other.day is not None:
        text = words.date(other.day)
    elif other.number is not None and one.about == "scope":
        text = _share(other.number)
    else:
        text = _number(one.about, other.number, result, words) or names.all(other.names)
    return _told(text, other.probability, words)


def _told(text: str, probability: float | None, words: Words, stands: bool = False) -> Tried:
    number = words.say("site.no_answer") if probability is None else words.probability(probability)
    return Tried(text, number, probability, stands)


def _share(share: float) -> str:
    """Return a share in percent, with no more digits than it has."""
    return f"{round(100 * share, 1):g}%"


def _signed(number: float, words: Words) -> str:
    return words.say("site.plus" if number >= 0 else "site.minus", number=words.decimal(abs(number), 2))


def questions_of(result: Attainment, names: Names, words: Words) -> tuple[Question, ...]:
    """Return what to ask whom, the question that moves most first."""
    asked = result.what_if.inquiries if result.what_if else ()
    return tuple(_question(one, result, names, words) for one in asked)


def _question(one: Inquiry, result: Attainment, names: Names, words: Words) -> Question:
    figures = words.together(list(dict.fromkeys(_figures(one, result, words)))) or words.of(
        result.goal, "indicator"
    )
    day = words.date(one.as_of) if one.as_of else ""
    text = words.say(f"site.ask.{one.about}", figures=figures, day=day)
    whom = words.say("site.ask.whom", publisher=one.publisher) if one.publisher else ""
    answers = tuple(
        _told(_answer(a, result, names, words), a.probability, words, a.stands) for a in one.answers
    )
    return Question(text, whom, words.decimal(100 * one.swing, 0), answers)


def _figures(one: Inquiry, result: Attainment, words: Words) -> Iterator[str]:
    """Yield the printed numbers that leave a question open."""
    for evidence in result.evidence:
        if evidence.id in one.observations:
            yield words.amount(words.printed(evidence.printed), words.of(evidence, "unit"))


def _answer(answer: Answer, result: Attainment, names: Names, words: Words) -> str:
    if answer.scenario:
        return names.of(answer.scenario)
    if answer.number is not None:
        return words.amount(words.estimate(answer.number), words.of(result.goal, "unit"))
    clock = "" if answer.q4_share is None else _share(answer.q4_share)
    if answer.day is None:
        return words.say("site.value.clock", share=clock)
    day = words.date(answer.day)
    return words.say("site.answer.both", day=day, share=clock) if clock else day
