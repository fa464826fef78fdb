"""A plan as a whole: its days one after the other, with one workshop and one renderer for all of them."""

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path

from forecasts.batch.briefs import Studio
from forecasts.batch.came import Run
from forecasts.batch.chronicle import Chronicle
from forecasts.batch.keys import Keys
from forecasts.batch.plan import Work
from forecasts.batch.run import Event, Options, run_work
from forecasts.batch.workshop import WARM, Workshop
from forecasts.scenarios.seeds import Seeds

#: The register's file.
REGISTER = "register.sqlite"


class Local:
    """Briefs made in this process."""

    def brief(self, results, failures, language, templates, folder, title=None, track_record=()):
        from forecasts.batch.combine import write_brief
        from forecasts.publish.save import RESULT, read_result

        folder.mkdir(parents=True, exist_ok=True)
        return write_brief(
            [read_result(r / RESULT) for r in results], failures, language, templates, folder, title
        )


class _Tools:
    """The workshop and the renderer, started when they are first needed and ended together."""

    def __init__(self, stack: ExitStack, make: Callable[[], Workshop]):
        self.stack, self.make = stack, make

    @cached_property
    def workshop(self) -> Workshop:
        return self.stack.enter_context(self.make())


def run_plan(
    works: Sequence[Work],
    seeds: Seeds,
    root: Path,
    out: Path,
    jobs: int = 2,
    engine: str = WARM,
    options: Options | None = None,
    register: Path | None = None,
    on_event: Callable[[Event], None] = lambda event: None,
) -> tuple[Run, ...]:
    """Run the days of a plan, one after the other.

    Parameters
    ----------
    jobs : int
        How many notebooks run at the same time.
    engine : {"warm", "stock"}
        papermill's engine; where there can be no warm kernels, its own takes over.
    register : Path, optional
        Where forecasts are entered; by default ``register.sqlite`` in `out`.
    on_event : callable
        Told of each day that begins and each job that ends, e.g. for a progress bar.
    """
    keys = Keys(root, seeds, works[0].plan.success)
    chronicle = Chronicle(register or out / REGISTER, root, seeds, dt.date.today())
    asked = [
        (job.goal, job.scenario, work.known_on.isoformat()) for work in works for job in work.jobs if job.goal
    ]
    memory = works[0].plan.memory_bytes
    with ExitStack() as stack:
        tools = _Tools(stack, lambda: Workshop(root, jobs, engine, memory, asked))
        studio = Studio(Local, lambda work: (), root)
        return tuple(
            run_work(work, keys, root, out, lambda: tools.workshop, studio, chronicle, options, on_event)
            for work in works
        )
