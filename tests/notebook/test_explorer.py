"""The explorer, moved as a hand would, without a browser: every number is that of the package."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import ipywidgets as widgets
import pytest
import uharfbuzz as hb

import forecasts as fc
from forecasts.attainment.outlook import outlook
from forecasts.attainment.question import find_question
from forecasts.notebook.explorer import Explorer, open_explorer
from forecasts.notebook.request import BadRequest
from forecasts.publish.fonts import SANS, font_paths
from forecasts.publish.woff2 import face
from forecasts.scenarios.seeds import Seeds, read_seeds


@pytest.fixture
def house(copy_house: Callable[[], Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a copy of the project."""
    folder = copy_house()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def explorer(house: Path) -> Explorer:
    return open_explorer({"language": "en"})


def probability(shown: Explorer) -> float:
    """Return the number that stands on the screen, with all its digits."""
    return float(shown.number.value.split("data-probability='")[1].split("'")[0])


def deadline(shown: Explorer) -> dt.date:
    return shown.sketch.question.goal.deadline


def lapsing(shown: Explorer) -> str:
    """Return a scenario of the goal of which certificates lapse, and that leaves all else alone."""
    goal, scenarios = shown.sketch.question.goal.id, read_seeds(Path("seeds")).scenarios
    return next(
        s.id
        for s in scenarios.values()
        if s.applies_to(goal) and [change.kind for change in s.adjustments] == ["expiry"]
    )


def fresh(shown: Explorer) -> float:
    """Return what the package says of the scenario as it stands, with nothing kept from before."""
    return outlook(shown.found.reader.ledger, shown.sketch.asked).probability


def test_where_nothing_was_moved_it_says_the_baseline(explorer: Explorer) -> None:
    assert probability(explorer) == fresh(explorer)
    assert not explorer.sketch.moves
    assert "+0.0 points" in explorer.number.value


def test_every_control_moves_the_number_to_that_of_the_package(explorer: Explorer) -> None:
    moved = {probability(explorer)}
    for name, widget in explorer.controls.items():
        if name.startswith("use_"):
            widget.value = True
        elif name == "models":
            widget.value = widget.options[-1][1]
        elif name == "deadline":
            widget.value = day = deadline(explorer) + dt.timedelta(days=60)
        else:
            up = widget.value + 2 * widget.step
            widget.value = up if up <= widget.max else widget.value - 2 * widget.step
        assert probability(explorer) == fresh(explorer), name
        moved.add(probability(explorer))
    assert len(moved) > 5
    last = explorer.live.params.goal
    for name, value in (("pace", 1.35), ("one_off", last / 50), ("goal", last * 1.1)):
        setattr(explorer.live.params, name, value)
        assert probability(explorer) == fresh(explorer), name
    goal = explorer.sketch.asked.goal
    assert (goal.value, goal.deadline) == (Decimal(str(value)), day)


def test_undo_goes_back_step_by_step_and_reset_to_the_start(explorer: Explorer) -> None:
    seen = [probability(explorer)]
    for name, value in (("delay", 2.0), ("scope", 0.9)):
        explorer.controls[name].value = value
        seen.append(probability(explorer))
    explorer.live.params.pace = 1.5
    explorer.undo.click()
    assert explorer.live.params.pace == 1
    assert probability(explorer) == seen[2]
    explorer.undo.click()
    assert explorer.controls["scope"].value == 1
    assert probability(explorer) == seen[1]
    explorer.controls["expiry"].value = 0.1
    explorer.reset.click()
    assert not explorer.sketch.moves
    assert probability(explorer) == seen[0]
    explorer.undo.click()
    assert dict(explorer.sketch.moves) == {"delay": 2.0, "expiry": 0.1}


def test_the_chart_holds_the_futures_of_what_is_moved_beside_it(explorer: Explorer) -> None:
    before = explorer.live.params.value
    explorer.controls["delay"].value = 3.0
    assert explorer.live.params.value != before
    assert max(explorer.live.params.value) == pytest.approx(explorer.found.paths([deadline(explorer)]).max())


def test_a_chart_that_is_drawn_anew_stands_where_it_was_moved_to(explorer: Explorer) -> None:
    explorer.live.params.pace = 1.5
    explorer.controls["deadline"].value = deadline(explorer) + dt.timedelta(days=90)
    assert explorer.live.params.pace == 1.5
    assert dict(explorer.sketch.moves)["pace"] == 1.5
    explorer.undo.click()
    assert explorer.live.params.pace == 1.5
    explorer.undo.click()
    assert explorer.live.params.pace == 1


def test_a_pinned_number_stays_and_is_told_against(explorer: Explorer) -> None:
    explorer.controls["delay"].value = 6.0
    explorer.pin.click()
    pinned = probability(explorer)
    explorer.reset.click()
    change = f"{100 * (probability(explorer) - pinned):+.1f} points"
    assert "Pinned" in explorer.number.value
    assert change in explorer.number.value


def test_what_is_sought_has_the_probability_and_vanishes_when_something_moves(explorer: Explorer) -> None:
    explorer.wanted.value = 0.9
    explorer.seek.click()
    value = float(explorer.sought.value.split("data-value='")[1].split("'")[0])
    found = explorer.found.under(fc.Pace(factor=value))
    assert found.probability == pytest.approx(0.9, abs=1e-9)
    explorer.tornado.click()
    assert "<svg" in explorer.rests.value
    explorer.controls["delay"].value = 1.0
    assert explorer.sought.value == explorer.rests.value == ""


