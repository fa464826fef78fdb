"""A real cron: it fires the installed line in a bare environment, and the brief is there."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT

#: Seconds from the installation until the line has fired, for cron waits for the next minute, and then until
#: there is a brief.
FIRED, WRITTEN = 120, 240

#: A cron of our own: what is mounted here is seen by this process and its children only, so that the
#: machine's own crontabs neither run twice nor change.
ALONE = """
set -eu
mount -t tmpfs -o mode=1730 none /var/spool/cron/crontabs
chgrp crontab /var/spool/cron/crontabs
mount -t tmpfs none /etc/cron.d
mount --bind /dev/null /etc/crontab
mount -t tmpfs none /run
crontab theirs
"""
FIRES = ALONE + '"$@" --install -- --jobs 1; crontab -l > installed; exec cron -f'
TWICE = (
    ALONE
    + """
"$@" --install
crontab -l > once
"$@" --install
crontab -l > twice
"$@" --remove
crontab -l > removed
"$@" --remove
crontab -r
"$@" --install
crontab -l > alone
"$@" --remove
crontab -l > nothing
"""
)

THEIRS = f"""# others' lines: they stay as they are
MAILTO=""
PYTHONPATH={ROOT}
0 0 1 1 * true 100\\% 'of it'
"""


def in_a_world_of_its_own(script: str, folder: Path, plan: Path) -> list[str]:
    """Return the command that runs a script with a crontab and processes that end with it."""
    schedule = [sys.executable, "-m", "forecasts", "schedule", str(plan), "--at", "* * * * *"]
    apart = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    (folder / "theirs").write_text(THEIRS, encoding="utf-8")
    return [*apart, "sh", "-c", script, "sh", *schedule]


#: What cron's own daemon is started with: next to nothing.
BARE = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}


@pytest.fixture
def plan(copy_house: Callable[[], Path], tmp_path: Path, goal: str) -> Path:
    """A small plan, in a place with whatever a shell or cron could stumble over."""
    if why := missing():
        pytest.skip(why)
    house = copy_house().rename(tmp_path / 'at 100\\% o\'clock "$HOME" 城 \\x')
    path = house / "reports" / "plans" / "by night %.yaml"
    asked = f"goals: [{goal}]\nscenarios: [baseline]\ndraws: 500\nwhat_if: false\nlanguage: en\n"
    path.write_text(asked, encoding="utf-8")
    return path


def missing() -> str:
    """Say what keeps this machine from having a cron of its own."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "needs root on Linux"
    path = f"{os.environ['PATH']}:/usr/sbin"
    if lacking := [name for name in ("cron", "crontab", "unshare") if shutil.which(name, path=path) is None]:
        return f"needs {', '.join(lacking)} (Debian's cron)"
    allowed = subprocess.run(
        ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "true"], capture_output=True, check=False
    )
    return "" if allowed.returncode == 0 else "needs namespaces of mounts and processes"


@pytest.mark.slow
def test_a_real_crontab_holds_the_line_once_and_others_lines_as_they_were(plan: Path, tmp_path: Path) -> None:
    command = in_a_world_of_its_own(TWICE, tmp_path, plan)
    ended = subprocess.run(command, cwd=tmp_path, env=BARE, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    done = [line.partition(":")[0] for line in ended.stdout.splitlines()]
    assert done == ["installed", "installed already", "removed", "there was none", "installed", "removed"]
    once, twice, removed, alone, nothing = (
        (tmp_path / name).read_text(encoding="utf-8")
        for name in ("once", "twice", "removed", "alone", "nothing")
    )
    assert once == twice
    assert once == THEIRS + alone
    assert removed == THEIRS
    assert alone.count("\n") == 1
    assert nothing == ""


@pytest.mark.slow
def test_a_real_cron_fires_the_line_and_leaves_the_brief(plan: Path, tmp_path: Path) -> None:
    out = plan.parents[1] / "out"
    log, said = out / "by night %.log", tmp_path / "cron.log"

    def come(pattern: str, patience: float) -> list[Path]:
        """Wait for what cron is to leave; fail with what was said, if it does not come."""
        begun = time.monotonic()
        while not (found := list(out.glob(pattern))):
            told = [path.read_text(encoding="utf-8") for path in (said, log) if path.exists()]
            assert cron.poll() is None, told
            assert time.monotonic() - begun < patience, told
            time.sleep(0.2)
        return found

    with said.open("wb") as to:
        command = in_a_world_of_its_own(FIRES, tmp_path, plan)
        cron = subprocess.Popen(command, cwd=tmp_path, env=BARE, stdout=to, stderr=to)
    try:
        come(log.name, FIRED)
        [run] = come("by night %/*/run.json", WRITTEN)
    finally:
        cron.kill()
        cron.wait()
    assert next(run.parent.glob("brief.en.pdf")).read_bytes().startswith(b"%PDF")
    assert (tmp_path / "installed").read_text(encoding="utf-8").startswith(THEIRS)
