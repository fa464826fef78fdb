"""Who is told what of a run: commands that are called, letters that are sent.

What is told comes from the run's summary alone (``run.json``). Nothing here undoes a run: a command that
fails, or a server that does not answer, is one more thing that went wrong.
"""

import json
import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.headerregistry import Address
from pathlib import Path
from typing import Any, Final, Literal, cast

from forecasts.batch.telling.mail import PREFIX, Server, addresses, letter, read_server, send
from forecasts.ledger.problems import BadInput, Problem, Refusal, shortened
from forecasts.publish.words import Language, Words

#: What ``run.json`` says.
Summary = Mapping[str, Any]

Occasion = Literal["failure", "success", "alert"]
OCCASIONS: Final[tuple[Occasion, ...]] = ("failure", "success", "alert")

#: Seconds that a command may take.
PATIENCE: Final = 300

#: Bytes of briefs that a letter takes along; many servers refuse one of twice the size.
ATTACHED: Final = 10_000_000

#: Failed jobs that a letter names; all of them stand in ``run.json``.
NAMED: Final = 50


@dataclass(frozen=True, slots=True)
class Wishes:
    """Who wants to be told what, as somebody wrote it; a command that nobody wants is None.

    Attributes
    ----------
    mail_to : tuple of str
        Who gets the brief.
    mail_errors_to : tuple of str
        Who is told what failed.
    """

    on_failure: str | None = None
    on_success: str | None = None
    on_alert: str | None = None
    mail_to: tuple[str, ...] = ()
    mail_errors_to: tuple[str, ...] = ()

    @property
    def mails(self) -> bool:
        """Whether a mail server is needed."""
        return bool(self.mail_to or self.mail_errors_to)

    def command(self, occasion: Occasion) -> str | None:
        """Return what is to be called on an occasion."""
        return {"failure": self.on_failure, "success": self.on_success, "alert": self.on_alert}[occasion]


@dataclass(frozen=True, slots=True)
class Telling:
    """Everything that is needed to tell, checked before a run."""

    commands: Mapping[Occasion, tuple[str, ...]]
    mail_to: tuple[Address, ...] = ()
    mail_errors_to: tuple[Address, ...] = ()
    server: Server | None = None

    def tell(self, summary: Summary, root: Path, run: Path | None = None) -> tuple[str, ...]:
        """Call and send what the run asks for; return what went wrong, a line each.

        Parameters
        ----------
        root : Path
            The project's folder: paths of the summary start there, and commands stand there.
        run : Path, optional
            ``run.json``; None where there was no run, see :func:`refused`.
        """
        due = (self.commands[occasion] for occasion in occasions(summary) if occasion in self.commands)
        called = (call(command, summary, root, run) for command in due)
        mailed = (self._mail(summary, root, run, errors) for errors in (False, True))
        return tuple(wrong for wrong in (*called, *mailed) if wrong)

    def _mail(self, summary: Summary, root: Path, run: Path | None, errors: bool) -> str:
        """Send the briefs or, to others, what failed; nothing if there is no such thing."""
        to = self.mail_errors_to if errors else self.mail_to
        due = not summary["ok"] if errors else bool(run and summary["pdf"])
        if self.server is None or not to or not due:
            return ""
        words = Words(_language(summary))
        try:
            pdfs, left = ([], 0) if errors or run is None else attached(summary, run.parent)
        except OSError as error:
            return f"mail: {error.filename}: cannot be read: {error.strerror}"
        body = body_of(summary, words, root, run, left)
        return send(
            self.server, letter(self.server.sender, to, subject_of(summary, words, not errors), body, pdfs)
        )


def attached(summary: Summary, folder: Path) -> tuple[list[tuple[str, bytes]], int]:
    """Return the briefs as attachments, each with a name that says what it is, and how many are too much.

    Raises
    ------
    OSError
        If one cannot be read.
    """
    files = [name for brief in summary["briefs"] for name in brief["files"] if name.endswith(".pdf")]
    found: list[tuple[str, bytes]] = []
    size = 0
    for file in files:
        content = (folder / file).read_bytes()
        size += len(content)
        if size <= ATTACHED:
            about = [summary["plan"], *Path(file).parts[1:-1], summary["known_on"]]
            found.append((f"{'-'.join(about)}.pdf", content))
    return found, len(files) - len(found)


def options(wishes: Wishes) -> tuple[str, ...]:
    """Return the wishes as options of the command line, a word each."""
    commands = [(f"--on-{occasion}", wishes.command(occasion)) for occasion in OCCASIONS]
    to = [("--mail-to", who) for who in wishes.mail_to]
    to += [("--mail-errors-to", who) for who in wishes.mail_errors_to]
    return tuple(f"{name}={value}" for name, value in [*commands, *to] if value is not None)


def prepare(wishes: Wishes, environ: Mapping[str, str], root: Path) -> Telling:
    """Check everything before the run.

    Raises
    ------
    BadInput
        With every command that is none, every unfit address and every variable that is missing.
    """
    problems: list[Problem] = list(faults(wishes, root))
    server = None
    if wishes.mails:
        try:
            server = read_server(environ)
        except BadInput as bad:
            problems += bad.problems
    if problems:
        raise BadInput(problems)
    commands = {o: tuple(shlex.split(text)) for o in OCCASIONS if (text := wishes.command(o)) is not None}
    brief, errors = (addresses(given, "")[0] for given in (wishes.mail_to, wishes.mail_errors_to))
    return Telling(commands, brief, errors, server)


