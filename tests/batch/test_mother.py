"""What is told of a fork, in the order of its life, however quick it is."""

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from forecasts.batch.kernels.client import Child, MotherLost
from forecasts.batch.kernels.families import can_fork
from forecasts.publish.elsewhere import room_for_sockets

pytestmark = pytest.mark.skipif(not can_fork(), reason="forks and /proc are needed, which this system lacks")

#: A mother of children that say at once that they are ready, and end; and of such as die before a word.
SERVES = """
import os, sys, time
from forecasts.batch.kernels import mother
births = {
    "ready": lambda request, line: line.sendall(b'{"ready": true}\\n'),
    "stay": lambda request, line: time.sleep(600),
}
if sys.argv[2] == "mute":
    os.setsid = lambda: os._exit(3)
if sys.argv[2] == "late":
    fork = os.fork
    def slow_fork():
        pid = fork()
        if pid:
            time.sleep(0.2)
        return pid
    os.fork = slow_fork
if sys.argv[2] == "slow":
    setsid = os.setsid
    os.setsid = lambda: (time.sleep(2), setsid())
mother.Mother(sys.argv[1], births).serve()
"""


@pytest.fixture
def mother(request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the socket of one; when the test ends, so does she."""
    with tempfile.TemporaryDirectory(dir=room_for_sockets()) as folder:
        path = Path(folder) / "mother"
        words = [sys.executable, "-c", SERVES, str(path), request.param]
        process = subprocess.Popen(words, stdin=subprocess.PIPE)
        assert process.stdin is not None
        while not path.exists() and process.poll() is None:
            time.sleep(0.01)
        time.sleep(0.1)  # between the name and the listening
        yield str(path)
        process.stdin.close()
        assert process.wait(30) == 0


@pytest.mark.parametrize("mother", ["prompt", "late"], indirect=True)
def test_its_number_is_told_before_that_it_is_ready(mother: str) -> None:
    for _ in range(5):
        child = Child(mother, {"do": "ready"})
        assert child.pid > 1
        assert [child.hear(30), child.hear(30), child.hear(30)] == [{"ready": True}, {"exit": 0}, None]
        child.close()


@pytest.mark.parametrize("mother", ["mute"], indirect=True)
def test_one_that_dies_before_a_word_is_lost(mother: str) -> None:
    with pytest.raises(MotherLost):
        Child(mother, {"do": "ready"})


@pytest.mark.parametrize("mother", ["slow"], indirect=True)
def test_one_that_has_no_group_yet_ends_with_her(mother: str) -> None:
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(mother)
        line.sendall(b'{"do": "stay"}\n')
        time.sleep(0.5)  # it is born; what follows, her end, is the fixture's
