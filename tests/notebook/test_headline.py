"""One headline, whoever asks: alone until the announcer or its level speaks, from then on with the record."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from forecasts.attainment.recall import MOVED
from forecasts.attainment.record import SPEAKS
from forecasts.attainment.result import Attainment
from forecasts.cli import app
from forecasts.ledger.problems import BadInput
from forecasts.notebook.request import BadRequest, open_portfolio, open_request
from forecasts.notebook.show import View
from forecasts.publish.brief import compose
from forecasts.publish.parts import strings
from forecasts.publish.save import dump_result, read_result
from forecasts.publish.words import Words
from forecasts.scenarios.seeds import read_seeds

#: Past goals: how many, what became of them, and since when that is known.
Remember = Callable[..., None]

EARLY, LATE = "2023-03-01", "2099-01-01"


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a tenant of one goal, without a record."""
    assert CliRunner().invoke(app, ["new", str(tmp_path / "town")]).exit_code == 0
    monkeypatch.chdir(tmp_path / "town")
    return tmp_path / "town"


@pytest.fixture
def remember(town: Path) -> Remember:
    """Give the town a record of goals of its own."""

    def write(known: int, late: int = 0, met: str = "no") -> None:
        seen = [("riverton", "charging_points", f"{y}-12-31", v, f"{y + 1}-02-28") for y, v in
                ((2019, 2600), (2020, 3180), (2021, 4020))]  # fmt: skip
        past = [
            (f"past{i}", "riverton", "charging_points", 4300 + i, "2022-12-31", "2022-03-01", met, day)
            for i, day in enumerate([EARLY] * known + [LATE] * late)
        ]
        named = ["id", "region", "indicator", "value", "deadline", "announced_on", "met", "known_on"]
        tables = {
            "observations": (["region", "indicator", "as_of", "value", "published_on"], seen),
            "goals": (named, past),
            "indicators": (["id", "kind"], [("charging_points", "stock")]),
            "regions": (["id", "parent"], [("northland", ""), ("riverton", "northland")]),
        }
        (town / "seeds" / "record").mkdir(exist_ok=True)
        for name, (head, rows) in tables.items():
            frame = pd.DataFrame(rows, columns=head)
            frame.to_csv(town / "seeds" / "record" / f"{name}.csv", index=False)

    return write


def asked() -> Attainment:
    return open_request({}).answer()


def attain(*args: str) -> str:
    ended = CliRunner().invoke(app, ["attain", *args])
    assert (ended.exit_code, ended.stderr) == (0, "")
    return ended.stdout


def test_the_headline_changes_when_the_record_speaks(remember: Remember) -> None:
    remember(SPEAKS - 1)
    before = asked()
    remember(SPEAKS)
    after = asked()
    assert before.record is not None
    assert after.record is not None
    assert (before.record.speaks, before.record.own) == (False, SPEAKS - 1)
    assert (after.record.speaks, after.record.own) == (True, SPEAKS)
    assert before.probability_alone == after.probability_alone == before.probability
    assert before.record.probability < before.probability, "they were missed"
    assert after.probability == after.record.probability < before.record.probability
    assert {one.about for one in after.assumptions} - {one.about for one in before.assumptions} == {"record"}
    assert [part.name for part in after.what_if.waterfall.parts][-1] == "record"
    rest = {"probability": True, "record": True, "assumptions": True, "what_if": {"waterfall"}}
    assert before.model_dump(exclude=rest) == after.model_dump(exclude=rest), "all else is without the record"


@pytest.mark.parametrize("known", [SPEAKS - 1, SPEAKS])
def test_whoever_asks_gets_the_same_number(remember: Remember, tmp_path: Path, known: int) -> None:
    remember(known)
    result = asked()
    [row] = csv.DictReader(io.StringIO(attain("--format", "csv")))
    [told] = json.loads(attain("--format", "json"))
    attain("--out", str(tmp_path / "out.json"))
    [written] = json.loads((tmp_path / "out.json").read_text("utf-8"))
    [other] = open_portfolio({}).answer()
    for name in ("probability", "probability_alone"):
        number = getattr(result, name)
        assert number == float(row[name]) == told[name] == written[name] == getattr(other, name), name
    assert (MOVED in row["note"]) == (known == SPEAKS)
    text = attain()
    assert f"{result.probability:.0%}" in text
    assert ("P alone" in text) == (known == SPEAKS)
    explained = attain("--explain")
    assert f"baseline: {result.probability:.0%}, as known on" in explained
    assert ("a second opinion until" in explained) == (known < SPEAKS)
    words = Words("en")
    brief = compose([result], [], words)
    assert words.probability(result.probability) in brief.headline
    assert words.probability(result.probability) in View(result, "en").headline.paragraphs[2]
    assert brief.answers[0].verdicts[0].number == words.probability(result.probability)


