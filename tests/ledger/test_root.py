"""Where the house stands; a path that leads in a circle is an error like any other."""

from pathlib import Path

import pytest

from forecasts.ledger.problems import BadInput
from forecasts.ledger.root import find_root, resolved, shown


@pytest.fixture
def circle(tmp_path: Path) -> Path:
    path = tmp_path / "circle"
    path.symlink_to(path.name)
    return path


def test_a_circle_of_links_is_an_error_of_the_machine(circle: Path) -> None:
    for path in (circle, circle / "x"):
        with pytest.raises(OSError, match="symbolic links"):
            resolved(path)
        assert shown(path, circle.parent) == str(path)


def test_a_folder_in_a_circle_is_no_project(circle: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        find_root(circle)
