"""Processes of a run, killed at random moments: nothing is left of them, and what comes of it is whole."""

import contextlib
import random
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import pytest

from forecasts.batch.kernels.families import can_fork
from tests.batch.night import DAY, Night, house_of, plan, quick_plan, said_by, wait_for_work

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not can_fork(), reason="warm kernels and /proc are needed, which this system lacks"),
]


@pytest.fixture
def house(root: Path, tmp_path: Path) -> Path:
    return house_of(root, tmp_path / "house")


#: What may be killed of a run; what works there is the process of a job, or the mother that forks them.
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
    room = night.room()
    strike(night, victim, number, dice.uniform(0.0, 1.5))
    ended(night, victim, number)
    assert not room.exists()
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


@SIGNALS
@pytest.mark.parametrize(("victim", "turn"), [("runner", 0), ("runner", 1), ("worker", 0), ("mother", 0)])
def test_killed_at_a_random_moment_nothing_is_left_and_it_goes_on(
    house: Path, victim: str, turn: int, number: int
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
def undisturbed(root: Path, goal: str, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """A brief that nobody disturbs while it is made."""
    house = house_of(root, tmp_path_factory.mktemp("undisturbed") / "house")
    shutil.copy(root / "notebooks" / "goal.ipynb", house / "notebooks")
    # One goal: whatever a kill can meet, of a notebook, a drawing or a sheet, it meets there, too.
    asked = f"goals: [{goal}]\nscenarios: [baseline]\nwhat_if: false\ndraws: 100\n"
    path = str(plan(house, "brief", asked))
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
    struck = False
    while not struck:  # who strikes before it is there, or when all is done, strikes again, at another moment
        night = undisturbed.again()
        wait_for_work(night, night.renderer)
        struck = strike(night, victim, number, dice.uniform(0.0, 0.8 * undisturbed.seconds))
        code = ended(night, victim, number)
    if code == 0:
        assert what_it_says(undisturbed.folder) == undisturbed.said
    code, out, err = Night(undisturbed.house, [undisturbed.path]).end()
    assert code == 0, err
    assert what_it_says(undisturbed.folder) == undisturbed.said
    assert out.splitlines()[-1].endswith("brief.zh.pdf")


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
@pytest.mark.parametrize("turn", range(20))
@SIGNALS
@pytest.mark.parametrize("victim", VICTIMS)
def test_killed_again_and_again_over_a_brief(
    undisturbed: Undisturbed, victim: str, number: int, turn: int
) -> None:
    killed_over_a_brief(undisturbed, victim, number, random.Random(time.time_ns()))
