"""What earlier verdicts were worth, looked up once for a day of knowledge and then kept."""

import dataclasses
import datetime as dt
import json
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from forecasts.evaluation.track_record import TrackRecord, track_record
from forecasts.ledger.files import write_whole
from forecasts.scenarios.seeds import Seeds

#: Resamples behind the standard errors that a brief cites.
RESAMPLES: Final = 500


def looked_back(seeds: Seeds, known_on: dt.date, folder: Path, key: str) -> TrackRecord:
    """Return the track record of a day, from the folder if it is there.

    Parameters
    ----------
    folder : Path
        Where track records are kept, a file for each day; if it cannot be written, nothing is kept.
    key : str
        Hash of all that the track record rests on: what was known on the day, the scenarios, the program.
    """
    path = folder / f"track_record.{known_on.isoformat()}.json"
    kept = _read(path, key)
    if kept is not None:
        return kept
    made = track_record(seeds, known_on, resamples=RESAMPLES)
    with suppress(OSError):
        write_whole(path, json.dumps({"key": key, "track_record": made}, default=_plain))
    return made


def _plain(value: Any) -> Any:
    """Return a value in parts that JSON has; numbers stay what they are, also those that are none."""
    if dataclasses.is_dataclass(value):
        return {part.name: getattr(value, part.name) for part in dataclasses.fields(value)}
    return value.isoformat() if isinstance(value, dt.date) else dict(value)


def _read(path: Path, key: str) -> TrackRecord | None:
    """Return what a file keeps, if it is whole and rests on the same."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return _adapter().validate_python(told["track_record"]) if told["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError, ValidationError):
        return None


@cache
def _adapter() -> TypeAdapter[TrackRecord]:
    return TypeAdapter(TrackRecord)
