"""What goes wrong at night: bad notebooks, two runs at once, full disks. Nothing is lost, half or left."""

import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from forecasts.batch.kernels.families import can_fork
from tests.batch.night import DAY, QUICK, Night, house_of, notebook, plan, quick_plan, told, wait_for_work

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not can_fork(), reason="warm kernels and /proc are needed, which this system lacks"),
]

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


def test_a_reader_finds_a_whole_brief_at_every_moment(house: Path, root: Path, goal: str) -> None:
    shutil.copy(root / "notebooks" / "goal.ipynb", house / "notebooks")
    asked = f"goals: [{goal}]\nscenarios: [baseline]\nwhat_if: false\ndraws: 100\n"
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
            time.sleep(0.01)

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
