"""What goes wrong at night: bad notebooks, killed processes, full disks. Nothing is lost, half or left."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat
import psutil
import pytest

from forecasts.batch.kernels.families import can_fork
from tests.batch.night import QUICK, Night, house_of, notebook, plan, said_by, told, wait_for_work

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not can_fork(), reason="warm kernels and /proc are needed, which this system lacks"),
]

DAY = "2024-01-01"

#: Notebooks that are bad in one way each, with what is said of them.
BAD = {
    "hangs": ("import time\nprint('before')\ntime.sleep(3600)", "timed out"),
    "exits": ("print('before')\nimport os\nos._exit(3)", "died"),
    "greedy": ("print('before')\nheld = bytearray(50 * 2**30)", "MemoryError"),
    "loud": ("print('before')\nprint('x' * 100_000_000)", "printed more than"),
    "wrong": ("print('before')\nraise ValueError('a wrong figure')", "ValueError: a wrong figure"),
    "empty": ("print('before')", "left no answer.txt"),
}

CHILDREN = """
import subprocess, sys, os, pathlib
sleep = [sys.executable, "-c", "import time; time.sleep(3600)"]
subprocess.Popen(sleep)
subprocess.Popen(sleep, start_new_session=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        import time
        time.sleep(3600)
    os._exit(0)
pathlib.Path(output, "answer.txt").write_text("here")
"""


@pytest.fixture
def house(root: Path, tmp_path: Path) -> Path:
    return house_of(root, tmp_path / "house")


def quick_plan(house: Path, jobs: int, pause: float = 0.2) -> Path:
    notebook(house / "notebooks" / "quick.ipynb", QUICK.replace("{pause}", str(pause)))
    numbers = ", ".join(map(str, range(jobs)))
    return plan(
        house,
        "quick",
        f"notebook: quick.ipynb\nmatrix:\n  n: [{numbers}]\nsuccess: [answer.txt]\nknown_on: {DAY}\n",
    )


def test_a_bad_notebook_fails_with_its_evidence_and_the_others_go_on(house: Path) -> None:
    for name, (source, _) in BAD.items():
        notebook(house / "notebooks" / f"{name}.ipynb", source)
    notebook(house / "notebooks" / "nowhere.ipynb", "print('before')", kernel="nowhere")
    notebook(house / "notebooks" / "children.ipynb", CHILDREN)
    quick_plan(house, 1)
    names = [*BAD, "nowhere", "children", "quick"]
    books = ", ".join(f"{name}.ipynb" for name in names)
    bad = plan(
        house, "bad", f"notebook: [{books}]\nsuccess: [answer.txt]\nknown_on: {DAY}\ntimeout: 8\nmemory: 2G\n"
    )
    night = Night(house, [str(bad), "--jobs", "3"])
    code, out, err = night.end()
    assert code == 1, err
    assert "Traceback" not in err
    assert not night.gone()
    folder = house / "reports" / "out" / "bad" / DAY
    said = {name.split("--")[1]: job for name, job in told(folder).items()}
    assert {name for name, job in said.items() if job["status"] == "done"} == {"children", "quick"}
    reasons = {**{name: reason for name, (_, reason) in BAD.items()}, "nowhere": "nowhere"}
    for name, reason in reasons.items():
        assert reason in said[name]["error"], (name, said[name])
        evidence = house / said[name]["folder"]
        assert reason in (evidence / "error.txt").read_text(encoding="utf-8")
        nbformat.validate(nbformat.read(evidence / "notebook.ipynb", as_version=4))
        if name != "nowhere":
            assert "before" in (evidence / "notebook.ipynb").read_text(encoding="utf-8"), name
        assert f"{Path(said[name]['folder']).name.removesuffix('.failed')}: failed" in err
    assert "2 done, 7 failed" in out


def test_two_runs_in_one_folder_the_second_is_refused_or_waits(house: Path) -> None:
    path = str(quick_plan(house, 4))
    go = house / "go"
    source = (
        QUICK.replace("{pause}", "0") + f"\nwhile not pathlib.Path({str(go)!r}).exists(): time.sleep(0.02)"
    )
    notebook(house / "notebooks" / "quick.ipynb", source)
    first = Night(house, [path])
    wait_for_work(first)
    second = Night(house, [path, "--wait"])
    refused = Night(house, [path]).end()
    assert refused[0] == 2
    assert f"another run of this plan is at work, process {first.process.pid}" in refused[2]
    assert second.process.poll() is None
    go.touch()
    assert first.end()[0] == 0
    code, out, err = second.end()
    assert code == 0, err
    assert "4 up to date" in out


def test_where_there_can_be_no_warm_kernels_the_stock_engine_takes_over_and_says_so(
    house: Path, tmp_path: Path
) -> None:
    path = quick_plan(house, 2)
    (tmp_path / "site").mkdir()
    # Something on this machine starts a thread in every Python: of that, a fork would know nothing.
    source = "import sys, threading\nif 'forecasts.batch.kernels.mother' in sys.orig_argv:\n"
    source += "    threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
    (tmp_path / "site" / "sitecustomize.py").write_text(source)
    night = Night(house, [str(path)], PYTHONPATH=str(tmp_path / "site"))
    code, out, err = night.end()
    assert code == 0, err
    assert "no warm kernels (it has 2 threads)" in err
    assert "2 done" in out
    assert not night.gone()


VICTIMS: dict[str, Callable[[Night], psutil.Process | None]] = {
    "runner": lambda night: psutil.Process(night.process.pid),
    "worker": lambda night: random.choice(night.workers() or [None]),  # type: ignore[list-item]
    "mother": lambda night: night.mother(),
    "renderer": lambda night: night.renderer(),
}
SIGNALS = pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["SIGKILL", "SIGTERM"])


def killed_and_resumed(house: Path, victim: str, number: int, dice: random.Random) -> None:
    """Kill a part of a run at a random moment; then go on, and hold what came out against what should."""
    jobs = 6
    path = str(quick_plan(house, jobs))
    night = Night(house, [path])
    wait_for_work(night)
    strike(night, victim, number, dice.uniform(0.0, 1.5))
    ended(night, victim, number)
    folder = house / "reports" / "out" / "quick"
    finished = sum(not path.parent.name.startswith(".") for path in folder.glob("*/jobs/*/job.json"))
    code, out, err = Night(house, [path]).end()
    assert code == 0, err
    counts = {"up to date": finished, "done": jobs - finished}
    assert all(f"{count} {name}" in out for name, count in counts.items() if count), (out, counts)
    answers = {p.parent.name: p.read_text() for p in (folder / DAY).glob("jobs/*/answer.txt")}
    assert sorted(answers.values(), key=int) == [str(n * n) for n in range(jobs)]
    assert sorted(p.name for p in folder.iterdir()) == [".holder", ".lock", DAY]


def strike(night: Night, victim: str, number: int, moment: float) -> bool:
    """Send a signal to a part of a run in so many seconds; return whether it was there."""
    time.sleep(moment)
    with contextlib.suppress(psutil.NoSuchProcess):
        if (process := VICTIMS[victim](night)) is not None:
            process.send_signal(number)
            return True
    return False


def ended(night: Night, victim: str, number: int) -> int:
    """Wait for a run that was struck: it says no more than it should, and nothing is left of it."""
    code, _, err = night.end()
    assert not night.gone()
    assert "Traceback" not in err
    if victim == "runner":
        assert code == (130 if number == signal.SIGTERM else -signal.SIGKILL) or code == 0, (code, err)
    if victim == "renderer":
        assert code == 0, err
    return code


@pytest.mark.parametrize("turn", range(2))
@SIGNALS
@pytest.mark.parametrize("victim", ["runner", "worker", "mother"])
def test_killed_at_a_random_moment_nothing_is_left_and_it_goes_on(
    house: Path, victim: str, number: int, turn: int
) -> None:
    killed_and_resumed(house, victim, number, random.Random(f"{victim}{number}{turn}"))


@dataclass(frozen=True)
class Undisturbed:
    """A run that nobody disturbed: where, of what plan, how long it draws, and what it says."""

    house: Path
    path: str
    seconds: float
    said: dict[str, bytes]

    @property
    def folder(self) -> Path:
        """Where this plan's runs lie."""
        return self.house / "reports" / "out" / "brief"

    def again(self) -> Night:
        """Begin it anew, where there is nothing of it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        return Night(self.house, [self.path])


@pytest.fixture(scope="module")
def undisturbed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """A brief that nobody disturbs while it is made."""
    house = house_of(root, tmp_path_factory.mktemp("undisturbed") / "house")
    shutil.copy(root / "notebooks" / "goal.ipynb", house / "notebooks")
    path = str(plan(house, "brief", "scenarios: [baseline]\nwhat_if: false\ndraws: 100\n"))
    there = Undisturbed(house, path, 0.0, {})
    night = there.again()
    wait_for_work(night, night.renderer)
    begun = time.monotonic()
    code, _, err = night.end()
    assert code == 0, err
    said = what_it_says(there.folder)
    assert {Path(name).suffix for name in said} == {".json", ".ipynb", ".pdf", ".html"}
    return replace(there, seconds=time.monotonic() - begun, said=said)


def what_it_says(folder: Path) -> dict[str, bytes]:
    """Return all that a plan's one day of runs holds, by file."""
    [day] = (path for path in folder.iterdir() if not path.name.startswith("."))
    return said_by(day)


def killed_over_a_brief(undisturbed: Undisturbed, victim: str, number: int, dice: random.Random) -> None:
    """Kill a part of a run that draws and typesets; what comes of it is what nobody disturbed."""
    # What the undisturbed run looked back at is kept: this one is quicker.
    moment, struck = dice.uniform(0.0, 0.8 * undisturbed.seconds), False
    while not struck:  # who strikes when all is done strikes again, sooner
        night = undisturbed.again()
        wait_for_work(night, night.renderer)
        struck = strike(night, victim, number, moment)
        moment /= 2
        code = ended(night, victim, number)
    if code == 0:
        assert what_it_says(undisturbed.folder) == undisturbed.said
    code, out, err = Night(undisturbed.house, [undisturbed.path]).end()
    assert code == 0, err
    assert what_it_says(undisturbed.folder) == undisturbed.said
    assert out.splitlines()[-1].endswith("brief.zh.pdf")


@pytest.mark.xdist_group("undisturbed")
@pytest.mark.parametrize("turn", range(2))
@SIGNALS
def test_a_renderer_killed_at_a_random_moment_leaves_the_brief_that_would_have_been(
    undisturbed: Undisturbed, number: int, turn: int
) -> None:
    killed_over_a_brief(undisturbed, "renderer", number, random.Random(f"renderer{number}{turn}"))


@pytest.mark.soak
@pytest.mark.parametrize("turn", range(20))
@SIGNALS
@pytest.mark.parametrize("victim", ["runner", "worker", "mother"])
def test_killed_again_and_again(house: Path, victim: str, number: int, turn: int) -> None:
    killed_and_resumed(house, victim, number, random.Random(time.time_ns()))


@pytest.mark.soak
@pytest.mark.xdist_group("undisturbed")
@pytest.mark.parametrize("turn", range(20))
@SIGNALS
@pytest.mark.parametrize("victim", VICTIMS)
def test_killed_again_and_again_over_a_brief(
    undisturbed: Undisturbed, victim: str, number: int, turn: int
) -> None:
    killed_over_a_brief(undisturbed, victim, number, random.Random(time.time_ns()))


@contextlib.contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Mount a disk of a few bytes, where that is allowed."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted: only root may")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_fails_what_finds_no_room_and_says_so(house: Path, tmp_path: Path) -> None:
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("a small disk cannot be mounted: only root may")
    source = "import pathlib\npathlib.Path(output, 'answer.txt').write_text('x' * (n * 1_500_000 + 1))"
    notebook(house / "notebooks" / "big.ipynb", source)
    big = plan(
        house,
        "big",
        f"notebook: big.ipynb\nmatrix:\n  n: [0, 1, 2, 3]\nsuccess: [answer.txt]\nknown_on: {DAY}\n",
    )
    with small_disk(tmp_path / "disk", "5m") as disk:
        night = Night(house, [str(big), "--out", str(disk), "--jobs", "1"])
        code, out, err = night.end()
        assert code == 1, (code, out, err)
        assert "Traceback" not in err
        assert "No space left on device" in err
        assert not night.gone()
        good = [p for p in disk.glob("big/**/job.json") if not p.parent.name.startswith(".")]
        assert good, "what there was room for is there"


def test_a_reader_finds_a_whole_brief_at_every_moment(house: Path, root: Path) -> None:
    shutil.copy(root / "notebooks" / "goal.ipynb", house / "notebooks")
    asked = "scenarios: [baseline]\nwhat_if: false\ndraws: 100\n"
    path = str(plan(house, "brief", asked))
    code, out, err = Night(house, [path]).end()
    assert code == 0, err
    brief = house / out.splitlines()[-1]
    seen: dict[bytes, int] = {}
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            content = brief.read_bytes()
            seen[content] = seen.get(content, 0) + 1
            time.sleep(0.002)

    old = brief.read_bytes()
    reader = threading.Thread(target=read)
    reader.start()
    try:
        plan(house, "brief", f"{asked}seed: 2\ntitle_zh: 新的一版\n")
        night = Night(house, [path])
        wait_for_work(night)
        time.sleep(1.0)
        night.process.send_signal(signal.SIGKILL)
        night.end()
        code, _, err = Night(house, [path]).end()
        assert code == 0, err
    finally:
        stop.set()
        reader.join()
    new = brief.read_bytes()
    assert new != old
    assert set(seen) <= {old, new}
    assert all(content.startswith(b"%PDF") and content.rstrip().endswith(b"%%EOF") for content in seen)
