"""Seeds are read once as long as nothing in them changes, whoever asks, and never a moment longer."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from forecasts.ledger.problems import BadInput
from forecasts.scenarios.seeds import read_seeds


@pytest.fixture
def folder(root: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(root / "seeds", tmp_path / "seeds"))


def change(path: Path, old: bytes, new: bytes) -> None:
    """Change a file so that neither its size nor its times tell."""
    before, text = path.stat(), path.read_bytes()
    assert old in text
    assert len(old) == len(new)
    path.write_bytes(text.replace(old, new, 1))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_what_has_not_changed_is_read_once(folder: Path) -> None:
    once = read_seeds(folder)
    for path in folder.rglob("*.csv"):
        os.utime(path, (0, 0))
    assert read_seeds(folder) is once


def test_a_change_is_seen_though_size_and_time_are_the_same(folder: Path) -> None:
    before = read_seeds(folder)
    goal = before.ledger.goals[before.ledger.headline_goals()[0]]
    value = str(goal.value).encode()
    change(folder / "goals.csv", value, b"9" * len(value))
    after = read_seeds(folder)
    assert after.ledger.goals[goal.id].value != goal.value
    name = next(iter(before.scenarios.values())).name_en.encode()
    for file in (folder / "scenarios").iterdir():
        if name in file.read_bytes():
            change(file, name, name.swapcase())
    assert {s.name_en for s in read_seeds(folder).scenarios.values()} != {
        s.name_en for s in after.scenarios.values()
    }


@pytest.mark.parametrize("file", ["observations.csv", "record/goals.csv", "scenarios/x.yaml", "texts/x.txt"])
def test_a_fault_is_told_though_the_seeds_were_sound(folder: Path, file: str) -> None:
    sound = read_seeds(folder)
    path = folder / file
    kept = path.read_bytes() if path.exists() else None
    path.write_bytes((kept or b"") + b"\nfault,,,,\n")
    for _ in range(2):
        with pytest.raises(BadInput):
            read_seeds(folder)
    path.write_bytes(kept) if kept else path.unlink()
    assert read_seeds(folder).ledger.goals.keys() == sound.ledger.goals.keys()


def test_a_file_that_goes_is_missed(folder: Path) -> None:
    known = read_seeds(folder).record
    assert known is not None
    shutil.rmtree(folder / "record")
    assert read_seeds(folder).record is None


def test_reading_needs_no_slow_library(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from forecasts.scenarios.seeds import read_seeds;"
        f"read_seeds(Path({str(folder)!r}));"
        "print([m for m in ('scipy.stats', 'scipy.optimize', 'altair', 'statsmodels') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
