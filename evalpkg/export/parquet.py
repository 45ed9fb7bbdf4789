"""``rows.parquet`` and ``metrics.parquet``, with the models' texts."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from evalpkg.export.tables import Line, metric_lines, row_lines
from evalpkg.reporting.run_files import RunFiles

TOGETHER = 10_000
"""Number of lines held in memory at once."""

NUMBERS = {
    **dict.fromkeys(("index", "prompt_tokens", "completion_tokens"), pa.int64()),
    **dict.fromkeys(("passed_no_policy", "passed_policy", "compile_ok"), pa.bool_()),
    **dict.fromkeys(
        ("value", "standard_error", "low", "high", "p_value", "at_least"), pa.float64()
    ),
}
"""Types of the columns that are not text; a column without values would otherwise have none."""


def write(run: RunFiles, target: Path) -> list[Path]:
    """Write both tables, and return their paths."""
    return [
        _table(target / "rows.parquet", row_lines(run)),
        _table(target / "metrics.parquet", metric_lines(run)),
    ]


def _table(path: Path, lines: Iterable[Line]) -> Path:
    left = iter(lines)
    first = list(islice(left, TOGETHER))
    schema = pa.schema([(name, NUMBERS.get(name, pa.string())) for name in (first or [{}])[0]])
    with pq.ParquetWriter(path, schema, compression="zstd") as out:
        while first:
            out.write_table(pa.Table.from_pylist(first, schema=schema))
            first = list(islice(left, TOGETHER))
    return path
