"""The register: nothing lost and nothing half, whoever writes at once; what is another file stays it."""

import datetime as dt
import hashlib
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.attainment.verdict import answer
from forecasts.batch.register import store
from forecasts.batch.register.entry import COLUMNS, ENTRY, KEY, RUN, entry_of
from forecasts.batch.register.register import latest, record, rows_of
from forecasts.batch.register.store import STEPS, check_register
from forecasts.ledger.problems import BadInput
from forecasts.publish.save import dump_result
from forecasts.scenarios.seeds import Seeds
from tests.batch.registers import DAY, a_run, an_entry
from tests.conftest import ROOT

#: Writes runs of five forecasts until it has written enough, and says after each that it stands.
WRITER = """
import sys
from pathlib import Path
from forecasts.batch.register.register import record
from tests.batch.registers import a_run, an_entry
path, who, runs = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
for k in range(runs):
    record(path, a_run(f"plan-{who}", id=f"{who}/{k}"),
           [an_entry(f"g{i}--s", probability=(1 + k) / (2 + runs)) for i in range(5)])
    print(k, flush=True)
"""


def writer(path: Path, who: str, runs: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(path), who, str(runs)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)


def sql(path: Path, asked: str) -> list[tuple[object, ...]]:
    held = sqlite3.connect(path)
    try:
        return held.execute(asked).fetchall()
    finally:
        held.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "reports" / "register.sqlite"


def test_what_is_recorded_is_read(path: Path) -> None:
    run, entries = a_run(ok=False), [an_entry("a--x"), an_entry("b--x", announced_on=DAY, q10=None)]
    assert record(path, run, entries) == 2
    told = rows_of(path)
    assert [row["job"] for row in told] == ["a--x", "b--x"]
    assert all(tuple(row) == COLUMNS for row in told)
    first = told[0]
    assert (first["run"], first["plan"], first["known_on"], first["ok"]) == (run.id, "brief", str(DAY), False)
    assert dt.datetime.fromisoformat(first["made_at"]) == run.made_at
    assert run.made_at.tzinfo is not None
    assert list(latest(path, "brief", DAY).values()) == entries


def test_the_columns_of_the_file_are_the_fields(path: Path) -> None:
    record(path, a_run(), [])
    for table, own in (("runs", RUN), ("forecasts", ("id", "run", *ENTRY))):
        assert {row[1] for row in sql(path, f"PRAGMA table_info({table})")} == set(own)
    assert sql(path, "PRAGMA user_version") == [(len(STEPS),)]
    assert sql(path, "PRAGMA journal_mode") == [("delete",)]


def test_an_entry_says_what_the_result_says(seeds: Seeds, goal: str) -> None:
    day = seeds.ledger.newest_publication([goal])
    result = answer(seeds, goal, "baseline", day, draws=500)
    digest = hashlib.sha256(dump_result(result).encode()).hexdigest()
    entry = entry_of(result, f"{goal}--baseline", {name: f"digest of {name}" for name in KEY}, digest)
    assert (entry.goal, entry.scenario) == (result.goal.id, result.scenario.id)
    assert (entry.value, entry.deadline) == (result.goal.value, result.goal.deadline)
    assert entry.probability == result.probability
    assert entry.q50 == result.quantiles["q0.5"]
    assert entry.key_figures == "digest of figures"
    assert entry.q10 is not None
    assert entry.q90 is not None
    assert entry.q10 <= entry.q50 <= entry.q90


def test_an_entry_of_a_result_goes_into_the_file_and_back(path: Path, seeds: Seeds, goal: str) -> None:
    result = answer(seeds, goal, "baseline", seeds.ledger.newest_publication([goal]), draws=500)
    entry = entry_of(result, "job", dict.fromkeys(KEY, ""), "0" * 64)
    record(path, a_run(known_on=result.known_on), [entry])
    assert latest(path, "brief", result.known_on) == {"job": entry}


# the same forecast again


def test_a_night_without_news_adds_a_run_and_no_forecasts(path: Path) -> None:
    entries = [an_entry("a--x"), an_entry("b--x")]
    assert [record(path, a_run(), entries) for _ in range(3)] == [2, 0, 0]
    assert sql(path, "SELECT count(*) FROM runs") == [(3,)]
    assert record(path, a_run(), [*entries, an_entry("c--x")]) == 1


@pytest.mark.parametrize(
    "change", [{"probability": 0.7}, {"result": "1" * 64}, *({f"key_{name}": "new"} for name in KEY)]
)
def test_what_says_something_new_is_entered(path: Path, change: dict[str, object]) -> None:
    one = an_entry()
    record(path, a_run(), [one])
    assert record(path, a_run(), [replace(one, **change)]) == 1
    # Back to what was said first: the last word is again the first one, and stands there as the last.
    assert record(path, a_run(), [one]) == 1
    assert latest(path, "brief", DAY)[one.job] == one


