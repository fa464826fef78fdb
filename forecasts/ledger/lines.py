"""A table as lines of separated values, column by column: the very text that pandas writes row by row."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

#: Rows that become text at a time, so that memory stays small.
CHUNK = 50_000

#: Broken numbers of these sizes are written alike by Arrow and by Python, others in another form; whole ones
#: below this Python writes with all of their digits.
ALIKE, WHOLE = (1e-4, 1e10), 1e15


def lines_of(frame: pd.DataFrame) -> Iterator[bytes]:
    """Yield a table as UTF-8: the headings, then the rows; what is missing is an empty cell."""
    headings = pa.array([str(name) for name in frame.columns], pa.string())
    yield ",".join(_quoted(headings).to_pylist()).encode() + b"\n"
    for low in range(0, len(frame), CHUNK):
        part = frame.iloc[low : low + CHUNK]
        cells = [_cells(part.iloc[:, i]) for i in range(part.shape[1])]
        rows = pc.binary_join_element_wise(*cells, ",")
        # One buffer holds the texts of all rows, end to end.
        yield bytes(pc.binary_join_element_wise(rows, "", "\n").buffers()[2])


def _cells(column: "pd.Series[Any]") -> pa.Array:
    """Return a column's cells as they are written."""
    if isinstance(column.dtype, pd.StringDtype):
        held = pa.array(column, from_pandas=True)
        held = held.combine_chunks() if isinstance(held, pa.ChunkedArray) else held
        return _quoted(pc.fill_null(held.cast(pa.string()), ""))
    values = column.to_numpy()
    if values.dtype.kind in "iu":
        return pa.array(values).cast(pa.string())
    if values.dtype.kind == "f":
        return _figures(values.astype(float))
    missing = column.isna().to_numpy()
    texts = ["" if none else str(cell) for cell, none in zip(values.tolist(), missing.tolist(), strict=True)]
    return _quoted(pa.array(texts, pa.string()))


def _figures(values: "np.ndarray[Any, np.dtype[np.float64]]") -> pa.Array:
    """Return numbers as the shortest texts that are read as the very same numbers."""
    size = np.abs(values)
    texts = pa.array(values).cast(pa.string())
    whole = (values == np.rint(values)) & (size < WHOLE) & ~((values == 0) & np.signbit(values))
    if whole.any():
        plain = pa.array(np.where(whole, values, 0).astype(np.int64)).cast(pa.string())
        texts = pc.if_else(pa.array(whole), pc.binary_join_element_wise(plain, ".0", ""), texts)
    odd = ~(whole | ((size >= ALIKE[0]) & (size < ALIKE[1])))
    if not odd.any():
        return texts
    said = ["" if value != value else repr(value) for value in values[odd].tolist()]
    return pc.replace_with_mask(texts, pa.array(odd), pa.array(said, pa.string()))


def _quoted(texts: pa.Array) -> pa.Array:
    """Put quotes around texts that hold a comma, a quote or the end of a line."""
    some = pc.match_substring_regex(texts, '[,"\r\n]')
    if not pc.any(some).as_py():
        return texts
    inner = pc.replace_substring(texts, '"', '""')
    return pc.if_else(some, pc.binary_join_element_wise('"', inner, '"', ""), texts)
