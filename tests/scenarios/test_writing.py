"""A scenario that is written reads back as itself, and never lands where it was not meant to."""

import datetime as dt
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import forecasts as fc
from forecasts.ledger.problems import BadInput
from forecasts.scenarios.scenario import Scenario
from forecasts.scenarios.writing import SCHEMA_LINE, save_scenario, scenario_text, state_of

DAY = dt.date(2023, 10, 31)

NUMBERS = st.one_of(
    st.floats(0.1, 0.9),
    st.tuples(st.floats(0.1, 0.4), st.floats(0.5, 0.9)).map(lambda ends: {"uniform": list(ends)}),
    st.just({"triangular": [0.2, 0.4, 0.8]}),
    st.just({"normal": [0.5, 0.1], "bounds": [0.1, 0.9]}),
)

CHANGES = st.tuples(
    NUMBERS.map(lambda n: fc.Scope(share=n)),
    st.tuples(NUMBERS, st.sampled_from([None, DAY])).map(lambda p: fc.Pace(factor=p[0], from_=p[1])),
    st.tuples(NUMBERS, NUMBERS).map(lambda p: fc.OneOff(amount=p[0], date=DAY, probability=p[1])),
    st.decimals(1, 1_000_000, places=2).map(lambda v: fc.OtherGoal(value=v)),
    st.floats(0, 0.95).map(lambda q: fc.Clock(q4_share=q)),
    st.just(fc.ByModels(weights={"trend": 1.0, "peers": 0.5})),
    st.just(fc.Observe(as_of=DAY, value=1090)),
)

TEXTS = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1).filter(
    lambda text: text.strip()
)


@given(CHANGES, st.integers(0, 7), TEXTS, TEXTS)
def test_it_reads_back_as_itself(changes: tuple[object, ...], count: int, name: str, why: str) -> None:
    scenario = Scenario(
        id="mine", name_zh=name, why_en=why, role="alternative", headline=False, goals=("a",),
        adjustments=changes[:count],
    )  # fmt: skip
    text = scenario_text(scenario)
    assert text.startswith(SCHEMA_LINE)
    assert Scenario.model_validate(yaml.safe_load(text)) == scenario


def plain(name: str = "mine", factor: float = 1.1) -> Scenario:
    changes = (fc.Pace(factor=factor),)
    return Scenario(id=name, name_en="Mine", why_en="why", role="alternative", adjustments=changes)


def test_it_is_written_over_only_what_was_seen(tmp_path: Path) -> None:
    path = save_scenario(plain(), tmp_path)
    seen = state_of(path)
    with pytest.raises(BadInput, match="there is a scenario of this name"):
        save_scenario(plain(factor=1.2), tmp_path)
    save_scenario(plain(factor=1.2), tmp_path, instead_of=seen)
    with pytest.raises(BadInput, match="changed on disk"):
        save_scenario(plain(factor=1.3), tmp_path, instead_of=seen)
    assert yaml.safe_load(path.read_text())["adjustments"] == [{"kind": "pace", "factor": 1.2}]
    assert [p.name for p in tmp_path.iterdir()] == ["mine.yaml"]


@pytest.mark.parametrize("name", ["../mine", "/etc/passwd", "a/b", "", "..", "Mine", "a.yaml", "x" * 81])
def test_a_name_is_never_a_path(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "scenarios"
    folder.mkdir()
    with pytest.raises(BadInput, match="is no name"):
        save_scenario(plain().model_copy(update={"id": name}), folder)
    assert list(tmp_path.rglob("*.yaml")) == []