def test_other_plans_and_days_have_forecasts_of_their_own(path: Path) -> None:
    later = DAY + dt.timedelta(1)
    assert [record(path, a_run(plan, day), [an_entry()]) for plan in "ab" for day in (DAY, later)] == [1] * 4


def test_a_run_that_is_recorded_again_stays_as_it_is(path: Path) -> None:
    run = a_run()
    record(path, run, [an_entry()])
    before = path.read_bytes()
    assert record(path, run, [an_entry(probability=0.1), an_entry("b--x")]) == 0
    assert path.read_bytes() == before


def test_a_run_with_one_bad_forecast_is_not_entered_at_all(path: Path) -> None:
    record(path, a_run(), [an_entry("a--x")])
    with pytest.raises(OSError, match="CHECK"):
        record(path, a_run(), [an_entry("b--x"), an_entry("c--x", probability=1.5)])
    assert [row["job"] for row in rows_of(path)] == ["a--x"]
    assert sql(path, "SELECT count(*) FROM runs") == [(1,)]


# what was said last

Steps = st.lists(st.tuples(st.integers(0, 3), st.sampled_from("ab"), st.integers(1, 9)), max_size=12)


@settings(max_examples=25)
@given(Steps, st.integers(0, 3))
def test_the_latest_is_of_the_newest_knowledge_and_then_of_the_last_run(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, str, int]], asked: int
) -> None:
    path = tmp_path_factory.mktemp("latest") / "register.sqlite"
    days = [DAY + dt.timedelta(k) for k in range(4)]
    held: dict[str, tuple[int, float]] = {}
    for day, job, tenths in steps:
        record(path, a_run(known_on=days[day]), [an_entry(f"{job}--x", probability=tenths / 10)])
        if day <= asked and held.get(job, (0, 0.0))[0] <= day:
            held[job] = (day, tenths / 10)
    found = latest(path, "brief", days[asked])
    assert {name: one.probability for name, one in found.items()} == {
        f"{j}--x": p for j, (_, p) in held.items()
    }


def test_the_latest_before_a_run_is_not_its_own(path: Path) -> None:
    first, second = a_run(), a_run()
    record(path, first, [an_entry(probability=0.4)])
    record(path, second, [an_entry(probability=0.6)])
    assert latest(path, "brief", DAY)["g--baseline"].probability == 0.6
    assert latest(path, "brief", DAY, second.id)["g--baseline"].probability == 0.4
    assert latest(path, "other", DAY) == {}
    assert latest(path, "brief", DAY - dt.timedelta(1)) == {}


# many at once, and kills


