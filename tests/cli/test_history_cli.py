"""``forecasts history``: by id or name, in three formats; what is not there is told with what is near."""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from forecasts.cli import app
from forecasts.ledger.called import find_called
from forecasts.ledger.problems import BadInput
from forecasts.ledger.records import Indicator
from forecasts.ledger.vintages import vintages_of
from forecasts.scenarios.seeds import Seeds


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["history", *arguments])


@pytest.fixture
def revised(seeds: Seeds) -> tuple[str, str]:
    """A series of the real ledger with a revision in it."""
    ledger = seeds.ledger
    return next(
        (indicator, region)
        for indicator in ledger.indicators
        for region in ledger.figures.regions(indicator)
        if any(one.difference for one in vintages_of(ledger, indicator, region))
    )


def test_ids_and_names_in_both_languages_mean_the_same(
    at_home: Path, seeds: Seeds, revised: tuple[str, str]
) -> None:
    indicator, region = (seeds.ledger.indicators[revised[0]], seeds.ledger.regions[revised[1]])
    told = {
        run(what, where, "--format", "json").stdout
        for what in (indicator.id, indicator.name_zh, indicator.name_en.upper())
        for where in (region.id, region.name_zh, region.name_zh.rstrip("省市区"), region.name_en)
    }
    assert len(told) == 1
    assert json.loads(told.pop())["indicator"] == indicator.id


def test_the_formats_tell_the_same(at_home: Path, revised: tuple[str, str]) -> None:
    rows = json.loads(run(*revised, "--format", "json").stdout)["vintages"]
    table = list(csv.DictReader(io.StringIO(run(*revised, "--format", "csv").stdout)))
    assert [row["id"] for row in table] == [row["id"] for row in rows]
    assert [row["state"] for row in table] == [row["state"] for row in rows]
    text = run(*revised).stdout
    assert all(row["id"] in text for row in rows)
    changed = next(row for row in rows if row["difference"])
    assert f"{changed['difference']:+,}" in text


def test_a_day_hides_what_came_later(at_home: Path, revised: tuple[str, str]) -> None:
    rows = json.loads(run(*revised, "--format", "json").stdout)["vintages"]
    last = next(row for row in rows if row["replaces"])
    day = min(row["known"] for row in rows if row["id"] in last["replaces"])
    then = json.loads(run(*revised, "--format", "json", "--known-on", day).stdout)
    assert then["known_on"] == day
    shown = {row["id"]: row for row in then["vintages"]}
    assert last["id"] not in shown
    assert all(shown[name]["until"] is None for name in last["replaces"])


def test_all_that_is_wrong_is_told_at_once_with_what_is_near(
    at_home: Path, seeds: Seeds, revised: tuple[str, str]
) -> None:
    name = seeds.ledger.indicators[revised[0]].name_zh
    ended = run(name[:-1] + "x", "nowhere at all", "--known-on", "yesterday")
    assert ended.exit_code == 2
    lines = ended.stderr.splitlines()
    assert [line.split(":")[0] for line in lines] == ["INDICATOR", "REGION", "--known-on"]
    assert f"did you mean '{name}'" in lines[0]


def test_where_there_is_no_figure_it_says_where_there_is(at_home: Path, seeds: Seeds) -> None:
    ledger = seeds.ledger
    indicator = next(i for i in ledger.indicators if len(ledger.figures.regions(i)) > 1)
    there = ledger.figures.regions(indicator)
    ended = run(indicator, next(r for r in ledger.regions if r not in there))
    assert ended.exit_code == 2
    assert any(name in ended.stderr for name in there)
    ended = run(indicator, next(iter(there)), "--known-on", "1950-01-01")
    assert ended.exit_code == 2
    assert "the first was known on" in ended.stderr


def test_a_name_of_several_is_refused_with_their_ids() -> None:
    def named(key: str, zh: str, en: str = "") -> Indicator:
        return Indicator(id=key, name_zh=zh, name_en=en, aliases=f"{key}-also; {key}-too")

    held: Mapping[str, Indicator] = {
        "one": named("one", "临江市"), "two": named("two", "临江区"), "three": named("three", "县", "Three")
    }  # fmt: skip
    assert find_called("临江区", held, "region", "REGION") == "two"
    assert find_called("two-also", held, "region", "REGION") == "two"
    assert find_called(" THREE ", held, "region", "REGION") == "three"
    with pytest.raises(BadInput, match="one, two"):
        find_called("临江", held, "region", "REGION")