def test_what_is_saved_is_what_the_night_runs(explorer: Explorer, house: Path) -> None:
    explorer.scenario.value = lapsing(explorer)
    explorer.controls["delay"].value = 1.0
    explorer.live.params.pace = 1.25
    shown, explorer.name.value = probability(explorer), "by-hand"
    explorer.why.value = "a test: with 'signs' & more"
    line = explorer.command
    explorer.save.click()
    assert "seeds/scenarios/by-hand.yaml" in explorer.message.value
    assert explorer.scenario.value == "by-hand"
    assert not explorer.sketch.moves
    assert probability(explorer) == shown
    assert "--scenario by-hand" in line
    seeds = read_seeds(house / "seeds")
    goal = explorer.sketch.question.goal.id
    asked = find_question(seeds, goal, "by-hand", explorer.sketch.question.known_on)
    assert outlook(seeds.ledger, asked).probability == shown
    assert [change.kind for change in asked.scenario.adjustments] == ["expiry", "delay", "pace"]


def test_another_file_is_never_written_over_unasked(explorer: Explorer, house: Path) -> None:
    path = house / "seeds" / "scenarios" / f"{lapsing(explorer)}.yaml"
    text = path.read_text(encoding="utf-8")
    explorer.controls["delay"].value = 1.0
    explorer.name.value = path.stem
    explorer.save.click()
    assert "there is a scenario of this name" in explorer.message.value
    explorer.name.value = "../../evil"
    explorer.save.click()
    assert "is no name" in explorer.message.value
    assert path.read_text(encoding="utf-8") == text
    assert not list(house.rglob("evil*"))
    assert dict(explorer.sketch.moves) == {"delay": 1.0}, "nothing is lost"
    explorer.name.value, explorer.over.value = path.stem, True
    explorer.save.click()
    assert "delay" in path.read_text(encoding="utf-8")


def test_a_file_that_changed_since_is_told_once_before_it_is_written_over(
    explorer: Explorer, house: Path
) -> None:
    explorer.controls["delay"].value = 1.0
    explorer.name.value = "mine"
    explorer.save.click()
    path = house / "seeds" / "scenarios" / "mine.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# by somebody else\n", encoding="utf-8")
    explorer.scenario.value = "baseline"
    explorer.scenario.value = "mine"
    path.write_text(path.read_text(encoding="utf-8") + "# once more\n", encoding="utf-8")
    explorer.controls["expiry"].value = 0.2
    shown = probability(explorer)
    explorer.name.value, explorer.over.value = "mine", True
    explorer.save.click()
    assert "changed since" in explorer.message.value
    assert "once more" in path.read_text(encoding="utf-8")
    explorer.save.click()
    assert "by somebody else" not in path.read_text(encoding="utf-8")
    assert probability(explorer) == shown
    kept = read_seeds(house / "seeds").scenarios["mine"]
    assert [change.kind for change in kept.adjustments] == ["delay", "expiry"]
    assert kept.extends is None


def test_what_makes_no_sense_is_told_and_put_back(explorer: Explorer) -> None:
    before = probability(explorer)
    was = deadline(explorer)
    explorer.controls["deadline"].value = explorer.sketch.question.known_on
    assert "role='alert'" in explorer.message.value
    assert probability(explorer) == before
    assert explorer.controls["deadline"].value == was


def test_every_goal_and_scenario_opens_as_the_package_answers_it(house: Path, seeds: Seeds) -> None:
    shown = open_explorer({})
    for goal in [name for _, name in shown.goal.options][:3]:
        shown.goal.value = goal
        for scenario in [name for _, name in shown.scenario.options][:3]:
            shown.scenario.value = scenario
            question = find_question(seeds, goal, scenario, shown.sketch.question.known_on)
            assert probability(shown) == outlook(seeds.ledger, question).probability, (goal, scenario)
            assert not shown.sketch.moves


def test_a_faulty_parameter_is_told_without_the_screen(house: Path) -> None:
    with pytest.raises(BadRequest, match="no such goal"):
        open_explorer({"goal": "nothing-of-the-kind"})


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_label_is_cut(house: Path, language: str) -> None:
    """JupyterLab sets labels at 13 pixels, of which 8 are lost to the gap behind them."""
    shown = open_explorer({"language": language})
    font = hb.Font(face(font_paths()[SANS]))
    parts, seen = [*shown.children], []
    while parts:
        part = parts.pop()
        parts += getattr(part, "children", ())
        width = getattr(getattr(part, "style", None), "description_width", None)
        if width and part.description and not isinstance(part, widgets.Checkbox):
            buffer = hb.Buffer()
            buffer.add_str(part.description)
            buffer.guess_segment_properties()
            hb.shape(font, buffer)
            taken = 13 * sum(one.x_advance for one in buffer.glyph_positions) / font.face.upem
            assert taken <= 13 * float(width.removesuffix("em")) - 8, part.description
            seen.append(part.description)
    assert len(seen) > 12