def faults(wishes: Wishes, root: Path) -> Iterable[Problem]:
    """Yield what is wrong with the wishes, whatever the environment is."""
    for occasion in OCCASIONS:
        text = wishes.command(occasion)
        if text is not None and (rule := _unfit(text, root)):
            remedy = "give a program and its arguments; for pipes and the like: sh -c '...'"
            yield Problem(f"--on-{occasion}", rule, text, remedy)
    yield from addresses(wishes.mail_to, "--mail-to")[1]
    yield from addresses(wishes.mail_errors_to, "--mail-errors-to")[1]


def _unfit(command: str, root: Path) -> str:
    """Say why a command is none; no shell reads it, so that nothing in it means more than it says."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        return f"cannot be split into words: {error}".lower()
    if not words:
        return "is empty"
    program = str(root / words[0]) if os.sep in words[0] else words[0]
    return "" if "\0" not in command and shutil.which(program) else "there is no such program"


def occasions(summary: Summary) -> tuple[Occasion, ...]:
    """Return what a run is an occasion for."""
    ended: Occasion = "success" if summary["ok"] else "failure"
    return (ended, "alert") if summary.get("alerts") else (ended,)


def refused(plan: str, language: Language, why: Refusal) -> Summary:
    """Return the summary of a run that never was: what it was to read is faulty."""
    told = "\n".join(str(problem) for problem in why.problems)
    nothing: Summary = {"known_on": "", "pdf": None, "html": None, "jobs": [], "alerts": []}
    return {"plan": plan, "language": language, "ok": False, "error": told, **nothing}


def failed(summary: Summary) -> list[Mapping[str, Any]]:
    """Return the jobs that failed."""
    return [job for job in summary["jobs"] if job["status"] == "failed"]


def variables(summary: Summary, root: Path, run: Path | None) -> dict[str, str]:
    """Return what a command is told by its environment; the whole stands on its standard input."""
    jobs = failed(summary)
    why = summary["error"] or next((job["error"] for job in jobs), "")
    told = {
        "PLAN": summary["plan"],
        "KNOWN_ON": summary["known_on"],
        "PDF": _path(summary, "pdf", root) or "",
        "HTML": _path(summary, "html", root) or "",
        "FAILED": len(jobs),
        "ERROR": shortened(why, 1000),
        "RUN": run or "",
    }
    return {f"FORECASTS_{name}": str(value).replace("\0", "") for name, value in told.items()}


def call(command: tuple[str, ...], summary: Summary, root: Path, run: Path | None) -> str:
    """Call a command; return what went wrong, if anything did. What it prints goes to standard error."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    name = shortened(shlex.join(command))
    # A file's name may have half signs; as JSON's own escapes they are told whole.
    given = json.dumps(summary, ensure_ascii=False).encode("utf-8", "backslashreplace")
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=2,  # standard output is the run's: its last line is the PDF's path
            cwd=root,
            env=ours | variables(summary, root, run),
            start_new_session=True,
        )
    except OSError as error:
        return f"{name}: cannot be started: {error.strerror or error}"
    try:
        process.communicate(given, timeout=PATIENCE)
    except BaseException as error:
        with suppress(OSError):  # it has just ended
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if not isinstance(error, subprocess.TimeoutExpired):  # e.g. Ctrl-C
            raise
        return f"{name}: was stopped, as it took more than {PATIENCE} seconds"
    return f"{name}: ended with {process.returncode}" if process.returncode else ""


def subject_of(summary: Summary, words: Words, brief: bool) -> str:
    """Return the subject: whether it is the brief, one with gaps, or only what failed."""
    key = "mail.failed" if not brief else "mail.brief" if summary["ok"] else "mail.gaps"
    said = words.say(key, plan=str(summary["plan"]))
    day = words.say("mail.day", day=str(summary["known_on"])) if summary["known_on"] else ""
    alert = words.say("mail.alert") if brief and summary.get("alerts") else ""
    return f"{alert}{said}{day}"


def body_of(summary: Summary, words: Words, root: Path, run: Path | None, left: int = 0) -> str:
    """Return a letter's text: where the brief is, what failed and why, what the plan was to watch.

    Parameters
    ----------
    left : int
        How many briefs are not in the letter, for there are too many.
    """
    jobs = failed(summary)
    done = sum(job["status"] in ("done", "up to date") for job in summary["jobs"])
    parts = [words.say("mail.jobs", done=str(done), all=str(len(summary["jobs"])))] if summary["jobs"] else []
    if summary["error"]:
        parts.append(words.say("mail.error", error=str(summary["error"])))
    if jobs:
        lines = [f"- {_named(job)}: {' '.join(shortened(job['error'], 300).split())}" for job in jobs[:NAMED]]
        more = [words.say("mail.more", number=str(len(jobs) - NAMED))] if len(jobs) > NAMED else []
        parts.append("\n".join([words.say("mail.failures"), *lines, *more]))
    if alerts := summary.get("alerts"):
        parts.append(
            "\n".join([words.say("mail.alerts"), *(f"- {a[f'text_{words.language}']}" for a in alerts)])
        )
    files = {
        "mail.pdf": _path(summary, "pdf", root),
        "mail.html": _path(summary, "html", root),
        "mail.run": run,
    }
    if left:
        parts.append(words.say("mail.left", number=str(left)))
    where = [words.say(key, path=str(path)) for key, path in files.items() if path]
    return "\n\n".join([*parts, "\n".join(where)]).strip() + "\n"


def _named(job: Mapping[str, Any]) -> str:
    """Name a job as people do; of a notebook that asks for no goal, by its own name."""
    return f"{job['goal']} · {job['scenario']}" if job["goal"] and job["scenario"] else str(job["id"])


def _path(summary: Summary, key: str, root: Path) -> Path | None:
    return root / summary[key] if summary[key] else None


def _language(summary: Summary) -> Language:
    return cast(Language, summary["language"])
