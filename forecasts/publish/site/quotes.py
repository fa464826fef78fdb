"""The texts of sources, with the words marked that rows were read from."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from forecasts.ledger.ledger import Ledger
from forecasts.ledger.texts import GAP, squeezed
from forecasts.publish.site.places import anchor


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a text: whose words it is, and of which of these it is the beginning."""

    text: str
    of: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceText:
    """A text in lines of pieces, and the anchors that stand in it."""

    lines: tuple[tuple[Piece, ...], ...]
    anchors: frozenset[str]

    @property
    def plain(self) -> str:
        """The text without marks."""
        return "".join(piece.text for line in self.lines for piece in line)


def quotes_of(ledger: Ledger) -> dict[str, dict[str, str]]:
    """Return the quotes of observations and goals by source, each by its anchor."""
    found: dict[str, dict[str, str]] = {}
    for observation in ledger.observations.values():
        found.setdefault(observation.source, {})[anchor("q", observation.id)] = observation.quote
    for goal in ledger.goals.values():
        found.setdefault(goal.source, {})[anchor("goal", goal.id)] = goal.quote
    return found


def marked(text: str, quotes: Mapping[str, str]) -> SourceText:
    """Mark in a text where quotes stand; one that does not stand there is left out.

    Parameters
    ----------
    text : str
        As it was published.
    quotes : mapping
        By anchor; ``...`` or ``……`` stands for words that were left out.
    """
    plain, places = _squeezed(text)
    spans = {name: found for name, quote in quotes.items() if (found := _find(quote, plain, places))}
    cuts = sorted({0, len(text), *(at for some in spans.values() for span in some for at in span)})
    lines: list[tuple[Piece, ...]] = []
    line: list[Piece] = []
    begun: set[str] = set()
    for start, end in pairwise(cuts):
        of = tuple(name for name, some in spans.items() if any(a <= start and end <= b for a, b in some))
        for number, part in enumerate(text[start:end].split("\n")):
            if number:
                lines.append(tuple(line))
                line = []
            if part:
                begins = tuple(name for name in of if name not in begun)
                begun.update(begins)
                line.append(Piece(part, of, begins))
    lines.append(tuple(line))
    return SourceText(tuple(one for one in lines if one), frozenset(spans))


def _squeezed(text: str) -> tuple[str, list[int]]:
    """Return a text as words are compared, and where in the text each of its signs comes from."""
    signs: list[str] = []
    places: list[int] = []
    for at, sign in enumerate(text):
        for one in unicodedata.normalize("NFKC", sign):
            if not re.match(r"\s", one):
                signs.append(one)
                places.append(at)
    return "".join(signs), places


def _find(quote: str, plain: str, places: list[int]) -> list[tuple[int, int]]:
    """Return where the parts of a quote stand, in their order; nothing, if one of them does not."""
    at, spans = 0, []
    for part in _parts(quote):
        found = plain.find(part, at)
        if found < 0:
            return []
        at = found + len(part)
        spans.append((places[found], places[at - 1] + 1))
    return spans


def _parts(quote: str) -> Iterable[str]:
    return [part for part in map(squeezed, GAP.split(quote)) if part]
