"""What the mother does before the first child: read and work out what every child would."""

from collections.abc import Iterable
from pathlib import Path


def warm(root: str, goals: Iterable[tuple[str, str]]) -> None:
    """Read a project's figures once; a fork has them already.

    A fault in them is for whoever asks: it is told there, not here.
    """
    from contextlib import suppress

    from forecasts.ledger.problems import Refusal
    from forecasts.scenarios.seeds import read_seeds

    with suppress(Refusal, OSError):
        read_seeds(Path(root) / "seeds")
