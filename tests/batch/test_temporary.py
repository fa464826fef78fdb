"""Where a run keeps what is temporary: nowhere that is too long for a socket, and nothing of it is left."""

from pathlib import Path

import pytest

from forecasts.batch.kernels.families import can_fork
from tests.batch.night import Night, house_of, notebook, plan

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not can_fork(), reason="warm kernels and /proc are needed, which this system lacks"),
]


def test_a_long_path_is_no_hindrance_and_what_notebooks_leave_there_goes(root: Path, tmp_path: Path) -> None:
    house = house_of(root, tmp_path / "house")
    source = (
        "import pathlib, tempfile\n"
        "left = tempfile.mkstemp()[1]\n"
        "pathlib.Path(output, 'answer.txt').write_text(left)"
    )
    notebook(house / "notebooks" / "leaves.ipynb", source)
    path = plan(house, "leaves", "notebook: leaves.ipynb\nsuccess: [answer.txt]\nknown_on: 2024-01-01\n")
    place = tmp_path.joinpath(*["long" * 10] * 3)
    place.mkdir(parents=True)
    night = Night(house, [str(path)], TMPDIR=str(place))
    code, _, err = night.end()
    assert code == 0, err
    [answer] = (house / "reports" / "out").rglob("answer.txt")
    assert not Path(answer.read_text()).exists()
    assert not list(place.iterdir())
    assert not night.gone()
