"""Two editions of a plan: the second says what changed since the first, whenever and however it is asked."""

import datetime as dt
import json
import math
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner, Result

from forecasts.attainment.verdict import answer
from forecasts.batch.briefs import Studio
from forecasts.batch.came import Run
from forecasts.batch.editions import edition_at, folder_before, pairs
from forecasts.batch.job import Order
from forecasts.batch.keys import Keys
from forecasts.batch.plans.reading import read_plan
from forecasts.batch.register.chronicle import Chronicle
from forecasts.batch.reviewing import decide
from forecasts.batch.run import run_work
from forecasts.batch.seen import SEEN, pack_seen, read_seen
from forecasts.batch.workshop import Outcome
from forecasts.cli import app
from forecasts.publish.rendering import Renderer
from forecasts.publish.save import save
from forecasts.publish.schemas import SCHEMAS
from forecasts.publish.words import Words
from forecasts.scenarios.seeds import Seeds, read_seeds
from forecasts.whatif.changed import Changes
from forecasts.whatif.changes import SWAPS
from tests.batch.night import Night, house_of, plan
from tests.conftest import ROOT

DAYS = ("2023-06-01", "2023-09-06", "2023-10-06")
DRAWS = 200


@dataclass
class Here:
    """Runs the questions of notebooks in this process, without the notebooks."""

    root: Path

    def run(self, orders: Sequence[Order]) -> Iterator[tuple[int, Outcome]]:
        for place, order in enumerate(orders):
            p, seeds = order.parameters, read_seeds(self.root / "seeds")
            day = dt.date.fromisoformat(p["known_on"])
            result = answer(seeds, p["goal"], p["scenario"], day, p["draws"], p["seed"])
            save(result, self.root / p["output"], p["language"])
            yield place, Outcome("", "", 0.1)


@dataclass
class House:
    root: Path

    @property
    def out(self) -> Path:
        return self.root / "reports" / "out"

    def folder(self, day: str) -> Path:
        return self.out / "two" / day

    def run(self, day: str, renderer: Renderer | None = None, language: str = "zh") -> Run:
        """Run the plan for a day; without a renderer it has no brief."""
        seeds = read_seeds(self.root / "seeds")
        text = PLAN.format(goal=seeds.ledger.headline_goals()[0], briefs="together" if renderer else "none")
        path = plan(self.root, "two", text)
        (work,) = read_plan(
            path, self.root, seeds, {"known_on": dt.date.fromisoformat(day), "language": language}
        )
        chronicle = Chronicle(self.root / "reports" / "register.sqlite", self.root, seeds, dt.date.today())

        def there() -> Renderer:
            assert renderer is not None
            return renderer

        studio, keys = Studio(there, lambda work: (), self.root), Keys(self.root, seeds)
        return run_work(work, keys, self.root, self.out, lambda: Here(self.root), studio, chronicle)

    def ask(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, ["changes", "two", *arguments])

    def changes(self, *arguments: str) -> Changes:
        ended = self.ask("--format", "json", *arguments)
        assert ended.exit_code == 0, ended.stderr
        return Changes.model_validate_json(ended.stdout)

    def replace(self, name: str, old: str, new: str) -> None:
        path = self.root / "seeds" / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


PLAN = "goals: [{goal}]\nscenarios: headline\nwhat_if: false\ndraws: 200\nbriefs: {briefs}\nlanguage: zh\n"


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer() as one:
        yield one


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, renderer: Renderer) -> House:
    """Two editions."""
    house = House(house_of(ROOT, tmp_path_factory.mktemp("changes") / "house"))
    shutil.copy(ROOT / "notebooks" / "goal.ipynb", house.root / "notebooks")
    assert house.run(DAYS[0], renderer).ok
    assert house.run(DAYS[1], renderer).ok
    return house


