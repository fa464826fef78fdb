"""One spoilt file is read as the commands read it: it becomes rows, or is refused in the house's words."""

import contextlib
import os
import resource
import signal
import tempfile
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from forecasts.intake.documents import document_of
from forecasts.intake.extract import candidates_of
from forecasts.intake.known import Known, read_known
from forecasts.ledger.located import read_located
from forecasts.ledger.problems import Problem, Refusal
from forecasts.ledger.rows import read_rows
from forecasts.ledger.sheets import TABLES
from forecasts.ledger.tables import read_table

#: Seconds of a processor that no file may take, and bytes by which the process may grow.
SECONDS, MEMORY = 2.0, 1 << 30

#: Characters of a refusal.
LINE = 1000

ROOT = Path(__file__).resolve().parents[2]


class Slow(BaseException):
    """The time of a file is used up; no reader catches it."""


def attempt(form: str, data: bytes, read: Callable[[str, bytes], None]) -> tuple[str, str]:
    """Read a file; return what came of it (``read``, ``refused`` or ``failed``), and of a failure where."""
    try:
        read(form, data)
    except Refusal as refused:
        for problem in refused.problems:
            if not problem.place or not problem.rule or len(str(problem)) > LINE:
                return "failed", f"no clear refusal: {problem!r:.300}"
        return ("refused", "") if refused.problems else ("failed", "a refusal that says nothing")
    except Slow:
        return "failed", f"took more than {SECONDS:g} s {_where()}"
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return "failed", f"{type(error).__name__}: {str(error)[:200]} {_where()}"
    return "read", ""


def _where() -> str:
    """Return where in the house the failure came up."""
    lines = [line.strip().partition("\n")[0] for line in traceback.format_exc().split("\n  File ")]
    ours = [line for line in lines if "forecasts" in line] or lines
    return ours[-1][-160:]


@contextlib.contextmanager
def reader(form: str) -> Iterator[Callable[[str, bytes], None]]:
    """Give what reads files of a form, within limits, in a folder of its own."""
    from tests.fuzz.worker import become_ordinary

    known = read_known(ROOT / "seeds")
    with tempfile.TemporaryDirectory(prefix="forecasts-fuzz-") as place:
        folder = Path(place)
        _load(form, known, folder)
        become_ordinary(folder)
        warnings.simplefilter("ignore")
        room = psutil.Process().memory_info().data + MEMORY  # libraries reserve more than they hold
        resource.setrlimit(resource.RLIMIT_DATA, (room, room))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        def read(form: str, data: bytes) -> None:
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            try:
                read_file(form, data, known, folder)
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)

        if form != "pdf":  # no handler runs within PDFium: there the process ends
            signal.signal(signal.SIGPROF, _slow)
        yield read


def _slow(*_: object) -> None:
    raise Slow


def _load(form: str, known: Known, folder: Path) -> None:
    """Import what is imported late: an ordinary user may not see the interpreter's folder."""
    from tests.fuzz.spoiling import sound
    from tests.fuzz.worker import load_everything

    load_everything()
    for data in sound(form):
        with contextlib.suppress(Refusal):
            read_file(form, data, known, folder)


def read_file(form: str, data: bytes, known: Known, folder: Path) -> None:
    """Read a file of a form, and ask for what is in it."""
    if form in ("txt", "md", "html", "docx"):
        candidates_of(document_of(data, f"a.{form}").text, known)
    elif form == "pdf":
        from forecasts.intake.of_pdf import joined
        from forecasts.intake.pdf_pages import Unread, texts

        try:  # as in the process that it has in earnest
            _, *pages = texts(data, 0, 1, 3_000, 1_000_000)
        except Unread as why:
            raise Refusal([Problem("a.pdf", str(why))]) from None
        candidates_of(joined([line for page in pages for line in str(page).splitlines()]), known)
    else:
        path = folder / f"a.{form}"
        path.write_bytes(data)
        if form == "yaml":
            read_located(path, "a.yaml")
        else:
            read_rows(read_table(path), TABLES["observations"])


def peak() -> int:
    """Return the most megabytes that this process has held."""
    return (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if os.uname().sysname == "Darwin" else 1024)
        >> 20
    )
