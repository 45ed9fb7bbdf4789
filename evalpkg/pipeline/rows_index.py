"""An index of a samples file: every row is checked once, then read again by its place.

Holds 36 bytes per row, whatever the completions weigh.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Self

from evalpkg.errors import DataError
from evalpkg.models import Task
from evalpkg.store import MEND, JsonLines, cannot_read

DIGEST_SIZE = 12

LARGEST_INDEX = 2**63 - 1

DEEPEST = 100
"""Levels of lists and objects in a row. It is read again, and written, from deeper in the stack, so
what can be read at all is not limit enough."""


class RowsIndex:
    """The rows of one file.

    Attributes:
        task: for each row, the position of its task.
        sample: for each row, its index within the task: given, or by order of appearance.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.task = array("i")
        self.sample = array("q")
        self._offset = array("q")
        self._line = array("i")
        self._digests = bytearray()

    @classmethod
    def of(cls, path: Path, tasks: Sequence[Task]) -> Self:
        """Read and check every line of ``path``.

        Raises:
            DataError: naming the first line that is not a sample of one of ``tasks``; or if the
                file cannot be read, and be read again.
        """
        index = cls(path)
        positions = {task.task_id: number for number, task in enumerate(tasks)}
        seen = array("q", [0]) * len(tasks)
        try:
            with path.open("rb") as lines:
                if not lines.seekable():
                    raise DataError(
                        f"{path} is a pipe, and its rows are read more than once",
                        "Write them to a file, and name that.",
                    )
                read = JsonLines(path, lines)
                for row in read:
                    _check_sample(row, read.where, positions)
                    task = positions[row["task_id"]]
                    index._add(read, task, row.get("index", seen[task]))
                    seen[task] += 1
        except OSError as error:
            raise cannot_read(path, error) from error
        return index

    def _add(self, read: JsonLines, task: int, sample: int) -> None:
        self.task.append(task)
        self.sample.append(sample)
        self._offset.append(read.offset)
        self._line.append(read.number)
        self._digests += hashlib.blake2b(read.line.strip(), digest_size=DIGEST_SIZE).digest()

    def __len__(self) -> int:
        return len(self.task)

    def line_number(self, row: int) -> int:
        """The row's line, counted from 1."""
        return self._line[row]

    def digest(self, row: int) -> str:
        """Digest of the row's text, in hex."""
        start = row * DIGEST_SIZE
        return self._digests[start : start + DIGEST_SIZE].hex()

    def by_task(self) -> list[int]:
        """All rows, those of one task together, in the order of the file within a task."""
        return sorted(range(len(self)), key=self.task.__getitem__)

    def read(self, rows: IO[bytes], row: int) -> dict[str, Any]:
        """The row again, from the open file."""
        rows.seek(self._offset[row])
        value: dict[str, Any] = json.loads(rows.readline())
        return value


def _check_sample(row: dict[str, Any], where: str, positions: dict[str, int]) -> None:
    """Refuse what is no completion of a known task."""
    if _depth(row) > DEEPEST:
        raise DataError(f"{where}: not valid JSON (nested too deeply)", MEND)
    for key in ("task_id", "completion"):
        if key not in row:
            raise DataError(
                f"{where}: no '{key}'", 'Each line is {"task_id": ..., "completion": ...}.'
            )
        if not isinstance(row[key], str):
            raise DataError(f"{where}: '{key}' is not a text")
    if row["task_id"] not in positions:
        near = difflib.get_close_matches(row["task_id"], positions, n=1)
        hint = f"Did you mean '{near[0]}'? " if near else ""
        raise DataError(
            f"{where}: task '{row['task_id'][:200]}' is not in the data set",
            f"{hint}--dataset names the data set that the samples were made for.",
        )
    if "index" in row and (type(row["index"]) is not int or row["index"] < 0):
        raise DataError(f"{where}: 'index' is not a whole number of at least 0")
    if row.get("index", 0) > LARGEST_INDEX:
        raise DataError(f"{where}: 'index' is larger than {LARGEST_INDEX}")


def _depth(value: Any) -> int:
    """Levels of lists and objects, without recursion."""
    depth = 0
    level: list[Any] = [value]
    while True:
        inner = [one for one in level if isinstance(one, list | dict)]
        if not inner:
            return depth
        depth += 1
        level = [x for one in inner for x in (one.values() if isinstance(one, dict) else one)]
