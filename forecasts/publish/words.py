"""Sentences, numbers and dates in two languages, from the gettext catalogues in ``locale/``.

The catalogues hold everything that is said; code and templates only choose a key and hand over values.
"""

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from string import Formatter
from typing import Final, Literal

from babel.core import Locale
from babel.dates import format_date
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from forecasts.ledger.problems import BadInput, Problem, nearest
from forecasts.publish.units import told_in

Language = Literal["zh", "en"]

#: The catalogue (and babel locale) of each language.
LOCALES: Final[dict[str, str]] = {"zh": "zh_CN", "en": "en"}

#: Seven steps, by the lowest printed whole percent of each: 0 stands for "below 1 %", 100 for "above 99 %".
#: The cuts are those of the IPCC's likelihood scale (1, 10, 33, 66, 90, 99 %).
SCALE: Final[tuple[tuple[int, str], ...]] = (
    (0, "exceptionally_unlikely"),
    (1, "very_unlikely"),
    (10, "unlikely"),
    (33, "even"),
    (67, "likely"),
    (90, "very_likely"),
    (100, "virtually_certain"),
)


#: A unit that is written alike in both languages: GW, kWh, km², %, 10³ t.
SYMBOL: Final = re.compile(r"[^\u2e80-\uffff]{1,4}")


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return the sentences of a language by key; a sentence without a translation is left out."""
    path = files("forecasts.publish") / "locale" / f"{LOCALES[language]}.po"
    with path.open("rb") as stream:
        messages = read_po(stream, locale=LOCALES[language], abort_invalid=True)
    return {str(m.id): str(m.string) for m in messages if m.id and m.string and not m.fuzzy}


@cache
def _read(locale: str) -> Locale:
    """Return what babel knows of a language; by its name it would look for it again with every number."""
    return Locale.parse(locale)


@lru_cache(maxsize=100_000)
def _in_digits(value: float, pattern: str, locale: str) -> str:
    """Return a number by a pattern; what is printed stands in many rows, and in every run again."""
    told = str(format_decimal(value, format=pattern, locale=_read(locale)))
    # What is rounded to nothing has no sign. A minus is a sign of its own: a hyphen is shorter, and lines
    # break behind it.
    return told.replace("-", "−" if re.search("[1-9]", told) else "")


#: A placeholder beside a gap: in Chinese it parts words from numbers, and never two Chinese signs.
_GAP: Final = re.compile(r" \{|\} ")


@lru_cache(maxsize=10_000)
def _pieces(sentence: str) -> tuple[tuple[str, str | None], ...]:
    """Return a sentence as words, each with the placeholder behind it."""
    return tuple((words, name) for words, name, _, _ in Formatter().parse(sentence))


def _is_chinese(sign: str) -> bool:
    return "\u4e00" <= sign <= "\u9fff"


def _without_gaps(sentence: str, values: Mapping[str, str]) -> str:
    """Fill a sentence, without the gaps that are left over where a value begins or ends in Chinese."""
    said = ""
    for words, name in _pieces(sentence):
        if words[:1] == " " and _is_chinese(words[1:2]) and _is_chinese(said[-1:]):
            words = words[1:]
        value = "" if name is None else values[name]
        if words[-1:] == " " and _is_chinese(words[-2:-1]) and _is_chinese(value[:1]):
            words = words[:-1]
        said += words + value
    return said


def printed_percent(probability: float) -> int:
    """Return the whole percent that stands for a probability: 0 = "below 1 %", 100 = "above 99 %"."""
    if not 0.0 <= probability <= 1.0:  # also refuses nan
        raise ValueError(f"a probability lies between 0 and 1 (got {probability!r})")
    if probability < 0.01:
        return 0
    if probability > 0.99:
        return 100
    return min(99, max(1, round(100 * probability)))


def step(probability: float) -> str:
    """Return the name of the verbal step; it follows the printed number, so that the two never disagree."""
    percent = printed_percent(probability)
    return max((low, name) for low, name in SCALE if low <= percent)[1]


@dataclass(frozen=True, slots=True)
class Words:
    """One language.

    Parameters
    ----------
    language : {"zh", "en"}
        Which catalogue speaks.

    Examples
    --------
    >>> Words("zh").probability(0.004)
    '不到 1%'
    >>> Words("en").likelihood(0.88)
    'likely'
    """

    language: Language = "zh"

    def __post_init__(self) -> None:
        if self.language not in LOCALES:
            remedy = nearest(self.language, LOCALES)
            raise BadInput(
                [Problem("language", "must be a language of the catalogues", self.language, remedy)]
            )

    @property
    def locale(self) -> str:
        """The babel locale."""
        return LOCALES[self.language]

    def say(self, key: str, /, **values: str) -> str:
        """Return the sentence `key` with its placeholders filled; the values are never interpreted."""
        try:
            sentence = catalogue(self.language)[key]
        except KeyError:
            raise LookupError(f"no sentence {key!r} in {self.locale}.po") from None
        if self.language == "zh" and _GAP.search(sentence):
            return _without_gaps(sentence, values)
        return sentence.format_map(values)

    def has(self, key: str) -> bool:
        """Whether the catalogue has a sentence for `key`."""
        return key in catalogue(self.language)

    def of(self, value: object, field: str) -> str:
        """Return ``value.<field>_zh`` or ``_en``; where one is empty, the other speaks."""
        mine, other = ("zh", "en") if self.language == "zh" else ("en", "zh")
        return str(getattr(value, f"{field}_{mine}") or getattr(value, f"{field}_{other}"))

    def borrows(self, value: object, field: str) -> bool:
        """Whether :meth:`of` has to take the other language's word; units may be alike in both."""
        mine, other = ("zh", "en") if self.language == "zh" else ("en", "zh")
        theirs = str(getattr(value, f"{field}_{other}"))
        alike = field == "unit" and SYMBOL.fullmatch(theirs) is not None
        return not getattr(value, f"{field}_{mine}") and theirs != "" and not alike

    def number(self, value: float) -> str:
        """Return a number as it stands (no rounding that a reader would notice)."""
        return _in_digits(value, "#,##0.######", self.locale)

    def estimate(self, value: float) -> str:
        """Return a computed number, rounded to what it can bear: whole from 100 on, else 1 or 2 decimals."""
        size = abs(value)
        pattern = "#,##0" if size >= 100 else "#,##0.#" if size >= 10 else "#,##0.##"
        return _in_digits(value, pattern, self.locale)

    def decimal(self, value: float, places: int = 2) -> str:
        """Return a number with exactly `places` decimals."""
        return _in_digits(value, "#,##0." + "0" * places, self.locale)

    def percent(self, value: float) -> str:
        """Return `value`, which already counts percent, with one decimal and the sign."""
        return f"{self.decimal(value, 1)}%"

    def amount(self, number: str, unit: str) -> str:
        """Return a formatted number with its unit; a unit that begins with a digit is a factor."""
        if unit in ("%", "％"):
            return f"{number}%"
        return self.say("amount.factor" if unit[:1].isdigit() else "amount", number=number, unit=unit)

    def quantity(self, value: float, unit: str, rounded: bool = False) -> str:
        """Return a value with its unit; English brings it to millions and billions.

        Parameters
        ----------
        rounded : bool
            Whether it was computed, and is rounded to what it can bear; see :meth:`estimate`.

        Examples
        --------
        >>> Words("en").quantity(150, "100 million yuan"), Words("zh").quantity(150, "亿元")
        ('15 billion yuan', '150 亿元')
        """
        if self.language == "en":
            factor, unit = told_in(value, unit)
            value = float(Decimal(repr(float(value))) * factor)
        return self.amount(self.estimate(value) if rounded else self.number(value), unit)

    def printed(self, number: str) -> str:
        """Return a number as it was printed, with all of its digits, in the way of all numbers here.

        Examples
        --------
        >>> Words("zh").printed("6348"), Words("zh").printed("2881.30")
        ('6,348', '2,881.30')
        """
        places = len(number.partition(".")[2])
        pattern = "#,##0." + "0" * places if places else "#,##0"
        return str(format_decimal(Decimal(number), format=pattern, locale=_read(self.locale)))

    def date(self, day: dt.date) -> str:
        """Return a day, written out."""
        return str(format_date(day, format=self.say("date.format"), locale=_read(self.locale)))

    def month(self, day: dt.date) -> str:
        """Return the month of a day."""
        return str(format_date(day, format=self.say("month.format"), locale=_read(self.locale)))

    def probability(self, probability: float) -> str:
        """Return a probability as a whole percent; never 0 % and never 100 %."""
        percent = printed_percent(probability)
        if percent == 0:
            return self.say("probability.below")
        return self.say("probability.above") if percent == 100 else f"{percent}%"

    def likelihood(self, probability: float) -> str:
        """Return the probability in words (one of seven steps, see `SCALE`)."""
        return self.say(f"likelihood.{step(probability)}")

    def error(self, std_error: float) -> str:
        """Return a sampling error in percentage points; none where nothing was drawn."""
        points = 100 * std_error
        if not math.isfinite(points):
            raise ValueError("a standard error must be finite")
        if points == 0:
            return self.say("error.none")
        return self.say("error.small") if points < 0.1 else self.say("error", points=self.decimal(points, 1))

    def run_on(self, sentences: Sequence[str]) -> str:
        """Join whole sentences as the language does: with a space, or with none."""
        return ("" if self.language == "zh" else " ").join(sentences)

    def together(self, parts: list[str]) -> str:
        """Join parts of a list as the language does."""
        return self.say("list.separator").join(parts)

    def listed(self, names: list[str]) -> str:
        """Join names within a sentence as the language does."""
        return self.say("list.names").join(names)
