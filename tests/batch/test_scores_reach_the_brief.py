"""From a run before the outcome to the next brief: what was forecast is scored, and the brief says so."""

import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.batch.night import Night, house_of, plan
from tests.conftest import ROOT

BEFORE, AFTER = "2023-09-06", "2024-06-30"

INDICATORS = """id,kind,name_zh,name_en,unit_zh,unit_en,scope_zh,scope_en
firms,stock,企业数,firms,家,firms,法人,legal persons
"""
REGIONS = "id,name_zh,name_en\nr,甲区,Alton\nq,乙区,Belton\n"
SOURCES = "id,title,publisher,url\ns,t,p,https://example.org/\n"
OBSERVATIONS = """id,indicator,region,as_of,value,qualifier,source,published_on,quote
o1,firms,r,2021-12-31,900,eq,s,2022-01-31,900
o2,firms,r,2022-12-31,1036,eq,s,2023-01-31,1036
o3,firms,q,2021-12-31,400,eq,s,2022-01-31,400
o4,firms,q,2022-12-31,450,eq,s,2023-01-31,450
"""
OUTCOME = "o5,firms,r,2023-12-31,1100,eq,s,2024-03-15,1100\n"
GOALS = """id,indicator,region,value,comparison,deadline,source,quote
reached,firms,r,1090,>=,2023-12-31,s,q
missed,firms,r,1150,>=,2023-12-31,s,q
quiet,firms,q,500,>=,2023-12-31,s,q
later,firms,r,1300,>=,2024-12-31,s,q
"""
PLAN = """notebook: goal.ipynb
goals: [{goals}]
scenarios: [baseline]
known_on: {day}
draws: 100
seed: 1
language: {language}
what_if: false
briefs: together
success: result
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A small city whose outcomes nobody has entered yet."""
    house = house_of(ROOT, tmp_path)
    shutil.rmtree(house / "seeds")
    (house / "seeds" / "scenarios").mkdir(parents=True)
    shutil.copy(ROOT / "notebooks" / "goal.ipynb", house / "notebooks")
    shutil.copy(ROOT / "seeds" / "scenarios" / "baseline.yaml", house / "seeds" / "scenarios")
    tables = {
        "indicators": INDICATORS, "regions": REGIONS, "sources": SOURCES, "goals": GOALS,
        "observations": OBSERVATIONS,
    }  # fmt: skip
    for name, text in tables.items():
        (house / "seeds" / f"{name}.csv").write_text(text, encoding="utf-8")
    return house


def night(house: Path, name: str, **asked: str) -> Path:
    """Run a plan; return the folder of its brief."""
    at = plan(house, name, PLAN.format(**asked))
    code, out, err = Night(house, [str(at.relative_to(house))]).end()
    assert code == 0, err
    return (house / out.splitlines()[-1]).parent


def scores(house: Path) -> dict[str, Any]:
    """Return what the command line says of all earlier forecasts."""
    from typer.testing import CliRunner

    from forecasts.cli import app

    ended = CliRunner().invoke(app, ["scores", "--format", "json", "--known-on", AFTER])
    assert ended.exit_code == 0, ended.stderr
    told: dict[str, Any] = json.loads(ended.stdout)
    return told


def said(folder: Path) -> dict[str, float]:
    """Return the probability of every goal of a run."""
    found = [json.loads(path.read_text("utf-8")) for path in (folder / "jobs").rglob("result.json")]
    return {one["goal"]["id"]: one["probability"] for one in found}


@pytest.mark.slow
def test_a_resolved_goal_is_scored_in_the_next_brief(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(house)
    before = said(night(house, "before", goals="reached, missed, quiet", day=BEFORE, language="zh"))
    assert set(before) == {"reached", "missed", "quiet"}
    # That night was before the outcome; only the machine's clock says otherwise.
    with closing(sqlite3.connect(house / "reports" / "register.sqlite")) as register:
        register.execute("UPDATE runs SET made_at = ?", (f"{BEFORE}T20:00:00+00:00",))
        register.commit()
    assert {one["state"] for one in scores(house)["forecasts"]} == {"silent"}

    with (house / "seeds" / "observations.csv").open("a", encoding="utf-8") as table:
        table.write(OUTCOME)
    told = scores(house)
    ends = {one["goal"]: (one["state"], one["outcome"]) for one in told["forecasts"]}
    assert (ends["reached"], ends["missed"]) == (("scored", "met"), ("scored", "missed"))
    assert ends["quiet"][0] == "silent"
    assert len(told["forecasts"]) == 3
    [worth] = told["worth"]
    assert (worth["timing"], worth["forecasts"], worth["goals"], worth["met"]) == ("advance", 2, 2, 1)
    brier, _error = worth["brier"]
    expected = ((1 - before["reached"]) ** 2 + before["missed"] ** 2) / 2
    assert brier == pytest.approx(expected, abs=1e-6)

    folder = night(house, "next", goals="later", day=AFTER, language="en")
    [page] = folder.glob("brief*.html")
    text = " ".join(re.sub(r"<[^>]+>", "", page.read_text("utf-8")).split())
    found = re.search(
        r"Published in advance by this software, and scored since: (\d+) forecasts of (\d+) goals, "
        r"of which (\d+) were met; Brier score ([\d.]+)",
        text,
    )
    assert found is not None
    assert found.groups() == ("2", "2", "1", f"{brier:.3f}")
    assert re.search(r"Belton[^.]*500", text), "the goal that nobody answered is named"
