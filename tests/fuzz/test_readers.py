"""Every reader takes whatever bytes, cells and values there are: it reads or refuses in its own words."""

import datetime as dt
import io
import math
import tempfile
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from forecasts.attainment.question import day_of_knowledge
from forecasts.batch.plans.plan import Plan
from forecasts.batch.plans.reading import read_plan
from forecasts.ledger.fields import as_day
from forecasts.ledger.located import read_located
from forecasts.ledger.problems import BadInput, Refusal
from forecasts.ledger.records import Goal, Observation
from forecasts.ledger.rows import read_rows
from forecasts.ledger.sheets import TABLES, open_frames, open_seeds
from forecasts.ledger.tables import Table, read_table
from forecasts.notebook.parameters import GoalParameters, PortfolioParameters, read_parameters
from forecasts.scenarios.seeds import Seeds, read_seeds
from tests.fuzz import ground

ENDINGS = (".csv", ".parquet", ".xlsx", ".json", ".tsv")


def refused_at_most(call: Callable[[], object]) -> object:
    """Call; let what is refused be, and nothing else."""
    try:
        return call()
    except Refusal as refused:
        for problem in refused.problems:
            assert len(str(problem)) < 1000
        return None


@cache
def sound(ending: str) -> bytes:
    """Return a sound table of a kind, to be spoilt; once, since a workbook tells the time it was made."""
    frame = pd.DataFrame({"region": ["a", "b"], "indicator": "x", "as_of": "2020-12-31", "value": [1.5, 2]})
    out = io.BytesIO()
    if ending == ".parquet":
        frame.to_parquet(out)
    elif ending == ".json":
        frame.to_json(out, orient="records")
    elif ending == ".xlsx":
        frame.to_excel(out, index=False)
    else:
        frame.to_csv(out, index=False, sep="\t" if ending == ".tsv" else ",")
    return out.getvalue()


@st.composite
def spoilt(draw: st.DrawFn, data: bytes) -> bytes:
    """Return bytes with some cut, changed or put in."""
    at, end = sorted(draw(st.tuples(*[st.integers(0, len(data))] * 2)))
    return data[:at] + draw(st.binary(max_size=12)) + data[end:]


TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)
BYTES = st.one_of(
    st.binary(max_size=300),
    st.text(st.sampled_from('region,indicator,as_of,value\n\r;\t"1é中\u2028\ufeff\0'), max_size=200).flatmap(
        lambda text: st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "gb18030")).map(
            lambda name: text.encode(name, "replace")
        )
    ),
)


@pytest.mark.parametrize("ending", ENDINGS)
@settings(max_examples=60)
@given(data=st.data())
def test_a_table_of_any_bytes(ending: str, data: st.DataObject) -> None:
    given_bytes = data.draw(st.one_of(BYTES, spoilt(sound(ending))))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"t{ending}"
        path.write_bytes(given_bytes)

        def read() -> None:
            table = read_table(path)
            rows = read_rows(table, TABLES["observations"])
            assert len(rows) in (0, len(table.frame))
            assert len(table.lines) == len(table.frame) == len(table.good)

        refused_at_most(read)
        assert path.read_bytes() == given_bytes


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    TEXTS,
    st.binary(max_size=5),
    st.dates(),
    st.datetimes(),
    st.decimals(),
    st.complex_numbers(),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(TEXTS, st.none(), max_size=1),
    st.sampled_from(
        [
            pd.NaT,
            pd.NA,
            np.nan,
            np.float32(1.5),
            np.int8(3),
            np.datetime64("2020-12-31"),
            np.datetime64("NaT"),
            pd.Timestamp("2020-12-31", tz="Asia/Shanghai"),
            pd.Timedelta(1),
            Decimal("sNaN"),
            dt.time(1),
            object,
            "2020-12-31",
            "2020",
            "1,036",
            "45%",
            ("a",),
            10**400,
            -0.0,
            b"",
            frozenset(),
        ]
    ),
    st.from_regex(r"[0-9０-９]{1,4}([-/.年Q][0-9]{1,2}){0,2}[月日底]?", fullmatch=True),
    st.from_regex(r"[+-−]?[0-9,. ]{1,8}([万亿%eE％家][0-9]?){0,2}", fullmatch=True),
)


#: A sound cell of every column that tables have.
SOUND: dict[str, object] = {
    "value": 12.5,
    "as_of": "2020-12-31",
    "deadline": "2026-12-31",
    "published_on": "2021-02-01",
    "kind": "stock",
    "announced_on": "2021-02-01",
    "id": "a",
    "region": "a",
    "indicator": "x",
    "parent": "b",
}


@st.composite
def two_rows(draw: st.DrawFn, columns: tuple[str, ...]) -> dict[str, list[object]]:
    """Return the columns of two sound rows, of which a few cells are anything."""
    cells = {c: [SOUND.get(c, "")] * 2 for c in columns}
    for column in draw(st.lists(st.sampled_from(columns), max_size=3)):
        cells[column][draw(st.integers(0, 1))] = draw(CELLS)
    if draw(st.booleans()):
        cells = {c: cells[c] for c in columns if c != draw(st.sampled_from(columns))}
    return cells


