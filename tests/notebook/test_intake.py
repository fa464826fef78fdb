"""The intake's notebook without a browser: opened, decided about, left, gone on with, saved."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import ipywidgets as widgets
import nbclient
import nbformat
import pytest
import uharfbuzz as hb
from typer.testing import CliRunner

from forecasts.cli import app
from forecasts.intake.decisions import read_decisions
from forecasts.ledger.ledger import read_ledger
from forecasts.notebook.intake import PAGE, Intake, open_intake
from forecasts.notebook.request import BadRequest
from forecasts.publish.fonts import SANS, font_paths
from forecasts.publish.woff2 import face
from tests.conftest import ROOT
from tests.intake.grounds import TEXT, contents, write_ledger

SAID = {"source": "town-2023", "title": "工作报告", "publisher": "临江市", "published_on": "2023-01-20"}


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a house with a small ledger and a report."""
    write_ledger(tmp_path / "seeds")
    (tmp_path / "report.txt").write_text(TEXT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def opened(**more: object) -> Intake:
    shown = open_intake({"report": "report.txt", "language": "en", "region": "town", **more})
    assert isinstance(shown, Intake)
    return shown


def told(shown: Intake) -> None:
    """Say what the source is, as a person types it."""
    for name, value in SAID.items():
        shown.source[name].value = value


def press(shown: Intake, act: str, row: int, **more: object) -> None:
    """Do what the browser tells."""
    shown._heard(shown.sheet, {"act": act, "row": row, **more}, [])


def state(house: Path) -> list[Path]:
    return [*(house / "seeds" / ".intake" / "decisions").glob("*.json")]


def test_what_is_only_looked_at_is_nowhere_written(house: Path) -> None:
    before = sorted(house.rglob("*"))
    shown = opened()
    told(shown)
    assert sorted(house.rglob("*")) == before
    assert "7 quantities: 0 accepted, 0 skipped, 7 open" in shown.counts.value


def test_the_text_is_all_there_with_its_quantities_marked(house: Path) -> None:
    shown = opened()
    assert "".join(words for words, _ in shown.sheet.pieces) == TEXT
    marked = [words for words, number in shown.sheet.pieces if number >= 0]
    assert marked == [row["quote"] for row in shown.sheet.rows]


def test_decisions_are_kept_at_once_and_gone_on_with(house: Path) -> None:
    shown = opened()
    told(shown)
    press(shown, "accept", 0)
    press(shown, "skip", 1)
    press(shown, "edit", 0, field="qualifier", value="about")
    (kept,) = state(house)
    held = read_decisions(kept)
    assert dict(held.source) == {**SAID, "region": "town"}
    assert [one.decision for one in held.decided.values()] == ["accept", "skip"]
    again = opened()
    assert [row["decision"] for row in again.sheet.rows][:3] == ["accept", "skip", ""]
    assert again.sheet.rows[0]["fields"]["qualifier"] == "about"
    assert again.source["publisher"].value == "临江市"
    assert again.sheet.chosen == 2, "the first that is open"


def test_a_decision_that_is_made_again_is_taken_back_and_a_key_goes_on(house: Path) -> None:
    shown = opened()
    told(shown)
    press(shown, "accept", 0)
    press(shown, "accept", 0)
    assert shown.desk.decision(0) == ""
    press(shown, "accept", 0, step=True)
    press(shown, "accept", 0, step=True)
    assert (shown.desk.decision(0), shown.sheet.chosen) == ("accept", 1)


def test_what_cannot_be_a_row_says_so_in_words_and_stays_open(house: Path) -> None:
    for language, word in (
        ("en", "is not the unit of this indicator"),
        ("zh", "单位：“人”与该指标的单位“家”不符"),
    ):
        shown = opened(language=language)
        told(shown)
        press(shown, "edit", 0, field="unit", value="人")
        press(shown, "accept", 0, step=True)
        row = shown.sheet.rows[0]
        assert (row["decision"], row["state"], shown.sheet.chosen) == ("", "faulty", 0)
        assert [fault["field"] for fault in row["faults"]] == ["unit"]
        assert word in row["faults"][0]["text"]
        press(shown, "edit", 0, field="indicator", value="<b>nothing</b>")
        assert "“<b>nothing</b>”" in opened_fault(shown) or '"<b>nothing</b>"' in opened_fault(shown)


def opened_fault(shown: Intake) -> str:
    return str(next(one["text"] for one in shown.sheet.rows[0]["faults"] if one["field"] == "indicator"))


def test_saving_appends_with_source_and_text_and_tells_it(house: Path) -> None:
    before = contents(house / "seeds")
    shown = opened()
    told(shown)
    press(shown, "accept", 0)
    assert [note["kind"] for note in shown.sheet.rows[0]["notes"]] == ["becomes", "conflict"]
    press(shown, "edit", 1, field="date", value="2022-12-30")
    press(shown, "accept", 1)
    press(shown, "skip", 2)
    shown.preview.click()
    assert "Would be saved: sources.csv +1, observations.csv +2" in shown.message.value
    assert contents(house / "seeds") == before
    shown.save.click()
    assert "Saved: sources.csv +1, observations.csv +2" in shown.message.value
    assert "both are kept: firms, town, 2021-12-31: 1100 beside 1000" in shown.message.value
    held = read_ledger(house / "seeds")
    rows = [o for o in held.observations.values() if o.source == "town-2023"]
    assert [(str(o.as_of), o.quote in TEXT) for o in rows] == [("2021-12-31", True), ("2022-12-30", True)]
    assert (house / "seeds" / "texts" / "town-2023.txt").read_text(encoding="utf-8") == TEXT
    assert all(
        after.startswith(before[name]) for name, after in contents(house / "seeds").items() if name in before
    )
    assert [row["state"] for row in shown.sheet.rows][:2] == ["held", "held"]
    assert [one.decision for one in read_decisions(state(house)[0]).decided.values()] == ["skip"]
    shown.save.click()
    assert "Nothing is accepted yet" in shown.message.value


def test_once_all_is_decided_and_saved_nothing_is_kept_of_it(house: Path) -> None:
    shown = opened()
    told(shown)
    press(shown, "accept", 0)
    for number in range(1, len(shown.desk)):
        press(shown, "skip", number)
    assert state(house)
    shown.save.click()
    assert not state(house)
    assert shown.sheet.rows[0]["notes"][0]["kind"] == "there"
    press(shown, "reopen", 1)
    press(shown, "skip", 1)
    assert state(house), "and one can go on"


def test_a_source_that_is_not_sound_is_told_and_nothing_written(house: Path) -> None:
    before = contents(house / "seeds")
    shown = opened()
    shown.source["published_on"].value = "2023-01-20"
    press(shown, "accept", 0)
    shown.save.click()
    assert "role='alert'" in shown.message.value
    for label in ("Id of the source", "Publisher"):
        assert label in shown.message.value
    assert contents(house / "seeds") == before


def test_a_source_of_the_ledger_keeps_its_own_words(house: Path) -> None:
    shown = opened()
    shown.source["source"].value = "old-report"
    assert (shown.source["title"].value, shown.source["title"].disabled) == ("上年报告", True)


def test_what_somebody_else_decided_meanwhile_is_not_written_over(house: Path) -> None:
    one, other = opened(), opened()
    told(one)
    press(one, "accept", 0)
    press(other, "skip", 1)
    assert "somebody else decided" in other.message.value
    assert other.desk.decision(1) == ""
    assert [d.decision for d in read_decisions(state(house)[0]).decided.values()] == ["accept"]


def test_a_new_indicator_is_offered_the_words_of_the_row_and_serves_it(house: Path) -> None:
    (house / "report.txt").write_text(TEXT.replace("投入占比2.4%", "建成公园12个"), encoding="utf-8")
    shown = opened()
    told(shown)
    shown.sheet.chosen = 4
    assert shown.indicator["name"].value == "公园"
    shown.add_indicator.click()
    assert "Still missing" in shown.message.value
    shown.indicator["id"].value, shown.indicator["scope"].value = "parks", "公园数"
    shown.add_indicator.click()
    assert shown.sheet.rows[4]["state"] == "ready", shown.sheet.rows[4]
    assert "公园" in shown.sheet.lists["indicator"]
    press(shown, "accept", 4)
    shown.save.click()
    assert "indicators.csv +1" in shown.message.value
    assert read_ledger(house / "seeds").indicators["parks"].unit_zh == "个"


def test_a_long_report_is_shown_in_pages(house: Path) -> None:
    many = "\n".join(f"第{k}段。高新技术企业达到{1000 + k}家。" for k in range(120))
    (house / "report.txt").write_text(TEXT + many, encoding="utf-8")
    shown = opened()
    assert len(shown.sheet.rows) == PAGE
    shown.after.click()
    assert [row["number"] for row in shown.sheet.rows] == list(range(PAGE, 2 * PAGE))
    shown.sheet.chosen = 2 * PAGE
    assert shown.sheet.rows[0]["number"] == 2 * PAGE


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"report": "nowhere.txt"}, "there is no such file"),
        ({"raport": "report.txt"}, "no such parameter"),
        ({"report": "report.txt", "language": "fr"}, "zh"),
        ({"report": "seeds"}, "is a folder"),
    ],
)
def test_a_faulty_parameter_is_told_without_the_screen(house: Path, given: dict[str, str], word: str) -> None:
    with pytest.raises(BadRequest, match=word):
        open_intake(given)


