"""Broken inputs by the hundred (in `make soak` by the thousand): answers, warnings, refusals, no more."""

import os
from pathlib import Path

import pytest

from tests.fuzz.breaking import broken
from tests.fuzz.running import try_seeds


def test_a_seed_is_always_the_same_input() -> None:
    one, other = (broken(7) for _ in "12")
    assert one == other
    assert len({repr(broken(seed).said) for seed in range(200)}) > 150


@pytest.mark.slow
def test_hundreds_of_broken_inputs() -> None:
    found = try_seeds(range(500), life=250)
    assert not found.failures, str(found)


@pytest.mark.soak
def test_a_hundred_thousand_broken_inputs(capsys: pytest.CaptureFixture[str]) -> None:
    found = try_seeds(range(100_000))
    with capsys.disabled():
        print(f"\n{found}")
    assert not found.failures


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone can become somebody else")
def test_nobody_tries_broken_inputs_as_root(tmp_path: Path) -> None:
    from tests.fuzz.worker import become_ordinary

    child = os.fork()
    if child == 0:
        become_ordinary(tmp_path)
        os._exit(0 if 0 not in (os.getuid(), os.geteuid(), os.getgid()) else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
