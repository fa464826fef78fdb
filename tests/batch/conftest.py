"""Seeds for the batch's tests: the real ones, of which the tests know no id."""

from pathlib import Path

import pytest

from forecasts.batch.seeds import Seeds, read_seeds


@pytest.fixture(scope="session")
def seeds(root: Path) -> Seeds:
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
