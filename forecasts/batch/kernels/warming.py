"""What the mother does before a child is born: read and work out what every child would."""

import datetime as dt
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from forecasts.batch.kernels.client import ABOUT

#: Goals whose shared answers are kept, at some megabytes each: a run asks about one after the other.
KEPT: Final = 6


class Warmth:
    """A project's figures, read once, and what its questions share; a fork has both already.

    A fault in them is for whoever asks: it is told there, not here.

    Parameters
    ----------
    asked : iterable of (goal, scenario, day)
        What will be asked; the day as YYYY-MM-DD.
    """

    def __init__(self, root: str, asked: Iterable[tuple[str, str, str]]) -> None:
        from forecasts.attainment import warming
        from forecasts.ledger.problems import Refusal
        from forecasts.publish.ahead import prepare
        from forecasts.scenarios.seeds import read_seeds

        self._asked: dict[tuple[str, str], list[str]] = {}
        for goal, scenario, day in asked:
            self._asked.setdefault((goal, day), []).append(scenario)
        self._held: OrderedDict[tuple[str, str], object] = OrderedDict()
        self._warm, self._seeds = warming.warm, None
        prepare()
        with suppress(Refusal, OSError):
            self._seeds = read_seeds(Path(root) / "seeds")
            self._warm(self._seeds, ())

    def prepare(self, request: Mapping[str, Any]) -> None:
        """Work out what a kernel's question shares with others that will come."""
        goal, _, day = request.get("env", {}).get(ABOUT, "").rpartition(" ")
        about = goal, day
        scenarios = self._asked.get(about, ())
        if request["do"] != "kernel" or self._seeds is None or len(scenarios) < 2:
            return
        if about not in self._held:
            questions = [(goal, scenario, dt.date.fromisoformat(day)) for scenario in scenarios]
            self._held[about] = self._warm(self._seeds, questions)
        self._held.move_to_end(about)
        while len(self._held) > KEPT:
            self._held.popitem(last=False)
