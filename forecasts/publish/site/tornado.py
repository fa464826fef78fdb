"""The tornado: what an answer rests on, the widest first, as bars between the probabilities at both ends."""

from collections.abc import Iterator
from dataclasses import dataclass

from forecasts.attainment.result import Attainment
from forecasts.attainment.what_if import Sensitivity, SensitivityEnd, SensitivityRow
from forecasts.publish.phrases import setting_told, share_told
from forecasts.publish.words import Words


@dataclass(frozen=True, slots=True)
class End:
    """An assumption at one end: what it is set to, and the probability then."""

    setting: str
    number: str


@dataclass(frozen=True, slots=True)
class Bar:
    """An assumption; its bar is from where to where, in percent.

    Attributes
    ----------
    share : str
        Of the variance that all of them bring, each alone.
    """

    name: str
    ends: tuple[End, End]
    start: float
    end: float
    share: str


@dataclass(frozen=True, slots=True)
class Tornado:
    """All assumptions of an answer that were moved, and where it stands, in percent."""

    bars: tuple[Bar, ...]
    stands: float
    number: str


def tornado_of(result: Attainment, words: Words) -> Tornado | None:
    """Return the tornado of a result that holds one."""
    found = result.what_if.sensitivity if result.what_if else None
    if found is None or not found.rows:
        return None
    bars = tuple(_bar(row, found, words) for row in found.rows)
    return Tornado(bars, _at(found.probability), words.probability(found.probability))


def _bar(row: SensitivityRow, found: Sensitivity, words: Words) -> Bar:
    reached = [_at(p) for p in (*_answers(row), found.probability)]
    ends = _end(row, row.low, words), _end(row, row.high, words)
    return Bar(words.of(row, "name"), ends, min(reached), max(reached), share_told(row.share))


def _answers(row: SensitivityRow) -> Iterator[float]:
    yield from (end.probability for end in (row.low, row.high) if end.probability is not None)


def _end(row: SensitivityRow, end: SensitivityEnd, words: Words) -> End:
    silent = words.say("chart.tornado.silent")
    number = silent if end.probability is None else words.probability(end.probability)
    return End(setting_told(row, end, words), number)


def _at(probability: float) -> float:
    return round(100 * probability, 2)
