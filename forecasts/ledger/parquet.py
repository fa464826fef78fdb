"""Parquet files, read piece by piece: a few bytes of one may stand for any number of cells."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from forecasts.ledger.problems import BadInput, shortened
from forecasts.ledger.raw import Raw, refusal

#: Rows that are read at a time.
PIECE = 65_536


def read_parquet(path: Path, place: str, most: int) -> Raw:
    """Read a Parquet file; what was an index in Python is a column like any other, if it has a name.

    Parameters
    ----------
    most : int
        Bytes that its cells may take.

    Raises
    ------
    BadInput
        If it is none, or too large.
    """
    try:
        frame = _table(path, place, most).to_pandas(ignore_metadata=True)
    except (OSError, BadInput):
        raise
    except Exception as error:  # Arrow has no one error of its own
        told = shortened(str(error).splitlines()[0] if str(error) else type(error).__name__)
        raise refusal(place, f"cannot be read: {told}", "check the file") from None
    own = [i for i, name in enumerate(frame.columns) if not str(name).startswith("__index_level_")]
    return Raw(frame.iloc[:, own], np.arange(1, len(frame) + 1))


def _table(path: Path, place: str, most: int) -> Any:
    """Return its cells; texts are counted before each takes its place."""
    import pyarrow.parquet as pq

    schema = pq.read_schema(path)
    texts = [
        field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_binary(field.type)
    ]
    pieces = []
    with pq.ParquetFile(path, read_dictionary=texts) as file:
        for piece in file.iter_batches(PIECE):
            piece.validate(full=True)  # a text of bytes that are no UTF-8 would fail later
            most -= sum(map(_size, piece.columns))
            if most < 0:
                raise refusal(place, "its cells are too large to be read", "split it")
            cells = [
                column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
                for column in piece.columns
            ]
            pieces.append([cell.cast(field.type) for cell, field in zip(cells, schema, strict=True)])
    return pa.Table.from_batches(
        [pa.RecordBatch.from_arrays(cells, schema=schema) for cells in pieces], schema
    )


def _size(column: Any) -> int:
    """Return how many bytes a column takes when every cell holds its own text."""
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    if not (pa.types.is_string(column.type.value_type) or pa.types.is_binary(column.type.value_type)):
        return int(column.nbytes)
    lengths = pc.binary_length(column.dictionary).take(column.indices)
    return int(pc.sum(lengths).as_py() or 0) + 8 * len(column)
