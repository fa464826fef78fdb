"""What the mother does before the first child: read and work out what every child would."""

import datetime as dt
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

#: What was worked out: it is there as long as somebody holds it, and no child need do it again.
_HELD: list[object] = []


def warm(root: str, asked: Iterable[tuple[str, str, str]]) -> None:
    """Read a project's figures once and work out what its questions share; a fork has both already.

    A fault in them is for whoever asks: it is told there, not here.

    Parameters
    ----------
    asked : iterable of (goal, scenario, day)
        What will be asked; the day as YYYY-MM-DD.
    """
    from forecasts.attainment import warming
    from forecasts.ledger.problems import Refusal
    from forecasts.scenarios.seeds import read_seeds

    with suppress(Refusal, OSError):
        seeds = read_seeds(Path(root) / "seeds")
        _HELD.extend(
            warming.warm(
                seeds, ((goal, scenario, dt.date.fromisoformat(day)) for goal, scenario, day in asked)
            )
        )
