"""Assumptions after their turn: the outlook at every setting, and how far the probability moved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from forecasts.attainment.outlook import Outlook
from forecasts.ledger.problems import Refusal
from forecasts.scenarios.adjustments import AnyAdjustment
from forecasts.whatif.settings import Assumption, Setting


@dataclass(frozen=True, eq=False)
class Tried:
    """An assumption after its turn.

    Attributes
    ----------
    stands : float
        The probability as everything stands.
    outlooks : mapping
        By setting; what refused has none.
    refusals : tuple of (Setting, str)
        The settings that have no answer, and why.
    variance : float
        Of the probability, over the settings that have an answer.
    """

    assumption: Assumption
    stands: float
    outlooks: Mapping[Setting, Outlook]
    refusals: tuple[tuple[Setting, str], ...]
    variance: float

    @property
    def swing(self) -> float:
        """The widest distance between the probability at both ends and as it stands."""
        ends = [self.outlooks[s].probability for s in self.assumption.ends if s in self.outlooks]
        return max(self.stands, *ends) - min(self.stands, *ends) if ends else 0.0

    @property
    def is_moot(self) -> bool:
        """Whether it cannot matter: where only ends of years count, any clock is the same."""
        return self.assumption.about == "clock" and not self.refusals and self.swing == 0.0

    def known(self) -> dict[tuple[AnyAdjustment, ...], Outlook]:
        """Return what was asked under adjustments alone, by these."""
        return {setting.changes: asked for setting, asked in self.outlooks.items() if setting.changes}


def tried(found: Outlook, assumption: Assumption) -> Tried:
    """Ask an outlook at every setting of an assumption, all else as it stands."""
    outlooks: dict[Setting, Outlook] = {}
    refusals: list[tuple[Setting, str]] = []
    for setting, _ in assumption.law:
        try:
            asked = setting.ask()
            _ = asked.probability  # it may be here that there is none
            outlooks[setting] = asked
        except Refusal as refused:
            refusals.append((setting, str(refused)))
    law = [(outlooks[s].probability, weight) for s, weight in assumption.law if s in outlooks]
    return Tried(assumption, found.probability, outlooks, tuple(refusals), _variance(law))


def _variance(law: Sequence[tuple[float, float]]) -> float:
    """Return the variance of a probability by what it is and how likely it is that."""
    if not law:
        return 0.0
    chance, weight = np.array(law).T
    mean = np.average(chance, weights=weight)
    return float(np.average((chance - mean) ** 2, weights=weight))


def together(found: Outlook, date: Tried, clock: Tried) -> Tried | None:
    """Ask an outlook at every pair of settings of the date and the clock; None if some has no answer.

    How long there is left is told by both: the date says from when, the clock how much of the year's growth
    that is. Its ends are the pairs of the lowest and the highest probability; its variance is what the two do
    only together, the interaction of a table of three by three.
    """
    known: dict[tuple[AnyAdjustment, ...], Outlook] = {(): found}
    known |= {setting.changes: asked for one in (date, clock) for setting, asked in one.outlooks.items()}
    rows, columns = ([setting for setting, _ in one.assumption.law] for one in (date, clock))
    outlooks: dict[Setting, Outlook] = {}
    try:
        for row, column in product(rows, columns):
            changes = (*row.changes, *column.changes)
            if changes not in known:
                known[changes] = found.under(*changes)
            words = f"{row.zh}，{column.zh}", f"{row.en}, {column.en}"
            outlooks[Setting.under(found, *words, *changes)] = known[changes]
        chances = np.array([asked.probability for asked in outlooks.values()])
    except Refusal:
        return None
    table = chances.reshape(len(rows), len(columns))
    only = table - table.mean(0) - table.mean(1)[:, None] + table.mean()
    settings = tuple(outlooks)
    low, high = settings[int(chances.argmin())], settings[int(chances.argmax())]
    law = tuple((setting, 1 / len(settings)) for setting in settings)
    name = f"{date.assumption.id}+{clock.assumption.id}"
    words = "日期与四季度占比一起", "The date and the fourth quarter's share at once"
    one = Assumption(name, "together", *words, low, high, law)
    return Tried(one, found.probability, outlooks, (), float((only**2).mean()))
