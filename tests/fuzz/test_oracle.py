"""The oracle: no cell of a sound input changes an answer without a word, but for what is accepted and why."""

from pathlib import Path

import pytest

from tests.fuzz.oracle import examine


def test_a_changed_cell_is_told_refused_or_without_effect(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tally = examine(tmp_path, whole=False, each=17)
    tally.show()
    assert tally.faults == []


@pytest.mark.soak
def test_every_cell_of_every_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tally = examine(tmp_path, whole=True)
    with capsys.disabled():
        tally.show()
    assert tally.faults == []
