"""An assumption that could be another, and the settings at which it is tried."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from forecasts.attainment.outlook import Outlook
from forecasts.attainment.past import Past
from forecasts.attainment.what_if import About
from forecasts.scenarios.adjustments import AnyAdjustment


@dataclass(frozen=True, eq=False)
class Setting:
    """What an assumption may be set to.

    Attributes
    ----------
    zh, en : str
        In words.
    ask : callable
        Returns the outlook there; it may refuse.
    changes : tuple of adjustments
        Behind those of the question's scenario, where the setting is no more than that; else empty.
    at : date, float or tuple of str, optional
        The day, the number or the names that it sets the assumption to.
    stands : bool
        Whether it is what the answer has already.
    """

    zh: str
    en: str
    ask: Callable[[], Outlook]
    changes: tuple[AnyAdjustment, ...] = ()
    at: dt.date | float | tuple[str, ...] | None = None
    stands: bool = False

    @classmethod
    def under(
        cls,
        found: Outlook,
        zh: str,
        en: str,
        *changes: AnyAdjustment,
        at: dt.date | float | tuple[str, ...] | None = None,
    ) -> "Setting":
        """Return a setting that adjustments make."""
        return cls(zh, en, lambda: found.under(*changes), changes, at)


@dataclass(frozen=True, eq=False)
class Assumption:
    """Something that an answer rests on and that could be another.

    Attributes
    ----------
    id : str
        Its name for programs.
    about : str
        What it is about.
    zh, en : str
        In words.
    low, high : Setting
        Its two ends; they are among the settings of `law`.
    law : tuple of (Setting, float)
        Settings and how likely each is taken to be, by which the variance is told.
    """

    id: str
    about: About
    zh: str
    en: str
    low: Setting
    high: Setting
    law: tuple[tuple[Setting, float], ...]

    @property
    def ends(self) -> tuple[Setting, Setting]:
        """Both ends."""
        return self.low, self.high


def as_it_stands(found: Outlook, zh: str, en: str) -> Setting:
    """Return the setting that an answer has already."""
    return Setting(f"{zh}（现用）", f"{en} (as it stands)", lambda: found, stands=True)


def of_past(found: Outlook, past: Past) -> Outlook:
    """Return the outlook of the same question on another past."""
    other = replace(found, past=past)
    other.__dict__["ledger"] = found.ledger
    return other


def two_ends(
    id: str, about: About, words: tuple[str, str], low: Setting, stands: Setting, high: Setting
) -> Assumption:
    """Return an assumption of which only its ends are known: these and what stands are equally likely."""
    return Assumption(id, about, *words, low, high, tuple((s, 1 / 3) for s in (low, stands, high)))
