"""What the tests of runs share: a house with notebooks of their own, a run of it, and who is alive."""

import json
import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nbformat
import psutil

#: Names a test's processes in their environment, which whatever they start inherits.
MARK = "FORECASTS_TEST_MARK"

PARAMETERS = 'n: int = 0\noutput: str = ""'

#: Their day of knowledge.
DAY = "2024-01-01"

#: What quick notebooks do: leave a file that says the same every time.
QUICK = "import pathlib, time\npathlib.Path(output, 'answer.txt').write_text(f'{n * n}')\ntime.sleep({pause})"


def notebook(path: Path, *sources: str, kernel: str = "python3") -> Path:
    """Write a notebook with parameters and a cell for each source."""
    cell = nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}, id="parameters")
    cells = [cell, *(nbformat.v4.new_code_cell(text, id=f"cell-{i}") for i, text in enumerate(sources))]
    spec = {"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=spec), path)
    return path


def house_of(root: Path, folder: Path) -> Path:
    """Make a small house: the seeds, no notebook but those that a test writes, the templates."""
    shutil.copytree(root / "seeds", folder / "seeds")
    (folder / "notebooks").mkdir()
    (folder / "reports" / "plans").mkdir(parents=True)
    shutil.copytree(root / "reports" / "templates", folder / "reports" / "templates")
    return folder


def plan(house: Path, name: str, text: str) -> Path:
    """Write a plan."""
    path = house / "reports" / "plans" / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def quick_plan(house: Path, jobs: int, pause: float = 0.2) -> Path:
    """Write a plan of quick notebooks."""
    notebook(house / "notebooks" / "quick.ipynb", QUICK.replace("{pause}", str(pause)))
    numbers = ", ".join(map(str, range(jobs)))
    return plan(
        house,
        "quick",
        f"notebook: quick.ipynb\nmatrix:\n  n: [{numbers}]\nsuccess: [answer.txt]\nknown_on: {DAY}\n",
    )


class Night:
    """One run of ``forecasts run``, and everything that it starts."""

    def __init__(self, house: Path, arguments: Sequence[str], **env: str):
        self.mark = uuid.uuid4().hex
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from forecasts.cli import app; app()", "run", *arguments],
            cwd=house, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            encoding="utf-8", env={**os.environ, "PYTHONUTF8": "1", "COLUMNS": "200", MARK: self.mark, **env},
        )  # fmt: skip

    def end(self, timeout: float = 240) -> tuple[int, str, str]:
        """Wait; return the exit code and what was printed."""
        out, err = self.process.communicate(timeout=timeout)
        return self.process.returncode, out, err

    def alive(self) -> list[psutil.Process]:
        """Return what still lives of it."""
        return [one for one in psutil.process_iter() if self.mark == _marked(one)]

    def gone(self, patience: float = 5.0) -> list[str]:
        """Wait for all of it to be gone; return what is not."""
        end = time.monotonic() + patience
        while (left := self.alive()) and time.monotonic() < end:
            time.sleep(0.05)
        return [f"{one.pid}: {' '.join(one.cmdline())}" for one in left]

    def mother(self) -> psutil.Process | None:
        """Return the process that forks kernels, if it is there."""
        return self._child("kernels.mother")

    def room(self) -> Path:
        """Return the folder in which that process has its socket, and what libraries leave."""
        mother = self.mother()
        assert mother is not None
        return Path(mother.cmdline()[-1]).parent

    def renderer(self) -> psutil.Process | None:
        """Return the process that draws, if it is there."""
        return self._child("publish.renderer")

    def workers(self) -> list[psutil.Process]:
        """Return what the mother has forked."""
        mother = self.mother()
        return mother.children() if mother else []

    def _child(self, name: str) -> psutil.Process | None:
        try:
            children = psutil.Process(self.process.pid).children()
            return next((one for one in children if name in " ".join(one.cmdline())), None)
        except psutil.Error:
            return None


def _marked(process: psutil.Process) -> str:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return ""
        return str(process.environ().get(MARK, ""))
    except (psutil.Error, OSError):
        return ""


def told(folder: Path) -> dict[str, dict[str, str]]:
    """Return what ``run.json`` says of each job, by name."""
    jobs = json.loads((folder / "run.json").read_text(encoding="utf-8"))["jobs"]
    return {job["id"]: job for job in jobs}


def said_by(folder: Path) -> dict[str, bytes]:
    """Return all that a run says, by file, but for its times."""
    kinds, timed = ("*.json", "brief.*", "answer.txt"), ("run.json", "job.json")
    files = {path for kind in kinds for path in folder.rglob(kind) if path.name not in timed}
    said = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
    for path in folder.rglob("notebook.ipynb"):
        book = without_times(json.loads(path.read_text(encoding="utf-8")))
        said[path.relative_to(folder).as_posix()] = json.dumps(book).encode("utf-8")
    return said


def without_times(book: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook without when it was run, and the id that papermill gives its own cell by chance."""
    for part in (book, *book["cells"]):
        part["metadata"].pop("execution", None)
        for name in ("start_time", "end_time", "duration"):
            part["metadata"]["papermill"].pop(name, None)
        if "injected-parameters" in part["metadata"].get("tags", ()):
            part["id"] = "injected"
    return book


def wait_for_work(night: Night, begun: Callable[[], object] | None = None, patience: float = 90) -> None:
    """Wait until a notebook is being run, or until something else is so."""
    end = time.monotonic() + patience
    while not (begun or night.workers)():
        assert time.monotonic() < end, "it takes too long"
        assert night.process.poll() is None, night.process.communicate()
        time.sleep(0.01)
