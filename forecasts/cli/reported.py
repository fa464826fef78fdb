"""What ``goals`` and ``resolve`` are asked about: a report, its region and its day."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from forecasts.attainment.question import day_of_knowledge
from forecasts.cli.options import gathered
from forecasts.intake.candidates import Candidate
from forecasts.intake.documents import read_document
from forecasts.intake.extract import candidates_of
from forecasts.intake.known import Known, read_known
from forecasts.intake.places import region_of
from forecasts.intake.report import report_of
from forecasts.ledger.called import find_called
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.problems import BadInput, Problem


@dataclass(frozen=True, slots=True)
class Reported:
    """A report as it was read."""

    text: str
    candidates: list[Candidate]
    region: str
    day: dt.date
    known: Known


def reported(
    file: Path, ledger: Ledger, folder: Path, region: str | None, published_on: str | None
) -> Reported:
    """Read a report; its region and its day are its own where nobody says them.

    Raises
    ------
    BadInput
        If the file cannot be read, or its region or its day is not known.
    """
    text, known = read_document(file).text, read_known(folder)
    about, where, day = report_of(text), "", None
    problems: list[Problem] = []
    with gathered(problems):
        named = region or region_of(about.title, text, known)
        if not named:
            raise BadInput([Problem("--region", "the report does not say its region", remedy="name it")])
        where = find_called(named, ledger.regions, "region", "--region")
    with gathered(problems):
        day = day_of_knowledge(published_on, "--published-on") if published_on else about.day
        if day is None:
            rule = "the report does not say its day"
            raise BadInput([Problem("--published-on", rule, remedy="say on which day it was published")])
    if problems or day is None:
        raise BadInput(problems)
    return Reported(text, candidates_of(text, known, where), where, day, known)
