"""What in ``seeds/`` no font of a brief can show: told before any job runs, and spelled out in print."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from forecasts.ledger.layouts import SEEDS
from forecasts.ledger.located import read_located
from forecasts.ledger.problems import Problem, Remark, shortened
from forecasts.ledger.tables import Table, read_table
from forecasts.publish.fonts import missing, printable

#: So many characters are named in a remark.
NAMED = 5

#: Which texts of a scenario are printed.
PRINTED = ("name_zh", "name_en", "why_zh", "why_en")


def glyph_remarks(folder: Path) -> list[Remark]:
    """Return a remark for every column and every scenario with characters that no font can show.

    Parameters
    ----------
    folder : Path
        ``seeds/``, sound as a whole: whatever cannot be read is told by whoever reads it.

    Returns
    -------
    list of Remark
        Each names file, line and column of the first such cell, the characters and their code points.
    """
    return [*_of_tables(folder), *_of_scenarios(folder / "scenarios")]


def _of_tables(folder: Path) -> Iterator[Remark]:
    for name in SEEDS:
        table = read_table(folder / f"{name}.csv", f"{folder.name}/{name}.csv")
        accepted = _accepted(table)
        for column in table.columns:
            cells = [str(cell) for cell in table.frame[column].tolist()]
            rows = tuple(row for row, cell in enumerate(cells) if missing(cell) and not accepted[row])
            if rows:
                lost = [cells[row] for row in rows]
                yield Remark(_told(table.place, int(table.lines[rows[0]]), column, lost), rows)


def _accepted(table: Table) -> list[bool]:
    """Return which rows hold a reason why nobody needs to doubt them."""
    if "accepted" not in table.columns:
        return [False] * len(table.frame)
    return [str(cell).strip() not in ("", "nan") for cell in table.frame["accepted"].tolist()]


def _of_scenarios(folder: Path) -> Iterator[Remark]:
    for path in sorted(folder.glob("*.yaml")):
        told = read_located(path, f"{folder.name}/{path.name}")
        for key in PRINTED:
            text = str(told.values.get(key) or "")
            if missing(text):
                yield Remark(_told(told.place, told.line((key,)), key, [text]))


def _told(place: str, line: int | None, column: str, cells: Sequence[str]) -> Problem:
    lost = missing(cells[0]) + [c for c in missing("".join(cells)) if c not in cells[0]]
    names = ", ".join(f"{c!r} (U+{ord(c):04X})" for c in lost[:NAMED])
    more = f" and {len(lost) - NAMED} more" if len(lost) > NAMED else ""
    rule = f"no font of the brief has a sign for {names}{more}"
    spelled = printable(lost[0])
    return Problem(
        place, rule, shortened(cells[0]), f"it is printed as {spelled}; or write it otherwise", line, column
    )
