"""What the mother does before a child is born: read and work out what every child would."""

import datetime as dt
from collections import OrderedDict
from collections.abc import Generator, Iterable, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from forecasts.batch.kernels.client import ABOUT

if TYPE_CHECKING:
    from forecasts.scenarios.seeds import Seeds

#: Goals whose shared answers are kept, at some megabytes each, and those that are prepared before anybody
#: asks: a run asks about one after the other.
KEPT: Final = 6
AHEAD: Final = 2

#: A goal and a day of knowledge.
About = tuple[str, str]


class Warmth:
    """A project's figures, read once, and what its questions share; a fork has both already.

    A fault in them is for whoever asks: it is told there, not here.

    Parameters
    ----------
    asked : iterable of (goal, scenario, day)
        What will be asked, in this order; the day as YYYY-MM-DD.
    """

    def __init__(self, root: str, asked: Iterable[tuple[str, str, str]]) -> None:
        from forecasts.attainment.warming import warm
        from forecasts.ledger.problems import Refusal
        from forecasts.publish.ahead import prepare
        from forecasts.scenarios.seeds import read_seeds

        scenarios: dict[About, list[str]] = {}
        for goal, scenario, day in asked:
            scenarios.setdefault((goal, day), []).append(scenario)
        # One that is asked once shares nothing with others.
        self._asked = {about: named for about, named in scenarios.items() if len(named) > 1}
        self._coming = list(self._asked)
        self._begun: OrderedDict[About, Generator[None, None, object]] = OrderedDict()
        self._held: OrderedDict[About, object] = OrderedDict()
        self._seeds: Seeds | None = None
        if not scenarios:  # what asks about no goal shares nothing that would be worth the second it takes
            return
        prepare()
        with suppress(Refusal, OSError):
            self._seeds = read_seeds(Path(root) / "seeds")
            warm(self._seeds, ())
            self._begin(*islice(self._coming, 1))

    def prepare(self, request: Mapping[str, Any]) -> None:
        """Work out what a kernel's question shares with others that will come."""
        goal, _, day = request.get("env", {}).get(ABOUT, "").rpartition(" ")
        about = goal, day
        if request["do"] != "kernel" or self._seeds is None or about not in self._asked:
            return
        self._begin(about)
        while about in self._begun:
            self._step(about)
        self._held.move_to_end(about)
        self._begin(*(one for one in islice(self._coming, AHEAD) if one not in self._held))

    def at_leisure(self) -> bool:
        """Do a small part of what will be asked next; return whether there is more."""
        if self._begun:
            self._step(next(iter(self._begun)))
        return bool(self._begun)

    def _begin(self, *abouts: About) -> None:
        from forecasts.attainment.warming import warming

        for about in abouts:
            if about not in self._begun and about not in self._held and self._seeds is not None:
                goal, day = about[0], dt.date.fromisoformat(about[1])
                asked = [(goal, scenario, day) for scenario in self._asked[about]]
                self._begun[about] = warming(self._seeds, asked)
            if about in self._coming:
                self._coming.remove(about)

    def _step(self, about: About) -> None:
        try:
            next(self._begun[about])
        except StopIteration as done:
            del self._begun[about]
            self._held[about] = done.value
            while len(self._held) > KEPT:
                self._held.popitem(last=False)
