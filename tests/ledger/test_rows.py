"""Columns that are worked on as wholes say what their cells say one by one."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.ledger.cells import TOGETHER
from forecasts.ledger.layouts import TABLES
from forecasts.ledger.rows import Column, read_rows
from forecasts.ledger.sheets import open_tables
from forecasts.ledger.tables import Table

COUNT = 5


@given(st.lists(st.integers(0, COUNT - 1)) | st.lists(st.booleans(), min_size=COUNT, max_size=COUNT))
def test_a_column_of_one_value_is_like_any_other(some: list[int] | list[bool]) -> None:
    rows = np.array(some, bool if some and isinstance(some[0], bool) else np.intp)
    one = Column((3.0,), np.broadcast_to(np.intp(0), COUNT))
    plain = Column((3.0,), np.zeros(COUNT, np.intp))
    assert one.constant
    assert not plain.constant
    assert one.take(rows).code.tolist() == plain.take(rows).code.tolist()
    assert one.take(rows).array(float, np.nan).tolist() == plain.take(rows).array(float, np.nan).tolist()


@pytest.mark.parametrize("at", [0, TOGETHER - 1, TOGETHER, 2 * TOGETHER + 7])
def test_a_cell_that_breaks_a_rule_spoils_none_beside_it(at: int) -> None:
    names = [f"区 {i}" if i % 2 else f"u{i}" for i in range(3 * TOGETHER)]
    told = [*names]
    told[at] = "a\u202eb"
    frame = pd.DataFrame({"region": told, "indicator": "firms", "as_of": "2022-12-31", "value": 1000})
    table = Table.of(frame, "observations")
    rows = read_rows(table, TABLES["observations"])
    assert [problem.line for problem in table.problems] == [at]
    assert np.flatnonzero(~table.good).tolist() == [at]
    assert np.delete(rows.words("region"), at).tolist() == [*names[:at], *names[at + 1 :]]


def test_regions_that_nobody_describes_are_plain_ones() -> None:
    frame = pd.DataFrame({"region": ["b", "a"], "indicator": "firms", "as_of": "2022-12-31", "value": [1, 2]})
    described = pd.DataFrame({"region": ["a"], "parent": ["whole"]})
    opened = open_tables(
        [Table.of(frame, "observations")], regions=Table.of(described, "regions"), kinds={"firms": "stock"}
    )
    regions = opened.parts.regions
    assert list(regions) == ["a", "b", "whole"]
    assert (regions["a"].parent, regions["b"].parent, regions["b"].id) == ("whole", None, "b")
    assert "c" not in regions
