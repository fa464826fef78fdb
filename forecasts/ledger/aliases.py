"""Other names of indicators: each belongs to one of them alone."""

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from forecasts.ledger.names import spelt
from forecasts.ledger.records import Indicator
from forecasts.ledger.rows import Rows
from forecasts.ledger.tables import Table


def refuse_shared_aliases(table: Table, rows: Rows[Indicator]) -> None:
    """Refuse an alias by which another indicator goes: who is called by it would be a guess."""
    shared = shared_aliases(rows)
    taken = np.array([i in shared for i in range(len(rows))], bool)

    def remedy(row: int) -> str:
        alias, other = shared[row]
        return f"{alias!r} is what line {table.lines[other]} is called; leave it to one of them"

    table.refuse(taken, "aliases", "an alias is a name of another indicator", remedy)


def shared_aliases(rows: Rows[Indicator]) -> Mapping[int, tuple[str, int]]:
    """Return the rows of which an alias is another row's name, with the first such alias and that row.

    Of two rows with one alias, the later one is asked about.
    """
    aliases = [tuple(rows.columns["aliases"].at(i)) for i in range(len(rows))]
    if not any(aliases):
        return {}
    called: dict[str, list[int]] = defaultdict(list)
    for column in ("id", "name_zh", "name_en"):
        for i, name in enumerate(rows.words(column).tolist()):
            if name:
                called[spelt(str(name))].append(i)
    found: dict[int, tuple[str, int]] = {}
    for i, own in enumerate(aliases):
        for alias in own:
            others = [row for row in called[spelt(alias)] if row != i]
            if others:
                found.setdefault(i, (alias, others[0]))
        for alias in own:
            called[spelt(alias)].append(i)
    return found
