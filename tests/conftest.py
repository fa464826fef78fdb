"""What all tests share: the project's folder, a copy of it to play with, and hypothesis' pace."""

import gc
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, settings

from forecasts.scenarios.seeds import Seeds, read_seeds

ROOT = Path(__file__).resolve().parents[1]

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Hundreds of processes import the package: none of them need compile it anew, as containers like to ask for.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

settings.register_profile(
    "house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("house")


#: Bytes that a process of tests and what it starts may take.
MEMORY = 3 * 2**30


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Run as many processes of tests as there are processors, and room for."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(processors, psutil.virtual_memory().available // MEMORY))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run what is quick first, and what takes long by nature only if it is asked for.

    Side by side it is the other way round, so that no process waits long for the last one. There, what
    is in one file stays together, so that what its tests share is made once.
    """
    if "soak" not in config.option.markexpr:
        soaking = [item for item in items if item.get_closest_marker("soak")]
        items[:] = [item for item in items if item not in soaking]
        if soaking:
            config.hook.pytest_deselected(items=soaking)
    beside = hasattr(config, "workerinput")
    items.sort(key=lambda item: (item.get_closest_marker("slow") is not None) != beside)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Have no test look through what all of them have imported, whenever something is put away."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture
def copy_house(tmp_path: Path) -> Callable[[], Path]:
    """Make a copy of what a run needs, free to be changed."""

    def copy() -> Path:
        house = tmp_path / "house"
        for name in ("seeds", "notebooks"):
            shutil.copytree(ROOT / name, house / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        shutil.copytree(ROOT / "reports", house / "reports", ignore=shutil.ignore_patterns("out"))
        return house

    return copy


@pytest.fixture(scope="session")
def seeds(root: Path) -> Seeds:
    """The real seeds, of which the tests know no id."""
    return read_seeds(root / "seeds")


@pytest.fixture(scope="session")
def goal(seeds: Seeds) -> str:
    """The first headline goal."""
    return seeds.ledger.headline_goals()[0]


@pytest.fixture
def at_home(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in the project's folder."""
    monkeypatch.chdir(root)
    return root
