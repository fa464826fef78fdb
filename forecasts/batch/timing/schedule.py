"""A plan at its times: a line for cron, or a service and its timer for systemd; texts only.

What is installed holds absolute paths and needs no PATH, HOME or locale, stands in the project's folder, and
never waits for another run of the same plan: that is what a run's own lock is for. Nothing here reads or
writes; ``crontab`` and ``timers`` do.
"""

import hashlib
import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from forecasts.batch.timing.cron import Times, on_calendar
from forecasts.ledger.problems import BadInput, Problem

#: What a line or a unit of ours says of itself.
MARK: Final = "# forecasts:"

#: Characters that cron takes of a command, and what a line of a unit may hold.
CRON_LIMIT: Final = 998


@dataclass(frozen=True, slots=True)
class Schedule:
    """What is to run when.

    Attributes
    ----------
    project : Path
        The folder with ``seeds/``, in full.
    plan : str
        The plan, as a path from the project's folder where it lies in it.
    options : tuple of str
        Passed on to ``forecasts run``.
    """

    project: Path
    plan: str
    times: Times
    options: tuple[str, ...] = ()
    python: str = sys.executable

    @property
    def name(self) -> str:
        """Name of the units: the plan's, and a few digits for the project that it belongs to."""
        return unit_name(self.project, self.plan)


def unit_name(project: Path, plan: str) -> str:
    """Return the name of a plan's units, of letters that a unit may have."""
    told = hashlib.sha256(f"{project}\n{plan}".encode("utf-8", "surrogateescape")).hexdigest()[:8]
    stem = re.sub(r"[^A-Za-z0-9_.-]+", "_", Path(plan).stem)[:60]
    return f"forecasts-{stem}-{told}"


def mark(project: Path, plan: str) -> str:
    """Return the words by which a plan's line or unit is known, whoever wrote more around it."""
    return f"{MARK} {project} {plan}"


def faults(schedule: Schedule) -> list[Problem]:
    """Return what no line of a crontab and no unit can hold, however it is quoted."""
    named = {"project's folder": str(schedule.project), "PLAN": schedule.plan, "python": schedule.python}
    named |= {f"option {i}": word for i, word in enumerate(schedule.options, 1)}
    rule, remedy = "has a line break or another control character", "rename it, or say it in another way"
    return [Problem(place, rule, text, remedy) for place, text in named.items() if _controls(text)]


def _controls(text: str) -> bool:
    return any(ord(sign) < 32 or ord(sign) == 127 for sign in text)


def cron_line(schedule: Schedule) -> str:
    """Return the line of a crontab, without its end.

    Raises
    ------
    BadInput
        If it is longer than cron takes.
    """
    words = [schedule.python, "-m", "forecasts.batch.timing.scheduled", str(schedule.project), schedule.plan]
    said = f"{shlex.join([*words, *schedule.options])} {mark(schedule.project, schedule.plan)}"
    command = escaped(said)
    if len(command.encode("utf-8", "surrogateescape")) > CRON_LIMIT:
        rule = f"the command is longer than the {CRON_LIMIT} bytes that cron takes"
        remedy = "use --as systemd, or move the project to a shorter path"
        raise BadInput([Problem("--as cron", rule, command, remedy)])
    return f"{schedule.times.text} {command}"


def escaped(command: str) -> str:
    r"""Escape what cron itself would read: ``%`` ends the command there, and ``\%`` is how it is written.

    Cron also makes one backslash of two, and so each is doubled.
    """
    return command.replace("\\", "\\\\").replace("%", "\\%")


def merged(crontab: bytes, line: str, project: Path, plan: str) -> bytes:
    """Return a crontab with the plan's line: in the old one's place, or at the end."""
    end = _end(crontab)
    ours = _bytes(line) + end
    kept: list[bytes] = []
    for old in crontab.splitlines(keepends=True):
        if not is_ours(old, project, plan):
            kept.append(old)
        elif ours not in kept:
            kept.append(ours)
    if ours not in kept:
        if kept and not kept[-1].endswith((b"\n", b"\r")):
            kept[-1] += end
        kept.append(ours)
    return b"".join(kept)


def without(crontab: bytes, project: Path, plan: str) -> bytes:
    """Return a crontab without the plan's line; all others byte for byte."""
    return b"".join(old for old in crontab.splitlines(keepends=True) if not is_ours(old, project, plan))


def is_ours(line: bytes, project: Path, plan: str) -> bool:
    """Whether a line of a crontab is the one of a plan; a line that is commented out is somebody's wish."""
    ours = _bytes(escaped(mark(project, plan)))
    return line.rstrip(b"\r\n").endswith(b" " + ours) and not line.lstrip().startswith(b"#")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _end(crontab: bytes) -> bytes:
    """Return how lines end there: a lone line with another end would be the odd one."""
    return b"\r\n" if b"\r\n" in crontab and b"\n" not in crontab.replace(b"\r\n", b"") else b"\n"


def units(schedule: Schedule) -> dict[str, str]:
    """Return the service and its timer, by file name."""
    told = mark(schedule.project, schedule.plan)
    run = [schedule.python, "-m", "forecasts", "run", schedule.plan, *schedule.options]
    service = f"""{told}
[Unit]
Description=forecasts run {_specifiers(schedule.plan)}

[Service]
Type=oneshot
WorkingDirectory={_specifiers(str(schedule.project))}
Environment=PYTHONUTF8=1 OPENBLAS_NUM_THREADS=1
# What must stand in no file of ours, e.g. the mail server's password: KEY=value lines, if it is there.
EnvironmentFile=-%E/forecasts/environment
ExecStart={" ".join(map(_quoted, run))}
"""
    calendar = "\n".join(f"OnCalendar={when}" for when in on_calendar(schedule.times))
    timer = f"""{told}
[Unit]
Description=forecasts run {_specifiers(schedule.plan)}, at its times

[Timer]
{calendar}
# A time that was missed because the machine was off is made up for.
Persistent=true

[Install]
WantedBy=timers.target
"""
    return {f"{schedule.name}.service": service, f"{schedule.name}.timer": timer}


def _specifiers(text: str) -> str:
    return text.replace("%", "%%")


def _quoted(word: str) -> str:
    """Write a word of ``ExecStart=`` so that systemd reads it as it is."""
    inner = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_specifiers(inner).replace("$", "$$")}"'
