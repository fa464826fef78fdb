"""Commands that are told of a run: what they get, and that nothing of theirs undoes it."""

import json
import shlex
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from forecasts.batch.telling import telling
from forecasts.batch.telling.telling import Wishes, occasions, options, prepare
from forecasts.ledger.problems import BadInput
from tests.batch.test_mail import summary

#: Writes what it was told to the file that it is given.
WRITES = """
import json, os, sys
told = {k: v for k, v in os.environ.items() if k.startswith("FORECASTS_")}
told |= {"read": json.load(sys.stdin), "cwd": os.getcwd(), "argv": sys.argv[2:]}
open(sys.argv[1], "a", encoding="utf-8").write(json.dumps(told) + "\\n")
"""


def writing(name: str, *words: str) -> str:
    return shlex.join([sys.executable, "-c", WRITES, name, *words])


def tell(wishes: Wishes, folder: Path, **values: Any) -> tuple[str, ...]:
    errors = values.pop("errors", ("",))
    return prepare(wishes, {}, folder).tell(summary(*errors, **values), folder, folder / "run.json")


def told(path: Path) -> list[dict[str, Any]]:
    return (
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    )


def test_a_command_is_told_everything_and_reads_no_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORECASTS_SMTP_PASSWORD", "secret")
    wishes = Wishes(on_failure=writing("out", "$HOME; `ls`", "*"))
    assert tell(wishes, tmp_path, errors=("", "no 数\udcff", "x" * 5000)) == ()
    [got] = told(tmp_path / "out")
    assert got["argv"] == ["$HOME; `ls`", "*"]
    assert got["cwd"] == str(tmp_path)
    assert got["read"] == summary("", "no 数\udcff", "x" * 5000)
    assert "FORECASTS_SMTP_PASSWORD" not in got
    assert (got["FORECASTS_PLAN"], got["FORECASTS_KNOWN_ON"], got["FORECASTS_FAILED"]) == (
        "每月简报",
        "2023-09-06",
        "2",
    )
    assert got["FORECASTS_ERROR"] == "no 数\udcff"
    assert got["FORECASTS_PDF"] == str(tmp_path / "brief.zh.pdf")
    assert got["FORECASTS_HTML"] == str(tmp_path / "brief.zh.html")
    assert got["FORECASTS_RUN"] == str(tmp_path / "run.json")


@pytest.mark.parametrize(
    ("values", "called"),
    [
        ({}, {"success"}),
        ({"errors": ("x",)}, {"failure"}),
        ({"ok": False, "error": "no brief", "pdf": None, "html": None}, {"failure"}),
        ({"alerts": [{"text_zh": "…", "text_en": "..."}]}, {"success", "alert"}),
        ({"errors": ("x",), "alerts": [{"text_zh": "…", "text_en": "..."}]}, {"failure", "alert"}),
    ],
)
def test_each_occasion_calls_its_own(values: dict[str, Any], called: set[str], tmp_path: Path) -> None:
    wishes = Wishes(writing("failure"), writing("success"), writing("alert"))
    assert tell(wishes, tmp_path, **values) == ()
    assert {path.name for path in tmp_path.iterdir()} == called
    errors = values.pop("errors", ("",))
    assert set(occasions(summary(*errors, **values))) == called


def test_a_command_that_fails_is_told_and_the_others_are_called(tmp_path: Path) -> None:
    wishes = Wishes(on_success="sh -c 'exit 3'", on_alert=writing("alert"))
    alerts = [{"text_zh": "…", "text_en": "..."}]
    assert tell(wishes, tmp_path, alerts=alerts) == ("sh -c 'exit 3': ended with 3",)
    assert len(told(tmp_path / "alert")) == 1
    # One that reads nothing, although there is much to read.
    assert tell(Wishes(on_failure="true"), tmp_path, errors=("x" * 1000,) * 1000) == ()
    gone = tmp_path / "gone.sh"
    gone.write_text("#!/no/such/interpreter\n")
    gone.chmod(0o755)
    [wrong] = tell(Wishes(on_success="./gone.sh"), tmp_path)
    assert wrong.startswith("./gone.sh: cannot be started")


def test_a_command_that_hangs_is_stopped_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "PATIENCE", 0.5)
    late = "sh -c '(sleep 2; touch late) & sleep 60'"
    begun = time.monotonic()
    [wrong] = tell(Wishes(on_success=late), tmp_path)
    assert "took more than 0.5 seconds" in wrong
    time.sleep(max(0.0, 2.5 - (time.monotonic() - begun)))
    assert not (tmp_path / "late").exists()


@pytest.mark.parametrize("command", ["", " ", "no-such-program x", "sh -c 'open", "./not-here.sh", "seeds"])
def test_what_is_no_command_is_told_before_the_run(command: str, tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    with pytest.raises(BadInput) as caught:
        prepare(Wishes(on_failure=command, on_success=command, on_alert=command), {}, tmp_path)
    problems = caught.value.problems
    assert {problem.place for problem in problems} == {"--on-failure", "--on-success", "--on-alert"}
    assert all(problem.remedy for problem in problems)


def test_wishes_travel_as_options() -> None:
    wishes = Wishes("sh -c 'a b'", None, "-x", ("a@b.c", "d@e.f"), ("g@h.i",))
    assert options(wishes) == (
        "--on-failure=sh -c 'a b'",
        "--on-alert=-x",
        "--mail-to=a@b.c",
        "--mail-to=d@e.f",
        "--mail-errors-to=g@h.i",
    )
