"""What a person accepts: a quantity of a text with all that its row needs, as it was proposed or mended."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date as Date
from decimal import Decimal

from forecasts.intake.candidates import Candidate, Said
from forecasts.ledger.fields import Comparison, Confidence, Day, Figure, Label, Name, Note, Origin, Qualifier
from forecasts.ledger.letters import hidden
from forecasts.ledger.records import Record, Source

#: What ends a sentence, and what ends a part of one.
_ENDS, _PAUSES = "。！？；!?;", "，,：:"

#: Characters of a quote beyond which parts of its sentence are left away.
LONG = 60

#: Characters before and behind a number among which its sentence is looked for.
REACH = 300

#: A line of fewer characters is a heading, or the end of a paragraph; a longer one may go on in the next.
SHORT = 20

#: Words of a fall; the number behind them is printed without a sign.
FALLS = re.compile("下降|减少|降低|回落|下滑|缩减|收窄|负增长|降幅|减幅")

#: 回落到2.6%, 降至4.6%: what was reached, not by how much it fell.
_REACHED = re.compile("[到至为]$")


class Entry(Record):
    """One quantity of a text, as it is to become a row.

    Attributes
    ----------
    start, end : int
        Where its words stand in the text.
    kind : Said
        What it says: an observation, a goal, a change or a share.
    indicator, region : str
        An id, a name or an alias.
    value, high : Decimal
        In `unit`; `high` is the upper end of a range.
    unit : str
        As printed.
    falls : bool
        Whether the words before a change say that it is a fall.
    date : date, optional
        The day described, or a goal's deadline.
    period_start : date, optional
        First day of the period that a flow covers; none = the first of January of its year.
    headline : bool
        Whether the default brief is to be about a goal.
    quote : str
        The words of the text that show what is counted.
    attested : Confidence
        The row's ``confidence``: how well the number is attested, not how well it was read.
    accepted : str
        Why a doubt about the row is none.
    """

    start: int = 0
    end: int = 0
    kind: Said
    indicator: Name
    region: Name
    value: Figure
    high: Figure | None = None
    unit: Label = ""
    qualifier: Qualifier = Qualifier.EQ
    falls: bool = False
    date: Day | None = None
    date_inferred: bool = False
    period_start: Day | None = None
    comparison: Comparison | None = None
    headline: bool = False
    quote: Note
    origin: Origin = Origin.PRINTED
    attested: Confidence = Confidence.HIGH
    accepted: Note = ""
    note_zh: Note = ""
    note_en: Note = ""


@dataclass(frozen=True, slots=True)
class Published:
    """A text, and who published it when.

    Attributes
    ----------
    source : Source
        Its row: id, title, publisher, address or none.
    published_on : date
        The day on which it could be read.
    given_on : date, optional
        The day on which it was given or signed: its goals were announced then.
    text : str
        All of it, as decoded.
    """

    source: Source
    published_on: Date
    text: str
    given_on: Date | None = None


def proposed(candidate: Candidate, text: str, region: str = "") -> dict[str, object]:
    """Return the fields of an :class:`Entry` as a candidate proposes them; what is missing is empty.

    Parameters
    ----------
    text : str
        The report's.
    region : str
        Where the text says none.
    """
    first, last = sentence_at(text, candidate.start, candidate.end)
    clause = re.split("[，,。；;、：:]", text[first : candidate.start])[-1]
    return {
        "start": candidate.start,
        "end": candidate.end,
        "kind": candidate.kind,
        "indicator": candidate.indicator,
        "region": candidate.region or region,
        "value": decimal_of(candidate.value),
        "high": None if candidate.high is None else decimal_of(candidate.high),
        "unit": candidate.unit,
        "qualifier": candidate.qualifier,
        "falls": candidate.kind == Said.CHANGE and is_fall(clause),
        "date": candidate.date,
        "date_inferred": candidate.date_inferred,
        "comparison": candidate.comparison,
        "quote": quote_of(text[first:last]),
    }


def is_fall(clause: str) -> bool:
    """Whether the words before a change say that it is a fall, and not what was reached by one.

    Examples
    --------
    >>> is_fall("居民消费价格下降"), is_fall("居民消费价格涨幅回落到"), is_fall("降低成本，收入增长")
    (True, False, True)
    """
    return FALLS.search(clause) is not None and _REACHED.search(clause.strip()) is None


def decimal_of(value: float) -> Decimal:
    """Return a number with the digits that were printed: as many as a float keeps for certain."""
    return Decimal(f"{Decimal(f'{value:.15g}'):f}")


def sentence_at(text: str, start: int, end: int, long: int = LONG) -> tuple[int, int]:
    """Return where the sentence around some words begins and ends; of a long one, the parts nearest to them.

    Parameters
    ----------
    start, end : int
        Where the words stand.
    long : int
        Characters that it may have; parts of it are left away beyond that.
    """
    before = range(start - 1, max(start - REACH, 0) - 1, -1)
    behind = range(end, min(end + REACH, len(text)))
    first = next((at + 1 for at in before if _ends_one(text, at)), max(start - REACH, 0))
    last = next((at for at in behind if _ends_one(text, at)), min(end + REACH, len(text)))
    while last - first > long and (cut := _pause(text, first, start, last, end)) is not None:
        first, last = cut
    first += len(text[first:start]) - len(text[first:start].lstrip())
    return first, end + len(text[end:last].rstrip())


def _ends_one(text: str, at: int) -> bool:
    """Whether a sign ends a sentence: a full stop, or the break of a line that is too short to go on."""
    if text[at] not in "\r\n":
        return text[at] in _ENDS
    begin = max(text.rfind(sign, max(at - SHORT - 1, 0), at) for sign in "\r\n") + 1
    return at - begin < SHORT and (begin > 0 or at < SHORT)


def _pause(text: str, first: int, start: int, last: int, end: int) -> tuple[int, int] | None:
    """Leave away one part of a sentence: behind the words if there is any, else before them."""
    behind = max(text.rfind(sign, end, last) for sign in _PAUSES)
    if behind >= 0:
        return first, behind
    before = [at for sign in _PAUSES if (at := text.find(sign, first, start)) >= 0]
    return (min(before) + 1, last) if before else None


def quote_of(words: str) -> str:
    """Return words of a text as a quote: in one line; what nobody can see is a gap."""
    plain = "".join("" if unicodedata.category(c) == "Cc" else c for c in words).strip()
    while (found := hidden(plain)) is not None:
        at = found[1]
        plain = f"{plain[: at - 1].rstrip('…')}……{plain[at:].lstrip('…')}"
    return plain
