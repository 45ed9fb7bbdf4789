"""``rows.csv`` and ``metrics.csv``.

The models' texts are left out, because a spreadsheet runs a cell that begins with ``=``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from evalpkg.export.tables import TEXTS, Line, metric_lines, row_lines
from evalpkg.reporting.run_files import RunFiles


def write(run: RunFiles, target: Path) -> list[Path]:
    """Write both tables, and return their paths."""
    rows = (
        {name: cell for name, cell in line.items() if name not in TEXTS} for line in row_lines(run)
    )
    return [
        _table(target / "rows.csv", rows),
        _table(target / "metrics.csv", metric_lines(run)),
    ]


def _table(path: Path, lines: Iterable[Line]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        table: csv.DictWriter[str] | None = None
        for line in lines:
            if table is None:
                table = csv.DictWriter(out, list(line), lineterminator="\n")
                table.writeheader()
            table.writerow(line)
    return path
