"""Intakes that are killed at random moments: the ledger is sound at once, and no accepted row is lost."""

import multiprocessing as mp
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from forecasts.intake.accept import accept
from forecasts.intake.journal import locked
from forecasts.ledger.sheets import OpenedSeeds, open_seeds
from tests.intake.grounds import CANDIDATES, contents, entries, report, write_ledger
from tests.intake.killing import take_in


def seconds_of_one(folder: Path) -> float:
    """Return how long an intake takes here and now."""
    seeds, took = write_ledger(folder / "timed" / "seeds"), 0.0
    for name in ("first", "second"):
        began = time.monotonic()
        accept(seeds, report(name=name), entries())
        took = time.monotonic() - began
    return took


def rows_by_source(opened: OpenedSeeds) -> Counter[str]:
    """Return how many rows there are of each report."""
    held = (*opened.parts.observations.values(), *opened.parts.goals.values())
    return Counter(row.source for row in held if row.source.startswith("report-"))


def kill_intakes(folder: Path, times: int, dice: random.Random) -> Counter[str]:
    """Kill intakes of one ledger, again and again; return what each of the kills met."""
    seeds = write_ledger(folder / "seeds")
    acknowledged, met = folder / "acknowledged", Counter[str]()
    latest = 3 * seconds_of_one(folder)
    context = mp.get_context("forkserver")
    context.set_forkserver_preload(["tests.intake.killing"])
    for turn in range(times):
        before, ready = contents(seeds), folder / f"ready-{turn}"
        process = context.Process(target=take_in, args=(seeds, acknowledged, turn * 10_000, ready))
        process.start()
        until = time.monotonic() + 60
        while not ready.exists():
            assert process.is_alive()
            assert time.monotonic() < until
            time.sleep(0.005)
        time.sleep(dice.uniform(0.0, latest))
        assert process.is_alive()
        process.kill()
        process.join()
        opened = open_seeds(seeds)
        assert opened.problems == ()
        promised = (seeds / ".intake" / "journal.json").exists()
        met["journal" if promised else "none"] += 1
        with locked(seeds):
            pass
        opened = open_seeds(seeds)
        assert opened.problems == ()
        counts = rows_by_source(opened)
        assert set(counts.values()) <= {len(CANDIDATES)}, "a report is there as a whole, or not at all"
        done = set(acknowledged.read_text().split()) if acknowledged.exists() else set()
        assert done <= set(counts), "what was accepted is there"
        assert all(name in opened.parts.sources and opened.parts.sources[name].held for name in counts)
        after = contents(seeds)
        assert all(after[file].startswith(content) for file, content in before.items())
        assert {path.name for path in (seeds / ".intake").iterdir()} <= {".gitignore", "lock"}
    assert rows_by_source(open_seeds(seeds)), "some came through"
    return met


@pytest.mark.slow
def test_intakes_that_are_killed_leave_a_sound_ledger_and_lose_nothing(tmp_path: Path) -> None:
    kill_intakes(tmp_path, 10, random.Random(7))


@pytest.mark.soak
def test_two_hundred_kills(tmp_path: Path) -> None:
    met = kill_intakes(tmp_path, 200, random.Random())
    assert met["journal"], "some of the kills met a promise that was still to be kept"
