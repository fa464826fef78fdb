"""``forecasts intake``, ``forecasts resolve``: a report becomes rows, and the next one resolves its goals."""

import csv
import datetime as dt
import io
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from forecasts.attainment.resolved import resolve
from forecasts.cli import app
from forecasts.intake.extract import candidates_of
from forecasts.intake.known import read_known
from forecasts.ledger.ledger import read_ledger
from tests.intake.grounds import contents, write_ledger

FIRST = """临江市2023年政府工作报告

——2023年1月20日在临江市人民代表大会上

一、2022年工作回顾

过去一年，全市高新技术企业达到1100家，技术合同成交额5.5亿元。

二、2023年工作安排

今年，高新技术企业突破1300家，技术合同成交额达到6亿元。
"""

NEXT = """临江市2024年政府工作报告

——2024年1月18日在临江市人民代表大会上

一、2023年工作回顾

过去一年，全市高新技术企业达到1280家，技术合同成交额6.4亿元。

二、2024年工作安排

今年，高新技术企业达到1500家。
"""

SOURCE = ("--title", "工作报告", "--publisher", "临江市")


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a small ledger, and two reports."""
    write_ledger(tmp_path / "seeds")
    (tmp_path / "2023.txt").write_text(FIRST, encoding="utf-8")
    (tmp_path / "2024.txt").write_text(NEXT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, arguments, input=typed)


def all_accepted(house: Path, text: str) -> str:
    """Write decisions that accept everything, as a table; return its name."""
    rows = [one.as_row() | {"decision": "accept"} for one in candidates_of(text, read_known(house / "seeds"))]
    with (house / "all.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return "all.csv"


def take_in(house: Path, *more: str) -> Result:
    source = ("--source", "town-2023", *SOURCE, "--published-on", "2023-01-22", "--given-on", "2023-01-20")
    return run("intake", "2023.txt", "--accept-from", all_accepted(house, FIRST), *source, *more)


def test_a_report_and_the_next_one_are_goals_and_what_became_of_them(house: Path) -> None:
    ended = take_in(house)
    assert ended.exit_code == 0, ended.stderr
    assert ended.stdout.splitlines()[-1] == "4 rows added"
    goals = {g.id: g for g in read_ledger(house / "seeds").goals.values() if g.source == "town-2023"}
    assert {(str(g.value), g.comparison.value, g.announced_on) for g in goals.values()} == {
        ("1300", ">", dt.date(2023, 1, 20)), ("6", ">=", dt.date(2023, 1, 20)),
    }  # fmt: skip

    proposed = run("resolve", "2024.txt", "--format", "csv")
    assert proposed.exit_code == 0, proposed.stderr
    states = {row["goal"]: row["state"] for row in csv.DictReader(io.StringIO(proposed.stdout))}
    assert [states[name] for name in goals] == ["missed", "met"]
    assert "2 met, 1 missed" in run("resolve", "2024.txt").stdout

    (house / "next.csv").write_text(proposed.stdout, encoding="utf-8")
    source = ("--source", "town-2024", *SOURCE, "--published-on", "2024-01-18")
    ended = run("intake", "2024.txt", "--accept-from", "next.csv", *source)
    assert ended.exit_code == 0, ended.stderr
    ledger = read_ledger(house / "seeds")
    assert [resolve(ledger, ledger.goals[name]).state for name in goals] == ["missed", "met"]
    assert run("check").exit_code == 0


def test_the_quotes_of_the_rows_stand_in_the_text_that_is_kept(house: Path) -> None:
    take_in(house)
    ledger = read_ledger(house / "seeds")
    assert ledger.sources["town-2023"].held
    quotes = {o.quote for o in ledger.observations.values() if o.source == "town-2023"}
    assert quotes == {"过去一年，全市高新技术企业达到1100家，技术合同成交额5.5亿元"}


def test_a_dry_run_adds_nothing_and_says_what_would_be_added(house: Path) -> None:
    before = contents(house / "seeds")
    ended = take_in(house, "--dry-run", "--format", "json")
    assert contents(house / "seeds") == before
    told = json.loads(ended.stdout)
    assert told["dry_run"]
    assert len(told["added"]["observations"]) == 2
    assert told == json.loads(take_in(house, "--format", "json").stdout) | {"dry_run": True}


def test_a_second_time_everything_is_there_already(house: Path) -> None:
    take_in(house)
    before = contents(house / "seeds")
    ended = take_in(house)
    assert ended.exit_code == 0
    assert ended.stdout.splitlines() == ["0 rows added"]
    assert ended.stderr.count("is there already") == 4
    assert contents(house / "seeds") == before


def test_whoever_leaves_goes_on_with_the_same_command(house: Path) -> None:
    answers = ("town-2023", "", "临江市", "", "2023-01-22", "")
    ended = run("intake", "2023.txt", typed="\n".join([*answers, "a", "s", "q"]) + "\n")
    assert ended.exit_code == 0, ended.stderr
    assert ended.stdout == ""
    assert "4 rows" not in ended.stderr
    assert contents(house / "seeds").keys() == contents(write_ledger(house / "plain" / "seeds")).keys()
    ended = run("intake", "2023.txt", typed="a\na\ny\n")
    assert ended.stdout.splitlines()[-1] == "3 rows added"
    assert not list((house / "seeds" / ".intake" / "decisions").iterdir())
    assert run("check").exit_code == 0


def test_restart_forgets_what_was_decided(house: Path) -> None:
    answers = ("town-2023", "", "临江市", "", "2023-01-22", "")
    run("intake", "2023.txt", typed="\n".join([*answers, "s", "s", "q"]) + "\n")
    typed = "\n".join([*answers, "a", "a", "a", "a", "y"]) + "\n"
    assert run("intake", "2023.txt", "--restart", typed=typed).stdout.splitlines()[-1] == "4 rows added"


def test_an_answer_that_is_not_sound_is_asked_again(house: Path) -> None:
    answers = ("Town 2023!", "", "临江市", "", "soon", "", "town-2023", "2023-01-22")
    ended = run("intake", "2023.txt", typed="\n".join([*answers, *"aaaa", "y"]) + "\n")
    assert ended.stdout.splitlines()[-1] == "4 rows added", ended.stderr


def test_all_that_is_missing_is_told_at_once(house: Path) -> None:
    (house / "d.json").write_text('[{"start": 0, "end": 2, "decision": "accept", "colour": 1}]', "utf-8")
    before = contents(house / "seeds")
    ended = run("intake", "2023.txt", "--accept-from", "d.json")
    assert ended.exit_code == 2
    places = [line.split(":")[0] for line in ended.stderr.splitlines()]
    assert places[:4] == ["--source", "--title", "--publisher", "--published-on"]
    assert "colour" in ended.stderr
    assert contents(house / "seeds") == before


def test_what_a_killed_intake_promised_is_there_when_the_next_one_begins(house: Path) -> None:
    shutil.copytree(house / "seeds", house / "whole")
    source = ("--source", "town-2023", *SOURCE, "--published-on", "2023-01-22")
    accepted = all_accepted(house, FIRST)
    run("intake", "2023.txt", "--accept-from", accepted, *source, "--seeds", str(house / "whole"))
    place = house / "seeds" / ".intake"
    (place / "pending").mkdir(parents=True)
    from hashlib import sha256

    steps = []
    for number, name in enumerate(["sources.csv", "texts/town-2023.txt", "observations.csv", "goals.csv"]):
        shutil.copy(house / "whole" / name, place / "pending" / str(number))
        old, new = house / "seeds" / name, house / "whole" / name
        was = sha256(old.read_bytes()).hexdigest() if old.exists() else ""
        steps.append(
            {"file": name, "draft": str(number), "old": was, "new": sha256(new.read_bytes()).hexdigest()}
        )
    (place / "journal.json").write_text(json.dumps({"steps": steps}), encoding="utf-8")
    assert "rows that it accepted are still to come" in run("check").stderr
    ended = run("intake", "2023.txt", "--accept-from", accepted, *source)
    assert ended.stderr.count("is there already") == 4
    assert contents(house / "seeds") == contents(house / "whole")
    assert "still to come" not in run("check").stderr


def test_what_cannot_be_resolved_is_told(house: Path) -> None:
    ended = run("resolve", "2024.txt", "--region", "nowhere", "--published-on", "soon")
    assert ended.exit_code == 2
    assert [line.split(":")[0] for line in ended.stderr.splitlines() if not line.startswith("warning")] == [
        "--region", "--published-on",
    ]  # fmt: skip
    assert run("resolve", "2024.txt", "--published-on", "2023-01-01").stdout.endswith(": none\n")
