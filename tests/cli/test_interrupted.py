"""An end that is asked for politely: 130 while there is work, the work's own code when it is done."""

import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs signals between processes")

#: What is asked to end while it works, or while the interpreter puts itself away.
ASKED = """
import atexit, os, signal, sys
from forecasts.cli.run import interruptible
import typer
ask = lambda: os.kill(os.getpid(), {number})
if {late}:
    atexit.register(ask)
try:
    with interruptible():
        if not {late}:
            ask()
except typer.Exit as ended:
    sys.exit(ended.exit_code)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
@pytest.mark.parametrize(("late", "code"), [(False, 130), (True, 0)], ids=["at work", "when all is done"])
def test_whoever_is_asked_to_end_says_what_became_of_the_work(number: int, late: bool, code: int) -> None:
    words = [sys.executable, "-c", ASKED.format(number=int(number), late=late)]
    came = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert (came.returncode, "Traceback" in came.stderr) == (code, False), came.stderr
