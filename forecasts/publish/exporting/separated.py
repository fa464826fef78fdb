"""An export as a folder of CSV files, one a noun: UTF-8 with a mark by which Excel knows it."""

import csv
import datetime as dt
import io
import math
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

from forecasts.ledger.files import take_place
from forecasts.publish.exporting import verdicts, what_ifs
from forecasts.publish.exporting.cells import fitted, guarded, visible
from forecasts.publish.exporting.readme import columns_told
from forecasts.publish.exporting.tables import Cell, Export
from forecasts.publish.words import Words

README: Final = "README.csv"
HEADINGS: Final = ("table", "column", "heading", "form", "meaning")

#: What Excel knows UTF-8 by.
BOM: Final = "\ufeff"


def files_of(export: Export, words: Words) -> Mapping[str, bytes]:
    """Return the files of an export by name; their headings are the names of the columns."""
    about = [("", "", name, "", said) for name, said in export.about]
    told = [(noun.name, *row) for noun in export.nouns for row in columns_told(noun, words)]
    texts = {README: _csv(HEADINGS, [*about, *told], words)}
    texts |= {f"{noun.name}.csv": _csv(noun.columns, noun.rows, words) for noun in export.nouns}
    return {name: (BOM + text).encode("utf-8") for name, text in texts.items()}


def is_export(folder: Path) -> bool:
    """Whether a folder is one that this program wrote, and holds nothing else."""
    try:
        names = {path.name for path in folder.iterdir()}
        ours = {README, *(f"{name}.csv" for name in (*verdicts.COLUMNS, *what_ifs.COLUMNS))}
        head = (folder / README).open(encoding="utf-8").readline()
    except (OSError, UnicodeDecodeError):
        return False
    return names <= ours and head.strip() == BOM + ",".join(HEADINGS)


def write_folder(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files as a folder that takes the place of an earlier one, whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".export."))
    try:
        for name, data in files.items():
            (draft / name).parent.mkdir(parents=True, exist_ok=True)
            (draft / name).write_bytes(data)
        draft.chmod(0o755)
        take_place(draft, folder)
    except OSError as error:  # the draft's name says nothing to anybody
        raise OSError(error.errno, error.strerror, str(folder)) from error
    finally:
        # What stands here now is the earlier folder, or a draft that nobody needs.
        shutil.rmtree(draft, ignore_errors=True)


def _csv(head: Sequence[str], rows: Iterable[Sequence[Cell]], words: Words) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_written(cell, words) for cell in row] for row in rows)
    return text.getvalue()


def _written(value: Cell, words: Words) -> str:
    """Return a cell as it is written: numbers and days plain, texts so that none becomes a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int | float) and math.isfinite(value):
        return repr(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return fitted(visible(str(value)), words, guarded)