def test_all_that_is_wrong_with_parameters_is_told_at_once(house: Path) -> None:
    with pytest.raises(BadRequest) as told:
        open_intake({"report": "nowhere.txt", "raport": "x", "language": "fr"})
    assert {problem.column for problem in told.value.problems} == {"report", "raport", "language"}


def test_a_terminal_goes_on_where_the_notebook_was_left(house: Path) -> None:
    shown = opened()
    told(shown)
    press(shown, "accept", 0)
    press(shown, "edit", 0, field="date", value="2022-12-31")
    left = ["intake", "report.txt", "--region", "town"]
    # Asked for the address and the day on which it was given, which nobody said; then about the rest.
    done = CliRunner().invoke(app, left, input="\n" + "\n" + "s\n" * 6 + "y\n")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[-2:] == ["observations: town-firms-20221231", "1 rows added"]
    assert not state(house)


def test_what_a_killed_intake_had_promised_is_there_before_anybody_looks(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = opened()
    told(shown)
    press(shown, "accept", 0)
    with monkeypatch.context() as full:
        full.setattr("forecasts.intake.journal._finish", no_room)
        shown.save.click()
    assert "No space left" in shown.message.value
    assert (house / "seeds" / ".intake" / "journal.json").exists()
    again = opened()
    assert again.sheet.rows[0]["state"] == "held"
    assert not (house / "seeds" / ".intake" / "journal.json").exists()


def no_room(*_: object) -> None:
    raise OSError(28, "No space left on device", "observations.csv")


def test_a_house_without_a_report_says_what_to_do(house: Path) -> None:
    assert "report.docx" in open_intake({"language": "en"}).value


def test_hostile_words_of_a_report_are_text_and_what_cannot_be_seen_is_told(house: Path) -> None:
    (house / "report.txt").write_text(f"<img src=x onerror=alert(1)>\u202e{TEXT}", encoding="utf-8")
    shown = opened()
    words = "".join(words for words, _ in shown.sheet.pieces)
    assert words.startswith("<img src=x onerror=alert(1)>[U+202E]")


@pytest.mark.slow
def test_it_runs_without_a_person_and_saves_nothing(copy_house: Callable[[], Path]) -> None:
    house = copy_house()
    before = contents(house / "seeds")
    book = nbformat.read(house / "notebooks" / "intake.ipynb", as_version=4)
    nbclient.NotebookClient(book, resources={"metadata": {"path": str(house / "notebooks")}}).execute()
    data = json.dumps(book.cells[-1].outputs)
    assert "application/vnd.jupyter.widget-view+json" in data
    assert contents(house / "seeds") == before
    assert not (house / "seeds" / ".intake").exists()


@pytest.mark.slow
def test_the_shipped_report_is_the_one_that_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds", ignore=shutil.ignore_patterns("record", ".intake"))
    monkeypatch.chdir(tmp_path)
    shown = open_intake({})
    ledger = read_ledger(tmp_path / "seeds")
    goal = ledger.goals[ledger.headline_goals()[0]]
    assert shown.source["source"].value == goal.source
    assert shown.source["published_on"].value == str(goal.published_on)
    states = [row["state"] for row in shown.sheet.rows]
    assert states.count("held") >= len(ledger.headline_goals())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_label_is_cut(house: Path, language: str) -> None:
    shown = opened(language=language)
    font = hb.Font(face(font_paths()[SANS]))
    parts, seen = [*shown.children], 0
    while parts:
        part = parts.pop()
        parts += getattr(part, "children", ())
        width = getattr(getattr(part, "style", None), "description_width", None)
        if width and not isinstance(part, widgets.Button):
            buffer = hb.Buffer()
            buffer.add_str(part.description)
            buffer.guess_segment_properties()
            hb.shape(font, buffer)
            taken = 13 * sum(one.x_advance for one in buffer.glyph_positions) / font.face.upem
            assert taken <= 13 * float(width.removesuffix("em")) - 8, part.description
            seen += 1
    assert seen > 12
