"""Parquet, streamed: a row group is on its way before the next is read.

Whoever asks for it imports this, in a thread: pyarrow is slow to import.
"""

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.parquet as pq

from runoff_query.exporting.drain import Drain
from runoff_query.exporting.lines import json_text
from runoff_query.exporting.rows import COLUMNS, Row

_GROUP_ROWS = 10_000
_GROUP_BYTES = 32 * 1024 * 1024

_TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "json": pa.string(),
    "number": pa.float64(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
}
SCHEMA = pa.schema([(name, _TYPES[kind]) for name, kind in COLUMNS.items()])


class Parquet:
    """One file of row groups; JSON columns are texts."""

    media_type = "application/vnd.apache.parquet"
    suffix = "parquet"

    def __init__(self) -> None:
        self._drain = Drain()
        # Whatever can be written to will do; the stubs want all of IO.
        self._writer = pq.ParquetWriter(self._drain, SCHEMA, compression="zstd")  # type: ignore[arg-type]
        self._tables: list[pa.Table] = []

    def page(self, rows: Iterable[Row]) -> bytes:
        """Some rows; most calls give no bytes yet."""
        self._tables.append(pa.Table.from_pylist([_flat(row) for row in rows], schema=SCHEMA))
        n_rows = sum(table.num_rows for table in self._tables)
        n_bytes = sum(table.nbytes for table in self._tables)
        if n_rows >= _GROUP_ROWS or n_bytes >= _GROUP_BYTES:
            self._write()
        return self._drain.take()

    def end(self) -> bytes:
        """The last rows and the file's footer."""
        self._write()
        self._writer.close()
        return self._drain.take()

    def _write(self) -> None:
        if self._tables:
            self._writer.write_table(pa.concat_tables(self._tables))
            self._tables = []


def _flat(row: Row) -> Row:
    return {
        name: json_text(row.get(name)) if kind == "json" else _storable(row.get(name))
        for name, kind in COLUMNS.items()
    }


def _storable(value: object) -> object:
    """Texts are UTF-8 in Parquet; a lone surrogate came in as JSON and has none."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return value
