"""A report is opened for intake: found, read, laid out, with what was decided about it before."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from forecasts.intake.documents import read_document
from forecasts.intake.extract import candidates_of
from forecasts.intake.journal import locked, unfinished
from forecasts.intake.known import read_known
from forecasts.intake.report import report_of
from forecasts.intake.sourcing import published_as
from forecasts.ledger.ledger import Ledger, read_ledger
from forecasts.ledger.problems import BadInput, Problem
from forecasts.notebook.desk import Desk, open_desk
from forecasts.notebook.home import find_home
from forecasts.notebook.parameters import IntakeParameters, read_parameters
from forecasts.notebook.shelf import Shelf
from forecasts.publish.words import Words

#: Of a source that the ledger has, these are its own.
ITS_OWN: Final = ("title", "publisher", "url")


@dataclass(frozen=True, slots=True)
class Opened:
    """What was opened for intake.

    Attributes
    ----------
    desk : Desk, optional
        The report; None where neither the parameters name one nor ``seeds/`` holds one.
    seeds : Path
        The folder that its rows go to.
    """

    desk: Desk | None
    shelf: Shelf
    seeds: Path
    words: Words


def open_report(namespace: Mapping[str, Any]) -> Opened:
    """Open the report that a notebook's parameters name; without a name, one that ``seeds/`` holds.

    Nothing is written before a person decides something.

    Raises
    ------
    BadInput
        With every faulty parameter; if the report or ``seeds/`` cannot be read.
    """
    root = find_home(namespace)
    asked, path = _asked(namespace, root)
    seeds, words = root / "seeds", Words(asked.language)
    if unfinished(seeds):
        with locked(seeds):  # what a killed intake had promised is there before anybody looks
            pass
    ledger = read_ledger(seeds)
    path = path or _held(seeds, ledger)
    if path is None:
        return Opened(None, Shelf.of(seeds, ""), seeds, words)
    text = read_document(path).text
    shelf = Shelf.of(seeds, text)
    decisions = shelf.decisions()
    region = asked.region or decisions.source.get("region", "")
    candidates = candidates_of(text, read_known(seeds), asked.region)
    desk = open_desk(text, candidates, ledger, decisions, region)
    said = _first_said(path, seeds, desk) | dict(decisions.source) | ({"region": region} if region else {})
    return Opened(desk.told(**said), shelf, seeds, words)


def _asked(namespace: Mapping[str, Any], root: Path) -> tuple[IntakeParameters, Path | None]:
    """Return the parameters and the file that they name, if they name one; all that is wrong at once."""
    problems: list[Problem] = []
    asked, path, name = IntakeParameters(), None, namespace.get("report")
    try:
        asked = read_parameters(namespace, IntakeParameters)
    except BadInput as bad:
        problems += bad.problems
    try:
        path = _named(root, name) if isinstance(name, str) and name else None
    except BadInput as bad:
        problems += bad.problems
    if problems:
        raise BadInput(problems)
    return asked, path


def _named(root: Path, name: str) -> Path:
    """Return the file of a report: within the project, or where the notebook stands."""
    places = [root / name, Path.cwd() / name]
    found = next((path for path in places if path.exists()), None)
    if found is None:
        remedy = "name a file, from the project's folder on"
        raise BadInput([Problem("parameter", "there is no such file", name, remedy, column="report")])
    return found


def _held(seeds: Path, ledger: Ledger) -> Path | None:
    """Return the text that the ledger holds of a source: first those of its headline goals."""
    goals = [ledger.goals[name].source for name in ledger.headline_goals()]
    paths = (seeds / "texts" / f"{name}.txt" for name in (*goals, *ledger.sources))
    return next((path for path in paths if path.is_file()), None)


def _first_said(path: Path, seeds: Path, desk: Desk) -> dict[str, str]:
    """Return what is known of a source before anybody says anything: from the ledger, else from the text."""
    about, sources = report_of(desk.text), desk.walk.ledger.sources
    day = "" if about.day is None else about.day.isoformat()
    said = {"title": about.title or path.stem, "published_on": day, "given_on": day}
    if path.resolve().parent == (seeds / "texts").resolve() and (held := sources.get(path.stem)) is not None:
        said |= {"source": held.id, **{name: getattr(held, name) for name in ITS_OWN}}
        with suppress(BadInput):
            known = published_as({"source": held.id}, desk.text, desk.walk.ledger)
            said["published_on"] = known.published_on.isoformat()
    return {name: value for name, value in said.items() if value}
