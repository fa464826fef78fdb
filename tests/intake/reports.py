"""What tests of the intake share: texts, keys, and how well rows agree with a key."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from forecasts.intake.candidates import Candidate
from forecasts.intake.extract import candidates_of
from forecasts.intake.known import Known, read_known
from tests.conftest import ROOT

KEYS = Path(__file__).parent / "keys"

Key = dict[str, str]


def known() -> Known:
    """Return what the shipped seeds know."""
    return read_known(ROOT / "seeds")


def key(name: str) -> list[Key]:
    """Return the rows of a key."""
    with (KEYS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def seed_text() -> str:
    """Return the seed report."""
    return (ROOT / "seeds" / "texts" / "seed-report.txt").read_bytes().decode("utf-8")


def report_text(name: str) -> str:
    """Return a province's report."""
    return (ROOT / "seeds" / "record" / "texts" / f"{name}.txt").read_bytes().decode("utf-8")


def rows_of(text: str) -> list[Candidate]:
    """Return the quantities of a text."""
    return candidates_of(text, known())


@dataclass(frozen=True)
class Agreement:
    """How well rows agree with a key: parts from 0 to 1, those after recall among what was found."""

    recall: float
    precision: float
    value: float
    kind: float
    date: float
    comparison: float
    indicator: float


def agreement(rows: Sequence[Candidate], wanted: Sequence[Key]) -> Agreement:
    """Compare rows with a key: a row is a key's if their places overlap."""
    pairs = [(k, _at(rows, k)) for k in wanted]
    found = [(k, row) for k, row in pairs if row is not None]
    n = max(len(found), 1)
    named = [(k, row) for k, row in found if k["indicator"].isascii() and k["indicator"]]
    return Agreement(
        recall=len(found) / len(wanted),
        precision=len({row.start for _, row in found}) / max(len(rows), 1),
        value=sum(_same_value(k, row) for k, row in found) / n,
        kind=sum(row.kind == k["kind"] for k, row in found) / n,
        date=sum(str(row.date or "") == k["date"] for k, row in found) / n,
        comparison=sum((row.comparison or "") == k["comparison"] for k, row in found) / n,
        indicator=sum(row.indicator == k["indicator"] for k, row in named) / max(len(named), 1),
    )


def _at(rows: Sequence[Candidate], wanted: Key) -> Candidate | None:
    start, end = int(wanted["start"]), int(wanted["end"])
    return next((row for row in rows if row.start < end and row.end > start), None)


def _same_value(wanted: Key, row: Candidate) -> bool:
    high = float(wanted["high"]) if wanted["high"] else None
    told = (float(wanted["value"]), high, wanted["unit"], wanted["qualifier"])
    return told == (row.value, row.high, row.unit, row.qualifier)
