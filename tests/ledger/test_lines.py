"""A table as lines: the text is that of pandas, cell by cell."""

import datetime as dt

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from forecasts.ledger.lines import CHUNK, lines_of

TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r"), max_size=6)


def text_of(frame: pd.DataFrame) -> str:
    return b"".join(lines_of(frame)).decode()


def by_pandas(frame: pd.DataFrame) -> str:
    return frame.to_csv(index=False, lineterminator="\n")


@given(st.lists(st.floats(), min_size=1))
def test_numbers_are_written_as_python_writes_them(values: list[float]) -> None:
    frame = pd.DataFrame({"a": 1, "x": np.array(values)})
    assert text_of(frame) == by_pandas(frame)


def test_numbers_of_every_size() -> None:
    rng = np.random.default_rng(1)
    sizes = 10.0 ** rng.uniform(-320, 308, 20_000)
    near = np.concatenate([np.nextafter(10.0**k, [0, np.inf]) for k in range(-8, 20)])
    plain = rng.integers(-(10**6), 10**6, 20_000) / rng.choice([1, 2, 3, 7, 10, 100], 20_000)
    values = np.concatenate([sizes, -sizes, near, 10.0 ** np.arange(-8, 20), plain, [0.0, -0.0, np.inf]])
    frame = pd.DataFrame({"x": values, "n": np.arange(len(values))})
    assert text_of(frame) == by_pandas(frame)


@given(st.lists(st.tuples(TEXTS, TEXTS | st.none()), min_size=1), st.tuples(TEXTS, TEXTS))
def test_texts_are_quoted_where_they_must_be(
    rows: list[tuple[str, str | None]], names: tuple[str, str]
) -> None:
    frame = pd.DataFrame(rows, columns=list(names), dtype=object)
    assert text_of(frame) == by_pandas(frame)


def test_other_cells() -> None:
    frame = pd.DataFrame(
        {
            "yes": [True, False],
            "mixed": np.array([1, "a"], object),
            "day": np.array([dt.date(2023, 12, 31), None], object),
            "whole": np.array([3, -4], np.int32),
            "text": pd.Series(["x", None], dtype="str"),
        }
    )
    assert text_of(frame) == by_pandas(frame)
    assert text_of(frame.iloc[:0]) == by_pandas(frame.iloc[:0])


def test_a_lone_carriage_return_is_quoted_for_readers_take_it_for_the_end_of_a_line() -> None:
    assert text_of(pd.DataFrame({"a": ["x\ry"], "b": [1]})) == 'a,b\n"x\ry",1\n'


def test_many_rows() -> None:
    frame = pd.DataFrame({"n": np.arange(CHUNK + 7), "x": np.arange(CHUNK + 7) / 3})
    assert text_of(frame) == by_pandas(frame)
