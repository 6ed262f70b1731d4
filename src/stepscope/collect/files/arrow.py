"""Arrow files, as Hugging Face's `save_to_disk` and its cache write them, read like Parquet files: a record batch is a row group."""

from __future__ import annotations

from types import TracebackType
from typing import Any


class ArrowFile:
    """A file of record batches, or a stream of them; nothing is copied into memory before it is asked for. Raises what pyarrow raises."""

    def __init__(self, path: str) -> None:
        import pyarrow as arrow

        self._source = arrow.memory_map(path)
        try:
            reader: Any = arrow.ipc.open_file(self._source)
            self._batches = [reader.get_batch(place) for place in range(reader.num_record_batches)]
        except arrow.ArrowInvalid:
            self._source.seek(0)
            reader = arrow.ipc.open_stream(self._source)
            self._batches = list(reader)
        self.schema_arrow = reader.schema
        self.num_row_groups = len(self._batches)

    def __enter__(self) -> ArrowFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self._source.close()

    def rows_of(self, group: int) -> int:
        """The rows of a batch."""
        return int(self._batches[group].num_rows)

    def read_row_group(self, group: int, columns: list[str]) -> Any:
        """Columns of a batch."""
        return self._batches[group].select(columns)
