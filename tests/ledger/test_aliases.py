"""Other names of indicators: read as people write them, and each of one indicator alone."""

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from forecasts.intake.known import read_known
from forecasts.ledger.called import find_called
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.problems import BadInput
from forecasts.ledger.records import Indicator
from forecasts.ledger.sheets import open_seeds
from forecasts.publish.exporting.holdings import nouns_of
from forecasts.scenarios.seeds import Seeds
from tests.ledger.test_faults import Cells, change, faults, tenant

__all__ = ["tenant"]


def called(row: int, names: str) -> object:
    """Return what gives the indicator of a row some aliases."""

    def edit(cells: Cells) -> None:
        cells[row][cells[0].index("aliases")] = names

    return edit


@pytest.mark.parametrize("written", ["高企;国家高企", " 高企；国家高企 ", "高企;;高企; 国家高企;"])
def test_several_names_stand_in_one_cell(written: str) -> None:
    assert Indicator(id="firms", aliases=written).aliases == ("高企", "国家高企")


@pytest.mark.parametrize("written", [7, "高\u202e企", "a\nb", ["a", 3]])
def test_what_is_no_list_of_names_is_refused(written: object) -> None:
    with pytest.raises(ValidationError, match="alias"):
        Indicator(id="firms", aliases=written)


@given(st.lists(st.text("abc 高企-", min_size=1).map(str.strip).filter(bool), unique=True))
def test_names_read_back_as_they_were_written(names: list[str]) -> None:
    one = Indicator(id="firms", aliases=names)
    assert Indicator(id="firms", aliases="; ".join(names)) == one
    assert Indicator.model_validate(one.model_dump(mode="json")) == one


@pytest.mark.parametrize(
    "alias", ["高企", "TECH-enterprises", "新增 高新技术企业", "national HIGH-TECH enterprises"]
)
def test_an_alias_of_two_is_told_with_its_place_and_what_to_do(tenant: Path, alias: str) -> None:
    """Of what is an id, a name or an alias of another one, however it is spelt."""
    change(tenant / "indicators.csv", called(-1, f"融资结余;{alias}"))
    (problem,) = faults(tenant)
    lines = (tenant / "indicators.csv").read_text(encoding="utf-8").count("\n")
    assert (problem.place, problem.line, problem.column) == ("seeds/indicators.csv", lines, "aliases")
    assert problem.value == f"融资结余;{alias}"
    assert alias in problem.remedy
    assert "line " in problem.remedy


def test_a_name_may_be_written_twice_for_one_indicator(tenant: Path) -> None:
    change(tenant / "indicators.csv", called(1, "高新技术企业;hightech_enterprises;高企"))
    assert not open_seeds(tenant).problems


def test_tables_of_other_people_may_have_them_too() -> None:
    figures = pd.DataFrame({"region": ["A"], "indicator": ["a"], "as_of": ["2022-12-31"], "value": [1]})
    described = pd.DataFrame({"id": ["a", "b"], "kind": "stock", "别名": ["one; uno", "two"]})
    with pytest.warns(UserWarning, match="read as aliases"):
        ledger = Ledger.from_frames(figures, indicators=described)
    assert ledger.indicators["a"].aliases == ("one", "uno")
    assert find_called("UNO", ledger.indicators, "indicator", "") == "a"
    described["别名"] = ["one", "ONE"]
    with pytest.raises(BadInput, match="'ONE' is what line 0 is called"):
        Ledger.from_frames(figures, indicators=described)


def test_a_ledger_without_the_column_is_as_it_was(tenant: Path) -> None:
    def cut(cells: Cells) -> None:
        at = cells[0].index("aliases")
        for row in cells:
            del row[at]

    change(tenant / "indicators.csv", cut)
    opened = open_seeds(tenant)
    assert not opened.problems
    assert {one.aliases for one in opened.parts.indicators.values()} == {()}


def test_every_shipped_alias_names_its_indicator_alone_in_texts_and_on_the_command_line(
    seeds: Seeds, tmp_path: Path
) -> None:
    indicators = seeds.ledger.indicators
    aliases = [(alias, one.id) for one in indicators.values() for alias in one.aliases]
    assert aliases
    known = read_known(Path(shutil.copytree(Path(__file__).parents[2] / "seeds", tmp_path / "seeds")))
    for alias, name in aliases:
        assert find_called(alias, indicators, "indicator", "") == name
        assert known.by_name[alias][0].id == name


def test_an_export_tells_them_in_one_cell(seeds: Seeds) -> None:
    firms = seeds.ledger.indicators["hightech_enterprises"].model_copy(update={"aliases": ("甲", "乙")})
    (told,) = (
        n
        for n in nouns_of(replace(seeds, ledger=seeds.ledger.with_indicator(firms)))
        if n.name == "indicators"
    )
    row = dict(zip(told.columns, told.rows[list(seeds.ledger.indicators).index(firms.id)], strict=True))
    assert row["aliases"] == "甲; 乙"
