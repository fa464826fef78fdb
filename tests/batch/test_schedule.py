"""Schedules as texts and as what is installed: once, removable, and nobody else's lines touched."""

import os
import shlex
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from forecasts.batch.timing.cron import read_times
from forecasts.batch.timing.schedule import Schedule, cron_line, escaped, faults, mark, merged, units, without
from forecasts.batch.timing.scheduled import shorten
from forecasts.cli import app
from forecasts.ledger.problems import BadInput
from tests.conftest import ROOT

PLAN = "reports/plans/brief.yaml"
PROJECT = Path("/srv/the town")
TIMES = read_times("0 8 5 * *")

#: What stands for crontab: it keeps a file, and refuses what the real one refuses.
STAND_IN = """#!/bin/sh
case "$1" in
-l) test -f "$SPOOL" || { echo "no crontab for $USER" >&2; exit 1; }; cat "$SPOOL";;
-) test ! -f "$SPOOL.refused" || { echo "crontab: installing failed: disk full" >&2; exit 1; }
   cat > "$SPOOL.new" && mv "$SPOOL.new" "$SPOOL";;
esac
"""

lines = st.lists(
    st.sampled_from(
        [
            b"MAILTO=me\n",
            b"# forecasts: /srv/the town reports/plans/brief.yaml\n",
            b"0 1 * * * run # forecasts: /srv/the town reports/plans/brief.yaml x\n",
            b"0 1 * * * run # forecasts: /srv/town reports/plans/brief.yaml\n",
            b"#0 8 5 * * commented # forecasts: /srv/the town reports/plans/brief.yaml\n",
            b"\n",
            b"5 5 * * * caf\xe9 \xff\x00\n",
            b"1 1 * * * windows\r\n",
        ]
    ),
    max_size=6,
).map(b"".join)


@given(lines, st.sampled_from([b"", b"9 9 * * * last"]))
def test_installing_is_idempotent_and_removing_gives_back_every_byte(others: bytes, last: bytes) -> None:
    before = others + last
    line = cron_line(Schedule(PROJECT, PLAN, TIMES))
    once = merged(before, line, PROJECT, PLAN)
    assert merged(once, line, PROJECT, PLAN) == once
    assert once.startswith(before)
    # cron itself insists on the end of the last line
    assert without(once, PROJECT, PLAN) == before + (once[len(before) :].partition(line.encode())[0])
    assert without(before, PROJECT, PLAN) == before


@given(lines, lines)
def test_a_new_time_takes_the_old_ones_place(above: bytes, below: bytes) -> None:
    old, new = (cron_line(Schedule(PROJECT, PLAN, read_times(at))) for at in ("@daily", "@hourly"))
    installed = above + old.encode() + b"\n" + below
    assert merged(installed, new, PROJECT, PLAN).replace(b"\r\n", b"\n") == (
        above + new.encode() + b"\n" + below
    ).replace(b"\r\n", b"\n")
    assert without(installed, PROJECT, PLAN) == above + below


def as_cron_reads(command: str) -> str:
    """Return what cron hands to the shell: it ends at a bare %, and takes one of two backslashes."""
    read, escape = "", False
    for sign in command:
        if escape:
            read = read[:-1] + sign if sign in "%\\" else read + sign
            escape = False
        elif sign == "%":
            break
        else:
            read, escape = read + sign, sign == "\\"
    return read


words = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)


@given(words, words, st.lists(words, max_size=3))
def test_every_word_arrives_as_it_was(folder: str, plan: str, options: list[str]) -> None:
    schedule = Schedule(Path("/") / folder.replace("/", "-"), plan, TIMES, tuple(options), "/a b/python")
    assert not faults(schedule)
    line = cron_line(schedule)
    command = as_cron_reads(line.removeprefix("0 8 5 * * "))
    arrived = shlex.split(command, comments=True)
    assert arrived[0] == "/a b/python"
    assert arrived[3:] == [str(schedule.project), plan, *options]
    assert as_cron_reads(escaped(folder)) == folder
    assert command.endswith(mark(schedule.project, plan))


