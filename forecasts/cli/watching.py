"""Watching a run: a progress display for people, lines of JSON for machines; both on standard error."""

import datetime as dt
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import typer

from forecasts.ledger.root import shown

if TYPE_CHECKING:
    from forecasts.batch.came import Done, Run
    from forecasts.batch.run import Event

#: Jobs up to which the table at the end shows each; beyond, it shows those that are not good.
SHOWN = 40


class LogFormat(StrEnum):
    """How a run is told while it goes on."""

    TEXT = "text"
    JSON = "json"


class Watcher(Protocol):
    """Who is told how a run goes on."""

    def event(self, event: "Event") -> None:
        """Take up that a day's work begins, or that a job has ended."""
        ...

    def ended(self, runs: Sequence["Run"]) -> None:
        """Take up how it all ended."""
        ...


@contextmanager
def watching(format: LogFormat) -> Iterator[Watcher]:
    """Give a watcher for as long as a run goes on."""
    if format is LogFormat.JSON:
        yield Lines()
        return
    with _People() as people:
        yield people


class Lines:
    """One JSON object a line."""

    def say(self, event: str, **facts: Any) -> None:
        """Write a line."""
        now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        typer.echo(json.dumps({"time": now, "event": event, **facts}, ensure_ascii=False), err=True)

    def event(self, event: "Event") -> None:
        """Tell that a day's work begins, or that a job has ended."""
        from forecasts.batch.came import Done
        from forecasts.batch.run import Remarked

        if isinstance(event, Done):
            self.say("job", **_facts(event))
            return
        if isinstance(event, Remarked):
            self.say("remark", text=event.text)
            return
        work = event.work
        self.say(
            "begun", plan=work.name, known_on=work.known_on.isoformat(), due=event.due, up_to_date=event.ready
        )

    def ended(self, runs: Sequence["Run"]) -> None:
        """Tell how each day's work ended."""
        for run in runs:
            self.say(
                "ended",
                plan=run.work.name,
                known_on=run.work.known_on.isoformat(),
                ok=run.ok,
                error=run.error,
                folder=shown(run.folder, Path.cwd()),
                done=run.count("done"),
                up_to_date=run.count("up to date"),
                failed=run.count("failed"),
                not_run=run.count("not run"),
                pdfs=[shown(path, Path.cwd()) for path in run.pdfs],
            )


def _facts(done: "Done") -> dict[str, Any]:
    return {
        "id": done.job.id,
        "status": done.status,
        "seconds": done.seconds,
        "error": done.error,
    }


class _People:
    """A bar with the time left, on a terminal; a line for each failure and a table at the end, everywhere."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        self.console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
        self.bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            TextColumn("left:"), TimeRemainingColumn(),
            console=self.console, transient=True, disable=not sys.stderr.isatty(),
        )  # fmt: skip
        self.task = self.bar.add_task("notebooks", total=None)

    def __enter__(self) -> "_People":
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def event(self, event: "Event") -> None:
        """Move the bar; tell a failure at once."""
        from forecasts.batch.came import Done
        from forecasts.batch.run import Remarked

        if isinstance(event, Done):
            self.bar.advance(self.task)
            if event.error:
                self.console.print(f"{event.job.id}: failed: {_first_line(event.error)}")
            return
        if isinstance(event, Remarked):
            self.console.print(event.text)
            return
        self.bar.update(self.task, description=f"{event.work.known_on}", total=event.due, completed=0)

    def ended(self, runs: Sequence["Run"]) -> None:
        """Show what came of every job, or, of many, of those that are not good."""
        from rich.table import Table

        self.bar.stop()
        for run in runs:
            every = len(run.done) <= SHOWN
            rows = [done for done in run.done if (every and run.fresh) or not done.good]
            if rows:
                table = Table("job", "status", "s", box=None, pad_edge=False)
                for done in rows:
                    table.add_row(done.job.id, done.status, f"{done.seconds:.1f}" if done.seconds else "")
                self.console.print(table)
            if run.error:
                self.console.print(run.error)
            if run.count("failed"):
                self.console.print(f"what failed left its evidence in {shown(run.folder, Path.cwd())}/jobs")
            if not run.published:
                there = shown(run.folder, Path.cwd())
                self.console.print(f"this run does not take the place of the last one: it lies in {there}")


def _first_line(text: str) -> str:
    line = (text.strip().splitlines() or [""])[0]
    return line if len(line) <= 200 else f"{line[:200]} ..."
