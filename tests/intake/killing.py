"""A process that takes reports in, one after the other, until it is killed."""

import os
from pathlib import Path

from forecasts.intake.accept import accept
from tests.intake.grounds import entries, report


def take_in(folder: Path, acknowledged: Path, first: int, ready: Path) -> None:
    """Take in one report after the other, and write down the name of each that was accepted."""
    handle = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    accept(folder, report(name="tried"), entries(), dry_run=True, wait=-1)  # what is slow once
    ready.touch()
    for number in range(first, first + 10_000):
        name = f"report-{number}"
        assert len(accept(folder, report(name=name), entries(), wait=-1).rows["goals"]) == 2
        os.write(handle, f"{name}\n".encode())