def test_what_no_line_can_hold_is_refused_before_cron_sees_it() -> None:
    schedule = Schedule(Path("/srv/a\nb"), "c\x7f", TIMES, ("--out=\x00",))
    assert {problem.place for problem in faults(schedule)} == {"project's folder", "PLAN", "option 1"}
    with pytest.raises(BadInput, match="longer than the 998 bytes"):
        cron_line(Schedule(Path("/" + "城" * 200), PLAN, TIMES))


# what is installed


@pytest.fixture
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A crontab of nobody's, in place of the user's."""
    program = tmp_path / "bin" / "crontab"
    program.parent.mkdir()
    program.write_text(STAND_IN)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("SPOOL", str(tmp_path / "spool"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(ROOT)
    return tmp_path / "spool"


def schedule(*arguments: str, code: int = 0) -> str:
    """Run the verb; return what it printed."""
    ended = CliRunner().invoke(app, ["schedule", *arguments])
    assert ended.exit_code == code, ended.stderr
    return ended.stderr if code else ended.stdout


def test_showing_changes_nothing_and_shows_what_is_installed(spool: Path) -> None:
    asked = (PLAN, "--at", "0 8 5 * *")
    options = ("--", "--jobs", "2", "--language", "en")
    shown = schedule(*asked, *options)
    assert schedule(*asked, "--show", *options) == shown
    assert not spool.exists()
    assert schedule(*asked, "--install", *options) == f"installed: {shown}"
    assert spool.read_text(encoding="utf-8") == shown
    assert schedule(*asked, "--install", *options) == f"installed already: {shown}"
    assert schedule("reports/plans/sweep.yaml", "--remove").startswith("there was none")
    assert schedule(PLAN, "--remove").startswith("removed")
    assert spool.read_text(encoding="utf-8") == ""


def test_the_plan_is_the_same_from_wherever_it_is_named(
    spool: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    here = schedule(PLAN, "--at", "@daily")
    monkeypatch.chdir(tmp_path)
    assert schedule(str(ROOT / PLAN), "--at", "@daily") == here


def test_who_is_told_travels_with_the_line_and_the_server_does_not(
    spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORECASTS_SMTP_PASSWORD", "a secret")
    wishes = ("--on-failure", "sh -c 'date > 100%'", "--on-alert", "true")
    mails = (
        "--mail-to",
        "a@example.org",
        "--mail-to",
        "Office <b@example.org>",
        "--mail-errors-to",
        "c@d.org",
    )
    ended = CliRunner().invoke(app, ["schedule", PLAN, "--at", "@daily", *wishes, *mails])
    assert ended.exit_code == 0, ended.stderr
    assert "FORECASTS_SMTP_HOST" in ended.stderr
    command = as_cron_reads(ended.stdout.removeprefix("0 0 * * * "))
    assert shlex.split(command, comments=True)[5:] == [
        "--on-failure=sh -c 'date > 100%'",
        "--on-alert=true",
        "--mail-to=a@example.org",
        "--mail-to=Office <b@example.org>",
        "--mail-errors-to=c@d.org",
    ]
    assert "a secret" not in ended.output
    ended = CliRunner().invoke(app, ["schedule", PLAN, "--at", "@daily", "--as", "systemd", *mails])
    assert "~/.config/forecasts/environment" in ended.stderr


def test_all_that_is_wrong_is_told_at_once(spool: Path) -> None:
    wrong = ("--at", "60 8 32 * *", "--on-failure", "no-such-program x", "--mail-to", "nobody")
    told = schedule("reports/plans/brif.yaml", *wrong, "--install", "--", "--jobbs", "2", code=2)
    places = ("PLAN", "--at [minute]", "--at [day of month]", "--on-failure", "--mail-to", "-- OPTIONS")
    assert all(place in told for place in places)
    assert "--at: must be given" in schedule(PLAN, "--install", code=2)
    assert "only one of" in schedule(PLAN, "--install", "--remove", code=2)
    assert "--help" in schedule(PLAN, "--at", "@daily", "--", "--help", code=2)
    assert not spool.exists()


def test_what_crontab_refuses_is_told_and_nothing_is_lost(
    spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool.write_bytes(b"MAILTO=me\r\n5 5 * * * caf\xe9\r\n")
    refused = Path(f"{spool}.refused")
    refused.touch()
    told = schedule(PLAN, "--at", "@daily", "--install", code=1)
    assert told == "crontab: crontab: installing failed: disk full - nothing was changed\n"
    assert spool.read_bytes() == b"MAILTO=me\r\n5 5 * * * caf\xe9\r\n"
    monkeypatch.setenv("PATH", str(spool.parent / "nowhere"))
    assert "install cron, or use --as systemd" in schedule(PLAN, "--at", "@daily", "--install", code=1)
    assert "there was none" in schedule(PLAN, "--remove")


def test_a_log_keeps_its_last_whole_lines(tmp_path: Path) -> None:
    log = tmp_path / "night.log"
    text = "".join(f"night {i}\n" for i in range(1000))
    log.write_text(text)
    shorten(log, 10_000)
    assert log.read_text() == text
    with log.open("a") as writer:  # a run that goes on while the next begins
        shorten(log, 1000)
        writer.write("the end\n")
    kept = log.read_text()
    assert (text + "the end\n").endswith(kept)
    assert kept.startswith("night ")
    assert 900 < len(kept) < 1100
    shorten(tmp_path / "none.log", 1)


# systemd


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
@pytest.mark.parametrize("at", ["0 8 5 * *", "*/20 6-8 1,15 * mon-fri"])
def test_systemd_accepts_the_units(at: str, tmp_path: Path) -> None:
    project = tmp_path / 'at 100% o\'clock "$HOME" 城 \\x'
    project.mkdir()
    options = ("--on-failure=sh -c 'echo \"$FORECASTS_PLAN\" 100%'", "--language", "en")
    made = units(Schedule(project, "by night %.yaml", read_times(at), options))
    for name, text in made.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    verify = ["systemd-analyze", "verify", "--user", "--man=no", *(str(tmp_path / name) for name in made)]
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    ended = subprocess.run(verify, capture_output=True, text=True, check=False, env=env)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_units_stay_where_no_manager_answers_and_are_removed(spool: Path) -> None:
    folder = spool.parent / "config" / "systemd" / "user"
    systemctl = spool.parent / "bin" / "systemctl"
    systemctl.write_text("#!/bin/sh\necho 'Failed to connect to bus: No medium found' >&2\nexit 1\n")
    systemctl.chmod(0o755)
    told = schedule(PLAN, "--at", "@daily", "--as", "systemd", "--install", code=1)
    assert "No medium found" in told
    assert "systemctl --user daemon-reload; systemctl --user enable forecasts-brief-" in told
    written = {path.suffix: path.read_bytes() for path in folder.iterdir()}
    assert set(written) == {".service", ".timer"}
    schedule(PLAN, "--at", "@daily", "--as", "systemd", "--install", code=1)
    assert {path.suffix: path.read_bytes() for path in folder.iterdir()} == written
    schedule(PLAN, "--as", "systemd", "--remove", code=1)
    assert not [*folder.iterdir()]
    assert "there was none" in schedule(PLAN, "--as", "systemd", "--remove")


def test_systemd_is_told_what_was_installed_and_others_units_stay(spool: Path) -> None:
    log = spool.parent / "told"
    systemctl = spool.parent / "bin" / "systemctl"
    systemctl.write_text(f'#!/bin/sh\necho "$*" >> {shlex.quote(str(log))}\n')
    systemctl.chmod(0o755)
    paths = schedule(PLAN, "--at", "@daily", "--as", "systemd", "--install").splitlines()
    timer = next(Path(path).name for path in paths if path.endswith(".timer"))
    assert log.read_text().splitlines() == [
        "--user daemon-reload",
        f"--user enable {timer}",
        f"--user restart {timer}",
    ]
    theirs = [path for path in map(Path, paths) if path.suffix == ".service"]
    theirs[0].write_text("# somebody's own\n")
    assert "removed" in schedule(PLAN, "--as", "systemd", "--remove")
    assert [path.name for path in theirs[0].parent.iterdir()] == [theirs[0].name]