def frame_of(cells: dict[str, list[object]]) -> pd.DataFrame:
    """Return a table; pandas itself cannot show one that holds a NaN that signals."""
    frame = pd.DataFrame({c: pd.Series([None, None], dtype=object) for c in cells})
    for column, both in cells.items():
        for row, cell in enumerate(both):
            frame.at[row, column] = cell
    return frame


@pytest.mark.parametrize("name", TABLES)
@settings(max_examples=80)
@given(data=st.data())
def test_rows_of_any_cells(name: str, data: st.DataObject) -> None:
    sheet = TABLES[name]
    frame = frame_of(data.draw(two_rows((*sheet.required, *sheet.optional))))
    size = len(frame)
    table = Table.of(frame, "t")
    rows = read_rows(table, sheet)
    if table.headless:
        return
    assert len(rows) == size
    assert set(table.dropped) == set(np.flatnonzero(~table.good).tolist())
    for row in np.flatnonzero(table.good).tolist():
        record = rows.one(row)
        for field in ("value", "low", "high"):
            value = getattr(record, field, None)
            assert value is None or math.isfinite(value)
        for field in ("as_of", "published_on", "deadline"):
            day = getattr(record, field, None)
            assert day is None or 1900 <= day.year <= 2999
    assert all(len(str(p)) < 1000 for p in table.problems)


@settings(max_examples=60)
@given(data=st.data())
def test_frames_of_any_cells(data: st.DataObject) -> None:
    seen = frame_of(data.draw(two_rows(("region", "indicator", "as_of", "value"))))
    asked = frame_of(data.draw(two_rows(("goal", "region", "indicator", "value", "deadline"))))
    refused_at_most(lambda: open_frames(seen, asked, None, None, None))


YAML = st.one_of(
    TEXTS,
    st.text(st.sampled_from("ab:-[]{}&*!?|>'\"\\ \n\t#%@,0.1~<=\0\x07\u2028"), max_size=60),
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), TEXTS),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    ).map(repr),
)


@settings(max_examples=200)
@given(text=YAML)
def test_yaml_of_any_text(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.yaml"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        refused_at_most(lambda: read_located(path, "t.yaml"))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Seeds]:
    folder = ground.lay(ground.tenant(), tmp_path_factory.mktemp("house"))
    return folder, read_seeds(folder / "seeds")


KEYS = (*Plan.model_fields, "more")


@settings(max_examples=150)
@given(data=st.data())
def test_a_plan_of_any_values(data: st.DataObject, house: tuple[Path, Seeds]) -> None:
    root, seeds = house
    values = st.one_of(
        YAML,
        TEXTS,
        st.integers(),
        st.sampled_from(
            ["headline", "all", "newest", "[firms-2026]", "2023-06-01", "['*']", "[newest, today]"]
        ),
        st.sampled_from(["{seed: [1, 2]}", "[{goal: '*'}]", "{region: '*'}", "[{moved: 5}]", "[goal.ipynb]"]),
    )
    lines = [
        f"{data.draw(st.sampled_from(KEYS))}: {data.draw(values)}"
        for _ in range(data.draw(st.integers(0, 5)))
    ]
    path = root / "reports" / "plans" / "any.yaml"
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    more = data.draw(
        st.dictionaries(st.sampled_from(KEYS), st.one_of(st.integers(), TEXTS, st.none()), max_size=2)
    )
    refused_at_most(lambda: read_plan(path, root, seeds, more))


@settings(max_examples=60)
@given(data=st.data())
def test_a_tenant_of_any_bytes(data: st.DataObject) -> None:
    files = ground.tenant()
    for _ in range(data.draw(st.integers(1, 3))):
        name = data.draw(st.sampled_from([n for n in files if n.startswith("seeds/")]))
        files[name] = data.draw(st.one_of(BYTES, spoilt(files[name])))
    with tempfile.TemporaryDirectory() as folder:
        seeds = ground.lay(files, Path(folder)) / "seeds"
        refused_at_most(lambda: open_seeds(seeds))
        refused_at_most(lambda: read_seeds(seeds))


@settings(max_examples=300)
@given(value=CELLS)
def test_a_day_of_anything(value: Any) -> None:
    try:
        day = as_day(value)
    except ValueError:
        return
    assert type(day) is dt.date


@given(value=CELLS)
def test_a_day_of_knowledge_of_anything(value: Any) -> None:
    refused_at_most(lambda: day_of_knowledge(value))


@settings(max_examples=200)
@given(value=CELLS, day=CELLS, name=CELLS)
def test_records_of_anything(value: Any, day: Any, name: Any) -> None:
    for make in (
        lambda: Goal(name, "A", value, day),
        lambda: Observation(indicator=name, region="A", as_of=day, value=value),
    ):
        try:
            record = make()
        except ValidationError:
            continue
        else:
            assert math.isfinite(record.value)


@pytest.mark.parametrize("model", [GoalParameters, PortfolioParameters])
@settings(max_examples=150)
@given(
    values=st.dictionaries(
        st.sampled_from(
            [
                "goal",
                "goals",
                "scenario",
                "known_on",
                "as_of",
                "draws",
                "seed",
                "language",
                "output",
                "x",
                "_y",
            ]
        ),
        CELLS,
        max_size=5,
    )
)
def test_parameters_of_anything(model: Any, values: dict[str, Any]) -> None:
    try:
        found = read_parameters(values, model)
    except BadInput as bad:
        named = bad.problems
        assert named
        return
    assert 100 <= found.draws <= 1_000_000