@pytest.fixture
def house(made: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """The same two, to be played with."""
    copy = House(shutil.copytree(made.root, tmp_path / "house"))
    monkeypatch.chdir(copy.root)
    return copy


def named(changes: Changes) -> list[tuple[str, ...]]:
    """Return the parts of the first change that are something."""
    return [part.swaps for part in changes.changed[0].parts if part.change]


def test_the_second_edition_says_what_changed(made: House) -> None:
    folder = made.folder(DAYS[1])
    assert not (made.folder(DAYS[0]) / "changes.json").exists(), "the first has nothing before it"
    told = json.loads((folder / "changes.json").read_text("utf-8"))
    jsonschema.validate(told, json.loads(SCHEMAS["changes"]()))
    changes = Changes.model_validate(told)
    assert (str(changes.since), str(changes.known_on), changes.kept) == (*DAYS[:2], True)
    results = edition_at(folder).said
    assert [one.scenario for one in changes.changed] == [one.scenario for one in results]
    for one, said in zip(changes.changed, results, strict=True):
        assert one.after == said.probability
        assert math.fsum(part.change for part in one.parts) == pytest.approx(one.change, abs=1e-12)
        assert sorted(s for part in one.parts for s in part.swaps) == sorted(SWAPS)
        assert {figure.how for figure in one.figures} == {"new"}
        assert [str(point.known_on) for point in one.course] == list(DAYS[:2])
    assert named(changes) == [("new",)]
    page = (folder / "brief.zh.html").read_text("utf-8")
    assert Words("zh").say("changes.heading", date="2023年6月1日") in page
    assert "新公布的数" in page
    assert Words("zh").say("changes.heading", date="2023年6月1日") not in (
        made.folder(DAYS[0]) / "brief.zh.html"
    ).read_text("utf-8")


def test_whoever_asks_hears_what_the_brief_says(house: House) -> None:
    told = (house.folder(DAYS[1]) / "changes.json").read_text("utf-8")
    assert house.ask("--format", "json").stdout == told
    assert house.ask("--format", "json", "--since", DAYS[0]).stdout == told
    assert house.ask("--format", "json", "--since", str(house.folder(DAYS[0]))).stdout == told
    shutil.rmtree(house.folder(DAYS[0]))
    left = house.changes()
    assert left.model_dump(mode="json") == json.loads(told), "the register and the keys know the same"


def test_the_same_edition_is_the_same_to_the_byte(house: House, renderer: Renderer) -> None:
    names = ("brief.zh.pdf", "brief.zh.html", "changes.json", SEEN)
    folder = house.folder(DAYS[1])
    before = {name: (folder / name).read_bytes() for name in names}
    run = house.run(DAYS[1], renderer)
    assert (run.fresh, run.count("up to date")) == (False, len(run.done))
    shutil.rmtree(folder)
    assert house.run(DAYS[1], renderer).ok
    assert {name: (folder / name).read_bytes() for name in names} == before


def test_another_last_edition_makes_another_brief_and_no_other_answer(
    house: House, renderer: Renderer
) -> None:
    page = house.folder(DAYS[1]) / "brief.zh.html"
    before = page.read_bytes()
    house.run("2023-07-10", renderer)
    run = house.run(DAYS[1], renderer)
    assert (run.fresh, run.count("up to date")) == (True, len(run.done))
    assert page.read_bytes() != before
    assert Words("zh").say("changes.heading", date="2023年7月10日") in page.read_text("utf-8")


def test_editions_in_two_languages_stand_side_by_side(house: House, renderer: Renderer) -> None:
    folder = house.folder(DAYS[1])
    before = {path.name: path.read_bytes() for path in (*folder.glob("brief.zh.*"), folder / "changes.json")}
    for day in DAYS[:2]:
        assert house.run(day, renderer, "en").ok
    assert {name: (folder / name).read_bytes() for name in before} == before
    heading = Words("en").say("changes.heading", date="1 June 2023")
    assert heading in (folder / "brief.en.html").read_text("utf-8")


def test_a_decision_stamps_a_brief_that_tells_of_changes(house: House, renderer: Renderer) -> None:
    folder = house.folder(DAYS[1])
    register = house.root / "reports" / "register.sqlite"
    decide(folder, "approved", "A", "", register, house.root, lambda: renderer)
    page = (folder / "brief.zh.html").read_text("utf-8")
    assert Words("zh").say("stamp.approved") in page
    assert Words("zh").say("changes.heading", date="2023年6月1日") in page


def edit(house: House) -> None:
    """Correct a figure of before, edit a scenario, and have the goal ask for more."""
    goal = next(iter(read_seeds(house.root / "seeds").ledger.goals.values()))
    house.replace("goals.csv", f"{goal.region},{goal.value},", f"{goal.region},{goal.value + 20},")
    seeds = read_seeds(ROOT / "seeds")
    parent = seeds.ledger.regions[goal.region].parent
    assert parent is not None
    row = seeds.ledger.series(goal.indicator, parent)[-1]
    text = (house.root / "seeds" / "observations.csv").read_text("utf-8")
    line = next(one for one in text.splitlines() if one.startswith(f"{row.id},"))
    house.replace("observations.csv", line, line.replace(f",{row.value},", f",{row.value - 500},"))
    own = next(s for s in seeds.scenarios_of(goal.id, headline=True) if seeds.scenarios[s].adjustments)
    house.replace(f"scenarios/{own}.yaml", "adjustments:", "adjustments:\n  - {kind: pace, factor: 0.9}")


def test_what_was_edited_is_told_apart_where_the_run_kept_what_it_saw(house: House) -> None:
    edit(house)
    assert house.run(DAYS[2]).ok
    changes = house.changes()
    assert changes.kept
    assert named(changes) == [("revised",), ("goal",)]
    other = next(one for one in changes.changed if one.adjustments_before is not None)
    assert [p.swaps for p in other.parts if p.change] == [("revised",), ("scenario",), ("goal",)]
    assert changes.changed[0].goal_before is not None
    assert [figure.how for figure in changes.changed[0].figures] == ["changed"]
    said = house.ask("--language", "en").stdout
    assert "corrected since" in said
    assert "Before, the goal asked for" in said
    (house.folder(DAYS[1]) / SEEN).unlink()
    lost = house.changes()
    assert not lost.kept
    # The program is the same: what it made of the figures of before needs no part of its own.
    assert named(lost) == [("revised",), ("goal",)]
    for one, known in zip(lost.changed, changes.changed, strict=True):
        assert math.fsum(part.change for part in one.parts) == pytest.approx(known.change, abs=1e-12)
    assert "无法分开" in house.ask().stdout


def test_an_edition_of_another_program_is_asked_again(house: House) -> None:
    """It said something else, in another layout: the difference is the model's."""
    for job in (house.folder(DAYS[0]) / "jobs").iterdir():
        record = json.loads((job / "job.json").read_text("utf-8"))
        record["key"]["program"] = "0" * 64
        (job / "job.json").write_text(json.dumps(record), encoding="utf-8")
        result: dict[str, Any] = json.loads((job / "result.json").read_text("utf-8"))
        result = {
            "format": 1,
            "probability": 0.123,
            **{k: result[k] for k in ("goal", "scenario", "draws", "seed")},
        }
        (job / "result.json").write_text(json.dumps(result), encoding="utf-8")
    before = json.loads((house.folder(DAYS[1]) / "changes.json").read_text("utf-8"))["changed"][0]
    changes = house.changes()
    assert named(changes) == [("model",), ("new",)]
    found = changes.changed[0]
    assert found.of("model").change == before["before"] - 0.123
    assert found.of("new").change == next(p["change"] for p in before["parts"] if p["swaps"] == ["new"])
    (job / "result.json").write_text('{"format": 1}', encoding="utf-8")
    ended = house.ask()
    assert ended.exit_code == 2
    assert "cannot be compared" in ended.stderr


def test_a_quiet_day_is_told_so(house: House) -> None:
    assert house.run("2023-09-07").ok
    changes = house.changes()
    assert all(one.quiet and one.change == 0 for one in changes.changed)
    assert Words("zh").say("changes.quiet") in house.ask().stdout
    assert Words("en").say("changes.quiet") in house.ask("--language", "en").stdout


@pytest.mark.parametrize(
    ("since", "rule"),
    [
        ("2023-05-31", "before 2023-05-31"), ("nowhere", "no such run"), ("", "no such run"),
        ("\0", "no such run"), ("x" * 5000, "no such run"), (".", "no such run"), ("SELF", "not earlier"),
    ],
)  # fmt: skip
def test_a_run_that_is_no_earlier_one_is_refused(house: House, since: str, rule: str) -> None:
    asked = str(house.folder(DAYS[1])) if since == "SELF" else since
    ended = house.ask("--since", asked)
    assert ended.exit_code == 2
    assert rule in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert ended.stdout == ""


def test_the_first_run_has_nothing_before_it(house: House) -> None:
    ended = CliRunner().invoke(app, ["changes", str(house.folder(DAYS[0]))])
    assert ended.exit_code == 2
    assert "no run of the plan 'two' before 2023-06-01" in ended.stderr


def test_a_course_is_asked_again_on_the_days_of_figures(house: House) -> None:
    changes = house.changes("--course")
    course = changes.changed[0].course
    assert {point.origin for point in course} == {"run", "asked"}
    days = [point.known_on for point in course]
    assert days == sorted(set(days))
    assert len(days) > 5
    assert course[-1].own
    asked = next(point for point in course if point.origin == "asked")
    said, seeds = changes.changed[0], read_seeds(house.root / "seeds")
    again = answer(seeds, said.goal, said.scenario, asked.known_on, DRAWS)
    assert asked.probability == again.probability


def test_what_was_seen_is_read_back(house: House, tmp_path: Path) -> None:
    seeds = read_seeds(house.root / "seeds")
    folder = house.folder(DAYS[1])
    assert read_seen(folder, house.root, seeds) is seeds, "the same to the byte"
    assert pack_seen(house.root / "seeds") == (folder / SEEN).read_bytes()
    edit(house)
    found = read_seen(folder, house.root, seeds)
    assert found is not None
    assert list(found.ledger.observations.values()) == list(seeds.ledger.observations.values())
    assert dict(found.ledger.goals) == dict(seeds.ledger.goals)
    assert dict(found.scenarios) == dict(seeds.scenarios)
    assert found.record is not None


@pytest.mark.parametrize("damage", ["nothing", "no zip", "format", "torn", "outside"])
def test_what_cannot_be_read_back_is_no_more_known(
    house: House, seeds: Seeds, tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "run" / SEEN
    path.parent.mkdir()
    whole = pack_seen(house.root / "seeds")
    if damage == "no zip":
        path.write_bytes(b"\0" * 100)
    elif damage == "torn":
        path.write_bytes(whole[: len(whole) // 2])
    elif damage in ("format", "outside"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("seen.json", json.dumps({"format": 99 if damage == "format" else 1}))
            archive.writestr("../outside.csv", "a,b\n1,2\n")
            archive.writestr("/tmp/outside.csv", "a,b\n1,2\n")
    assert read_seen(path.parent, house.root, seeds) is None
    assert not list(tmp_path.rglob("outside*"))


def test_pairs_are_found_by_job_scenario_and_baseline(house: House) -> None:
    first, *others = edition_at(house.folder(DAYS[0])).said
    assert [old for old, _ in pairs((first, *others), (*others, first))] == [*others, first]
    renamed = replace(first, job="other", scenario="other")
    assert pairs((first,), (renamed,)) == [(first, renamed)], "the baseline is another scenario now"
    alternative = replace(renamed, role="alternative")
    assert pairs((first,), (alternative,)) == [(None, alternative)]
    assert pairs((first,), (replace(first, goal="other"),))[0][0] is None


def test_the_last_edition_is_the_newest_before(house: House) -> None:
    folder = house.out / "two"
    day = dt.date.fromisoformat(DAYS[1])
    assert folder_before(folder, day) == house.folder(DAYS[0])
    assert folder_before(folder, day + dt.timedelta(days=1)) == house.folder(DAYS[1])
    assert folder_before(folder, day + dt.timedelta(days=1), dt.date(2023, 8, 1)) == house.folder(DAYS[0])
    assert folder_before(folder, dt.date.fromisoformat(DAYS[0])) is None
    assert folder_before(house.out / "none", day) is None


@pytest.mark.slow
def test_two_days_of_a_plan_through_notebooks_and_renderer(house: House, goal: str) -> None:
    text = f"goals: [{goal}]\nscenarios: [baseline]\nwhat_if: false\nknown_on: [{DAYS[0]}, {DAYS[1]}]\n"
    path = plan(house.root, "night", text)
    code, _, err = Night(house.root, [str(path), "--register", "reports/register.sqlite"]).end()
    assert code == 0, err
    folder = house.out / "night" / DAYS[1]
    told = (folder / "changes.json").read_text("utf-8")
    ended = CliRunner().invoke(app, ["changes", "night", "--format", "json"])
    assert ended.stdout == told
    assert named(Changes.model_validate_json(told)) == [("new",)]
    code, again, err = Night(house.root, [str(path), "--register", "reports/register.sqlite"]).end()
    assert (code, again.count("up to date")) == (0, 2), err
