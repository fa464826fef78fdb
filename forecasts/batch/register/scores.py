"""The forecasts of the register, scored by what ``seeds/`` says became of their goals."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from forecasts.attainment.recall import record_of
from forecasts.batch.register.register import REGISTER, due_rows, rows_of
from forecasts.evaluation.published import Published, Written, published
from forecasts.evaluation.resolution import Asked
from forecasts.scenarios.seeds import Seeds

#: What the register keeps of a question.
ASKED: Final = tuple(part.name for part in fields(Asked))


def scored_register(seeds: Seeds, known_on: dt.date, path: Path, due: bool = True) -> Published:
    """Resolve and score every forecast of a register.

    Parameters
    ----------
    known_on : date
        Outcomes that were published later do not count.
    due : bool
        Whether those are left out whose deadline has not passed: they cannot be scored yet.
    """
    return scored_rows(due_rows(path, known_on) if due else rows_of(path), seeds, known_on)


def scored_rows(rows: Iterable[Mapping[str, Any]], seeds: Seeds, known_on: dt.date) -> Published:
    """Resolve and score rows of a register, in their order."""
    written = [_written(row) for row in rows]
    due = any(one.asked.deadline <= known_on for one in written)
    record = record_of(seeds, known_on) if due else None  # it takes its time: only where something is scored
    precedents = record.record.precedents if record is not None else ()
    return published(written, seeds.ledger, precedents, known_on)


def register_of(root: Path) -> Path:
    """Return where a project's register lies if nobody puts it elsewhere."""
    return root / "reports" / REGISTER


def _written(row: Mapping[str, Any]) -> Written:
    asked = {name: row[name] for name in ASKED} | {"deadline": dt.date.fromisoformat(row["deadline"])}
    return Written(
        Asked(**asked),
        "alternative" if row["role"] == "alternative" else "answer",
        row["probability"],
        dt.date.fromisoformat(row["known_on"]),
        dt.datetime.fromisoformat(row["made_at"]).date(),
    )
