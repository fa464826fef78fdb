"""The rival readings of a goal side by side, and whether they leave anything to say."""

from collections.abc import Iterator, Sequence

from forecasts.attainment.grounds import Reading, Readings
from forecasts.attainment.outlook import Outlook
from forecasts.ledger.problems import Refusal
from forecasts.scenarios.growth import Scope
from forecasts.scenarios.numbers import Law
from forecasts.scenarios.scenario import Scenario
from forecasts.whatif.laws import LEVELS, with_numbers

#: Readings that lie half of the scale apart leave a goal undetermined: whichever is right, the other says
#: nearly the opposite, and no number between them is anybody's belief.
UNDETERMINED = 0.5


def is_reading(scenario: Scenario) -> bool:
    """Whether a scenario says what figures and goal mean, and nothing of what is to come."""
    changes = scenario.adjustments
    means = all(isinstance(change, Scope) or not change.acts_on_paths for change in changes)
    return scenario.role in ("baseline", "reading") or (means and all(c.kind in _MEANING for c in changes))


#: Adjustments that read the same figures and the same goal otherwise.
_MEANING = frozenset({"redate", "clock", "measure", "scope"})


def readings_of(outlooks: Sequence[Outlook]) -> Readings | None:
    """Hold the readings among some outlooks of a goal against each other; None where there is but one.

    Parameters
    ----------
    outlooks : sequence of Outlook
        Of one goal, under its scenarios.
    """
    rows = [_reading(one) for one in outlooks if is_reading(one.question.scenario)]
    low, high = min((r.low for r in rows), default=0.0), max((r.high for r in rows), default=0.0)
    if len(rows) < 2 and high == low:
        return None
    verdict = verdict_of(low, high)
    return Readings(verdict=verdict, low=low, high=high, threshold=UNDETERMINED, rows=tuple(rows))


def verdict_of(low: float, high: float) -> str:
    """Return ``undetermined`` where readings lie :data:`UNDETERMINED` apart or more, else ``determined``."""
    return "undetermined" if high - low >= UNDETERMINED else "determined"


def _reading(found: Outlook) -> Reading:
    scenario, chances = found.question.scenario, [found.probability, *_ends(found)]
    return Reading(
        scenario=scenario.id, name_zh=scenario.name_zh, name_en=scenario.name_en, role=scenario.role,
        probability=found.probability, low=min(chances), high=max(chances),
    )  # fmt: skip


def _ends(found: Outlook) -> Iterator[float]:
    """Yield the probabilities at both ends of what a reading knows only as a distribution."""
    for at, change in enumerate(found.question.scenario.adjustments):
        if isinstance(change, Scope) and isinstance(change.share, Law):
            for level in (LEVELS[0], LEVELS[-1]):
                try:
                    yield with_numbers(found, at, {"share": float(change.share.at(level))}).probability
                except Refusal:
                    continue
