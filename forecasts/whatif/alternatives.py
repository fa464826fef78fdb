"""Assumptions with what they could be instead: each alternative is asked, and the probability beside it."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from scipy.special import logit

from forecasts.attainment.grounds import Alternative, Assumed, Grid, Readings
from forecasts.attainment.outlook import Outlook
from forecasts.attainment.question import Question
from forecasts.attainment.result import Attainment
from forecasts.attainment.waterfall import chance_without, without_class, without_parent
from forecasts.ledger.problems import Refusal
from forecasts.scenarios.adjustments import AnyAdjustment
from forecasts.scenarios.reading import Measure
from forecasts.whatif.settings import Setting, of_past
from forecasts.whatif.tried import Tried


def with_alternatives(
    found: Outlook, said: Attainment, every: Sequence[Tried], grid: Grid | None, readings: Readings | None
) -> tuple[Assumed, ...]:
    """Return the assumptions of a verdict with their alternatives, and how much these move the probability.

    Parameters
    ----------
    every : sequence of Tried
        The assumptions that had their turn for the tornado.
    """
    tries = {one.assumption.id: one for one in every}
    return tuple(
        _with_alternatives(found, said, ground, tries.get(ground.id), grid, readings)
        for ground in said.assumptions
    )


def _with_alternatives(
    found: Outlook,
    said: Attainment,
    ground: Assumed,
    turn: Tried | None,
    grid: Grid | None,
    readings: Readings | None,
) -> Assumed:
    others = [*_ends(turn), *_more(found, said, ground, grid, readings)]
    if ground.about == "models":  # the one that carries the answer alone is no other
        others = [one for one in others if one.names != ground.names]
    stands = said.probability if ground.about == "record" else found.probability
    moves = [abs(one.probability - stands) for one in others if one.probability is not None]
    changed: dict[str, object] = {"alternatives": tuple(_once(others)), "moves": max(moves, default=None)}
    if ground.about in ("calibration", "persistence") and others and others[0].probability is not None:
        changed["number"] = float(logit(found.probability) - logit(others[0].probability))
    return ground.model_copy(update=changed)


def _once(others: Sequence[Alternative]) -> Iterator[Alternative]:
    """Yield each alternative once, in order."""
    seen = set()
    for one in others:
        key = (one.what, one.day, one.number, one.names)
        if key not in seen:
            seen.add(key)
            yield one


def _ends(turn: Tried | None) -> Iterator[Alternative]:
    """Yield the ends at which an assumption was tried; not the one that stands."""
    if turn is None:
        return
    for setting in turn.assumption.ends:
        if not setting.stands:
            yield _end(turn.assumption.about == "reference", setting, turn.outlooks.get(setting))


def _end(left_out: bool, setting: Setting, asked: Outlook | None) -> Alternative:
    at = setting.at
    return Alternative(
        what="without" if left_out else "instead",
        day=at if isinstance(at, dt.date) else None,
        number=float(at) if isinstance(at, int | float) else None,
        names=at if isinstance(at, tuple) else (),
        probability=None if asked is None else asked.probability,
        std_error=None if asked is None else asked.std_error,
    )


def _more(
    found: Outlook, said: Attainment, ground: Assumed, grid: Grid | None, readings: Readings | None
) -> Iterator[Alternative]:
    """Yield what the tornado does not try."""
    reference, past, role = found.past.reference, found.past, found.question.scenario.role
    match ground.about:
        case "clock" if grid is not None:
            for share in grid.q4_shares:
                if share != grid.q4_share:
                    yield Alternative(what="instead", number=share, probability=grid.at(grid.as_of, share))
        case "date" if grid is not None and ground.day == grid.as_of:
            for day in grid.days:
                if day != grid.as_of:
                    yield Alternative(what="instead", day=day, probability=grid.at(day, grid.q4_share))
        case "reference":
            nobody = without_class(reference)
            yield _asked("without", lambda: of_past(found, replace(past, reference=nobody)))
        case "parent":
            alone = without_parent(reference)
            yield _asked("without", lambda: of_past(found, replace(past, reference=alone)), ground.names)
        case "calibration" | "persistence":
            left = (
                {"calibration": True, "few": True} if ground.about == "calibration" else {"persistence": True}
            )
            chance = chance_without(found, **left)
            if chance is not None:
                yield Alternative(what="without", probability=chance)
        case "overlap":
            yield from _overlapping(found)
        case "scope" if ground.id == "scope" and readings is not None:
            for row in readings.rows:
                other = row.scenario != found.question.scenario.id and row.role != "alternative"
                if other and "reading" in (row.role, role):
                    yield Alternative(what="instead", names=(row.scenario,), probability=row.probability)
        case "adjustment":
            kept = _without_kind(found, ground)
            yield _asked("without", lambda: found.of(_keeping(found, kept)))
        case "record":
            yield Alternative(what="without", probability=said.probability_alone)
        case _:
            return


def _asked(what: str, ask: Callable[[], Outlook], names: tuple[str, ...] = ()) -> Alternative:
    """Return an alternative that is asked; null where it has no answer."""
    try:
        asked = ask()
        chance, error = asked.probability, asked.std_error
    except Refusal:
        return Alternative.model_validate({"what": what, "names": names, "probability": None})
    return Alternative.model_validate(
        {"what": what, "names": names, "probability": chance, "std_error": error}
    )


def _overlapping(found: Outlook) -> Iterator[Alternative]:
    """Yield the other end: the greatest part holds all the others."""
    asked, scenario = found.question.asked, found.question.scenario
    newest = {
        name: float(history.value[-1])
        for name in asked.measured_by
        if len(history := found.ledger.history(name, asked.goal.region, asked.known_on))
    }
    if len(newest) < 2:
        return
    greatest = max(newest, key=newest.__getitem__)
    change = Measure(indicators=(greatest,))
    yield _asked(
        "instead",
        lambda: found.of(replace(found.question, scenario=scenario.replacing(change))),
        (greatest,),
    )


def _without_kind(found: Outlook, ground: Assumed) -> tuple[AnyAdjustment, ...]:
    """Return the scenario's adjustments without the one that an assumption is about."""
    kind, _, rest = ground.id.partition(".")
    turn = int(rest.partition("#")[2] or 1)
    kept, seen = [], 0
    for change in found.question.scenario.adjustments:
        seen += change.kind == kind
        if change.kind != kind or seen != turn:
            kept.append(change)
    return tuple(kept)


def _keeping(found: Outlook, kept: tuple[AnyAdjustment, ...]) -> Question:
    """Return the question under some of its scenario's adjustments."""
    scenario = found.question.scenario.model_copy(update={"adjustments": kept})
    return replace(found.question, scenario=scenario)