@pytest.mark.slow
def test_eight_processes_lose_nothing(path: Path) -> None:
    writers = [writer(path, str(k), 50) for k in range(8)]
    assert [one.wait(300) for one in writers] == [0] * 8
    for one in writers:
        assert one.stdout is not None
        one.stdout.close()
    assert sql(path, "SELECT count(*) FROM runs") == [(400,)]
    assert sql(path, "SELECT run FROM forecasts GROUP BY run HAVING count(*) <> 5") == []
    assert sql(path, "SELECT count(*) FROM forecasts") == [(2000,)]
    assert sql(path, "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.slow
def test_a_killed_writer_leaves_whole_runs_and_loses_none_that_it_told(path: Path) -> None:
    pause = random.Random(1)
    told: set[str] = set()
    for attempt in range(6):
        both = {f"{attempt}{who}": writer(path, f"{attempt}{who}", 100_000) for who in "ab"}
        for one in both.values():
            assert one.stdout is not None
            one.stdout.readline()  # it has begun
        time.sleep(pause.uniform(0.0, 0.2))
        for one in both.values():
            one.send_signal(signal.SIGKILL)
        for who, one in both.items():
            assert one.stdout is not None
            rest = one.stdout.read().split()
            one.stdout.close()
            one.wait()
            told |= {f"{who}/{k}" for k in ("0", *rest)}
        # The next one goes on at once.
        record(
            path, a_run(id=f"after/{attempt}"), [an_entry(f"g{i}--s", result=str(attempt)) for i in range(5)]
        )
        told.add(f"after/{attempt}")
        assert sql(path, "PRAGMA integrity_check") == [("ok",)]
    assert len(told) > 12
    assert told <= {str(row[0]) for row in sql(path, "SELECT id FROM runs")}
    assert sql(path, "SELECT run FROM forecasts GROUP BY run HAVING count(*) <> 5") == []
    whole = "SELECT count(*) FROM runs WHERE id NOT IN (SELECT run FROM forecasts)"
    assert sql(path, whole) == [(0,)]


def test_whoever_finds_it_held_waits(path: Path) -> None:
    record(path, a_run(), [an_entry()])
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    child = writer(path, "late", 1)
    time.sleep(1.0)
    assert child.poll() is None
    holder.execute("ROLLBACK")
    holder.close()
    child.communicate(timeout=60)
    assert child.returncode == 0
    assert len(rows_of(path, plan="plan-late")) == 5


def test_whoever_waits_too_long_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record(path, a_run(), [an_entry()])
    monkeypatch.setattr(store, "PATIENCE", 0.0)
    monkeypatch.setattr(store, "BUSY", 0.05)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(TimeoutError, match="other runs"):
        record(path, a_run(), [an_entry()])
    holder.close()


# files that are none


def database(path: Path, *statements: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    held = sqlite3.connect(path)
    for statement in statements:
        held.execute(statement)
    held.commit()
    held.close()


def test_what_is_no_register_is_refused_and_stays(path: Path) -> None:
    path.parent.mkdir()
    for content in (b"goal,probability\n" * 100, b"\x00" * 4096, os.urandom(5000)):
        path.write_bytes(content)
        for call in (lambda: record(path, a_run(), [an_entry()]), lambda: check_register(path),
                     lambda: rows_of(path), lambda: latest(path, "brief", DAY)):  # fmt: skip
            with pytest.raises(BadInput) as refused:
                call()
            assert str(path)[:40] in str(refused.value)
        assert path.read_bytes() == content


def test_another_programs_database_is_refused_and_stays(path: Path) -> None:
    database(path, "CREATE TABLE runs (id TEXT)")
    before = path.read_bytes()
    with pytest.raises(BadInput, match="another program"):
        record(path, a_run(), [an_entry()])
    assert path.read_bytes() == before


def test_a_newer_register_is_refused_and_stays(path: Path) -> None:
    record(path, a_run(), [an_entry()])
    database(path, f"PRAGMA user_version = {len(STEPS) + 1}")
    before = path.read_bytes()
    for call in (lambda: record(path, a_run(), []), lambda: rows_of(path), lambda: check_register(path)):
        with pytest.raises(BadInput, match="newer version"):
            call()
    assert path.read_bytes() == before


def test_a_damaged_register_is_told_and_not_made_anew(path: Path) -> None:
    for k in range(30):
        record(path, a_run(), [an_entry(f"g{i}--s", result=str(k)) for i in range(20)])
    content = bytearray(path.read_bytes())
    content[4096 : len(content) // 2] = os.urandom(len(content) // 2 - 4096)
    path.write_bytes(content)
    with pytest.raises(BadInput, match="damaged"):
        rows_of(path)
    assert path.read_bytes() == bytes(content)


def test_a_place_where_no_file_can_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "file" / "register.sqlite", Path("/proc/none/register.sqlite")):
        for call in (lambda p=path: record(p, a_run(), []), lambda p=path: check_register(p)):
            with pytest.raises((BadInput, OSError), match=r"written|No such|Not a directory|none|folder"):
                call()


def test_a_file_of_nothing_becomes_a_register(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    check_register(path)
    assert rows_of(path) == []
    assert record(path, a_run(), [an_entry()]) == 1


def test_a_check_makes_nothing(path: Path) -> None:
    check_register(path)
    assert not path.parent.exists()
    assert rows_of(path) == []
    assert latest(path, "brief", DAY) == {}
    assert not path.parent.exists()


def test_a_name_may_hold_any_sign(tmp_path: Path) -> None:
    path = tmp_path / "a?mode=memory#b%20 登记.sqlite"
    record(path, a_run(), [an_entry()])
    assert len(rows_of(path)) == 1
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("step", range(1, len(STEPS) + 1))
def test_an_older_register_is_brought_to_this_version(
    path: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "STEPS", STEPS[:step])
    record(path, a_run(), [an_entry()])
    more = (*STEPS, ("ALTER TABLE runs ADD COLUMN later TEXT",))
    monkeypatch.setattr(store, "STEPS", more)
    assert len(rows_of(path)) == 1
    assert sql(path, "PRAGMA user_version") == [(len(more),)]
    assert record(path, a_run(), [an_entry("b--x")]) == 1


@pytest.mark.parametrize("page", ["register.md", "register.zh.md"])
def test_the_columns_of_the_pages_are_those_that_are_printed(page: str) -> None:
    text = (ROOT / "docs" / "howto" / page).read_text(encoding="utf-8")
    cells = re.findall(r"^\| (`[^|]*) \|", text, re.MULTILINE)
    assert tuple(name for cell in cells for name in re.findall(r"`(\w+)`", cell)) == COLUMNS


def test_it_is_light() -> None:
    script = "import sys, json, forecasts.batch.register.register; print(json.dumps(sorted(sys.modules)))"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"pandas", "numpy", "pydantic", "scipy", "altair"} & set(json.loads(ended.stdout))
