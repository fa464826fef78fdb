"""A plan as a whole: its days one after the other, with one workshop and one renderer for all of them."""

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Final

from forecasts.batch.briefs import Studio, names_of
from forecasts.batch.came import Run
from forecasts.batch.kernels.client import Mother
from forecasts.batch.keys import Keys
from forecasts.batch.plans.plan import Work
from forecasts.batch.register.chronicle import Chronicle
from forecasts.batch.run import Event, Executor, Options, Remarked, run_work
from forecasts.batch.workshop import WARM, Workshop
from forecasts.publish.elsewhere import RENDERER
from forecasts.publish.rendering import Renderer
from forecasts.scenarios.seeds import Seeds

#: The register's file, and the folder of what runs keep for the next ones.
REGISTER: Final = "register.sqlite"
KEPT: Final = ".kept"

#: Where notebooks run, if not on a cluster.
LOCAL: Final = "local"


@dataclass(frozen=True, slots=True)
class Means:
    """What a plan is run with.

    Attributes
    ----------
    jobs : int
        How many notebooks run at the same time.
    engine : {"warm", "stock"}
        papermill's engine; where there can be no warm kernels, its own takes over.
    executor : str
        ``local``, or the address of a cluster's scheduler.
    register : Path, optional
        Where forecasts are entered; by default ``register.sqlite`` beside the runs.
    mother : Mother, optional
        Of warm kernels, started while the plan was read; she ends with the run if it needs her, else it is
        for who started her to end her.
    """

    jobs: int = 2
    engine: str = WARM
    executor: str = LOCAL
    register: Path | None = None
    mother: Mother | None = None


def run_plan(
    works: Sequence[Work],
    seeds: Seeds,
    root: Path,
    out: Path,
    means: Means | None = None,
    options: Options | None = None,
    on_event: Callable[[Event], None] = lambda event: None,
) -> tuple[Run, ...]:
    """Run the days of a plan, one after the other.

    Parameters
    ----------
    on_event : callable
        Told of each day that begins and each job that ends, e.g. for a progress bar.
    """
    by = means or Means()
    keys = Keys(root, seeds, works[0].plan.success)
    chronicle = Chronicle(by.register or out / REGISTER, root, seeds, dt.date.today())
    with ExitStack() as stack:
        tools = _Tools(stack, tuple(works), root, by, lambda text: on_event(Remarked(text)))

        def looked_back(work: Work) -> Sequence[str]:
            return _looked_back(work, seeds, out / KEPT, keys.day(work.known_on))

        studio = Studio(lambda: tools.renderer, looked_back, root)
        return tuple(
            run_work(work, keys, root, out, lambda: tools.executor, studio, chronicle, options, on_event)
            for work in works
        )


def _looked_back(work: Work, seeds: Seeds, kept: Path, key: str) -> Sequence[str]:
    """Return the sentences about what earlier verdicts were worth."""
    from forecasts.batch.looked_back import looked_back
    from forecasts.publish.track_record import summary
    from forecasts.publish.words import Words

    return summary(looked_back(seeds, work.known_on, kept, key), Words(work.plan.language))


@dataclass
class _Tools:
    """The renderer and where notebooks run: started when they are first needed, and ended together."""

    stack: ExitStack
    works: Sequence[Work]
    root: Path
    means: Means
    say: Callable[[str], None]

    @cached_property
    def renderer(self) -> Renderer:
        return self.stack.enter_context(Renderer(briefs=any(map(names_of, self.works))))

    @cached_property
    def executor(self) -> Executor:
        asked = [
            (job.goal, job.scenario, work.known_on.isoformat())
            for work in self.works
            for job in work.jobs
            if job.goal
        ]
        memory, by = self.works[0].plan.memory_bytes, self.means
        if by.executor != LOCAL:
            return self._remote(memory, tuple(asked))
        more = {RENDERER: self.renderer.address}
        return self.stack.enter_context(
            Workshop(self.root, by.jobs, by.engine, memory, asked, more, self.say, by.mother)
        )

    def _remote(self, memory: int | None, asked: tuple[tuple[str, str, str], ...]) -> Executor:
        from forecasts.batch.cluster import connect
        from forecasts.batch.remote import Luggage, Remote, pack

        packed = pack(self.root)
        luggage = Luggage(packed, sha256(packed).hexdigest(), self.means.engine, memory, asked)
        return Remote(self.root, self.stack.enter_context(connect(self.means.executor)), luggage)
