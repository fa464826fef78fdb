"""Where schedules are installed: the user's crontab, or the user's systemd units."""

import os
import subprocess
from pathlib import Path
from typing import Final

from forecasts.batch.timing.schedule import (
    Schedule,
    cron_line,
    is_ours,
    mark,
    merged,
    unit_name,
    units,
    without,
)
from forecasts.ledger.files import write_whole

#: Seconds that ``crontab`` and ``systemctl`` may take.
PATIENCE: Final = 30

#: How they say that there is nothing yet.
EMPTY: Final = ("no crontab for", "No such file")


class NotInstalled(Exception):
    """Not all could be installed or removed; says what is as it was, and what to do."""


def add_line(schedule: Schedule) -> bool:
    """Put a plan's line into the user's crontab; return whether that changed anything.

    Raises
    ------
    NotInstalled
        If the crontab could not be read or written; it is as it was.
    """
    before = _crontab()
    return _replace(before, merged(before, cron_line(schedule), schedule.project, schedule.plan))


def remove_line(project: Path, plan: str) -> bool:
    """Take a plan's line out of the user's crontab; return whether there was one."""
    before = _crontab(needed=False)
    return _replace(before, without(before, project, plan))


def present_line(project: Path, plan: str) -> str:
    """Return the plan's line as it stands in the user's crontab; empty if there is none."""
    lines = _crontab(needed=False).splitlines()
    return next(
        (line.decode("utf-8", "surrogateescape") for line in lines if is_ours(line, project, plan)), ""
    )


def _crontab(needed: bool = True) -> bytes:
    """Return the user's crontab; empty where there is none, and, unless it is needed, no cron either."""
    try:
        ended = _run("crontab", "-l")
    except FileNotFoundError:
        if not needed:
            return b""
        raise NotInstalled("crontab: there is no such program - install cron, or use --as systemd") from None
    if ended.returncode == 0:
        return ended.stdout
    told = ended.stderr.decode("utf-8", "replace").strip()
    if any(words in told for words in EMPTY):
        return b""
    raise NotInstalled(f"crontab -l: {told or f'ended with {ended.returncode}'} - nothing was changed")


def _replace(before: bytes, after: bytes) -> bool:
    """Write a crontab, and look whether it is there."""
    if before == after:
        return False
    ended = _run("crontab", "-", given=after)
    if ended.returncode != 0:
        told = ended.stderr.decode("utf-8", "replace").strip() or f"ended with {ended.returncode}"
        raise NotInstalled(f"crontab: {' '.join(told.split())} - nothing was changed")
    if _crontab() != after:
        raise NotInstalled("crontab: took the lines, but does not give them back - look at crontab -l")
    return True


def unit_folder() -> Path:
    """Return the folder of the user's own units."""
    config = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(config) / "systemd" / "user"


def add_units(schedule: Schedule) -> tuple[Path, ...]:
    """Write a plan's service and timer and start the timer; return the files.

    Raises
    ------
    NotInstalled
        If systemd does not answer: the files stay, and the commands that are left are named.
    """
    paths = tuple(write_whole(unit_folder() / name, text) for name, text in units(schedule).items())
    timer = f"{schedule.name}.timer"
    _told_systemd(("daemon-reload",), ("enable", timer), ("restart", timer))
    return paths


def remove_units(project: Path, plan: str) -> tuple[Path, ...]:
    """Stop a plan's timer and delete its files; return what was deleted."""
    stem = unit_name(project, plan)
    there = [
        path
        for end in (".service", ".timer")
        if _is_unit(path := unit_folder() / (stem + end), project, plan)
    ]
    if not there:
        return ()
    failed: NotInstalled | None = None
    try:
        _told_systemd(("disable", "--now", f"{stem}.timer"))
    except NotInstalled as error:  # without a manager nothing runs: the files go all the same
        failed = error
    for path in there:
        path.unlink()
    (unit_folder() / "timers.target.wants" / f"{stem}.timer").unlink(missing_ok=True)
    if failed:
        raise failed
    _told_systemd(("daemon-reload",))
    return tuple(there)


def _is_unit(path: Path, project: Path, plan: str) -> bool:
    """Whether a file is there and says that it is the plan's."""
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape").startswith(
            mark(project, plan) + "\n"
        )
    except FileNotFoundError:
        return False


def _told_systemd(*commands: tuple[str, ...]) -> None:
    """Tell the user's systemd, command by command; the first that it refuses ends it."""
    for i, command in enumerate(commands):
        try:
            ended = _run("systemctl", "--user", *command)
            why = ended.stderr.decode("utf-8", "replace").strip() if ended.returncode else ""
        except FileNotFoundError:
            why = "there is no such program"
        if why:
            left = "; ".join(f"systemctl --user {' '.join(words)}" for words in commands[i:])
            raise NotInstalled(
                f"systemctl: {' '.join(why.split())} - the files in {unit_folder()} are as they should be; "
                f"log in as a user with systemd (or `loginctl enable-linger`), and then: {left}"
            )


def _run(*command: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run one of the two; that it takes too long is told as its failure."""
    try:
        return subprocess.run(
            command,
            input=given,
            capture_output=True,
            check=False,
            timeout=PATIENCE,
            env={**os.environ, "LC_ALL": "C"},
        )
    except subprocess.TimeoutExpired:
        raise NotInstalled(f"{command[0]}: no answer within {PATIENCE} seconds") from None
