"""Who published a text and when: from what was said, else from what the ledger or the text itself says."""

import datetime as dt
import re
from collections.abc import Mapping

from pydantic import ValidationError

from forecasts.intake.drafting import told_of
from forecasts.intake.entries import Published
from forecasts.ledger.fields import FILE_NAME, as_day
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.problems import BadInput, Problem, nearest
from forecasts.ledger.records import Source

#: What may be said of a source.
SAID = ("source", "title", "publisher", "url", "published_on", "given_on", "region")


def published_as(said: Mapping[str, str], text: str, ledger: Ledger) -> Published:
    """Return a text with its source.

    Parameters
    ----------
    said : mapping
        Words of :data:`SAID`; of a source that the ledger holds, its id is enough.
    text : str
        All of it, as decoded.

    Raises
    ------
    BadInput
        With everything that is missing or not sound.
    """
    problems = [
        Problem(_option(name), "nothing of the kind is known of a source", name, nearest(name, SAID))
        for name in said
        if name not in SAID
    ]
    name = said.get("source", "")
    if not re.fullmatch(FILE_NAME, name):
        rule = "is missing" if not name else "must be lower-case letters, digits, - and _, at most 80"
        problems.append(Problem("--source", rule, name, "name the source, e.g. city-20250118"))
    held = ledger.sources.get(name)
    told = {
        one: said.get(one) or (getattr(held, one) if held is not None else "")
        for one in ("title", "publisher", "url")
    }
    for one in ("title", "publisher"):
        if not told[one]:
            problems.append(
                Problem(_option(one), "is missing", remedy="a source has a title and a publisher")
            )
    days = {one: _day(one, said.get(one, ""), problems) for one in ("published_on", "given_on")}
    published = days["published_on"] or (_known_day(name, ledger) if not said.get("published_on") else None)
    if published is None and not said.get("published_on"):
        remedy = "say on which day it could be read: YYYY-MM-DD"
        problems.append(Problem("--published-on", "is missing", remedy=remedy))
    if published is not None and days["given_on"] is not None and days["given_on"] > published:
        remedy = "correct one of the two days"
        problems.append(Problem("--given-on", "is after --published-on", str(days["given_on"]), remedy))
    source = None
    if not problems:
        try:
            source = Source(id=name, **told)
        except ValidationError as error:
            problems = told_of(error, "source")
    if problems or source is None or published is None:
        raise BadInput(problems)
    return Published(source, published, text, days["given_on"])


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _day(name: str, written: str, problems: list[Problem]) -> dt.date | None:
    if not written:
        return None
    try:
        return as_day(written)
    except ValueError as error:
        problems.append(Problem(_option(name), str(error), written, "write year, month and day"))
        return None


def _known_day(source: str, ledger: Ledger) -> dt.date | None:
    """Return the day on which a source of the ledger was published, where all of its rows agree on it."""
    days = {o.published_on for o in ledger.observations.values() if o.source == source}
    return days.pop() if len(days) == 1 else None