def test_a_result_with_a_record_reads_back(remember: Remember, tmp_path: Path) -> None:
    remember(SPEAKS)
    result = asked()
    path = tmp_path / "result.json"
    path.write_text(dump_result(result), "utf-8")
    assert read_result(path) == result
    odd = result.model_copy(update={"probability": result.probability_alone})
    with pytest.raises(ValueError, match="must be the headline"):
        dump_result(odd)


def test_without_a_record_nothing_is_said_of_it(town: Path) -> None:
    result = asked()
    assert result.record is None
    assert result.probability == result.probability_alone
    assert "probability_alone" not in attain("--format", "csv")
    assert "record" not in attain("--explain")
    for language in ("zh", "en"):
        brief = "\n".join(strings(compose([result], [], Words(language))))
        assert not any(word in brief for word in ("兑现", "record of goals", "goals like it"))
        assert View(result, language).record_table._repr_html_() == ""


def test_an_outcome_that_was_not_known_by_then_is_not_used(remember: Remember) -> None:
    remember(SPEAKS - 1)
    before = asked()
    remember(SPEAKS - 1, late=20)
    assert asked() == before


def test_where_nothing_is_resolved_nothing_moves_and_that_is_said(remember: Remember) -> None:
    remember(0, late=SPEAKS)
    result = asked()
    record = result.record
    assert record is not None
    assert record.newest is None
    assert not record.speaks
    assert {result.probability, record.probability, record.low, record.high} == {result.probability_alone}
    assert "nothing moves" in attain("--explain")
    words = Words("en")
    brief = compose([result], [], words)
    assert brief.answers[0].record == words.say("record.nothing")
    assert View(result, "en").record_table._repr_html_() == ""


def test_the_record_names_what_it_counts(remember: Remember) -> None:
    remember(2, met="unknown")
    assert (silent := asked().record) is not None
    assert silent.newest is None, "who is silent teaches nothing"
    assert silent.of("announcer").silent == 2
    remember(2)
    assert (record := asked().record) is not None
    assert (record.of("announcer").value_en, record.of("indicator").value_zh) == ("Riverton", "公共充电桩")
    assert [(b.met, b.resolved) for b in record.blocks] == [(0, 2)] * 5
    assert record.low < record.probability < record.high
    assert record.newest is not None
    assert (record.newest.goal, str(record.newest.known_on)) == ("past1", EARLY)
    assert record.newest.region_en == "Riverton"


def test_faults_of_the_record_are_told_with_all_others_and_once(
    town: Path, remember: Remember, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(SPEAKS)
    for path, good, bad in (
        (town / "seeds" / "record" / "goals.csv", ",no,", ",perhaps,"),
        (town / "seeds" / "observations.csv", ",3180,", ",many,"),
        (town / "reports" / "plans" / "brief.yaml", "goals: headline", "goals: [nobody]"),
    ):
        text = path.read_text("utf-8")
        assert good in text
        path.write_text(text.replace(good, bad, 1), "utf-8")
    places = ["record/goals.csv:2 [met]", "seeds/observations.csv:2 [value]"]
    with pytest.raises(BadInput) as faulty:
        read_seeds(town / "seeds")
    with pytest.raises(BadRequest) as shown:
        open_request({})
    told = [
        "\n".join(map(str, faulty.value.problems)),
        "\n".join(map(str, shown.value.problems)),
        *(CliRunner().invoke(app, [verb]).stderr for verb in ("check", "attain", "run")),
    ]
    for text in told:
        assert [text.count(place) for place in places] == [1, 1], text
    assert told[-1].count("no such goal") == 1
    (town / "seeds" / "record" / "regions.csv").unlink()
    with pytest.raises(BadInput) as faulty:
        read_seeds(town / "seeds")
    assert sum("record/regions.csv" in str(problem) for problem in faulty.value.problems) == 1
    assert sum("seeds/observations.csv" in str(problem) for problem in faulty.value.problems) == 1
