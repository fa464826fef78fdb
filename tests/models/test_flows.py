"""Flows of a year: net ones may be below zero."""

import pandas as pd

import forecasts as fc


def test_a_flow_that_was_below_zero_may_be_so_again() -> None:
    seen = pd.DataFrame({
        "region": "a", "indicator": "net", "as_of": [f"{2015 + i}-12-31" for i in range(6)],
        "value": [12, -5, 8, 14, -3, 6],
    })  # fmt: skip
    asked = pd.DataFrame({
        "goal": ["small", "large", "less"], "region": "a", "indicator": "net", "value": [-10, 30, 0],
        "comparison": [">=", ">=", "<="], "deadline": "2022-12-31",
    })  # fmt: skip
    small, large, less = (row for _, row in fc.attain(seen, asked, kinds={"net": "flow"}).iterrows())
    assert small["q0.05"] < 0 < small["q0.95"]
    assert large["probability"] < less["probability"] < 0.5 < small["probability"]
